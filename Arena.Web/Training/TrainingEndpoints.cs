using System.ComponentModel.DataAnnotations;
using System.IO.Compression;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Training;

internal static class TrainingEndpoints
{
    private const int LargestPage = 100;
    private const int MostMetrics = 2_000;

    public static void Map(RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/training-runs").WithTags("Training");
        runs.MapGet("", List);
        runs.MapGet("/{id}", Read);
        runs.MapGet("/{id}/metrics", Metrics);
        runs.MapPost("", Start).RequireAuthorization(Access.Owner);
        runs.MapPost("/{id}/cancel", Cancel).RequireAuthorization(Access.Owner);
        runs.MapGet("/{id}/pairs.jsonl", Pairs).RequireAuthorization(Access.Owner);
        runs.MapGet("/{id}/files/{name}", Download).RequireAuthorization(Access.Owner);
        runs.MapGet("/{id}/files.zip", DownloadAll).RequireAuthorization(Access.Owner);
        runs.MapGet("/{id}/log", Log);
    }

    /// <summary>Runs, newest first.</summary>
    /// <param name="agent">The agent that is trained.</param>
    /// <param name="status">"queued", "training", "gate", "promoted", "rejected", "failed" or "cancelled".</param>
    /// <param name="before">The last page's "next".</param>
    private static async Task<Results<Ok<RunPage>, ProblemHttpResult>> List(
        ArenaDb db, CancellationToken ct, AgentId? agent = null, string? space = null, string? status = null, DateTimeOffset? before = null, int limit = 30)
    {
        var rows = db.TrainingRuns.AsNoTracking();
        if (status is not null)
        {
            if (!Enum.TryParse<RunStatus>(status, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            {
                return Problems.Because("status-invalid", "A status is queued, training, gate, promoted, rejected, failed or cancelled.");
            }
            rows = rows.Where(r => r.Status == wanted);
        }
        rows = agent is { } trained ? rows.Where(r => r.AgentId == trained) : rows;
        rows = space is not null ? rows.Where(r => r.Space == space) : rows;
        rows = before is { } moment ? rows.Where(r => r.CreatedAt < moment) : rows;
        limit = Math.Clamp(limit, 1, LargestPage);
        var page = await RunRow.Of(rows.OrderByDescending(r => r.CreatedAt).Take(limit + 1)).ToListAsync(ct);
        var shown = page.Take(limit).ToList();
        return TypedResults.Ok(new RunPage([.. shown.Select(Answer)], page.Count > limit ? shown[^1].CreatedAt : null));
    }

    private static async Task<Results<Ok<RunAnswer>, ProblemHttpResult>> Read(RunId id, ArenaDb db, CancellationToken ct) =>
        await RunRow.Of(db.TrainingRuns.AsNoTracking().Where(r => r.Id == id)).FirstOrDefaultAsync(ct) is { } row ? TypedResults.Ok(Answer(row)) : Problems.NotFound("training run");

    /// <summary>Metrics after a step, oldest first, with the run's state: made for polling.</summary>
    private static async Task<Results<Ok<MetricsAnswer>, ProblemHttpResult>> Metrics(RunId id, ArenaDb db, CancellationToken ct, int after = -1)
    {
        if (await RunRow.Of(db.TrainingRuns.AsNoTracking().Where(r => r.Id == id)).FirstOrDefaultAsync(ct) is not { } row)
        {
            return Problems.NotFound("training run");
        }
        var lines = await db.TrainingMetrics.AsNoTracking().Where(m => m.RunId == id && m.Step > after).OrderBy(m => m.Step).Take(MostMetrics).Select(m => m.Json).ToListAsync(ct);
        var over = row.Status is not (RunStatus.Queued or RunStatus.Training) && lines.Count < MostMetrics;
        return TypedResults.Ok(new MetricsAnswer([.. lines.Select(l => JsonNode.Parse(l)!.AsObject())], over, Answer(row)));
    }

    private static async Task<IResult> Start(RunWish wish, ClaimsPrincipal user, TrainingDesk desk, ArenaDb db, CancellationToken ct) =>
        (TrainOptions.Wished(wish.Space, wish.Options, await desk.StartOfAsync(user.RequiredOwner(), new(wish.AgentId), ct)) is var (options, problem) && options is null ? new Refused("option-invalid", problem!) : await desk.StartAsync(user.RequiredOwner(), new(wish.AgentId), wish.Space, options!, ct)) switch
        {
            Started started => TypedResults.Created($"/api/v1/training-runs/{started.Run.Id}", Answer(await RunRow.Of(db.TrainingRuns.Where(r => r.Id == started.Run.Id)).FirstAsync(ct))),
            Refused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };

    private static async Task<IResult> Cancel(RunId id, ClaimsPrincipal user, TrainingDesk desk, CancellationToken ct) =>
        await desk.CancelAsync(user.RequiredOwner(), id, ct) is { } status ? TypedResults.Ok(new { status = Word(status) }) : Problems.NotFound("training run");

    /// <summary>The frozen preference set, exactly as hashed.</summary>
    private static async Task<IResult> Pairs(RunId id, ClaimsPrincipal user, ArenaDb db, CancellationToken ct)
    {
        var owner = user.RequiredOwner();
        return await db.TrainingRuns.Where(r => r.Id == id && r.OwnerId == owner).Select(r => r.Pairs).FirstOrDefaultAsync(ct) is { } bytes
            ? TypedResults.Bytes(bytes, "application/jsonl", $"pairs-{id}.jsonl")
            : Problems.NotFound("training run");
    }

    /// <summary>A file that the run's worker handed in: weights, record, metrics.</summary>
    private static async Task<IResult> Download(RunId id, string name, ClaimsPrincipal user, ArenaDb db, PolicyStore store, CancellationToken ct)
    {
        var owner = user.RequiredOwner();
        var file = await db.TrainingFiles.Where(f => f.RunId == id && f.Name == name && db.TrainingRuns.Any(r => r.Id == id && r.OwnerId == owner)).FirstOrDefaultAsync(ct);
        return file is not null && store.Open(file.Sha256) is { } stream
            ? TypedResults.Stream(stream, "application/octet-stream", file.Name)
            : Problems.NotFound("file");
    }

    /// <summary>All files of a run and its frozen preference set in one archive, written as it is sent.</summary>
    private static async Task<IResult> DownloadAll(RunId id, HttpContext http, ClaimsPrincipal user, ArenaDb db, PolicyStore store, CancellationToken ct)
    {
        // The archive writes each entry's few closing bytes synchronously; all content is written asynchronously.
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        var owner = user.RequiredOwner();
        if (await db.TrainingRuns.Where(r => r.Id == id && r.OwnerId == owner).Select(r => r.Pairs).FirstOrDefaultAsync(ct) is not { } pairs)
        {
            return Problems.NotFound("training run");
        }
        var files = await db.TrainingFiles.AsNoTracking().Where(f => f.RunId == id).OrderBy(f => f.Name).ToListAsync(ct);
        return TypedResults.Stream(
            async body =>
            {
                await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null);
                // Weights don't shrink, and a level of compression would only keep the site's processor from others.
                foreach (var file in files)
                {
                    if (store.Open(file.Sha256) is { } content)
                    {
                        await using (content)
                        {
                            await using var entry = await zip.CreateEntry(file.Name, CompressionLevel.NoCompression).OpenAsync();
                            await content.CopyToAsync(entry);
                        }
                    }
                }
                await using var frozen = await zip.CreateEntry("pairs.jsonl", CompressionLevel.Fastest).OpenAsync();
                await frozen.WriteAsync(pairs);
            },
            "application/zip",
            $"run-{id}.zip");
    }

    /// <summary>What happened to a run, oldest first: the site's steps and what the worker said.</summary>
    /// <param name="after">The last line's id, to read on.</param>
    private static async Task<Results<Ok<IReadOnlyList<LogAnswer>>, ProblemHttpResult>> Log(RunId id, ArenaDb db, CancellationToken ct, long after = 0, int limit = 200)
    {
        if (!await db.TrainingRuns.AnyAsync(r => r.Id == id, ct))
        {
            return Problems.NotFound("training run");
        }
        var lines = await db.TrainingLog.AsNoTracking().Where(l => l.RunId == id && l.Id > after).OrderBy(l => l.Id).Take(Math.Clamp(limit, 1, 1_000)).Select(l => new LogAnswer(l.Id, l.At, l.Text)).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<LogAnswer>>(lines);
    }

    internal static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    private static RunAnswer Answer(RunRow r) => new(
        r.Id.Value, r.AgentId.Value, r.Space, Word(r.Status), r.Parent.Value, r.Candidate?.Value, JsonNode.Parse(r.Options), r.PairCount, r.PairsHash, r.Attempt, r.Phase, r.Done,
        r.CancelAsked, r.FailedBecause, r.Gate is null ? null : JsonNode.Parse(r.Gate), r.Record is null ? null : JsonNode.Parse(r.Record), PoolMember.ListOf(r.Opponents), r.CreatedAt, r.EndedAt);

    /// <param name="Options">Options by name, as in an answer's "options"; what is left out is the recipe, of the space or for policies on the full text.</param>
    public sealed record RunWish(Guid AgentId, [Required] string Space, JsonObject? Options);

    /// <param name="Next">"before" of the next page.</param>
    public sealed record RunPage(IReadOnlyList<RunAnswer> Runs, DateTimeOffset? Next);

    /// <param name="Points">Lines in TRL's names: step, loss, rewards/margins, rewards/accuracies and more.</param>
    /// <param name="Done">No more points will come.</param>
    public sealed record MetricsAnswer(IReadOnlyList<JsonObject> Points, bool Done, RunAnswer Run);

    /// <param name="Done">Share of the training that is done, 0 to 1.</param>
    /// <param name="Gate">The gate's numbers: pairs, cells, wins, draws, losses, llr, lower, upper, score, elo with interval, decision, why.</param>
    /// <param name="Record">Base, data, options, seed and result, with hashes, and the evaluation.</param>
    /// <param name="Opponents">The pool as drawn when the run started; weights sum to 1.</param>
    public sealed record RunAnswer(
        Guid Id, Guid AgentId, string Space, string Status, Guid ParentVersionId, Guid? CandidateVersionId, JsonNode? Options, int PairCount, string PairsSha256, int Attempt, string? Phase, double Done,
        bool CancelAsked, string? FailedBecause, JsonNode? Gate, JsonNode? Record, IReadOnlyList<PoolMember> Opponents, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

    /// <param name="Id">Rises with time; lines of other runs lie between.</param>
    public sealed record LogAnswer(long Id, DateTimeOffset At, string Text);
}

/// <summary>A run without its frozen pairs, which can be megabytes.</summary>
internal sealed record RunRow(
    RunId Id, AgentId AgentId, Guid OwnerId, string Space, RunStatus Status, VersionId Parent, VersionId? Candidate, string Options, int PairCount, string PairsHash, int Attempt, string? Worker, string? Phase,
    double Done, bool CancelAsked, string? FailedBecause, string? Gate, string? Record, string Opponents, DateTimeOffset? StartedAt, double StartedDone, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    public static IQueryable<RunRow> Of(IQueryable<TrainingRun> runs) => runs.Select(r => new RunRow(
        r.Id, r.AgentId, r.OwnerId, r.Space, r.Status, r.ParentVersionId, r.CandidateVersionId, r.Options, r.PairCount, r.PairsHash, r.Attempt, r.Worker, r.Phase,
        r.Done, r.CancelAsked, r.FailedBecause, r.Gate, r.Record, r.Opponents, r.StartedAt, r.StartedDone, r.CreatedAt, r.EndedAt));
}
