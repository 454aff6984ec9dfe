using System.Text.Json.Nodes;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>OpenAI's JSON objects.</summary>
internal static class WireShapes
{
    public static JsonObject Error(int status, string message, string? field, string? code) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status switch { 429 => "requests", >= 500 => "server_error", _ => "invalid_request_error" },
            ["param"] = field,
            ["code"] = code,
        },
    };

    public static JsonObject Model(string name, long created) => new() { ["id"] = name, ["object"] = "model", ["created"] = created, ["owned_by"] = "arena" };

    public static JsonObject Usage(int prompt, int answer) =>
        new() { ["prompt_tokens"] = prompt, ["completion_tokens"] = answer, ["total_tokens"] = prompt + answer };

    /// <summary>What whole answers and chunks of a stream have in common.</summary>
    public static JsonObject Envelope(CompletionRequest request, string id, long created, string fingerprint, bool chunk) => new()
    {
        ["id"] = id,
        ["object"] = (request.Chat, chunk) switch { (true, true) => "chat.completion.chunk", (true, false) => "chat.completion", _ => "text_completion" },
        ["created"] = created,
        ["model"] = request.Model,
        ["system_fingerprint"] = fingerprint,
    };

    /// <summary>A whole answer.</summary>
    public static JsonObject Choice(CompletionRequest request, ServedPolicy policy, int index, string text, IReadOnlyList<(SampledToken Token, int Start)> tokens, string finish, PromptEcho? echo)
    {
        var choice = new JsonObject { ["index"] = index };
        if (request.Chat)
        {
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text, ["refusal"] = null };
        }
        else
        {
            choice["text"] = (echo?.Text ?? "") + text;
        }
        choice["logprobs"] = request.LogProbs ? LogProbs(request, policy, tokens, echo) : null;
        choice["finish_reason"] = finish;
        return choice;
    }

    /// <summary>A piece of a stream.</summary>
    public static JsonObject Delta(CompletionRequest request, ServedPolicy policy, int index, JsonObject delta, IReadOnlyList<(SampledToken Token, int Start)>? tokens, string? finish, PromptEcho? echo = null)
    {
        var choice = new JsonObject { ["index"] = index };
        if (request.Chat)
        {
            choice["delta"] = delta;
        }
        else
        {
            choice["text"] = delta["content"]?.GetValue<string>() ?? "";
        }
        choice["logprobs"] = request.LogProbs && (tokens is { Count: > 0 } || echo is not null) ? LogProbs(request, policy, tokens ?? [], echo) : null;
        choice["finish_reason"] = finish;
        return choice;
    }

    private static JsonObject LogProbs(CompletionRequest request, ServedPolicy policy, IReadOnlyList<(SampledToken Token, int Start)> tokens, PromptEcho? echo)
    {
        if (request.Chat)
        {
            return new JsonObject { ["content"] = new JsonArray([.. tokens.Select(t => (JsonNode)ChatToken(policy, t.Token))]), ["refusal"] = null };
        }
        var offset = echo?.Text.Length ?? 0;
        var all = (echo?.Tokens ?? []).Select(t => (t.Id, t.LogProbability, t.Alternatives, t.Start))
            .Concat(tokens.Select(t => (t.Token.Id, LogProbability: (double?)t.Token.LogProbability, t.Token.Alternatives, Start: t.Start + offset))).ToList();
        return new JsonObject
        {
            ["tokens"] = new JsonArray([.. all.Select(t => (JsonNode)policy.Text(t.Id))]),
            ["token_logprobs"] = new JsonArray([.. all.Select(t => (JsonNode?)Finite(t.LogProbability))]),
            ["top_logprobs"] = request.TopLogProbs == 0 ? null : new JsonArray([.. all.Select(t => (JsonNode?)Alternatives(policy, t.LogProbability is null ? null : t.Alternatives))]),
            ["text_offset"] = new JsonArray([.. all.Select(t => (JsonNode)t.Start)]),
        };
    }

    private static JsonObject? Alternatives(ServedPolicy policy, IReadOnlyList<(int Token, double LogProbability)>? alternatives)
    {
        if (alternatives is null)
        {
            return null;
        }
        var shape = new JsonObject();
        foreach (var (token, value) in alternatives)
        {
            // Parts of characters may look alike; the likelier one stays.
            shape.TryAdd(policy.Text(token), Finite(value));
        }
        return shape;
    }

    private static JsonObject ChatToken(ServedPolicy policy, SampledToken token)
    {
        JsonObject One(int id, double value) => new()
        {
            ["token"] = policy.Text(id),
            ["logprob"] = Finite(value),
            ["bytes"] = new JsonArray([.. policy.TokenBytes.Of(id).ToArray().Select(b => (JsonNode)(int)b)]),
        };
        var main = One(token.Id, token.LogProbability);
        if (token.FreeLogProbability is { } free)
        {
            // Ours: what the policy gave the token among all tokens.
            main["free_logprob"] = Finite(free);
        }
        main["top_logprobs"] = new JsonArray([.. token.Alternatives.Select(a => (JsonNode)One(a.Token, a.LogProbability))]);
        return main;
    }

    /// <summary>JSON has no infinities; OpenAI writes -9999 for tokens that can't come.</summary>
    private static double? Finite(double? value) => value is { } number && !double.IsFinite(number) ? -9999 : value;
}

/// <summary>The prompt as part of a plain completion.</summary>
/// <param name="Tokens">With their log-probabilities, the first one's null; empty unless they are asked for.</param>
internal sealed record PromptEcho(string Text, IReadOnlyList<(int Id, double? LogProbability, IReadOnlyList<(int Token, double LogProbability)> Alternatives, int Start)> Tokens);
