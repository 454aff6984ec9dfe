using System.Security.Cryptography;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Rules.Play;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matchmaking;

/// <summary>What a space remembers between ticks; losing it costs nothing.</summary>
public sealed class SpaceMemory
{
    internal IReadOnlyList<(AgentId Agent, VersionId Version)>? House { get; set; }

    internal bool ShownRuns { get; set; }

    internal DateTimeOffset? LastShownEnd { get; set; }

    internal DateTimeOffset? LastQuick { get; set; }
}

/// <summary>Reads what the pure deciders need, and saves what they decide.</summary>
public sealed class MatchmakingDesk(SpaceCatalog catalog, IDbContextFactory<ArenaDb> factory, GroupWriter writer, MatchScheduler scheduler, Ladders ladders, IOptions<ArenaOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>One look at a space: pairs who waits, then keeps the show going. A closed space does neither.</summary>
    public async Task TickAsync(string space, SpaceMemory memory, CancellationToken ct)
    {
        if (catalog.Find(space) is not { IsOpen: true } offer)
        {
            return;
        }
        memory.House ??= await HouseAsync(offer, ct);
        await PairAsync(offer, memory.House, ct);
        await ShowAsync(offer, memory, ct);
    }

    private async Task<IReadOnlyList<(AgentId, VersionId)>> HouseAsync(SpaceOffer offer, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var house = await db.Agents.AsNoTracking().Where(a => a.OwnerId == Owner.HouseId)
            .Join(db.AgentVersions, a => a.CurrentVersionId, v => v.Id, (a, v) => new { Agent = a.Id, Version = v.Id, v.Config }).ToListAsync(ct);
        var slugs = offer.Rules.House.Select(h => h.Slug).ToHashSet();
        return [.. house.Where(h => AgentConfig.FromJson(h.Config) is HouseConfig c && c.Space == offer.Card.Slug && slugs.Contains(c.Slug)).Select(h => (h.Agent, h.Version))];
    }

    private async Task PairAsync(SpaceOffer offer, IReadOnlyList<(AgentId Agent, VersionId Version)> house, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var slug = offer.Card.Slug;
        await using var db = await factory.CreateDbContextAsync(ct);
        var entries = await db.Entries.AsNoTracking().Where(e => e.Space == slug && e.Status == EntryStatus.Waiting).ToListAsync(ct);
        if (entries.Count == 0)
        {
            return;
        }
        var versions = entries.Select(e => e.VersionId).Concat(house.Select(h => h.Version)).Distinct().ToList();
        var ratings = await db.Ratings.AsNoTracking().Where(r => r.Space == slug && versions.Contains(r.VersionId)).ToDictionaryAsync(r => r.VersionId, r => r.MilliElo, ct);
        var met = await MetAsync(db, entries, slug, now, ct);
        var tick = Matchmaker.Decide(
            [.. entries.Select(e => new WaitingEntry(e.Id, e.AgentId, e.VersionId, e.OwnerId, e.Tier, ratings.GetValueOrDefault(e.VersionId, Elo.Start), e.WaitingSince, e.HoldUntil))],
            [.. house.Select(h => new HouseCandidate(h.Agent, h.Version, ratings.GetValueOrDefault(h.Version, Elo.Start)))],
            offer.Card.MinSeats, offer.Card.MaxSeats, met, ladders.Of(slug), now, options.Value.Matchmaking);
        var plans = new List<MatchPlan>(tick.Pairings.Count);
        foreach (var pairing in tick.Pairings)
        {
            plans.Add(await scheduler.PlanAsync(
                slug, MatchKind.Rated, pairing.Tier, [.. pairing.Players.Select(p => (p.VersionId, p.Entry))], options.Value.Matchmaking.PaceMs, null, ct));
        }
        var news = tick.Reasons.Where(r => entries.First(e => e.Id == r.Key).WaitingBecause != r.Value).ToList();
        foreach (var plan in plans)
        {
            if (await writer.WriteAsync(session => Save(session, plan), ct))
            {
                await scheduler.StartAsync(plan);
            }
        }
        if (news.Count > 0)
        {
            await writer.WriteAsync(session => news.Sum(r => session.Run("UPDATE Entries SET WaitingBecause = $1 WHERE Id = $0 AND Status = 'Waiting'", r.Key, r.Value)), ct);
        }
    }

    /// <summary>Writes a match with its entries' new state, or nothing when an owner took one of them out meanwhile.</summary>
    private bool Save(WriteSession session, MatchPlan plan)
    {
        var entries = plan.Seats.Where(s => s.EntryId is not null).Select(s => s.EntryId!.Value).ToList();
        if (!entries.TrueForAll(e => EntryRows.IsWaiting(session, e)))
        {
            return false;
        }
        scheduler.Insert(session, plan);
        foreach (var entry in entries)
        {
            EntryRows.Pair(session, entry, plan.Id);
        }
        return true;
    }

    private static async Task<RecentMeetings> MetAsync(ArenaDb db, List<Entry> entries, string space, DateTimeOffset now, CancellationToken ct)
    {
        var met = new RecentMeetings();
        // Ids of version 7 start with their moment: the index then reads an hour of matches, not all of them.
        var first = MatchId.FirstOf(now - Hour).Value;
        foreach (var agent in entries.Select(e => e.AgentId).Distinct())
        {
            var counts = await db.Database.SqlQuery<Meeting>(
                $"""
                SELECT o.AgentId AS Other, COUNT(*) AS Times FROM MatchSeats s
                JOIN Matches m ON m.Id = s.MatchId AND m.Space = {space} AND m.Kind = 'Rated' AND m.Status <> 'Void'
                JOIN MatchSeats o ON o.MatchId = s.MatchId AND o.AgentId <> s.AgentId
                WHERE s.AgentId = {agent.Value} AND s.MatchId >= {first} GROUP BY o.AgentId
                """).ToListAsync(ct);
            foreach (var other in counts)
            {
                var id = new AgentId(other.Other);
                if (met[agent, id] == 0)
                {
                    met.Add(agent, id, other.Times);
                }
            }
        }
        return met;
    }

    private async Task ShowAsync(SpaceOffer offer, SpaceMemory memory, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var slug = offer.Card.Slug;
        var show = options.Value.HouseShow;
        if (!show.Enabled)
        {
            return;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        var games = await db.Ratings.AsNoTracking().Where(r => r.Space == slug).ToDictionaryAsync(r => r.VersionId, r => r.Games, ct);
        var running = await db.Matches.CountAsync(
            m => m.Status == MatchStatus.Running && m.Space == slug && m.PaceMs > 0 && m.Seats.All(s => s.OwnerId == Owner.HouseId), ct);
        if (running < show.Shown && memory.ShownRuns)
        {
            memory.LastShownEnd = now;
            memory.ShownRuns = false;
        }
        var players = memory.House!.Select(h => new HousePlayer(h.Version, games.GetValueOrDefault(h.Version))).ToList();
        var draws = new Draws(RandomNumberGenerator.GetBytes(32), "show");
        foreach (var match in HouseShow.Decide(offer.Card, players, running, memory.LastShownEnd, memory.LastQuick, now, show, draws))
        {
            await scheduler.ScheduleAsync(slug, MatchKind.Rated, FeeTier.Free.Slug, match.Players, match.Shown ? show.PaceMs : 0, null, ct: ct);
            memory.ShownRuns |= match.Shown;
            memory.LastQuick = match.Shown ? memory.LastQuick : now;
        }
    }

    private sealed record Meeting(Guid Other, int Times);
}
