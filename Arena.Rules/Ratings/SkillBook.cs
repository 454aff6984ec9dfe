using System.Collections.Concurrent;

namespace Arena.Rules.Ratings;

/// <summary>A version's skill in a space of more than two seats, in the points of Weng and Lin's model (a newcomer has 25 ± 16.3).</summary>
/// <param name="Mu">The rating.</param>
/// <param name="Sigma">Its standard deviation.</param>
/// <param name="Matches">Rated matches behind it.</param>
/// <param name="Drawn">By how much it was drawn towards its owner's other versions (<see cref="OwnerShrinkage"/>); in <paramref name="Mu"/> already.</param>
public sealed record SkillPlace(Guid Version, double Mu, double Sigma, int Matches, double Drawn = 0)
{
    private const double Z95 = 1.959963984540054;

    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Mu - Z95 * Sigma;

    /// <summary>Upper end.</summary>
    public double High => Mu + Z95 * Sigma;
}

/// <summary>What one match did to its players' skills, by seat, before versions of one owner are drawn together.</summary>
/// <param name="Before">Skill before the match.</param>
/// <param name="After">Skill after it.</param>
public sealed record SkillStep(IReadOnlyList<Skill> Before, IReadOnlyList<Skill> After);

/// <summary>
/// Rated results of one space with more than two seats as finishing orders, and the skills that follow: Weng and Lin's Plackett-Luce rule, one
/// match after another in the order in which they closed (equal moments: by id), so that anybody can make them again with openskill's
/// PlackettLuce model (tau 0). A match that turns up late is put in its place and the rule runs again from the first: the same matches give the same skills to the last
/// bit, however they came in. Not for two threads at once.
/// </summary>
public sealed class SkillBook
{
    /// <summary>openskill's, but for tau: a version never changes, so no doubt is added before a match.</summary>
    public static WengLinOptions Options { get; } = new(WengLinModel.PlackettLuce, Tau: 0);

    private readonly List<Result> _results = [];
    private readonly Dictionary<Guid, int> _index = [];
    private readonly List<Guid> _versions = [];
    private double[] _mu = [];
    private double[] _sigma = [];
    private int[] _matches = [];
    private readonly ConcurrentDictionary<Guid, SkillStep> _steps = new();
    private int _folded;
    private IReadOnlySet<(Guid First, Guid Second)>? _uncounted;

    /// <summary>What each counted match did, by its id, as of the last <see cref="Places"/>. Other threads may read it: each match's step is replaced whole.</summary>
    public IReadOnlyDictionary<Guid, SkillStep> Steps => _steps;

    /// <summary>Matches in the book.</summary>
    public int Matches => _results.Count;

    /// <summary>Counts a match.</summary>
    /// <param name="versions">Each player's version. A match in which one sat twice says nothing about an order of versions and is kept out.</param>
    /// <param name="scores">Micro-points per player: the higher, the better the place; equal scores share one.</param>
    public void Add(DateTimeOffset closed, Guid match, IReadOnlyList<Guid> versions, IReadOnlyList<long> scores)
    {
        if (versions.Count != scores.Count || versions.Count < 2)
        {
            throw new ArgumentException("Every player of at least two has a score.", nameof(scores));
        }
        if (versions.Distinct().Count() < versions.Count)
        {
            return;
        }
        var result = Place(closed.UtcTicks, match, [.. versions.Select(Index)], scores);
        var at = ~_results.BinarySearch(result, Result.ByMoment);
        if (at < 0)
        {
            throw new ArgumentException($"Match {match} is in the book already.", nameof(match));
        }
        _results.Insert(at, result);
        if (at < _folded)
        {
            _folded = 0;
        }
    }

    /// <summary>Gives a match of the book other scores, as after an appeal; does nothing for a match that is not in it.</summary>
    public void Replace(Guid match, IReadOnlyList<long> scores)
    {
        var at = _results.FindIndex(r => r.Match == match);
        if (at < 0)
        {
            return;
        }
        var old = _results[at];
        var players = new int[old.Order.Length];
        for (var k = 0; k < players.Length; k++)
        {
            players[old.Seats[k]] = old.Order[k];
        }
        _results[at] = Place(old.Ticks, match, players, scores);
        _folded = at < _folded ? 0 : _folded;
    }

