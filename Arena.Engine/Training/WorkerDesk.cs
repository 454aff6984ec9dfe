using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>A run that a worker has taken.</summary>
/// <param name="Files">Of the policy that it starts from; none for a base.</param>
/// <param name="Notation">Of the policy and of its pairs.</param>
/// <param name="Opponents">The run's pool, without those whose owners have taken the permission back since; weights sum to 1.</param>
public sealed record LeasedRun(RunId Id, int Attempt, int LeaseSeconds, string Space, string PolicyName, IReadOnlyList<PolicyFile> Files, string Options, int PairCount, string PairsHash, PolicyNotation Notation, IReadOnlyList<PoolMember> Opponents);

/// <summary>What became of a worker's message.</summary>
public abstract record WorkerResult;

/// <param name="Cancel">The owner wants the run to end.</param>
public sealed record Heard(bool Cancel) : WorkerResult;

/// <summary>The run is another worker's, or over; this worker must drop it.</summary>
public sealed record LeaseLost : WorkerResult;

/// <param name="Code">"file-name", "file-kind", "file-too-large", "too-many-files", "file-missing", "weights-invalid", "policy-incomplete" or "record-invalid".</param>
public sealed record WorkerRefused(string Code, string Reason) : WorkerResult;

/// <summary>
/// Where training workers take runs and hand in results. Every change is one guarded statement on the attempt's number,
/// so a worker that was silent for too long can't disturb the one that took over.
/// </summary>
public sealed class WorkerDesk(ArenaDb db, PolicyStore store, IOptions<TrainingSettings> settings, TimeProvider time)
{
    // What a worker hands in besides the policy itself.
    private static readonly string[] Papers = ["training-pairs.jsonl", "metrics.jsonl", "training-record.json"];

    private static readonly string[] Pickled = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib"];

    private const int LongestReason = 1_000;

