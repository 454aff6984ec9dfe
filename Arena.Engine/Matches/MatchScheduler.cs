using Arena.Engine.Agents;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>Schedules matches: draws the secret seed, publishes its commitment with the match, and hands it to its grain.</summary>
public sealed class MatchScheduler(SpaceCatalog catalog, SpaceMaterials materials, AgentClients agents, GroupWriter writer, MatchHost host, MatchNode node, IGrainFactory grains, IOptions<ArenaOptions> options, TimeProvider time)
{
    /// <summary>Schedules a match between versions and starts it.</summary>
    /// <param name="versions">Players in order.</param>
    /// <param name="paceMs">Least time between shown turns; 0 = as fast as the agents.</param>
    /// <param name="seed">32 bytes that another unrated match has too, for the same draws; null for fresh ones.</param>
    /// <exception cref="ArgumentException">The space is unknown or seats another number of players.</exception>
    /// <exception cref="PlatformFaultException">A version does not exist.</exception>
    public async Task<MatchId> ScheduleAsync(
        string space, MatchKind kind, string tier, IReadOnlyList<VersionId> versions, int paceMs, Guid? gateRun = null, byte[]? seed = null, CancellationToken ct = default)
    {
        var plan = await PlanAsync(space, kind, tier, [.. versions.Select(v => (v, (Guid?)null))], paceMs, gateRun, ct, seed);
        await writer.WriteAsync(
            session =>
            {
                Insert(session, plan);
                return true;
            },
            ct);
        await StartAsync(plan);
        return plan.Id;
    }

    /// <summary>A match that is not written yet.</summary>
    internal async Task<MatchPlan> PlanAsync(
        string space, MatchKind kind, string tier, IReadOnlyList<(VersionId Version, Guid? Entry)> players, int paceMs, Guid? gateRun, CancellationToken ct, byte[]? seed = null)
    {
        var offer = catalog.Find(space) ?? throw new ArgumentException($"There is no space '{space}'.", nameof(space));
        if (players.Count < offer.Card.MinSeats || players.Count > offer.Card.MaxSeats)
        {
            throw new ArgumentException($"{offer.Card.Name} seats {offer.Card.MinSeats} to {offer.Card.MaxSeats}, not {players.Count}.", nameof(players));
        }
        var seats = new List<PlannedSeat>(players.Count);
        foreach (var (version, entry) in players)
        {
            var known = await agents.KnowAsync(version, ct);
            seats.Add(new PlannedSeat(known.Version.AgentId, version, known.Version.Hash, known.OwnerId, entry));
        }
        return MatchPlan.New(offer.Card, kind, tier, paceMs, gateRun, seats, time, seed) with { Material = materials.For(space) };
    }

    /// <summary>Writes a planned match inside a larger transaction; after the commit it is to be started.</summary>
    internal void Insert(WriteSession session, MatchPlan plan) =>
        MatchRows.Insert(session, plan, node.Name, plan.CreatedAt + options.Value.Lease.Duration);

    /// <summary>Hands a written match to its grain.</summary>
    internal Task StartAsync(MatchPlan plan)
    {
        host.Keep(plan);
        return grains.GetGrain<IMatchGrain>(plan.Id.Value).StartAsync();
    }
}
