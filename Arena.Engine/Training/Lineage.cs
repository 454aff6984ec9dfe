using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Training;

/// <summary>The run that made a version.</summary>
/// <param name="Gate">Null while it has not begun.</param>
public sealed record LineageRun(RunId Id, string Space, TrainOptions Options, int PairCount, string PairsHash, RunStatus Status, GateStanding? Gate, IReadOnlyList<PoolMember> Opponents);

/// <param name="MilliElo">The version's own rating in the space.</param>
public sealed record LineageRating(string Space, long MilliElo, int Games);

/// <summary>A version in its agent's tree.</summary>
/// <param name="Depth">0 for a version without a parent.</param>
/// <param name="Current">Whether the agent plays with it.</param>
/// <param name="Run">Null for versions that were made by hand.</param>
public sealed record LineageNode(
    VersionId Id, int Number, VersionId? Parent, int? ParentNumber, int Depth, VersionStatus Status, bool Current, string Hash, DateTimeOffset CreatedAt, LineageRun? Run, IReadOnlyList<LineageRating> Ratings)
{
    /// <summary>Whether its owner may play with it: not while it is in a gate, not after it was rejected.</summary>
    public bool Playable => Status is VersionStatus.Ready or VersionStatus.Promoted;
}

/// <summary>An agent's versions as a tree, parents before children, and every switch between them, newest first.</summary>
public sealed record Lineage(Agent Agent, IReadOnlyList<LineageNode> Nodes, IReadOnlyList<VersionSwitch> Switches)
{
    public LineageNode? Numbered(int number) => Nodes.FirstOrDefault(n => n.Number == number);

    /// <summary>Depth first; siblings by number. A version whose parent is unknown is a root.</summary>
    /// <param name="versions">Id, number and parent of each.</param>
    internal static IReadOnlyList<(VersionId Id, int Depth)> Order(IReadOnlyList<(VersionId Id, int Number, VersionId? Parent)> versions)
    {
        var known = versions.Select(v => v.Id).ToHashSet();
        var children = versions.OrderBy(v => v.Number).ToLookup(v => v.Parent is { } parent && known.Contains(parent) && parent != v.Id ? parent : (VersionId?)null);
        var ordered = new List<(VersionId, int)>(versions.Count);
        // A stack, not recursion: each run adds a level, and nothing bounds the number of runs.
        var open = new Stack<(VersionId Id, int Depth)>(children[null].Reverse().Select(v => (v.Id, 0)));
        while (open.TryPop(out var next))
        {
            ordered.Add(next);
            foreach (var child in children[next.Id].Reverse())
            {
                open.Push((child.Id, next.Depth + 1));
            }
        }
        return ordered;
    }
}

/// <summary>Reads lineages.</summary>
public sealed class LineageQuery(IDbContextFactory<ArenaDb> factory)
{
    // Of a page; the table keeps all.
    private const int MostSwitches = 100;

    /// <returns>Null when there is no such agent.</returns>
    public async Task<Lineage?> OfAsync(AgentId id, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        if (await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id, ct) is not { } agent)
        {
            return null;
        }
        var versions = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == id).Select(v => new { v.Id, v.Number, v.ParentId, v.Status, v.Hash, v.CreatedAt }).ToListAsync(ct);
        var runs = await db.TrainingRuns.AsNoTracking().Where(r => r.AgentId == id && r.CandidateVersionId != null)
            .Select(r => new { Version = r.CandidateVersionId!.Value, r.Id, r.Space, r.Options, r.PairCount, r.PairsHash, r.Status, r.Gate, r.Opponents }).ToDictionaryAsync(r => r.Version, ct);
        var ratings = (await db.Ratings.AsNoTracking().Where(r => r.AgentId == id && r.Games > 0).ToListAsync(ct)).ToLookup(r => r.VersionId);
        var switches = await db.VersionSwitches.AsNoTracking().Where(s => s.AgentId == id).OrderByDescending(s => s.Id).Take(MostSwitches).ToListAsync(ct);
        var byId = versions.ToDictionary(v => v.Id);
        var nodes = Lineage.Order([.. versions.Select(v => (v.Id, v.Number, v.ParentId))]).Select(o =>
        {
            var v = byId[o.Id];
            var run = runs.GetValueOrDefault(v.Id);
            return new LineageNode(
                v.Id, v.Number, v.ParentId, v.ParentId is { } parent && byId.TryGetValue(parent, out var from) ? from.Number : null, o.Depth, v.Status, v.Id == agent.CurrentVersionId, v.Hash, v.CreatedAt,
                run is null ? null : new(run.Id, run.Space, TrainOptions.FromJson(run.Options), run.PairCount, run.PairsHash, run.Status, run.Gate is null ? null : GateStanding.FromJson(run.Gate), PoolMember.ListOf(run.Opponents)),
                [.. ratings[v.Id].OrderBy(r => r.Space, StringComparer.Ordinal).Select(r => new LineageRating(r.Space, r.MilliElo, r.Games))]);
        });
        return new(agent, [.. nodes], switches);
    }
}
