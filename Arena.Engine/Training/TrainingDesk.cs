using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Rules;
using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

public abstract record StartResult;

public sealed record Started(TrainingRun Run) : StartResult;

/// <param name="Code">"agent-not-found", "not-a-policy", "space-unknown", "no-compact-notation", "not-for-two", "option-invalid", "no-pairs", "trainer-off" or "run-in-progress".</param>
public sealed record Refused(string Code, string Reason) : StartResult;

/// <summary>Where owners start and cancel training runs.</summary>
public sealed class TrainingDesk(ArenaDb db, PairExport pairs, IOptions<TrainingSettings> settings, IOptions<PolicyServing> serving, PoolQuery opponents, TimeProvider time)
{
    private const string AdapterFile = "adapter_model.safetensors";

    /// <summary>Freezes the newest pairs of the space that the owner may use, and queues a run of the agent's current version.</summary>
    public async Task<StartResult> StartAsync(Guid owner, AgentId id, string space, TrainOptions options, CancellationToken ct = default)
    {
        var agent = await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        if (agent is null)
        {
            return new Refused("agent-not-found", "You have no such agent.");
        }
        if (agent.Kind != AgentKind.Policy || agent.CurrentVersionId is not { } parent)
        {
            return new Refused("not-a-policy", $"{agent.Name} is a {agent.Kind.ToString().ToLowerInvariant()} agent; only policy agents have weights to train.");
        }
        if (SpaceRegistry.Find(space) is not { } rules)
        {
            return new Refused("space-unknown", $"There is no space called {space}.");
        }
        var start = await StartOfAsync(parent, ct);
        if (start.Notation == PolicyNotation.Compact && rules.Card.CompactAnswerTokens == 0)
        {
            return new Refused("no-compact-notation", $"{rules.Card.Name} has no compact notation, which is what {agent.Name} reads. Spaces that have one: {string.Join(", ", SpaceRegistry.All.Where(s => s.Card.CompactAnswerTokens > 0).Select(s => s.Card.Slug))}.");
        }
        if (!IsGated(rules.Card))
        {
            return new Refused("not-for-two", $"{rules.Card.Name} is not played by two, so a candidate can't meet its parent there.");
        }
        if (options.Problem(start) is { } problem)
        {
            return new Refused("option-invalid", problem);
        }
        if (!serving.Value.Enabled)
        {
            return new Refused("trainer-off", "The trainer is off on this site (it was started with --no-trainer).");
        }
        if (await ActiveAsync(id, ct) is { } active)
        {
            return InProgress(agent, active);
        }
        var frozen = await pairs.FreezeAsync(owner, space, start.Notation, settings.Value.MostPairs, ct);
        if (frozen.Count == 0 && options.Rounds == 0)
        {
            return new Refused("no-pairs", $"There are no pairs in full text of {rules.Card.Name} that you may use, and {agent.Name} learns from pairs alone. Matches make some; you can also import your own.");
        }
        var pool = await opponents.DrawAsync(id, parent, space, ct);
        var run = new TrainingRun
        {
            Id = RunId.New(time),
            AgentId = id,
            OwnerId = owner,
            ParentVersionId = parent,
            Space = space,
            Status = RunStatus.Queued,
            Options = options.ToJson(),
            Pairs = frozen.Jsonl,
            PairsHash = frozen.Sha256,
            PairCount = frozen.Count,
            Opponents = PoolMember.ToJson(pool),
            CreatedAt = time.GetUtcNow(),
        };
        db.TrainingRuns.Add(run);
        db.TrainingLog.Add(RunLog.Line(run.Id, run.CreatedAt, $"Queued: {frozen.Count} preference pairs frozen, {pool.Count} opponents drawn."));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The unique index on an agent's active run: two starts in the same moment.
            db.ChangeTracker.Clear();
            if (await ActiveAsync(id, ct) is { } other)
            {
                return InProgress(agent, other);
            }
            throw;
        }
        return new Started(run);
    }

    /// <summary>What the agent's current version is, for the recipe of a run; compact notation where the owner has no such policy.</summary>
    public async Task<TrainingStart> StartOfAsync(Guid owner, AgentId id, CancellationToken ct = default) =>
        await db.Agents.Where(a => a.Id == id && a.OwnerId == owner && a.Kind == AgentKind.Policy).Select(a => a.CurrentVersionId).FirstOrDefaultAsync(ct) is { } version
            ? await StartOfAsync(version, ct)
            : new(PolicyNotation.Compact);

    /// <summary>Whether a gate can be played in the space: candidate against parent, two at a table.</summary>
    public static bool IsGated(SpaceCard card) => card is { MinSeats: <= 2, MaxSeats: >= 2 };

    private async Task<TrainingStart> StartOfAsync(VersionId version, CancellationToken ct)
    {
        var config = (PolicyConfig)AgentConfig.FromJson(await db.AgentVersions.Where(v => v.Id == version).Select(v => v.Config).FirstAsync(ct));
        if (config.Files.All(f => f.Name != AdapterFile) || !VersionId.TryParse(config.Model, null, out var made))
        {
            return new(config.Notation);
        }
        // The version that the weights are named by was made by a run, whose options say the adapter's rank.
        var options = await db.TrainingRuns.Where(r => r.CandidateVersionId == made).Select(r => r.Options).FirstOrDefaultAsync(ct);
        return new(config.Notation, options is null ? null : TrainOptions.FromJson(options).LoraRank);
    }

    /// <summary>Asks for the end of a run. A queued or gated run ends at once, a training one when its worker hears of it.</summary>
    /// <returns>The run's status afterwards, or null when the owner has no such run.</returns>
    public async Task<RunStatus?> CancelAsync(Guid owner, RunId id, CancellationToken ct = default)
    {
        var now = time.GetUtcNow();
        await db.TrainingRuns
            .Where(r => r.Id == id && r.OwnerId == owner && (r.Status == RunStatus.Queued || r.Status == RunStatus.Gate))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Cancelled).SetProperty(r => r.CancelAsked, true).SetProperty(r => r.EndedAt, now), ct);
        await db.TrainingRuns
            .Where(r => r.Id == id && r.OwnerId == owner && r.Status == RunStatus.Training)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelAsked, true), ct);
        return await db.TrainingRuns.Where(r => r.Id == id && r.OwnerId == owner).Select(r => (RunStatus?)r.Status).FirstOrDefaultAsync(ct);
    }

    private Task<RunId?> ActiveAsync(AgentId agent, CancellationToken ct) => db.TrainingRuns
        .Where(r => r.AgentId == agent && (r.Status == RunStatus.Queued || r.Status == RunStatus.Training || r.Status == RunStatus.Gate))
        .Select(r => (RunId?)r.Id)
        .FirstOrDefaultAsync(ct);

    private static Refused InProgress(Agent agent, RunId run) =>
        new("run-in-progress", $"{agent.Name} is already in training (run {run}). One run at a time: wait for its gate, or cancel it.");
}
