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

    public int this[AgentId a, AgentId b] => _counts.GetValueOrDefault(Key(a, b));

    public void Add(AgentId a, AgentId b, int times = 1) => _counts[Key(a, b)] = this[a, b] + times;

    private static (Guid, Guid) Key(AgentId a, AgentId b) => a.Value.CompareTo(b.Value) < 0 ? (a.Value, b.Value) : (b.Value, a.Value);
}

/// <summary>
/// Who meets whom: pure. The longest waiting entry chooses first, among those whose rating is near enough (the window widens as it waits), the
/// opponent from whom the ladder would learn most about its order: expected information times the risk that the two stand in the wrong
/// order. House agents tie every list together: whoever met none in nine of ten matches meets one next.
/// </summary>
public static class Matchmaker
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
        var free = waiting.Where(e => !(e.HoldUntil > now)).OrderBy(e => e.WaitingSince).ThenBy(e => e.Id).ToList();
        foreach (var held in waiting.Where(e => e.HoldUntil > now))
        {
            reasons[held.Id] = $"Its last match was void; it waits {Seconds(held.HoldUntil!.Value - now)} before the next try.";
        }
        while (free.Count > 0)
        {
            var first = free[0];
            free.RemoveAt(0);
            var anchor = first.Tier == "free" && NeedsAnchor(first, ladder) ? StepIn([first], house, minSeats - 1, met, ladder, options) : [];
            var group = anchor.Count > 0 ? [first] : Gather(first, free, maxSeats, met, ladder, now, options);
            var needed = minSeats - group.Count;
            var players = group.ConvertAll(e => new PairedPlayer(e.AgentId, e.VersionId, e.Id));
            if (needed > 0)
            {
                var stepIn = anchor.Count > 0 ? anchor
                    : first.Tier == "free" && now - first.WaitingSince >= options.HouseAfter ? StepIn(group, house, needed, met, ladder, options) : [];
                if (stepIn.Count < needed)
                {
                    reasons[first.Id] = WhyNot(first, waiting, house, met, now, options);
                    continue;
                }
                players.AddRange(stepIn.Select(h => new PairedPlayer(h.AgentId, h.VersionId, null)));
            }
            free.RemoveAll(group.Contains);
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
    private static double Worth(VersionId a, VersionId b, SpaceLadder ladder)
    {
        var (difference, variance) = ladder.Fit.Between(a.Value, b.Value);
        return MatchValue.OrderInformation(difference, variance);
    }

    /// <summary>The entry and those that may meet it and each other, most worth first; nearest where nothing is known.</summary>
    private static List<WaitingEntry> Gather(
        WaitingEntry first, List<WaitingEntry> free, int maxSeats, RecentMeetings met, SpaceLadder ladder, DateTimeOffset now, MatchmakingOptions options)
    {
        var group = new List<WaitingEntry> { first };
        var others = free.Where(e => e.Tier == first.Tier).OrderByDescending(e => Worth(first.VersionId, e.VersionId, ladder))
            .ThenBy(e => Math.Abs(e.MilliElo - first.MilliElo)).ThenBy(e => e.WaitingSince);
        foreach (var other in others)
        {
            if (group.Count == maxSeats)
            {
                break;
            }
            if (group.TrueForAll(g => MayMeet(g, other, met, options) && IsNear(g, other, now, options)))
            {
                group.Add(other);
            }
        }
        return group;
    }

    /// <summary>Whoever has waited longer decides: a newcomer may be met by somebody whose window is wide already.</summary>
    private static bool IsNear(WaitingEntry a, WaitingEntry b, DateTimeOffset now, MatchmakingOptions options) =>
        Math.Abs(a.MilliElo - b.MilliElo) <= Math.Max(WindowOf(a, now, options), WindowOf(b, now, options));

    private static bool MayMeet(WaitingEntry a, WaitingEntry b, RecentMeetings met, MatchmakingOptions options) =>
        a.OwnerId != b.OwnerId && a.AgentId != b.AgentId && met[a.AgentId, b.AgentId] < options.PairCapPerHour;

    /// <summary>House agents by worth, divided by one more than the times met lately, so that an entry sees them all in time.</summary>
    private static List<HouseCandidate> StepIn(
        List<WaitingEntry> group, IReadOnlyList<HouseCandidate> house, int needed, RecentMeetings met, SpaceLadder ladder, MatchmakingOptions options) =>
        [.. house.Where(h => group.TrueForAll(g => met[g.AgentId, h.AgentId] < options.PairCapPerHour))
            .OrderByDescending(h => Worth(group[0].VersionId, h.VersionId, ladder) / (1 + met[group[0].AgentId, h.AgentId]))
            .ThenBy(h => Math.Abs(h.MilliElo - group[0].MilliElo)).ThenBy(h => h.VersionId.Value).Take(needed)];

    private static string WhyNot(
        WaitingEntry entry, IReadOnlyList<WaitingEntry> waiting, IReadOnlyList<HouseCandidate> house, RecentMeetings met, DateTimeOffset now, MatchmakingOptions options)
    {
        var others = waiting.Where(e => e.Id != entry.Id && e.Tier == entry.Tier && e.AgentId != entry.AgentId).ToList();
        var strangers = others.Where(e => e.OwnerId != entry.OwnerId).ToList();
        var capped = strangers.Count(e => met[entry.AgentId, e.AgentId] >= options.PairCapPerHour);
        var who = others.Count == 0 ? "Nobody else is in this queue."
            : strangers.Count == 0 ? "Only agents of the same owner are in this queue; they never meet in rated matches."
            : capped == strangers.Count ? $"It has met everybody in this queue {options.PairCapPerHour} times within the last hour, the most that is rated."
            : $"Nobody within {WindowOf(entry, now, options) / 1_000} rating points is free; the range widens by {options.WidenPerSecond} points a second.";
        var wait = options.HouseAfter - (now - entry.WaitingSince);
        return who + (entry.Tier != "free" ? " House agents don't play for stakes."
            : wait > TimeSpan.Zero ? $" A house agent steps in after {Seconds(options.HouseAfter)}."
            : house.Count == 0 ? " This space has no house agents."
            : house.All(h => met[entry.AgentId, h.AgentId] >= options.PairCapPerHour) ? $" It has met every house agent {options.PairCapPerHour} times within the last hour; the next match follows when the hour allows."
            : " Too few house agents are free for a full table.");
    }

    private static string Seconds(TimeSpan time) => $"{Math.Ceiling(time.TotalSeconds):0} s";
}
