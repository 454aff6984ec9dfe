using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Engine.Matchmaking;

/// <summary>A house match to start.</summary>
/// <param name="Players">In order of seats.</param>
/// <param name="Shown">At watching speed.</param>
public sealed record HouseMatch(IReadOnlyList<VersionId> Players, bool Shown);

/// <summary>A house agent as the show sees it.</summary>
/// <param name="Games">Rated games in the space.</param>
public readonly record struct HousePlayer(VersionId Version, int Games);

/// <summary>
/// Keeps one space alive with matches among its house agents: a few at watching speed, one after the other, and a steady number of
/// quick ones, so that the leaderboard fills and stays current. Pure: chance comes in as draws.
/// </summary>
public static class HouseShow
{
    /// <param name="house">The space's house agents.</param>
    /// <param name="shownRunning">Shown house matches that run now.</param>
    /// <param name="lastShownEnd">When the last one ended, or null.</param>
    /// <param name="lastQuick">When the last quick one was started, or null.</param>
    public static IReadOnlyList<HouseMatch> Decide(
        SpaceCard card, IReadOnlyList<HousePlayer> house, int shownRunning, DateTimeOffset? lastShownEnd, DateTimeOffset? lastQuick,
        DateTimeOffset now, HouseShowOptions options, Draws draws)
    {
        var matches = new List<HouseMatch>();
        // Judges cost money and time: where they decide, house agents play only against those who enter.
        if (!options.Enabled || card.Judging == JudgingMode.Judges || house.Count < card.MinSeats || house.Count < 2)
        {
            return matches;
        }
        if (shownRunning < options.Shown && (lastShownEnd is not { } ended || now - ended >= options.Between))
        {
            matches.Add(new HouseMatch(Choose(card, house, draws), Shown: true));
        }
        if (options.MatchesPerMinute > 0)
        {
            var gap = TimeSpan.FromMinutes(1) / options.MatchesPerMinute;
            // A few at once in the beginning; late ticks are made up for, but not a whole night's worth.
            var due = lastQuick is { } last ? Math.Min((int)((now - last) / gap), 5) : 3;
            for (var i = 0; i < due; i++)
            {
                matches.Add(new HouseMatch(Choose(card, house, draws), Shown: false));
            }
        }
        return matches;
    }

    /// <summary>The agent with the fewest games, against others by chance; seats in an order by chance.</summary>
    private static List<VersionId> Choose(SpaceCard card, IReadOnlyList<HousePlayer> house, Draws draws)
    {
        var seats = Math.Min(house.Count, card.MaxSeats > card.MinSeats ? card.MinSeats + draws.Next(card.MaxSeats - card.MinSeats + 1) : card.MinSeats);
        var pool = house.ToList();
        var fewest = pool.Min(p => p.Games);
        var first = draws.Pick(pool.Where(p => p.Games == fewest).ToList());
        pool.Remove(first);
        var chosen = new List<VersionId> { first.Version };
        while (chosen.Count < seats)
        {
            var next = draws.Pick(pool);
            pool.Remove(next);
            chosen.Insert(draws.Next(chosen.Count + 1), next.Version);
        }
        return chosen;
    }
}
