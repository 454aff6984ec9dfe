using System.Globalization;
using Arena.Engine.Agents;

namespace Arena.Web.Agents;

/// <summary>What the pages for a new agent and for a new version send. Numbers arrive as text, so that a slip keeps the rest of the form.</summary>
public sealed class AgentForm
{
    public string? Name { get; set; }

    public string? About { get; set; }

    public string? Source { get; set; }

    public string? Model { get; set; }

    public string? Temperature { get; set; }

    /// <summary>The base that a new policy starts from.</summary>
    public string? Base { get; set; }

    /// <summary>Whether other owners' training runs may play against a policy.</summary>
    public bool Sparring { get; set; }

    /// <summary>Whether a policy's answers are held to the legal actions.</summary>
    public bool LegalOnly { get; set; }

    public string? SystemPrompt { get; set; }

    public string? Endpoint { get; set; }

    public string? Key { get; set; }

    /// <summary>US dollars.</summary>
    public string? SpendCap { get; set; }

    /// <summary>US dollars per million tokens.</summary>
    public string? InputPrice { get; set; }

    /// <summary>US dollars per million tokens.</summary>
    public string? OutputPrice { get; set; }

    /// <summary>The settings that the form describes, or which field is not a number.</summary>
    public (AgentConfig? Config, string? Problem) Read(AgentKind kind, PolicyConfig? trained = null)
    {
        switch (kind)
        {
            case AgentKind.Script:
                return (new ScriptConfig((Source ?? "").Replace("\r\n", "\n")), null);
            case AgentKind.Bot:
                return (new BotConfig(), null);
            case AgentKind.Policy:
                return Number(Temperature, out var heat)
                    ? (new PolicyConfig(trained?.Model ?? Base ?? PolicyBase.Shipped.Name, trained?.Files ?? [], heat) { LegalOnly = LegalOnly }, null)
                    : (null, "The temperature must be a number from 0 to 2, such as 0.3.");
            case AgentKind.Chat:
                if (!Number(Temperature, out var temperature))
                {
                    return (null, "The temperature must be a number from 0 to 2, such as 0.7.");
                }
                if (!Dollars(SpendCap, out var cap) || !Dollars(InputPrice, out var input) || !Dollars(OutputPrice, out var output))
                {
                    return (null, "Spending limit and prices must be amounts in US dollars, such as 2.50. Use 0 for a model that costs nothing.");
                }
                return (new ChatConfig((SystemPrompt ?? "").Replace("\r\n", "\n"), (Endpoint ?? "").Trim().TrimEnd('/'), (Model ?? "").Trim(), temperature, cap, input, output), null);
            default:
                return (null, "House agents belong to the house.");
        }
    }

    /// <summary>The form for an existing version; secrets stay empty.</summary>
    public static AgentForm Of(Agent agent, AgentConfig config)
    {
        var form = new AgentForm { Name = agent.Name, About = agent.About };
        switch (config)
        {
            case ScriptConfig script:
                form.Source = script.Source;
                break;
            case PolicyConfig policy:
                form.Temperature = policy.Temperature.ToString(CultureInfo.InvariantCulture);
                form.LegalOnly = policy.LegalOnly;
                break;
            case ChatConfig chat:
                form.SystemPrompt = chat.SystemPrompt;
                form.Endpoint = chat.Endpoint;
                form.Model = chat.Model;
                form.Temperature = chat.Temperature.ToString(CultureInfo.InvariantCulture);
                form.SpendCap = Text(chat.SpendCapMicroUsd);
                form.InputPrice = Text(chat.InputMicroUsdPerMillionTokens);
                form.OutputPrice = Text(chat.OutputMicroUsdPerMillionTokens);
                break;
        }
        return form;
    }

    /// <summary>The form with which a new agent begins.</summary>
    public static AgentForm For(AgentKind kind, string space) => new()
    {
        Source = ScriptExamples.For(space),
        Temperature = kind == AgentKind.Chat ? "0.7" : "0.3",
        SystemPrompt = "You play to win. Read the rules and the position, think briefly, and answer with one legal action and nothing else.",
        Endpoint = "http://localhost:11434/v1",
        Model = "llama3.2",
        SpendCap = "1.00",
        InputPrice = "0",
        OutputPrice = "0",
    };

    private static string Text(long micro) => (micro / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);

    private static bool Number(string? text, out double value) =>
        double.TryParse((text ?? "").Trim().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static bool Dollars(string? text, out long micro)
    {
        var ok = decimal.TryParse((text ?? "").Trim().TrimStart('$').Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1_000_000;
        micro = ok ? (long)(value * 1_000_000) : 0;
        return ok;
    }
}