    /// <summary>Everybody's skill after all matches.</summary>
    /// <param name="terms">Whose results count nothing (matches in which both of such a pair sat are passed over), and whose versions are drawn together. Nothing of it: null.</param>
    public IReadOnlyDictionary<Guid, SkillPlace> Places(LadderTerms? terms = null)
    {
        var uncounted = terms?.Uncounted;
        if (!(uncounted ?? new HashSet<(Guid, Guid)>()).SetEquals(_uncounted ?? new HashSet<(Guid, Guid)>()))
        {
            (_uncounted, _folded) = (uncounted is null ? null : uncounted.ToHashSet(), 0);
        }
        Fold();
        var places = _versions.Select((v, i) => new SkillPlace(v, _mu[i], _sigma[i], _matches[i])).Where(p => p.Matches > 0).ToDictionary(p => p.Version);
        if (terms is not null)
        {
            // In order of ids, so that a sum over an owner's versions has the same bits in whatever order matches came in.
            foreach (var (version, mu) in OwnerShrinkage.Draw([.. places.Values.OrderBy(p => p.Version).Select(p => (p.Version, p.Mu, p.Sigma))], terms))
            {
                places[version] = places[version] with { Mu = mu, Drawn = mu - places[version].Mu };
            }
        }
        return places;
    }

    private void Fold()
    {
        if (_folded == 0 || _mu.Length < _versions.Count)
        {
            var from = _folded == 0 ? 0 : _mu.Length;
            Array.Resize(ref _mu, _versions.Count);
            Array.Resize(ref _sigma, _versions.Count);
            Array.Resize(ref _matches, _versions.Count);
            _mu.AsSpan(from).Fill(Skill.Newcomer.Mu);
            _sigma.AsSpan(from).Fill(Skill.Newcomer.Sigma);
            _matches.AsSpan(from).Clear();
        }
        var rule = new PlackettLuceOnline(Options);
        for (; _folded < _results.Count; _folded++)
        {
            var result = _results[_folded];
            if (!Counts(result))
            {
                _steps.TryRemove(result.Match, out _);
                continue;
            }
            var before = Now(result);
            rule.Update(_mu, _sigma, result.Order, result.Ranks);
            _steps[result.Match] = new(before, Now(result));
            foreach (var player in result.Order)
            {
                _matches[player]++;
            }
        }
    }

    /// <summary>Its players' skills by seat.</summary>
    private Skill[] Now(Result result)
    {
        var skills = new Skill[result.Order.Length];
        for (var k = 0; k < skills.Length; k++)
        {
            skills[result.Seats[k]] = new(_mu[result.Order[k]], _sigma[result.Order[k]]);
        }
        return skills;
    }

    private bool Counts(Result result)
    {
        if (_uncounted is not { Count: > 0 } left)
        {
            return true;
        }
        for (var i = 0; i < result.Order.Length; i++)
        {
            for (var j = i + 1; j < result.Order.Length; j++)
            {
                if (left.Contains(LadderTerms.Pair(_versions[result.Order[i]], _versions[result.Order[j]])))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private int Index(Guid version)
    {
        if (!_index.TryGetValue(version, out var index))
        {
            _index[version] = index = _versions.Count;
            _versions.Add(version);
        }
        return index;
    }

    /// <param name="players">(n) indices of versions, by seat.</param>
    private static Result Place(long ticks, Guid match, int[] players, IReadOnlyList<long> scores)
    {
        int[] seats = [.. Enumerable.Range(0, players.Length).OrderByDescending(s => scores[s]).ThenBy(s => s)];
        return new(ticks, match, [.. seats.Select(s => players[s])], [.. seats.Select(s => scores.Count(other => other > scores[s]))], seats);
    }

    /// <param name="Order">(n) indices of versions, best first.</param>
    /// <param name="Ranks">(n) their places from 0, equal for a draw.</param>
    /// <param name="Seats">(n) which seat each of <paramref name="Order"/> had.</param>
    private sealed record Result(long Ticks, Guid Match, int[] Order, int[] Ranks, int[] Seats)
    {
        public static IComparer<Result> ByMoment { get; } = Comparer<Result>.Create((a, b) => a.Ticks != b.Ticks ? a.Ticks.CompareTo(b.Ticks) : a.Match.CompareTo(b.Match));
    }
}
