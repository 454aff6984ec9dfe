using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Serving;

/// <summary>A request as OpenAI's API words it, read and checked: chat and plain completions in one shape.</summary>
/// <param name="Chat">Asked at /v1/chat/completions.</param>
/// <param name="Model">Policy name.</param>
/// <param name="Prompt">For chat, the content of the last user message.</param>
/// <param name="MaxTokens">Most new tokens.</param>
/// <param name="Count">"n": answers wanted.</param>
/// <param name="Stop">Texts that end an answer; they are not part of it.</param>
/// <param name="LogProbs">Whether to report them.</param>
/// <param name="TopLogProbs">Alternatives per token.</param>
public sealed record CompletionRequest(
    bool Chat,
    string Model,
    string Prompt,
    int MaxTokens,
    double Temperature,
    double TopP,
    int TopK,
    ulong? Seed,
    int Count,
    bool Stream,
    bool LogProbs,
    int TopLogProbs,
    IReadOnlyList<string> Stop)
{
    /// <summary>Reads a body; a problem names the field as OpenAI does.</summary>
    public static (CompletionRequest? Request, string? Problem, string? Field) Read(JsonNode? body, bool chat)
    {
        if (body is not JsonObject json)
        {
            return (null, "The body must be a JSON object.", null);
        }
        string? field = null;
        try
        {
            T? Get<T>(string name) where T : struct
            {
                field = name;
                return json[name] is { } node ? node.GetValue<T>() : null;
            }
            field = "model";
            var model = json["model"]?.GetValue<string>();
            if (string.IsNullOrEmpty(model))
            {
                return (null, "You must provide a model parameter.", "model");
            }
            field = chat ? "messages" : "prompt";
            var prompt = chat ? LastUserMessage(json["messages"]) : json["prompt"]?.GetValue<string>();
            if (prompt is null)
            {
                return (null, chat ? "messages must hold at least one message of the user with text content." : "prompt must be a string.", field);
            }
            // Chat says whether and how many alternatives; plain completions give the number alone.
            var top = Get<int>(chat ? "top_logprobs" : "logprobs");
            var logprobs = chat ? Get<bool>("logprobs") ?? false : top is not null;
            var request = new CompletionRequest(
                chat, model, prompt,
                Get<int>("max_completion_tokens") ?? Get<int>("max_tokens") ?? 16,
                Get<double>("temperature") ?? 1,
                Get<double>("top_p") ?? 1,
                Get<int>("top_k") ?? 0,
                Get<long>("seed") is { } seed ? unchecked((ulong)seed) : null,
                Get<int>("n") ?? 1,
                Get<bool>("stream") ?? false,
                logprobs, top ?? 0, Stops());
            return Check(request);

            IReadOnlyList<string> Stops()
            {
                field = "stop";
                return json["stop"] switch
                {
                    null => [],
                    JsonArray many => [.. many.Select(s => s!.GetValue<string>())],
                    var one => [one.GetValue<string>()],
                };
            }
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException or JsonException)
        {
            return (null, $"Invalid type for '{field}'.", field);
        }
    }

    private static (CompletionRequest?, string?, string?) Check(CompletionRequest r) => r switch
    {
        { MaxTokens: < 1 or > 4096 } => (null, "max_tokens must be between 1 and 4096.", "max_tokens"),
        { Temperature: not (>= 0 and <= 2) } => (null, "temperature must be between 0 and 2.", "temperature"),
        { TopP: not (> 0 and <= 1) } => (null, "top_p must be above 0 and at most 1.", "top_p"),
        { TopK: < 0 } => (null, "top_k must not be negative.", "top_k"),
        { Count: < 1 or > 128 } => (null, "n must be between 1 and 128.", "n"),
        { TopLogProbs: > 20 } => (null, "top_logprobs must be at most 20.", "top_logprobs"),
        { Stop.Count: > 4 } => (null, "stop may hold at most 4 texts.", "stop"),
        { Stream: true, Count: > 1 } => (null, "stream with n above 1 is not supported.", "n"),
        { TopLogProbs: < 0 } => (null, "top_logprobs must not be negative.", "top_logprobs"),
        _ => (r, null, null),
    };

    private static string? LastUserMessage(JsonNode? messages)
    {
        var last = (messages as JsonArray)?.LastOrDefault(m => m?["role"]?.GetValue<string>() == "user")?["content"];
        return last switch
        {
            JsonArray parts => string.Concat(parts.Where(p => p?["type"]?.GetValue<string>() == "text").Select(p => p!["text"]!.GetValue<string>())),
            null => null,
            _ => last.GetValue<string>(),
        };
    }
}
