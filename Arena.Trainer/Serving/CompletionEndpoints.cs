using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Arena.Trainer.Policies;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>OpenAI's completions, chat completions and models, over the generation loop; health and metrics of the server.</summary>
internal static class CompletionEndpoints
{
    public static void MapCompletions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", (HttpContext http, CompletionDesk desk, TimeProvider time) => CompleteAsync(http, desk, time, chat: true));
        routes.MapPost("/v1/completions", (HttpContext http, CompletionDesk desk, TimeProvider time) => CompleteAsync(http, desk, time, chat: false));
        routes.MapGet("/v1/models", (PolicyShelf shelf) => new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. shelf.Names().Select(n => (JsonNode)WireShapes.Model(n, shelf.Created(n)))]),
        });
        routes.MapGet("/v1/models/{name}", (string name, PolicyShelf shelf) =>
            shelf.Names().Contains(name) ? Results.Json(WireShapes.Model(name, shelf.Created(name))) : Unknown(name));
        routes.MapGet("/v1/bases", async (BaseCatalog bases) =>
        {
            // A large tokenizer takes a second to read.
            var (offered, refused) = await Task.Run(bases.Look);
            return new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray([.. offered.Select(b => (JsonNode)new JsonObject { ["id"] = b.Name, ["object"] = "base", ["notation"] = b.Notation, ["weights"] = b.Weights, ["context"] = b.Context })]),
                ["refused"] = new JsonArray([.. refused.Select(b => (JsonNode)new JsonObject { ["id"] = b.Name, ["problem"] = b.Problem })]),
            };
        });
        routes.MapGet("/health", (ServeCounts counts) => new JsonObject
        {
            ["status"] = "ok",
            ["requests"] = counts.Requests,
            ["running"] = counts.Running,
            ["waiting"] = counts.Waiting,
            ["tokens"] = counts.Tokens,
            ["largestBatch"] = counts.LargestBatch,
        });
        routes.MapGet("/metrics", (ServeCounts counts) => Results.Text(Metrics(counts), "text/plain; version=0.0.4"));
        routes.MapFallback((HttpContext http) => Error(404, $"Unknown address {http.Request.Method} {http.Request.Path}", null, "unknown_url"));
    }

    /// <summary>An error in OpenAI's shape.</summary>
    internal static IResult Error(int status, string message, string? field, string? code) => Results.Json(WireShapes.Error(status, message, field, code), statusCode: status);

    private static IResult Unknown(string model) => Error(404, $"The model '{model}' does not exist", "model", "model_not_found");

    private static async Task<IResult> CompleteAsync(HttpContext http, CompletionDesk desk, TimeProvider time, bool chat)
    {
        // Whatever way the request ends, its answers end with it.
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        try
        {
            var request = RequestReader.Read(await JsonNode.ParseAsync(http.Request.Body, cancellationToken: gone.Token), chat);
            var id = (chat ? "chatcmpl-" : "cmpl-") + Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
            var created = time.GetUtcNow().ToUnixTimeSeconds();
            return request.Stream
                ? await StreamAsync(http, desk, request, id, created, gone.Token)
                : await WholeAsync(desk, request, id, created, gone.Token);
        }
        catch (JsonException e)
        {
            return Error(400, $"We could not parse the JSON body of your request: {e.Message}", null, null);
        }
        catch (BadHttpRequestException e)
        {
            return Error(e.StatusCode, e.Message, null, e.StatusCode == 413 ? "request_too_large" : null);
        }
        catch (BadRequestException e)
        {
            return Error(400, e.Message, e.Field, e.Code);
        }
        catch (UnknownModelException e)
        {
            return Error(404, e.Message, "model", "model_not_found");
        }
        catch (OverloadedException e)
        {
            http.Response.Headers.RetryAfter = e.Stopping ? "5" : "1";
            return e.Stopping ? Error(503, e.Message, null, "server_stopping") : Error(429, e.Message, null, "rate_limit_exceeded");
        }
        catch (TrainerException e)
        {
            return Error(500, e.Message, null, null);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        finally
        {
            await gone.CancelAsync();
        }
    }

    private static async Task<IResult> WholeAsync(CompletionDesk desk, CompletionRequest request, string id, long created, CancellationToken gone)
    {
        var asked = await desk.AskAsync(request, null, gone);
        var choices = new JsonArray();
        var (promptTokens, answered) = (0, 0);
        foreach (var prompt in asked)
        {
            var results = await prompt.Job.Done.WaitAsync(gone);
            promptTokens += prompt.Job.Prompt.Count;
            for (var n = 0; n < results.Count; n++)
            {
                var text = prompt.Texts[n];
                if (request.Stop.Count == 0)
                {
                    foreach (var token in results[n].Tokens)
                    {
                        text.Add(token);
                    }
                }
                text.Finish();
                answered += results[n].Tokens.Count;
                choices.Add((JsonNode)WireShapes.Choice(request, prompt.Job.Policy, choices.Count, text.Text, request.LogProbs ? [.. text.Tokens] : [], Finish(results[n]), prompt.Echo));
            }
        }
        var answer = WireShapes.Envelope(request, id, created, asked[0].Job.Policy.Fingerprint, chunk: false);
        answer["choices"] = choices;
        answer["usage"] = WireShapes.Usage(promptTokens, answered);
        return Results.Json(answer);
    }

    private static string Finish(SampleResult result) => result.Ended ? "stop" : "length";

    private static async Task<IResult> StreamAsync(HttpContext http, CompletionDesk desk, CompletionRequest request, string id, long created, CancellationToken gone)
    {
        var pieces = Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true });
        var asked = await desk.AskAsync(request, (choice, text, result) =>
        {
            var (fresh, tokens) = text.TakeNew(result is not null);
            if (fresh.Length > 0 || tokens.Count > 0 || result is not null)
            {
                pieces.Writer.TryWrite(new(choice, fresh, tokens, result));
            }
        }, gone);
        var all = Task.WhenAll(asked.Select(a => a.Job.Done));
        _ = all.ContinueWith(done => pieces.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // An error before the first token can still be an ordinary answer.
        await pieces.Reader.WaitToReadAsync(gone);
        var policy = asked[0].Job.Policy;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        var begun = new bool[asked.Count * request.Count];
        var answered = 0;
        try
        {
            while (await pieces.Reader.WaitToReadAsync(gone))
            {
                while (pieces.Reader.TryRead(out var piece))
                {
                    await SendAsync(piece);
                    answered += piece.Result?.Tokens.Count ?? 0;
                }
                await http.Response.Body.FlushAsync(gone);
            }
            if (request.StreamUsage)
            {
                await WriteAsync([], WireShapes.Usage(asked.Sum(a => a.Job.Prompt.Count), answered));
            }
        }
        catch (Exception e) when (e is OverloadedException or TrainerException or BadRequestException && !gone.IsCancellationRequested)
        {
            await http.Response.WriteAsync($"data: {WireShapes.Error(500, e.Message, null, null).ToJsonString(JsonStyle.Wire)}\n\n", gone);
        }
        await http.Response.WriteAsync("data: [DONE]\n\n", gone);
        return Results.Empty;

        async Task SendAsync(Piece piece)
        {
            if (!begun[piece.Choice])
            {
                begun[piece.Choice] = true;
                var echo = asked[piece.Choice / request.Count].Echo;
                if (request.Chat)
                {
                    await WriteAsync([WireShapes.Delta(request, policy, piece.Choice, new JsonObject { ["role"] = "assistant", ["content"] = "", ["refusal"] = null }, null, null)], null);
                }
                else if (echo is not null)
                {
                    await WriteAsync([WireShapes.Delta(request, policy, piece.Choice, new JsonObject { ["content"] = echo.Text }, [], null, echo)], null);
                }
            }
            if (piece.Text.Length > 0 || piece.Tokens.Count > 0)
            {
                await WriteAsync([WireShapes.Delta(request, policy, piece.Choice, new JsonObject { ["content"] = piece.Text }, piece.Tokens, null)], null);
            }
            if (piece.Result is not null)
            {
                await WriteAsync([WireShapes.Delta(request, policy, piece.Choice, [], null, Finish(piece.Result))], null);
            }
        }

        async Task WriteAsync(JsonArray choices, JsonObject? usage)
        {
            var chunk = WireShapes.Envelope(request, id, created, policy.Fingerprint, chunk: true);
            chunk["choices"] = choices;
            if (request.StreamUsage)
            {
                chunk["usage"] = usage;
            }
            await http.Response.WriteAsync($"data: {chunk.ToJsonString(JsonStyle.Wire)}\n\n", gone);
        }
    }

    private static string Metrics(ServeCounts counts)
    {
        var text = new StringBuilder();
        void Add(string name, string kind, string help, double value) => text.Append(CultureInfo.InvariantCulture, $"# HELP arena_serve_{name} {help}\n# TYPE arena_serve_{name} {kind}\narena_serve_{name} {value}\n");
        Add("requests_total", "counter", "Requests taken on.", counts.Requests);
        Add("refused_total", "counter", "Requests turned away because too many waited.", counts.Refused);
        Add("prompt_tokens_total", "counter", "Tokens of prompts read.", counts.PromptTokens);
        Add("tokens_total", "counter", "Tokens drawn.", counts.Tokens);
        Add("steps_total", "counter", "Token steps of a batch.", counts.Batches.Steps);
        Add("step_rows_total", "counter", "Answers that took part in these steps.", counts.Batches.Rows);
        Add("running", "gauge", "Answers in the batches now.", counts.Running);
        Add("waiting", "gauge", "Requests that wait.", counts.Waiting);
        Add("kv_bytes", "gauge", "Bytes of keys and values held now.", counts.KvBytes);
        return text.ToString();
    }

    /// <summary>New text of one answer on its way to the client.</summary>
    private sealed record Piece(int Choice, string Text, IReadOnlyList<(SampledToken Token, int Start)> Tokens, SampleResult? Result);
}
