using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Training;

/// <summary>What training workers call (docs: the worker protocol). Only tokens of scope Worker come in.</summary>
internal static class WorkerEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        // A worker reports every two seconds and sends whole files: the limits for people don't fit it.
        var worker = api.MapGroup("/worker").WithTags("Training workers").RequireAuthorization(Access.Worker).DisableRateLimiting();
        worker.MapPost("/jobs/lease", Lease);
        worker.MapGet("/jobs/{id}/pairs.jsonl", Pairs);
        worker.MapGet("/policies/{name}/files/{file}", PolicyFileBytes);
        // Free-form JSON: the validator would walk a JsonObject's parents round in circles.
        worker.MapPost("/jobs/{id}/progress", Progress).DisableValidation();
        worker.MapPut("/jobs/{id}/files/{name}", PutFile).WithMetadata(new DisableRequestSizeLimitAttribute());
        worker.MapPost("/jobs/{id}/complete", Complete).DisableValidation();
        worker.MapPost("/jobs/{id}/fail", Fail);
    }

    private static async Task<IResult> Lease(LeaseWish wish, WorkerDesk desk, CancellationToken ct)
    {
        if (await desk.LeaseAsync(wish.Worker, ct) is not { } run)
        {
            return TypedResults.NoContent();
        }
        return TypedResults.Ok(new JobAnswer(
            run.Id.Value, run.Attempt, run.LeaseSeconds, run.Space, new(run.PolicyName, run.Files), JsonNode.Parse(run.Options)!.AsObject(), new(run.PairCount, run.PairsHash, run.Notation == PolicyNotation.Text ? "text" : "compact"),
            [.. run.Opponents.Select(m => new JobOpponent(m.Kind, m.Name, m.Weight, m.Source, m.Title, m.VersionId, m.Elo, m.Temperature, m.Files))]));
    }

    private static async Task<IResult> Pairs(RunId id, ArenaDb db, CancellationToken ct) =>
        await db.TrainingRuns.Where(r => r.Id == id).Select(r => r.Pairs).FirstOrDefaultAsync(ct) is { } bytes
            ? TypedResults.Bytes(bytes, "application/jsonl")
            : Problems.NotFound("training run");

    private static async Task<IResult> PolicyFileBytes(string name, string file, ArenaDb db, PolicyStore store, CancellationToken ct)
    {
        if (!VersionId.TryParse(name, null, out var version) || await db.AgentVersions.Where(v => v.Id == version).Select(v => v.Config).FirstOrDefaultAsync(ct) is not { } config
            || AgentConfig.FromJson(config) is not PolicyConfig policy || policy.Files.FirstOrDefault(f => f.Name == file) is not { } known || store.Open(known.Sha256) is not { } stream)
        {
            return Problems.NotFound("policy file");
        }
        return TypedResults.Stream(stream, "application/octet-stream", entityTag: new($"\"{known.Sha256}\""));
    }

    private static async Task<IResult> Progress(RunId id, ProgressWish wish, WorkerDesk desk, CancellationToken ct) =>
        Answer(await desk.ProgressAsync(id, wish.Attempt, wish.Phase ?? "", wish.Done, wish.Metrics ?? [], ct, wish.Log));

    private static async Task<IResult> PutFile(RunId id, string name, HttpRequest request, WorkerDesk desk, CancellationToken ct)
    {
        try
        {
            return Answer(await desk.PutFileAsync(id, name, request.Body, ct));
        }
        catch (IOException e) when (e is not BadHttpRequestException and not Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            return Problems.Because("disk-full", "The site could not store the file; its disk may be full. Send it again later: nothing else is lost.");
        }
    }

    private static async Task<IResult> Complete(RunId id, CompleteWish wish, WorkerDesk desk, CancellationToken ct) =>
        wish is { Files: { } files, Record: { } record }
            ? Answer(await desk.CompleteAsync(id, wish.Attempt, files, record, ct))
            : Problems.Because("record-invalid", "Send \"files\" (a list) and \"record\" (an object).");

    private static async Task<IResult> Fail(RunId id, FailWish wish, WorkerDesk desk, CancellationToken ct) =>
        Answer(await desk.FailAsync(id, wish.Attempt, wish.Reason, ct));

    private static IResult Answer(WorkerResult result) => result switch
    {
        Heard heard => TypedResults.Ok(new HeardAnswer(heard.Cancel)),
        LeaseLost => Problems.Because("lease-lost", "This run is not this worker's (any more): drop it."),
        WorkerRefused refused => Problems.Because(refused.Code, refused.Reason),
        _ => throw new InvalidOperationException($"Unknown result {result}."),
    };

    public sealed record LeaseWish([Required, StringLength(100, MinimumLength = 1)] string Worker);

    /// <param name="LeaseSeconds">Report at least this often.</param>
    /// <param name="Opponents">The pool; weights sum to 1. Files of a policy are fetched as those of <paramref name="Policy"/>.</param>
    public sealed record JobAnswer(Guid Id, int Attempt, int LeaseSeconds, string Space, JobPolicy Policy, JsonObject Options, JobPairs Pairs, IReadOnlyList<JobOpponent> Opponents);

    /// <param name="Kind">"house" or "policy".</param>
    /// <param name="Name">A house agent's slug in the space; a policy's name.</param>
    /// <param name="Source">"house", "past" or "sparring".</param>
    /// <param name="Temperature">With which a policy samples; null for house agents.</param>
    /// <param name="Files">A policy's; empty for a base, null for house agents.</param>
    public sealed record JobOpponent(string Kind, string Name, double Weight, string Source, string Title, Guid VersionId, double Elo, double? Temperature, IReadOnlyList<PolicyFile>? Files);

    /// <param name="Name">A base's name ("arena-tiny"), or the version's id.</param>
    public sealed record JobPolicy(string Name, IReadOnlyList<PolicyFile> Files);

    /// <param name="Notation">"compact", or "text": lists of messages for the model's chat template.</param>
    public sealed record JobPairs(int Count, string Sha256, string Notation);

    /// <param name="Phase">"pairs", "round" or "evaluate".</param>
    /// <param name="Done">0 to 1.</param>
    /// <param name="Metrics">Lines in TRL's names, each with an integer "step".</param>
    /// <param name="Log">Lines for the run's log, at most 50 a message.</param>
    public sealed record ProgressWish(int Attempt, string? Phase, double Done, IReadOnlyList<JsonObject>? Metrics, IReadOnlyList<string>? Log = null);

    /// <param name="Cancel">The owner wants the run to end: stop and report it failed.</param>
    public sealed record HeardAnswer(bool Cancel);

    public sealed record CompleteWish(int Attempt, IReadOnlyList<PolicyFile>? Files, JsonObject? Record);

    public sealed record FailWish(int Attempt, [Required] string Reason);
}
