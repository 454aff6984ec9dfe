using Arena.Engine.Agents;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Ratings;

/// <summary>A line of a leaderboard.</summary>
/// <param name="Rank">From 1 in the whole list, whatever was filtered.</param>
/// <param name="VersionNumber">1 for the agent's first version.</param>
/// <param name="Trained">Whether the version came out of a training run here.</param>
/// <param name="MilliElo">The live Elo, thousandths of a point.</param>
/// <param name="Fitted">Place in the ladder with its interval; null until the next fit knows the version.</param>
/// <param name="Skill">Where more than two play: skill by finishing order with its interval, which the list is ranked by; null elsewhere and until the next fit.</param>
/// <param name="BestRank">1 + those whose whole interval lies above this one's.</param>
/// <param name="WorstRank">All but those whose whole interval lies below.</param>
/// <param name="Provisional">Fewer than 30 games.</param>
public sealed record LeaderboardRow(
    int Rank, AgentId AgentId, string Agent, AgentKind Kind, VersionId VersionId, int VersionNumber, Guid OwnerId, string Owner, bool Trained,
    long MilliElo, LadderPlace? Fitted, SkillPlace? Skill, int BestRank, int WorstRank, bool Provisional, int Games, int Wins, int Losses, int Draws)
{
    /// <summary>Runs outside the platform: the owner's machine answers.</summary>
    public bool SelfHosted => Kind is AgentKind.Bot or AgentKind.Chat;

    /// <summary>In judged spaces: place in the ladder at equal style; null elsewhere and until the next fit.</summary>
    public LadderPlace? Styled { get; init; }
}

/// <summary>What to show of a leaderboard; null shows all.</summary>
/// <param name="Owner">Part of the owner's name.</param>
public sealed record LeaderboardFilter(AgentKind? Kind = null, string? Owner = null, bool? SelfHosted = null, bool? Trained = null)
{
    public bool Shows(LeaderboardRow row) =>
        (Kind is null || row.Kind == Kind)
        && (string.IsNullOrWhiteSpace(Owner) || row.Owner.Contains(Owner.Trim(), StringComparison.OrdinalIgnoreCase))
        && (SelfHosted is null || (row.SelfHosted == SelfHosted && row.Kind != AgentKind.House))
        && (Trained is null || row.Trained == Trained);
}

/// <summary>The ranking of a space by its ladder (where more than two play: by its skills), the live Elo beside. Each agent stands there once, with the version that it plays now.</summary>
public sealed class LeaderboardQuery(IDbContextFactory<ArenaDb> factory, Ladders ladders)
{
    /// <param name="styled">Ranked at equal style instead; as judged where no judges decide.</param>
    public async Task<IReadOnlyList<LeaderboardRow>> OfAsync(string space, int take = 100, LeaderboardFilter? filter = null, bool styled = false, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var rows = await (
            from rating in db.Ratings
            where rating.Space == space
            join agent in db.Agents on rating.VersionId equals agent.CurrentVersionId
            join version in db.AgentVersions on rating.VersionId equals version.Id
            join user in db.Users on agent.OwnerId equals user.Id into users
            from user in users.DefaultIfEmpty()
            select new { Rating = rating, agent.Id, agent.Name, agent.Kind, version.Number, Trained = version.Status == VersionStatus.Promoted, agent.OwnerId, Owner = user == null ? "" : user.UserName })
            .AsNoTracking().ToListAsync(ct);
        var ladder = ladders.Of(space);
        var byPlace = SpaceLadder.RanksByPlace(space);
        var places = styled && ladder.Style is { } style ? style.Places : ladder.Fit.Places;
        var ordered = rows.Select(r => (Row: r, Place: ladder.Fit.Places.GetValueOrDefault(r.Rating.VersionId.Value), Skill: ladder.Skills.GetValueOrDefault(r.Rating.VersionId.Value)))
            .Select(r => (r.Row, r.Place, r.Skill, Span: Span(byPlace, places.GetValueOrDefault(r.Row.Rating.VersionId.Value), r.Skill)))
            .OrderByDescending(r => r.Span?.Value ?? (byPlace ? Skill.Newcomer.Mu : r.Row.Rating.MilliElo)).ThenByDescending(r => r.Row.Rating.Games).ThenBy(r => r.Row.Rating.VersionId.Value).ToList();
        var lows = ordered.Where(r => r.Span is not null).Select(r => r.Span!.Value.Low).Order().ToArray();
        var highs = ordered.Where(r => r.Span is not null).Select(r => r.Span!.Value.High).Order().ToArray();
        var lines = ordered.Select((r, i) => new LeaderboardRow(
            i + 1, r.Row.Id, r.Row.Name, r.Row.Kind, r.Row.Rating.VersionId, r.Row.Number, r.Row.OwnerId, r.Row.Owner ?? "", r.Row.Trained,
            r.Row.Rating.MilliElo, r.Place, r.Skill,
            r.Span is { } above ? 1 + lows.Length - First(lows, low => low > above.High) : 1,
            r.Span is { } below ? ordered.Count - First(highs, high => high >= below.Low) : ordered.Count,
            r.Row.Rating.IsProvisional, r.Row.Rating.Games, r.Row.Rating.Wins, r.Row.Rating.Losses, r.Row.Rating.Draws)
        {
            Styled = ladder.Style?.Places.GetValueOrDefault(r.Row.Rating.VersionId.Value),
        });
        return [.. lines.Where(l => filter?.Shows(l) ?? true).Take(take)];
    }

    /// <summary>What a line is ranked by, with its interval; null until the fit knows the version.</summary>
    private static (double Value, double Low, double High)? Span(bool byPlace, LadderPlace? place, SkillPlace? skill) =>
        byPlace ? skill is null ? null : (skill.Mu, skill.Low, skill.High) : place is null ? null : (place.Milli, place.Low, place.High);

    /// <summary>The first index of a sorted list from which on <paramref name="holds"/>; its length where it never does.</summary>
    private static int First(double[] sorted, Func<double, bool> holds)
    {
        var (from, to) = (0, sorted.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = holds(sorted[middle]) ? (from, middle) : (middle + 1, to);
        }
        return from;
    }
}
