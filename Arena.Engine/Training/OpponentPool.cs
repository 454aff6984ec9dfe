using Arena.Engine.Agents;

namespace Arena.Engine.Training;

/// <summary>An agent's version that may be drawn into a pool.</summary>
/// <param name="Hash">Of its settings: two versions of one hash play alike.</param>
/// <param name="MilliElo">Its rating in the space; null where it has none.</param>
public sealed record PoolCandidate(string Source, string Name, string Title, AgentId Agent, VersionId Version, string Hash, long? MilliElo, double? Temperature, IReadOnlyList<PolicyFile>? Files);

/// <summary>
/// Draws the opponents of a run by closeness in strength: an opponent weighs 4 p (1 - p), where p is the parent's expected score
/// against it by Elo. That is 1 between equals and falls to both sides: a game whose result is known beforehand teaches and
/// tests little (the variance weighting of prioritised fictitious self-play, Vinyals et al. 2019). The heaviest are taken, at least one of every
/// source that has any; nothing is left to chance.
/// </summary>
public static class OpponentPool
{
    /// <summary>An unrated version's strength, in milli-Elo.</summary>
    public const long Unrated = Arena.Rules.Ratings.Elo.Start;

    /// <summary>The draw in words, for the pages.</summary>
    public static string InWords(PoolSettings s) =>
        $"Drawn when a run starts: house agents of the space, earlier versions of the agent, and other policies whose owners allow sparring. Each weighs 4·p·(1 − p), p being the parent's expected score against it by Elo (unrated: 1500): near-equal opponents first. The {s.Most} heaviest are taken, at least one of each source, and the weights become shares of the games.";

    /// <param name="parent">The parent's rating in milli-Elo.</param>
    /// <param name="parentHash">Opponents that play exactly like the parent are left out.</param>
    public static IReadOnlyList<PoolMember> Draw(long? parent, string parentHash, IReadOnlyList<PoolCandidate> candidates, PoolSettings settings)
    {
        var weighed = candidates
            .Where(c => c.Hash != parentHash)
            .GroupBy(c => c.Hash, (_, alike) => alike.OrderBy(c => Rank(c.Source)).ThenByDescending(c => c.MilliElo is not null).ThenBy(c => c.Version.Value).First())
            .Select(c => (Candidate: c, Expected: Expected(parent ?? Unrated, c.MilliElo ?? Unrated)))
            .OrderByDescending(c => 4 * c.Expected * (1 - c.Expected)).ThenBy(c => Rank(c.Candidate.Source)).ThenBy(c => c.Candidate.Version.Value)
            .ToList();
        if (settings.Most == 0)
        {
            return [];
        }
        var first = weighed.GroupBy(c => c.Candidate.Source).Select(g => g.First()).ToList();
        var taken = first.Concat(weighed.Except(first)).Take(Math.Max(settings.Most, first.Count)).ToHashSet();
        var members = weighed.Where(taken.Contains).ToList();
        var all = members.Sum(m => 4 * m.Expected * (1 - m.Expected));
        return
        [
            .. members.Select(m => new PoolMember(
                m.Candidate.Source == PoolMember.House ? PoolMember.House : PoolMember.Policy, m.Candidate.Name, 4 * m.Expected * (1 - m.Expected) / all, m.Candidate.Source, m.Candidate.Title,
                m.Candidate.Agent.Value, m.Candidate.Version.Value, (m.Candidate.MilliElo ?? Unrated) / 1000.0, m.Candidate.MilliElo is not null, m.Expected, m.Candidate.Temperature, m.Candidate.Files)),
        ];
    }

    /// <summary>Which member is played next: the one furthest below its share, so that after any number of games the shares are as near as whole games allow.</summary>
    /// <param name="played">Games of each member so far.</param>
    public static int Next(IReadOnlyList<PoolMember> members, IReadOnlyList<int> played)
    {
        var total = played.Sum() + 1;
        return Enumerable.Range(0, members.Count).MaxBy(i => members[i].Weight * total - played[i]);
    }

    private static int Rank(string source) => source switch { PoolMember.House => 0, PoolMember.Past => 1, _ => 2 };

    private static double Expected(long rating, long opponent) => 1 / (1 + Math.Pow(10, (opponent - rating) / 400_000.0));
}
