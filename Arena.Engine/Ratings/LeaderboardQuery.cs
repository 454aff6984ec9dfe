using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Ratings;

/// <summary>A line of a leaderboard.</summary>
/// <param name="Rank">From 1.</param>
/// <param name="VersionNumber">1 for the agent's first version.</param>
/// <param name="MilliElo">Thousandths of an Elo point.</param>
/// <param name="Provisional">Fewer than 30 games.</param>
public sealed record LeaderboardRow(
    int Rank, AgentId AgentId, string Agent, AgentKind Kind, VersionId VersionId, int VersionNumber, Guid OwnerId, string Owner,
    long MilliElo, bool Provisional, int Games, int Wins, int Losses, int Draws);

/// <summary>The live ranking of a space by Elo. Each agent stands there once, with the version that it plays now.</summary>
public sealed class LeaderboardQuery(IDbContextFactory<ArenaDb> factory)
{
    public async Task<IReadOnlyList<LeaderboardRow>> OfAsync(string space, int take = 100, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var rows = await (
            from rating in db.Ratings
            where rating.Space == space
            join agent in db.Agents on rating.VersionId equals agent.CurrentVersionId
            join version in db.AgentVersions on rating.VersionId equals version.Id
            join user in db.Users on agent.OwnerId equals user.Id into users
            from user in users.DefaultIfEmpty()
            orderby rating.MilliElo descending, rating.Games descending, rating.VersionId
            select new { Rating = rating, agent.Id, agent.Name, agent.Kind, version.Number, agent.OwnerId, Owner = user == null ? "" : user.UserName })
            .AsNoTracking().Take(take).ToListAsync(ct);
        return [.. rows.Select((r, i) => new LeaderboardRow(
            i + 1, r.Id, r.Name, r.Kind, r.Rating.VersionId, r.Number, r.OwnerId, r.Owner ?? "",
            r.Rating.MilliElo, r.Rating.IsProvisional, r.Rating.Games, r.Rating.Wins, r.Rating.Losses, r.Rating.Draws))];
    }
}