    /// <returns>The oldest queued run, or null.</returns>
    public async Task<LeasedRun?> LeaseAsync(string worker, CancellationToken ct)
    {
        while (true)
        {
            var next = await db.TrainingRuns.AsNoTracking().Where(r => r.Status == RunStatus.Queued).OrderBy(r => r.CreatedAt)
                .Select(r => new { r.Id, r.Attempt, r.ParentVersionId, r.Space, r.Options, r.PairCount, r.PairsHash, r.Opponents, r.Done }).FirstOrDefaultAsync(ct);
            if (next is null)
            {
                return null;
            }
            var now = time.GetUtcNow();
            var until = now + settings.Value.Lease;
            var name = worker.Length <= 100 ? worker : worker[..100];
            var taken = await db.TrainingRuns.Where(r => r.Id == next.Id && r.Status == RunStatus.Queued && r.Attempt == next.Attempt)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(r => r.Status, RunStatus.Training)
                    .SetProperty(r => r.Attempt, next.Attempt + 1)
                    .SetProperty(r => r.Worker, name)
                    .SetProperty(r => r.StartedAt, now)
                    .SetProperty(r => r.StartedDone, next.Done)
                    .SetProperty(r => r.LeaseUntil, until), ct);
            if (taken == 0)
            {
                continue;
            }
            var version = await db.AgentVersions.AsNoTracking().FirstAsync(v => v.Id == next.ParentVersionId, ct);
            var config = (PolicyConfig)AgentConfig.FromJson(version.Config);
            await SayAsync(next.Id, next.Attempt == 0 ? $"Taken up by {name}." : $"Taken up by {name}, attempt {next.Attempt + 1}.", ct);
            return new(next.Id, next.Attempt + 1, (int)settings.Value.Lease.TotalSeconds, next.Space, config.Model, config.Files, next.Options, next.PairCount, next.PairsHash, config.Notation, await AllowedAsync(next.Opponents, ct));
        }
    }

    /// <summary>Keeps the lease and stores metrics; a step that comes again (after a resume) replaces the old line.</summary>
    /// <param name="metrics">Objects with an integer "step".</param>
    /// <param name="said">Lines for the run's log, at most 50 a message; longer ones are cut.</param>
    public async Task<WorkerResult> ProgressAsync(RunId id, int attempt, string phase, double done, IReadOnlyList<JsonObject> metrics, CancellationToken ct, IReadOnlyList<string>? said = null)
    {
        var until = time.GetUtcNow() + settings.Value.Lease;
        var share = double.IsFinite(done) ? Math.Clamp(done, 0, 1) : 0;
        var label = phase.Length <= 40 ? phase : phase[..40];
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = await Mine(id, attempt).Select(r => r.Phase).FirstOrDefaultAsync(ct);
        var kept = await Mine(id, attempt).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.LeaseUntil, until).SetProperty(r => r.Phase, label).SetProperty(r => r.Done, share), ct);
        if (kept == 0)
        {
            return new LeaseLost();
        }
        var lines = Lines(id, metrics);
        var steps = lines.Select(l => l.Step).ToList();
        await db.TrainingMetrics.Where(m => m.RunId == id && steps.Contains(m.Step)).ExecuteDeleteAsync(ct);
        db.TrainingMetrics.AddRange(lines);
        var now = time.GetUtcNow();
        db.TrainingLog.AddRange((said ?? []).Take(RunLog.MostLines).Concat(RunLog.Told(label == before ? null : label, metrics)).Select(text => RunLog.Line(id, now, text)));
        await db.SaveChangesAsync(ct);
        if (said is { Count: > 0 } && await db.TrainingLog.Where(l => l.RunId == id).OrderByDescending(l => l.Id).Skip(RunLog.MostKept).Select(l => (long?)l.Id).FirstOrDefaultAsync(ct) is { } last)
        {
            await db.TrainingLog.Where(l => l.RunId == id && l.Id <= last).ExecuteDeleteAsync(ct);
        }
        await transaction.CommitAsync(ct);
        return new Heard(await db.TrainingRuns.Where(r => r.Id == id).Select(r => r.CancelAsked).FirstAsync(ct));
    }

    /// <summary>Takes a file of the run's result; a second one of the same name replaces the first.</summary>
    public async Task<WorkerResult> PutFileAsync(RunId id, string name, Stream content, CancellationToken ct)
    {
        if (!PolicyStore.IsName(name))
        {
            return new WorkerRefused("file-name", "A file's name has letters, digits, dots, dashes and underscores only.");
        }
        if (Pickled.Contains(Path.GetExtension(name).ToLowerInvariant()))
        {
            return new WorkerRefused("file-kind", $"{name}: weights are taken as safetensors only. Pickle files can run code when they are opened.");
        }
        if (!await db.TrainingRuns.AnyAsync(r => r.Id == id && r.Status == RunStatus.Training, ct))
        {
            return new LeaseLost();
        }
        var known = await db.TrainingFiles.FirstOrDefaultAsync(f => f.RunId == id && f.Name == name, ct);
        if (known is null && await db.TrainingFiles.CountAsync(f => f.RunId == id, ct) >= settings.Value.MostFiles)
        {
            return new WorkerRefused("too-many-files", $"A run hands in at most {settings.Value.MostFiles} files.");
        }
        if (await store.SaveAsync(content, settings.Value.MostFileBytes, ct) is not { } file)
        {
            return new WorkerRefused("file-too-large", $"{name} has more than {settings.Value.MostFileBytes:N0} bytes.");
        }
        if (known is null)
        {
            db.TrainingFiles.Add(new TrainingFile { RunId = id, Name = name, Sha256 = file.Sha256, Bytes = file.Bytes });
        }
        else
        {
            (known.Sha256, known.Bytes) = (file.Sha256, file.Bytes);
        }
        db.TrainingLog.Add(RunLog.Line(id, time.GetUtcNow(), $"Received {name}: {file.Bytes:N0} bytes, SHA-256 {file.Sha256[..12]}…"));
        await db.SaveChangesAsync(ct);
        return new Heard(false);
    }

    /// <summary>Ends the training: the files become a candidate version, and the gate begins, in one transaction. A repeated message changes nothing.</summary>
    /// <param name="files">What the worker says it has sent.</param>
    /// <param name="record">What it did, as JSON.</param>
    public async Task<WorkerResult> CompleteAsync(RunId id, int attempt, IReadOnlyList<PolicyFile> files, JsonObject record, CancellationToken ct)
    {
        var run = await db.TrainingRuns.AsNoTracking().Where(r => r.Id == id).Select(r => new { r.Status, r.Attempt, r.AgentId, r.ParentVersionId, r.CancelAsked }).FirstOrDefaultAsync(ct);
        if (run is null || run.Attempt != attempt || run.Status is not (RunStatus.Training or RunStatus.Gate or RunStatus.Promoted or RunStatus.Rejected))
        {
            return new LeaseLost();
        }
        if (run.Status != RunStatus.Training)
        {
            return new Heard(false);
        }
        if (await FileProblemAsync(id, files, ct) is { } problem)
        {
            return problem;
        }
        if (run.CancelAsked)
        {
            return await EndAsync(id, attempt, RunStatus.Cancelled, null, ct) ? new Heard(true) : new LeaseLost();
        }
        var now = time.GetUtcNow();
        var candidate = VersionId.New(time);
        var parent = await db.AgentVersions.AsNoTracking().FirstAsync(v => v.Id == run.ParentVersionId, ct);
        var parentConfig = (PolicyConfig)AgentConfig.FromJson(parent.Config);
        IReadOnlyList<PolicyFile> policy = [.. files.Where(f => !Papers.Contains(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal)];
        var config = parentConfig with { Model = candidate.ToString(), Files = policy };
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var text = record.ToJsonString();
        var won = await Mine(id, attempt).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Gate)
                .SetProperty(r => r.CandidateVersionId, candidate)
                .SetProperty(r => r.Record, text)
                .SetProperty(r => r.Done, 1)
                .SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null), ct);
        if (won == 0)
        {
            return new LeaseLost();
        }
        var number = await db.AgentVersions.Where(v => v.AgentId == run.AgentId).MaxAsync(v => v.Number, ct) + 1;
        db.AgentVersions.Add(new AgentVersion(candidate, run.AgentId, number, config.ToJson(), config.Hash(), run.ParentVersionId, VersionStatus.Candidate, now));
        db.TrainingLog.Add(RunLog.Line(id, now, $"All {files.Count} files are here and checked: version {number} is a candidate. The gate begins."));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return new Heard(false);
    }

    /// <summary>The worker gives up: the run failed, or ends as its owner asked.</summary>
    public async Task<WorkerResult> FailAsync(RunId id, int attempt, string reason, CancellationToken ct)
    {
        var cancelled = await db.TrainingRuns.AnyAsync(r => r.Id == id && r.CancelAsked, ct);
        var why = ChatReading.Excerpt(reason.Length <= LongestReason ? reason : reason[..LongestReason]);
        return await EndAsync(id, attempt, cancelled ? RunStatus.Cancelled : RunStatus.Failed, cancelled ? null : why, ct) ? new Heard(cancelled) : new LeaseLost();
    }

    /// <summary>The frozen pool less those sparring partners whose owners allow it no more; the rest keep their proportions.</summary>
    private async Task<IReadOnlyList<PoolMember>> AllowedAsync(string opponents, CancellationToken ct)
    {
        var members = PoolMember.ListOf(opponents);
        var asked = members.Where(m => m.Source == PoolMember.Sparring).Select(m => new AgentId(m.AgentId)).ToList();
        var willing = asked.Count == 0 ? [] : await db.Agents.Where(a => asked.Contains(a.Id) && a.SparringPartner).Select(a => a.Id).ToListAsync(ct);
        var left = members.Where(m => m.Source != PoolMember.Sparring || willing.Contains(new(m.AgentId))).ToList();
        var all = left.Sum(m => m.Weight);
        return left.Count == members.Count ? members : [.. left.Select(m => m with { Weight = m.Weight / all })];
    }

    private async Task SayAsync(RunId id, string text, CancellationToken ct)
    {
        db.TrainingLog.Add(RunLog.Line(id, time.GetUtcNow(), text));
        await db.SaveChangesAsync(ct);
    }

    private async Task<bool> EndAsync(RunId id, int attempt, RunStatus status, string? why, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var ended = await Mine(id, attempt).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, status)
                .SetProperty(r => r.FailedBecause, why)
                .SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(r => r.EndedAt, now), ct) == 1;
        if (ended)
        {
            await SayAsync(id, why is null ? "Cancelled, as its owner asked." : $"Failed: {why}", ct);
        }
        return ended;
    }

    private async Task<WorkerRefused?> FileProblemAsync(RunId id, IReadOnlyList<PolicyFile> files, CancellationToken ct)
    {
        var sent = await db.TrainingFiles.AsNoTracking().Where(f => f.RunId == id).ToListAsync(ct);
        foreach (var file in files)
        {
            if (!sent.Any(s => s.Name == file.Name && s.Sha256 == file.Sha256 && s.Bytes == file.Bytes) || !store.Has(file.Sha256, file.Bytes))
            {
                return new("file-missing", $"{ChatReading.Excerpt(file.Name)} has not arrived with this hash and size; send it again.");
            }
        }
        foreach (var file in files.Where(f => f.Name.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            await using var content = store.Open(file.Sha256)!;
            if (await SafetensorsCheck.ProblemAsync(content, ct) is { } bad)
            {
                return new("weights-invalid", $"{ChatReading.Excerpt(file.Name)} is refused: {bad}");
            }
        }
        var names = files.Select(f => f.Name).ToList();
        return names.Any(n => n is "model.safetensors" or "adapter_model.safetensors") && names.Any(n => n is "config.json" or "adapter_config.json")
            ? null
            : new("policy-incomplete", "A policy has config.json and model.safetensors, or adapter_config.json and adapter_model.safetensors.");
    }

    private IQueryable<TrainingRun> Mine(RunId id, int attempt) =>
        db.TrainingRuns.Where(r => r.Id == id && r.Attempt == attempt && r.Status == RunStatus.Training);

    private static List<TrainingMetric> Lines(RunId id, IReadOnlyList<JsonObject> metrics)
    {
        var lines = new Dictionary<int, TrainingMetric>();
        foreach (var metric in metrics)
        {
            if (metric["step"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var step) && step >= 0)
            {
                lines[step] = new TrainingMetric { RunId = id, Step = step, Json = metric.ToJsonString() };
            }
        }
        return [.. lines.Values];
    }
}
