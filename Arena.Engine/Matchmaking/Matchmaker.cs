using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;

namespace Arena.Engine.Matchmaking;

/// <summary>An entry that asks for a match.</summary>
/// <param name="MilliElo">Its version's rating in the space.</param>
/// <param name="HoldUntil">Not to be paired before, or null.</param>
public sealed record WaitingEntry(Guid Id, AgentId AgentId, VersionId VersionId, Guid OwnerId, string Tier, long MilliElo, DateTimeOffset WaitingSince, DateTimeOffset? HoldUntil = null);

/// <summary>A house agent that can step in.</summary>
public sealed record HouseCandidate(AgentId AgentId, VersionId VersionId, long MilliElo);

/// <summary>A player of a match to come; <paramref name="Entry"/> is null for a house agent.</summary>
public sealed record PairedPlayer(AgentId AgentId, VersionId VersionId, Guid? Entry);

/// <summary>A match to schedule.</summary>
public sealed record Pairing(string Tier, IReadOnlyList<PairedPlayer> Players);

/// <summary>What follows from one look at a queue.</summary>
/// <param name="Reasons">For every entry that goes on waiting: why, in its owner's words.</param>
public sealed record MatchmakingTick(IReadOnlyList<Pairing> Pairings, IReadOnlyDictionary<Guid, string> Reasons);

/// <summary>Rated matches that agents of this queue have played against each other within the last hour.</summary>
public sealed class RecentMeetings
{
    private readonly Dictionary<(Guid, Guid), int> _counts = [];

    /// <summary>Whether nobody met anybody.</summary>
    public bool None => _counts.Count == 0;

    public int this[AgentId a, AgentId b] => _counts.GetValueOrDefault(Key(a, b));

    public void Add(AgentId a, AgentId b, int times = 1) => _counts[Key(a, b)] = this[a, b] + times;

    private static (Guid, Guid) Key(AgentId a, AgentId b) => a.Value.CompareTo(b.Value) < 0 ? (a.Value, b.Value) : (b.Value, a.Value);
}

/// <summary>
/// Who meets whom: pure. The longest waiting entry chooses first, among those whose rating is near enough (the window widens as it waits), the
/// opponent from whom the ladder would learn most about its order: expected information times the risk that the two stand in the wrong
/// order. House agents tie every list together: whoever met none in nine of ten matches meets one next.
/// </summary>
public static partial class Matchmaker
{
    /// <param name="waiting">One space's queue.</param>
    /// <param name="house">The space's house agents.</param>
    /// <param name="minSeats">Fewest players of a match.</param>
    /// <param name="maxSeats">Most players.</param>
    /// <param name="met">Meetings within the last hour.</param>
    /// <param name="ladder">The space's ratings and what is not yet known of them.</param>
    public static MatchmakingTick Decide(
        IReadOnlyList<WaitingEntry> waiting, IReadOnlyList<HouseCandidate> house, int minSeats, int maxSeats,
        RecentMeetings met, SpaceLadder ladder, DateTimeOffset now, MatchmakingOptions options)
    {
        var pairings = new List<Pairing>();
        var reasons = new Dictionary<Guid, string>();
        var queue = new Queue(waiting, met, ladder, now, options);
        foreach (var held in waiting.Where(e => e.HoldUntil > now))
        {
            reasons[held.Id] = $"Its last match was void; it waits {Seconds(held.HoldUntil!.Value - now)} before the next try.";
        }
        while (queue.TakeFirst() is { } first)
        {
            var anchor = first.Tier == "free" && NeedsAnchor(first, ladder) ? StepIn([first], house, minSeats - 1, met, ladder, options) : [];
            var group = anchor.Count > 0 ? [first] : queue.Gather(first, maxSeats);
            var needed = minSeats - group.Count;
            var players = group.ConvertAll(e => new PairedPlayer(e.AgentId, e.VersionId, e.Id));
            if (needed > 0)
            {
                var stepIn = anchor.Count > 0 ? anchor
                    : first.Tier == "free" && now - first.WaitingSince >= options.HouseAfter ? StepIn(group, house, needed, met, ladder, options) : [];
                if (stepIn.Count < needed)
                {
                    reasons[first.Id] = WhyNot(first, queue, house, met, now, options);
                    continue;
                }
                players.AddRange(stepIn.Select(h => new PairedPlayer(h.AgentId, h.VersionId, null)));
            }
            queue.Take(group);
            pairings.Add(new Pairing(first.Tier, players));
        }
        return new MatchmakingTick(pairings, reasons);
    }

