using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Serving;

/// <summary>
/// POST /v1/score: {"model", "prompt", "answers": [text, ...]} gives {"model", "weights", "scores": [number, ...]}; GET /v1/score names the reward models
/// with the hashes of their weights. OpenAI has no such address; errors have its shape.
/// </summary>
internal static class ScoreEndpoints
{
    public const int MostAnswers = 64;

    public static void MapScores(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/score", ScoreAsync);
        routes.MapGet("/v1/score", async (RewardShelf shelf, CancellationToken ct) => new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. (await shelf.ListAsync(ct)).Select(m => (JsonNode)new JsonObject { ["id"] = m.Name, ["object"] = "reward_model", ["weights"] = m.Weights })]),
        });
    }

    private static async Task<IResult> ScoreAsync(HttpContext http, RewardShelf shelf)
    {
        try
        {
            var (model, prompt, answers) = Read(await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted));
            return await shelf.ScoreAsync(model, prompt, answers, http.RequestAborted) is { } scored
                ? Results.Json(new JsonObject
                {
                    ["object"] = "scores",
                    ["model"] = model,
                    ["weights"] = scored.Weights,
                    ["scores"] = new JsonArray([.. scored.Scores.Select(s => (JsonNode)JsonValue.Create(s))]),
                })
                : CompletionEndpoints.Error(404, $"The reward model '{model}' does not exist", "model", "model_not_found");
        }
        catch (JsonException e)
        {
            return CompletionEndpoints.Error(400, $"We could not parse the JSON body of your request: {e.Message}", null, null);
        }
        catch (BadHttpRequestException e)
        {
            return CompletionEndpoints.Error(e.StatusCode, e.Message, null, e.StatusCode == 413 ? "request_too_large" : null);
        }
        catch (BadRequestException e)
        {
            return CompletionEndpoints.Error(400, e.Message, e.Field, e.Code);
        }
        catch (OverloadedException e)
        {
            http.Response.Headers.RetryAfter = "1";
            return CompletionEndpoints.Error(429, e.Message, null, "rate_limit_exceeded");
        }
        catch (TrainerException e)
        {
            return CompletionEndpoints.Error(500, e.Message, null, null);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
    }

    private static (string Model, JsonNode Prompt, IReadOnlyList<string> Answers) Read(JsonNode? body)
    {
        if (body is not JsonObject asked)
        {
            throw new BadRequestException("The body is an object with \"model\", \"prompt\" and \"answers\".", null);
        }
        var model = Text(asked["model"]) ?? throw new BadRequestException("\"model\" is missing: the name of a reward model.", "model");
        var prompt = asked["prompt"] is { } p && (p is JsonArray || Text(p) is not null) ? p : throw new BadRequestException("\"prompt\" is missing: a text or a list of messages.", "prompt");
        if (asked["answers"] is not JsonArray { Count: > 0 and <= MostAnswers } answers || answers.Any(a => Text(a) is null))
        {
            throw new BadRequestException($"\"answers\" is a list of 1 to {MostAnswers} texts.", "answers");
        }
        return (model, prompt, [.. answers.Select(a => Text(a)!)]);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
