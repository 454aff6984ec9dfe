using System.Globalization;
using System.Text;

namespace Arena.Engine.Agents;

/// <summary>What names and settings an agent may have.</summary>
internal static class AgentRules
{
    public const int LongestName = 40;
    public const int LongestAbout = 1_000;
    private const int LongestPrompt = 20_000;
    private const int LongestModel = 200;
    private const int LongestAddress = 500;

    public static AgentRefused? NameProblem(string name)
    {
        if (name.Length is < 3 or > LongestName)
        {
            return AgentResult.Refuse("name-invalid", $"A name has 3 to {LongestName} characters.");
        }
        if (name.Contains('·', StringComparison.Ordinal))
        {
            return AgentResult.Refuse("name-invalid", "The sign · is kept for the names of house agents.");
        }
        foreach (var rune in name.EnumerateRunes())
        {
            // Invisible and direction-changing characters would let one agent pass for another.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return AgentResult.Refuse("name-invalid", "A name holds letters, digits, spaces and signs that everybody can see.");
            }
        }
        return name.EnumerateRunes().Any(Rune.IsLetterOrDigit)
            ? null
            : AgentResult.Refuse("name-invalid", "A name holds at least one letter or digit.");
    }

    public static AgentRefused? ConfigProblem(AgentKind kind, AgentConfig config, ScriptSandbox sandbox, ScriptOptions scripts) => (kind, config) switch
    {
        (AgentKind.Script, ScriptConfig script) => ScriptProblem(script, sandbox, scripts),
        (AgentKind.Policy, PolicyConfig policy) => PolicyProblem(policy),
        (AgentKind.Chat, ChatConfig chat) => ChatProblem(chat),
        (AgentKind.Bot, BotConfig) => null,
        (AgentKind.House, _) => AgentResult.Refuse("kind-invalid", "House agents belong to the house."),
        _ => AgentResult.Refuse("kind-invalid", "These settings are of another kind of agent."),
    };

    private static AgentRefused? ScriptProblem(ScriptConfig script, ScriptSandbox sandbox, ScriptOptions options)
    {
        if (script.Source.Length > options.SourceLength)
        {
            return AgentResult.Refuse("script-too-long", $"The script has {script.Source.Length} characters; the most is {options.SourceLength}.");
        }
        return sandbox.Check(script.Source) is { } problem ? AgentResult.Refuse("script-syntax", problem.ToString()) : null;
    }

    private static AgentRefused? PolicyProblem(PolicyConfig policy)
    {
        if (policy.Model.Length is 0 or > LongestModel)
        {
            return AgentResult.Refuse("model-invalid", "Name the model.");
        }
        return TemperatureProblem(policy.Temperature);
    }

    private static AgentRefused? ChatProblem(ChatConfig chat)
    {
        if (chat.Endpoint.Length > LongestAddress)
        {
            return AgentResult.Refuse("endpoint-invalid", $"The endpoint has {chat.Endpoint.Length} characters; the most is {LongestAddress}.");
        }
        // What the operator forbids besides is refused when the endpoint is called.
        if (ChatAddress.Problem(chat.Endpoint, new ChatOptions(), out _) is { } address)
        {
            return AgentResult.Refuse("endpoint-invalid", address);
        }
        if (chat.Model.Trim().Length is 0 or > LongestModel)
        {
            return AgentResult.Refuse("model-invalid", "Name the model.");
        }
        if (chat.SystemPrompt.Length > LongestPrompt)
        {
            return AgentResult.Refuse("prompt-too-long", $"The system prompt has {chat.SystemPrompt.Length} characters; the most is {LongestPrompt}.");
        }
        if (chat.SpendCapMicroUsd < 0 || chat.InputMicroUsdPerMillionTokens < 0 || chat.OutputMicroUsdPerMillionTokens < 0)
        {
            return AgentResult.Refuse("cap-invalid", "Prices and the spend cap are zero or more.");
        }
        return TemperatureProblem(chat.Temperature);
    }

    private static AgentRefused? TemperatureProblem(double temperature) =>
        temperature is >= 0 and <= 2 ? null : AgentResult.Refuse("temperature-invalid", "The temperature lies between 0 and 2.");
}