    /// <summary>Rating difference that is near enough for an entry by now, milli-Elo.</summary>
    public static long WindowOf(WaitingEntry entry, DateTimeOffset now, MatchmakingOptions options) =>
        1_000L * options.Window + (long)(1_000 * options.WidenPerSecond * Math.Max(0, (now - entry.WaitingSince).TotalSeconds));

    /// <summary>A tenth of a version's matches are to be against anchors, or the list falls into islands that don't compare.</summary>
    private static bool NeedsAnchor(WaitingEntry entry, SpaceLadder ladder)
    {
        var version = entry.VersionId.Value;
        return !ladder.Anchors.Contains(version) && ladder.Book.MatchesOf(version) >= 9 && 10 * ladder.AnchorMatches.GetValueOrDefault(version) < ladder.Book.MatchesOf(version);
    }

    /// <summary>What a match of the two would tell about the list's order.</summary>
    private static double Worth(VersionId a, VersionId b, SpaceLadder ladder) => Worth(ladder.Fit.IndexOf(a.Value), ladder.Fit.IndexOf(b.Value), ladder.Fit);

    private static double Worth(int a, int b, Ladder fit)
    {
        var (difference, variance) = fit.Between(a, b);
        return MatchValue.OrderInformation(difference, variance);
    }

    /// <summary>House agents by worth, divided by one more than the times met lately, so that an entry sees them all in time.</summary>
    private static List<HouseCandidate> StepIn(
        List<WaitingEntry> group, IReadOnlyList<HouseCandidate> house, int needed, RecentMeetings met, SpaceLadder ladder, MatchmakingOptions options) =>
        [.. house.Where(h => group.TrueForAll(g => met[g.AgentId, h.AgentId] < options.PairCapPerHour))
            .OrderByDescending(h => Worth(group[0].VersionId, h.VersionId, ladder) / (1 + met[group[0].AgentId, h.AgentId]))
            .ThenBy(h => Math.Abs(h.MilliElo - group[0].MilliElo)).ThenBy(h => h.VersionId.Value).Take(needed)];

    private static string WhyNot(
        WaitingEntry entry, Queue queue, IReadOnlyList<HouseCandidate> house, RecentMeetings met, DateTimeOffset now, MatchmakingOptions options)
    {
        var who = queue.Around(entry) switch
        {
            Company.Nobody => "Nobody else is in this queue.",
            Company.SameOwner => "Only agents of the same owner are in this queue; they never meet in rated matches.",
            Company.Capped => $"It has met everybody in this queue {options.PairCapPerHour} times within the last hour, the most that is rated.",
            _ => $"Nobody within {WindowOf(entry, now, options) / 1_000} rating points is free; the range widens by {options.WidenPerSecond} points a second.",
        };
        var wait = options.HouseAfter - (now - entry.WaitingSince);
        return who + (entry.Tier != "free" ? " House agents don't play for stakes."
            : wait > TimeSpan.Zero ? $" A house agent steps in after {Seconds(options.HouseAfter)}."
            : house.Count == 0 ? " This space has no house agents."
            : house.All(h => met[entry.AgentId, h.AgentId] >= options.PairCapPerHour) ? $" It has met every house agent {options.PairCapPerHour} times within the last hour; the next match follows when the hour allows."
            : " Too few house agents are free for a full table.");
    }

    /// <summary>The best that others in a queue are to an entry.</summary>
    private enum Company
    {
        Nobody,
        SameOwner,
        Capped,
        Free,
    }

    private static string Seconds(TimeSpan time) => $"{Math.Ceiling(time.TotalSeconds):0} s";
}
