using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Spaces;

/// <summary>One line of a space's leaderboard.</summary>
/// <param name="Rank">1 for the best; equal ratings share a rank.</param>
public sealed record RankLine(int Rank, Rating Rating, string Name, AgentKind Kind, int Version, VersionStatus Status, Guid OwnerId, string Owner);

/// <summary>Reads leaderboards.</summary>
public static class RankingQueries
{
    /// <summary>
    /// The best <paramref name="count"/> versions of a space by live Elo. Of one agent only the version that played last is ranked,
    /// unless <paramref name="everyVersion"/> asks for all.
    /// </summary>
    public static async Task<IReadOnlyList<RankLine>> RankAsync(this ArenaDb db, string space, int count, bool everyVersion = false, CancellationToken ct = default)
    {
        var rows = from rating in db.Ratings
                   join version in db.AgentVersions on rating.VersionId equals version.Id
                   join agent in db.Agents on rating.AgentId equals agent.Id
                   join owner in db.Users on agent.OwnerId equals owner.Id into owners
                   from owner in owners.DefaultIfEmpty()
                   where rating.Space == space && rating.Games > 0
                   select new { rating, agent.Name, agent.Kind, agent.CurrentVersionId, version.Number, version.Status, agent.OwnerId, Owner = owner == null ? "house" : owner.UserName };
        if (!everyVersion)
        {
            rows = rows.Where(r => r.rating.VersionId == r.CurrentVersionId);
        }
        var found = await rows.OrderByDescending(r => r.rating.MilliElo).ThenByDescending(r => r.rating.Games).Take(count).AsNoTracking().ToListAsync(ct);
        var lines = new List<RankLine>(found.Count);
        foreach (var row in found)
        {
            var rank = lines is [.., var last] && last.Rating.MilliElo == row.rating.MilliElo ? last.Rank : lines.Count + 1;
            lines.Add(new(rank, row.rating, row.Name, row.Kind, row.Number, row.Status, row.OwnerId, row.Owner ?? ""));
        }
        return lines;
    }
}
