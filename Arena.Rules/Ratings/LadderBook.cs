namespace Arena.Rules.Ratings;

/// <summary>Two players' record against each other, from the first one's side.</summary>
public readonly record struct HeadToHead(int Wins, int Losses, int Draws)
{
    public int Battles => Wins + Losses + Draws;

    /// <summary>2 for each win, 1 for each draw.</summary>
    public int HalfPoints => 2 * Wins + Draws;

    /// <summary>The same record from the other side.</summary>
    public HeadToHead Turned => new(Losses, Wins, Draws);

    public static HeadToHead operator -(HeadToHead a, HeadToHead b) => new(a.Wins - b.Wins, a.Losses - b.Losses, a.Draws - b.Draws);

    public static HeadToHead operator +(HeadToHead a, HeadToHead b) => new(a.Wins + b.Wins, a.Losses + b.Losses, a.Draws + b.Draws);
}

/// <summary>
/// All rated results of one space, added up as whole numbers: so the order in which matches come doesn't matter, and a fit of
/// the same matches is the same to the last bit. Not for two threads at once.
/// </summary>
public sealed class LadderBook
{
    // Key: the smaller id first; players of the match, because a comparison in a larger field weighs less.
    private readonly Dictionary<(Guid First, Guid Second, int Players), HeadToHead> _cells = [];
    private readonly Dictionary<Guid, int> _matches = [];

    /// <summary>Matches counted.</summary>
    public long Matches { get; private set; }

    /// <summary>Everybody who played a match, in order of id.</summary>
    public IReadOnlyList<Guid> Versions => [.. _matches.Keys.Order()];

    /// <summary>Matches of a version.</summary>
    public int MatchesOf(Guid version) => _matches.GetValueOrDefault(version);

    /// <summary>Counts a match: everybody is compared with everybody else; equal scores are draws.</summary>
    /// <param name="versions">Each player's version; a version that plays itself is not compared.</param>
    /// <param name="scores">Micro-points per player.</param>
    public void Add(IReadOnlyList<Guid> versions, IReadOnlyList<long> scores)
    {
        if (versions.Count != scores.Count || versions.Count < 2)
        {
            throw new ArgumentException("Every player of at least two has a score.", nameof(scores));
        }
        Matches++;
        foreach (var version in versions.Distinct())
        {
            _matches[version] = MatchesOf(version) + 1;
        }
        for (var i = 0; i < versions.Count; i++)
        {
            for (var j = i + 1; j < versions.Count; j++)
            {
                if (versions[i] == versions[j])
                {
                    continue;
                }
                var one = scores[i] > scores[j] ? new HeadToHead(1, 0, 0) : scores[i] < scores[j] ? new HeadToHead(0, 1, 0) : new HeadToHead(0, 0, 1);
                var inOrder = versions[i].CompareTo(versions[j]) < 0;
                var key = inOrder ? (versions[i], versions[j], versions.Count) : (versions[j], versions[i], versions.Count);
                _cells[key] = _cells.GetValueOrDefault(key) + (inOrder ? one : one.Turned);
            }
        }
    }

    /// <summary>Counts a match that is in the book with other scores, as after an appeal.</summary>
    public void Replace(IReadOnlyList<Guid> versions, IReadOnlyList<long> was, IReadOnlyList<long> scores)
    {
        var other = new LadderBook();
        other.Add(versions, was);
        foreach (var (key, cell) in other._cells)
        {
            _cells[key] = _cells.GetValueOrDefault(key) - cell;
        }
        var now = new LadderBook();
        now.Add(versions, scores);
        foreach (var (key, cell) in now._cells)
        {
            _cells[key] = _cells.GetValueOrDefault(key) + cell;
        }
    }

    public LadderBook Copy()
    {
        var copy = new LadderBook { Matches = Matches };
        foreach (var (key, cell) in _cells)
        {
            copy._cells[key] = cell;
        }
        foreach (var (version, matches) in _matches)
        {
            copy._matches[version] = matches;
        }
        return copy;
    }

    /// <summary>Whether a match of more than two is in it.</summary>
    internal bool HoldsFields => _cells.Keys.Any(k => k.Players > 2);

    /// <summary>Every pair that met, smaller id first, in order of ids.</summary>
    public IReadOnlyList<(Guid First, Guid Second, HeadToHead Record)> Pairs() =>
        [.. _cells.GroupBy(c => (c.Key.First, c.Key.Second)).OrderBy(g => g.Key.First).ThenBy(g => g.Key.Second)
            .Select(g => (g.Key.First, g.Key.Second, g.Aggregate(default(HeadToHead), (sum, c) => sum + c.Value)))];

    /// <summary>The counts in a fixed order, for a fit.</summary>
    internal IEnumerable<(Guid First, Guid Second, int Players, HeadToHead Record)> Cells() =>
        _cells.OrderBy(c => c.Key.First).ThenBy(c => c.Key.Second).ThenBy(c => c.Key.Players).Select(c => (c.Key.First, c.Key.Second, c.Key.Players, c.Value));
}
