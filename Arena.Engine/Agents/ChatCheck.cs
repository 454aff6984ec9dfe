using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>What "test connection" found.</summary>
/// <param name="Message">For the person who pressed it: what the endpoint said, or what is wrong and what to do.</param>
public sealed record ChatCheckResult(bool Ok, string Message);

/// <summary>Asks an endpoint one harmless question, before an agent's settings are saved.</summary>
public sealed class ChatCheck(ChatEndpoint endpoint, IOptions<ChatOptions> options)
{
    private const int FewTokens = 16;

    public async Task<ChatCheckResult> RunAsync(string address, string model, string? key, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(model))
        {
            return new(false, "Name the model, e.g. llama3.2.");
        }
        var question = new ChatQuestion(model.Trim(), [new("user", "Answer with the single word: ready")], FewTokens, 0);
        return await endpoint.AskAsync(address, key, question, options.Value.CheckTimeout, ct) switch
        {
            ChatAnswer answer => new(true, $"It works: {answer.Model} answered \"{ChatReading.Excerpt(answer.Text)}\" in {answer.Took.TotalSeconds:0.0} s{Usage(answer)}."),
            ChatTrouble trouble => new(false, trouble.Detail),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static string Usage(ChatAnswer answer) => answer is { PromptTokens: { } prompt, AnswerTokens: { } said }
        ? $" ({prompt} + {said} tokens)"
        : "; it does not report token counts, so each answer is booked at the most that it can cost";
}
