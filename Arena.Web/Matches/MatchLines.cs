using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules;
using Arena.Web.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Matches;

/// <summary>One player of a match, as lists show it.</summary>
/// <param name="Score">Micro-points, null until closed.</param>
/// <param name="Before">Milli-Elo before the match, null when unrated or open.</param>
/// <param name="After">Milli-Elo after it.</param>
public sealed record PlayerLine(int Player, AgentId AgentId, VersionId VersionId, string Name, AgentKind Kind, int Version, Guid OwnerId, string Owner, long? Score, long? Before, long? After, string? Fault, bool LegalOnly = false)
{
    /// <summary>The name where the space is known anyway: house agents carry theirs in front.</summary>
    public string ShortName => KindWords.ShortName(Kind, Name);
}

/// <summary>One match, as lists show it.</summary>
public sealed record MatchLine(Match Match, string SpaceName, IReadOnlyList<PlayerLine> Players)
{
    public bool IsOver => Match.Status is MatchStatus.Closed or MatchStatus.Void;

    /// <summary>The best score, or null while there is none; several players may share it.</summary>
    public long? Best => Match.Status == MatchStatus.Closed ? Players.Max(p => p.Score) : null;

    /// <summary>Whether all players share the best score.</summary>
    public bool IsDraw => Best is { } best && Players.All(p => p.Score == best);

    public bool Won(PlayerLine player) => Best is { } best && player.Score == best && !IsDraw;
}

/// <summary>What a list of matches is narrowed to.</summary>
/// <param name="Before">Only matches older than this one (ids sort by time): the next page.</param>
/// <param name="Since">Only matches created at this moment or later.</param>
public sealed record MatchFilter(string? Space = null, AgentId? Agent = null, MatchStatus? Status = null, MatchKind? Kind = null, DateTimeOffset? Since = null, MatchId? Before = null);

/// <summary>Reads matches for lists, newest first.</summary>
public static class MatchQueries
{
    /// <summary>At most <paramref name="count"/> matches, newest first; keyset pages through <see cref="MatchFilter.Before"/>.</summary>
    public static async Task<IReadOnlyList<MatchLine>> LinesAsync(this ArenaDb db, MatchFilter filter, int count, CancellationToken ct = default)
    {
        // Ids are version 7: they sort by time in the primary key, in SQLite's text as in PostgreSQL's uuid.
        var matches = filter.Before is { } before
            ? db.Matches.FromSql($"""SELECT * FROM "Matches" WHERE "Id" < {before.Value}""")
            : db.Matches.AsQueryable();
        if (filter.Space is { } space)
        {
            matches = matches.Where(m => m.Space == space);
        }
        if (filter.Agent is { } agent)
        {
            matches = matches.Where(m => db.MatchSeats.Where(s => s.AgentId == agent).Select(s => s.MatchId).Contains(m.Id));
        }
        if (filter.Status is { } status)
        {
            matches = matches.Where(m => m.Status == status);
        }
        if (filter.Kind is { } kind)
        {
            matches = matches.Where(m => m.Kind == kind);
        }
        if (filter.Since is { } since)
        {
            matches = matches.Where(m => m.CreatedAt >= since);
        }
        return await db.DescribeAsync(await matches.OrderByDescending(m => m.Id).Take(count).Include(m => m.Seats).AsNoTracking().ToListAsync(ct), ct);
    }

    /// <summary>The latest matches of all of an owner's agents.</summary>
    public static async Task<IReadOnlyList<MatchLine>> OwnLinesAsync(this ArenaDb db, Guid owner, int count, CancellationToken ct = default)
    {
        var matches = db.Matches.Where(m => db.MatchSeats.Where(s => db.Agents.Where(a => a.OwnerId == owner).Select(a => a.Id).Contains(s.AgentId)).Select(s => s.MatchId).Contains(m.Id));
        return await db.DescribeAsync(await matches.OrderByDescending(m => m.Id).Take(count).Include(m => m.Seats).AsNoTracking().ToListAsync(ct), ct);
    }

    /// <summary>One match, or null.</summary>
    public static async Task<MatchLine?> LineAsync(this ArenaDb db, MatchId id, CancellationToken ct = default)
    {
        var match = await db.Matches.Include(m => m.Seats).AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct);
        return match is null ? null : (await db.DescribeAsync([match], ct))[0];
    }

    /// <summary>What to show first: a running match at watching speed, else any running one, else the latest that ended; empty before the first.</summary>
    public static async Task<IReadOnlyList<MatchLine>> WatchableAsync(this ArenaDb db, string? space = null, CancellationToken ct = default)
    {
        var running = await db.LinesAsync(new(space, Status: MatchStatus.Running), 20, ct);
        return running.Count > 0
            ? [running.OrderByDescending(l => l.Match.PaceMs > 0).ThenByDescending(l => l.Players.Any(p => p.Kind != AgentKind.House)).First()]
            : await db.LinesAsync(new(space, Status: MatchStatus.Closed), 1, ct);
    }

    /// <summary>Names for the seats of <paramref name="matches"/>.</summary>
    public static async Task<IReadOnlyList<MatchLine>> DescribeAsync(this ArenaDb db, IReadOnlyList<Match> matches, CancellationToken ct)
    {
        var versions = matches.SelectMany(m => m.Seats).Select(s => s.VersionId).Distinct().ToList();
        var names = await (from version in db.AgentVersions
                           join agent in db.Agents on version.AgentId equals agent.Id
                           join owner in db.Users on agent.OwnerId equals owner.Id into owners
                           from owner in owners.DefaultIfEmpty()
                           where versions.Contains(version.Id)
                           select new { version.Id, agent.Name, agent.Kind, version.Number, Config = agent.Kind == AgentKind.Policy ? version.Config : null, Owner = owner == null ? "house" : owner.UserName })
            .ToDictionaryAsync(n => n.Id, ct);
        return [.. matches.Select(m => new MatchLine(m, SpaceRegistry.Find(m.Space)?.Card.Name ?? m.Space, [.. m.Seats.OrderBy(s => s.Player).Select(s =>
        {
            var name = names[s.VersionId];
            return new PlayerLine(s.Player, s.AgentId, s.VersionId, name.Name, name.Kind, name.Number, s.OwnerId, name.Owner ?? "", s.Score, s.RatingBefore, s.RatingAfter, s.Fault, name.Config is { } config && AgentConfig.FromJson(config) is PolicyConfig { LegalOnly: true });
        })]))];
    }
}
