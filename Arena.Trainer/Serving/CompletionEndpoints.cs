using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>
/// OpenAI's completions, chat completions and models, over the generation queue. Policies on compact notation have no chat
/// template: the prompt is the content of the last user message.
/// </summary>
public static class CompletionEndpoints
{
    public static void MapCompletions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", (HttpContext http, GenerationQueue queue, TimeProvider time) => CompleteAsync(http, queue, time, chat: true));
        routes.MapPost("/v1/completions", (HttpContext http, GenerationQueue queue, TimeProvider time) => CompleteAsync(http, queue, time, chat: false));
        routes.MapGet("/v1/models", (PolicyShelf shelf) => new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. shelf.Names().Select(n => (JsonNode)ModelObject(n))]),
        });
        routes.MapGet("/v1/models/{name}", (string name, PolicyShelf shelf) =>
            shelf.Names().Contains(name) ? Results.Json(ModelObject(name)) : Error(404, $"The model '{name}' does not exist", "model", "model_not_found"));
        routes.MapGet("/health", (GenerationQueue queue) => new JsonObject
        {
            ["status"] = "ok",
            ["requests"] = queue.Counts.Requests,
            ["batches"] = queue.Counts.Batches,
            ["rows"] = queue.Counts.Rows,
            ["tokens"] = queue.Counts.Tokens,
            ["largestBatch"] = queue.Counts.LargestBatch,
        });
        routes.MapFallback((HttpContext http) => Error(404, $"Unknown address {http.Request.Method} {http.Request.Path}", null, null));
    }

    /// <summary>An error in OpenAI's shape.</summary>
    internal static IResult Error(int status, string message, string? field, string? code) => Results.Json(ErrorBody(status, message, field, code), statusCode: status);

    private static JsonObject ErrorBody(int status, string message, string? field, string? code) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status >= 500 ? "server_error" : "invalid_request_error",
            ["param"] = field,
            ["code"] = code,
        },
    };

    private static JsonObject ModelObject(string name) => new() { ["id"] = name, ["object"] = "model", ["created"] = 0, ["owned_by"] = "arena" };

    private static async Task<IResult> CompleteAsync(HttpContext http, GenerationQueue queue, TimeProvider time, bool chat)
    {
        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException e)
        {
            return Error(400, $"We could not parse the JSON body of your request: {e.Message}", null, null);
        }
        var (request, problem, field) = CompletionRequest.Read(body, chat);
        if (request is null)
        {
            return Error(400, problem!, field, null);
        }
        var id = (chat ? "chatcmpl-" : "cmpl-") + Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var created = time.GetUtcNow().ToUnixTimeSeconds();
        return request.Stream
            ? await StreamAsync(http, queue, request, id, created)
            : await WholeAsync(http, queue, request, id, created);
    }

    private static async Task<IResult> WholeAsync(HttpContext http, GenerationQueue queue, CompletionRequest request, string id, long created)
    {
        var promptTokens = 0;
        var outcome = await queue.RunAsync(new GenerationJob(request.Model, policy => Rows(request, policy, null, out promptTokens)), http.RequestAborted);
        if (Failure(request, outcome) is { } failure)
        {
            return failure;
        }
        var choices = new JsonArray();
        for (var i = 0; i < outcome.Results.Count; i++)
        {
            choices.Add((JsonNode)Choice(request, outcome.Policy!, outcome.Results[i], i));
        }
        var answered = outcome.Results.Sum(r => r.Tokens.Count);
        return Results.Json(new JsonObject
        {
            ["id"] = id,
            ["object"] = request.Chat ? "chat.completion" : "text_completion",
            ["created"] = created,
            ["model"] = request.Model,
            ["choices"] = choices,
            ["usage"] = new JsonObject { ["prompt_tokens"] = promptTokens, ["completion_tokens"] = answered, ["total_tokens"] = promptTokens + answered },
        });
    }

    private static async Task<IResult> StreamAsync(HttpContext http, GenerationQueue queue, CompletionRequest request, string id, long created)
    {
        var pieces = Channel.CreateUnbounded<string>();
        var running = queue.RunAsync(new GenerationJob(request.Model, policy => Rows(request, policy, text => pieces.Writer.TryWrite(text), out _)), http.RequestAborted);
        _ = running.ContinueWith(_ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // Errors before the first token can still be an ordinary answer.
        var any = await pieces.Reader.WaitToReadAsync(http.RequestAborted);
        if (!any && Failure(request, await running) is { } failure)
        {
            return failure;
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        if (request.Chat)
        {
            await SendAsync(new JsonObject { ["role"] = "assistant", ["content"] = "" }, null);
        }
        await foreach (var piece in pieces.Reader.ReadAllAsync(http.RequestAborted))
        {
            await SendAsync(new JsonObject { ["content"] = piece }, null);
        }
        var outcome = await running;
        await SendAsync([], outcome.Results[0].Ended ? "stop" : "length");
        await http.Response.WriteAsync("data: [DONE]\n\n", http.RequestAborted);
        return Results.Empty;

        async Task SendAsync(JsonObject delta, string? finish)
        {
            var choice = new JsonObject { ["index"] = 0, ["finish_reason"] = finish };
            if (request.Chat)
            {
                choice["delta"] = delta;
            }
            else
            {
                choice["text"] = delta["content"]?.GetValue<string>() ?? "";
            }
            var chunk = new JsonObject
            {
                ["id"] = id,
                ["object"] = request.Chat ? "chat.completion.chunk" : "text_completion",
                ["created"] = created,
                ["model"] = request.Model,
                ["choices"] = new JsonArray(choice),
            };
            await http.Response.WriteAsync($"data: {chunk.ToJsonString(JsonStyle.Wire)}\n\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    private static IResult? Failure(CompletionRequest request, GenerationOutcome outcome) => outcome switch
    {
        { UnknownModel: true } => Error(404, $"The model '{request.Model}' does not exist", "model", "model_not_found"),
        { Refused: { } reason, Policy: null } => Error(500, reason, null, null),
        { Refused: { } reason } => Error(400, reason, request.Chat ? "messages" : "prompt", "context_length_exceeded"),
        _ => null,
    };

    /// <summary>One row per answer wanted; each draws from its own sequence, so the batch around it does not matter.</summary>
    private static List<SampleRequest> Rows(CompletionRequest request, ServedPolicy policy, Action<string>? onText, out int promptTokens)
    {
        var config = policy.Decoder.Config;
        List<int> prompt = [config.BosId, .. policy.Tokenizer.Encode(request.Prompt)];
        promptTokens = prompt.Count;
        var room = config.MaxPositions - prompt.Count;
        if (room < 1)
        {
            throw new TrainerException($"This model's maximum context length is {config.MaxPositions} tokens. However, your prompt has {prompt.Count} tokens.");
        }
        var seed = request.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var options = new SamplingOptions(request.Temperature, request.TopK, request.TopP);
        var rows = new List<SampleRequest>(request.Count);
        for (var i = 0; i < request.Count; i++)
        {
            var sent = new StoppedText(policy.Tokenizer, request.Stop, onText);
            rows.Add(new SampleRequest(
                prompt, Math.Min(room, request.MaxTokens), options, new SeededChance(seed, (ulong)i), request.LogProbs ? request.TopLogProbs : 0,
                request.Stop.Count > 0 ? sent.Ends : null,
                onText is null ? null : sent.Show));
        }
        return rows;
    }

    private static JsonObject Choice(CompletionRequest request, ServedPolicy policy, SampleResult result, int index)
    {
        var text = StoppedText.Cut(policy.Tokenizer.Decode(result.Tokens.Select(t => t.Id)), request.Stop);
        var choice = new JsonObject { ["index"] = index, ["finish_reason"] = result.Ended ? "stop" : "length" };
        if (request.Chat)
        {
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text };
            choice["logprobs"] = request.LogProbs ? new JsonObject { ["content"] = new JsonArray([.. result.Tokens.Select(t => (JsonNode)ChatLogProb(policy, t))]) } : null;
        }
        else
        {
            choice["text"] = text;
            choice["logprobs"] = request.LogProbs
                ? new JsonObject
                {
                    ["tokens"] = new JsonArray([.. result.Tokens.Select(t => (JsonNode)policy.Tokenizer.Text(t.Id))]),
                    ["token_logprobs"] = new JsonArray([.. result.Tokens.Select(t => (JsonNode)t.LogProbability)]),
                    ["top_logprobs"] = new JsonArray([.. result.Tokens.Select(t => (JsonNode)new JsonObject(t.Alternatives.Select(a => KeyValuePair.Create(policy.Tokenizer.Text(a.Token), (JsonNode?)a.LogProbability))))]),
                }
                : null;
        }
        return choice;
    }

    private static JsonObject ChatLogProb(ServedPolicy policy, SampledToken token)
    {
        JsonObject One(int id, double value) => new()
        {
            ["token"] = policy.Tokenizer.Text(id),
            ["logprob"] = value,
            ["bytes"] = new JsonArray([.. Encoding.UTF8.GetBytes(policy.Tokenizer.Text(id)).Select(b => (JsonNode)(int)b)]),
        };
        var main = One(token.Id, token.LogProbability);
        main["top_logprobs"] = new JsonArray([.. token.Alternatives.Select(a => (JsonNode)One(a.Token, a.LogProbability))]);
        return main;
    }
}
