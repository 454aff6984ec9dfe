namespace Arena.Rules.Ratings;

/// <summary>A version's place in a ladder; points are whole thousandths of an Elo point.</summary>
/// <param name="Milli">The rating.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Matches">Rated matches behind it.</param>
/// <param name="Drawn">By how much it was drawn towards its owner's other versions (<see cref="OwnerShrinkage"/>); in <paramref name="Milli"/> already.</param>
public sealed record LadderPlace(Guid Version, long Milli, long Low, long High, int Matches, long Drawn = 0);

/// <summary>
/// All rated battles of a space fitted at once: Bradley-Terry with a normal prior whose width is learnt from the list, draws as half a
/// win each. The anchors' mean stands at 1500, or everybody's where there are none. It depends on the book only: the same matches
/// give the same ladder to the last bit on machines whose processors agree about Math.Exp.
/// </summary>
public sealed class Ladder
{
    private const long Center = 1_500_000;
    private const double Z95 = 1.959963984540054;

    private readonly Dictionary<Guid, int> _index;
    private readonly BradleyTerryPosterior? _posterior;

    private Ladder(Dictionary<Guid, int> index, BradleyTerryPosterior? posterior, IReadOnlyDictionary<Guid, LadderPlace> places, long matches) =>
        (_index, _posterior, Places, Matches) = (index, posterior, places, matches);

    /// <summary>Nothing played yet.</summary>
    public static Ladder Empty { get; } = new([], null, new Dictionary<Guid, LadderPlace>(), 0);

    public IReadOnlyDictionary<Guid, LadderPlace> Places { get; }

    /// <summary>Matches behind it.</summary>
    public long Matches { get; }

    /// <summary>Standard deviation of the prior, Elo points: how wide the list is.</summary>
    public double PriorDeviation => _posterior?.PriorDeviation ?? 300;

    /// <summary>The fit with nothing but anchors known.</summary>
    public static Ladder Of(LadderBook book, IReadOnlySet<Guid> anchors, int most = 1_000) => Of(book, new LadderTerms(anchors), most);

    /// <summary>The fit.</summary>
    /// <param name="most">Most versions in it, since its cost grows with the third power: anchors first, then those with most matches.</param>
    public static Ladder Of(LadderBook book, LadderTerms terms, int most = 1_000)
    {
        var anchors = terms.Anchors;
        var versions = book.Versions;
        if (versions.Count > most)
        {
            versions = [.. versions.OrderByDescending(anchors.Contains).ThenByDescending(book.MatchesOf).ThenBy(v => v).Take(most).Order()];
        }
        if (versions.Count == 0)
        {
            return Empty;
        }
        var index = versions.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        var posterior = new BradleyTerryPosterior(versions.Count);
        var met = terms.PairCap is null ? [] : book.Pairs().ToDictionary(p => (p.First, p.Second), p => p.Record.Battles);
        foreach (var (first, second, players, record) in book.Cells())
        {
            if (index.TryGetValue(first, out var a) && index.TryGetValue(second, out var b) && terms.Counts(first, second))
            {
                // A ranking of n players holds n - 1 independent comparisons, not n (n - 1) / 2.
                posterior.Add(a, b, record.HalfPoints / (2.0 * record.Battles), record.Battles * 2.0 / players * terms.Share(first, second, met.GetValueOrDefault((first, second))));
            }
        }
        posterior.Settle();
        var fixedPoints = versions.Any(anchors.Contains) ? versions.Select((v, i) => (v, i)).Where(p => anchors.Contains(p.v)).Select(p => p.i).ToArray() : [.. Enumerable.Range(0, versions.Count)];
        var places = versions.Select((v, i) => Place(v, i, posterior, fixedPoints, book.MatchesOf(v))).ToDictionary(p => p.Version);
        Draw(places, versions, terms);
        return new(index, posterior, places, book.Matches);
    }

    /// <summary>The difference of two ratings and its variance as they would be without what these two showed each other, log-odds: the pair's share is taken out of Laplace's approximation.</summary>
    /// <param name="points">Wins and half of the draws of <paramref name="a"/>, weighed as in the fit.</param>
    /// <param name="weight">Battles, weighed as in the fit.</param>
    public (double Difference, double Variance) Without(Guid a, Guid b, double points, double weight)
    {
        var (difference, variance) = Between(a, b);
        var p = LogitPosterior.Sigmoid(difference);
        var rest = variance / Math.Max(1e-3, 1 - weight * p * (1 - p) * variance);
        return (difference - rest * (points - weight * p), rest);
    }

    /// <summary>An owner's versions are drawn together by as much as chance explains; intervals keep their width.</summary>
    private static void Draw(Dictionary<Guid, LadderPlace> places, IReadOnlyList<Guid> versions, LadderTerms terms)
    {
        var rows = versions.Select(v => places[v]).Select(p => (p.Version, p.Milli / 1_000.0, Math.Max(1, (p.High - p.Low) / 2_000.0 / Z95)));
        foreach (var (version, rating) in OwnerShrinkage.Draw([.. rows], terms))
        {
            var by = (long)Math.Round(1_000 * rating) - places[version].Milli;
            places[version] = places[version] with { Milli = places[version].Milli + by, Low = places[version].Low + by, High = places[version].High + by, Drawn = by };
        }
    }

    /// <summary>Where a version stands in the fit, for <see cref="Between(int, int)"/>; -1 for one that is not in it.</summary>
    public int IndexOf(Guid version) => _index.GetValueOrDefault(version, -1);

    /// <summary>The difference of two ratings and its variance, in log-odds; the prior's for whoever is not in the ladder.</summary>
    public (double Difference, double Variance) Between(Guid a, Guid b) => Between(IndexOf(a), IndexOf(b));

    /// <summary>The same by <see cref="IndexOf"/>.</summary>
    public (double Difference, double Variance) Between(int i, int j)
    {
        var deviation = PriorDeviation * Math.Log(10) / 400;
        var prior = deviation * deviation;
        if (_posterior is null)
        {
            return (0, 2 * prior);
        }
        double Rating(int n) => n < 0 ? 0 : _posterior.Ratings[n];
        double Variance(int n) => n < 0 ? prior : _posterior.Covariance[n * _posterior.Players + n];
        return (Rating(i) - Rating(j), i >= 0 && j >= 0 ? _posterior.Variance(i, j) : Variance(i) + Variance(j));
    }

    /// <summary>Expected score of one against another, 0 to 1.</summary>
    public double Expected(Guid a, Guid b) => 1 / (1 + Math.Exp(-Between(a, b).Difference));

    private static LadderPlace Place(Guid version, int i, BradleyTerryPosterior posterior, int[] anchors, int matches)
    {
        var (n, c) = (posterior.Players, posterior.PointsPerUnit);
        double mean = 0, cross = 0, spread = 0;
        foreach (var a in anchors)
        {
            mean += posterior.Ratings[a];
            cross += posterior.Covariance[i * n + a];
            foreach (var b in anchors)
            {
                spread += posterior.Covariance[a * n + b];
            }
        }
        mean /= anchors.Length;
        // Of the difference to the anchors' mean, which is what the number says.
        var variance = posterior.Covariance[i * n + i] - 2 * cross / anchors.Length + spread / anchors.Length / anchors.Length;
        var (rating, reach) = (c * (posterior.Ratings[i] - mean), c * Z95 * Math.Sqrt(Math.Max(0, variance)));
        static long Milli(double points) => Center + (long)Math.Round(1_000 * points);
        return new LadderPlace(version, Milli(rating), Milli(rating - reach), Milli(rating + reach), matches);
    }
}
