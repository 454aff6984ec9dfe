namespace Arena.Rules.Ratings;

/// <summary>A version's place in a ladder; points are whole thousandths of an Elo point.</summary>
/// <param name="Milli">The rating.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Matches">Rated matches behind it.</param>
/// <param name="Drawn">By how much it was drawn towards its owner's other versions (<see cref="OwnerShrinkage"/>); in <paramref name="Milli"/> already.</param>
public sealed record LadderPlace(Guid Version, long Milli, long Low, long High, int Matches, long Drawn = 0)
{
    /// <summary>Lower end of the 95 % interval by the spread of the results themselves (sandwich); null where it can't be trusted, see <see cref="Ladder"/>.</summary>
    public long? RobustLow { get; init; }

    /// <summary>Upper end.</summary>
    public long? RobustHigh { get; init; }

    /// <summary>Drawn towards the owner's other versions by this much more.</summary>
    internal LadderPlace Moved(long by) => this with { Milli = Milli + by, Low = Low + by, High = High + by, Drawn = Drawn + by, RobustLow = RobustLow + by, RobustHigh = RobustHigh + by };
}

/// <summary>
/// All rated battles of a space fitted at once: Bradley-Terry with a normal prior whose width is learnt from the list, draws as half a
/// win each. The anchors' mean stands at 1500, or everybody's where there are none. It depends on the book only: the same matches
/// give the same ladder to the last bit on machines whose processors agree about Math.Exp.
/// </summary>
/// <remarks>
/// The interval is Laplace's, of the posterior: it holds for a newcomer with three wins too. Beside it stands the sandwich H⁻¹ G H⁻¹, whose width comes from how far
/// results really lie from what the ratings expect; it holds where the model is wrong, and is far too narrow where few results are known or all were won. So it is
/// given only for versions with <see cref="RobustMatches"/> matches in the largest group of those who reach each other along "scored against", in spaces where two
/// play (pairs of a larger match are not independent).
/// </remarks>
public sealed class Ladder
{
    private const long Center = 1_500_000;

    /// <summary>Matches from which on a version has a sandwich interval.</summary>
    public const int RobustMatches = 30;

    internal const double Z95 = 1.959963984540054;

    private readonly Dictionary<Guid, int> _index;
    private readonly BradleyTerryPosterior? _posterior;
    private readonly int[] _fixedPoints;

    private Ladder(Dictionary<Guid, int> index, BradleyTerryPosterior? posterior, int[] fixedPoints, IReadOnlyDictionary<Guid, LadderPlace> places, long matches) =>
        (_index, _posterior, _fixedPoints, Places, Matches) = (index, posterior, fixedPoints, places, matches);

    /// <summary>Nothing played yet.</summary>
    public static Ladder Empty { get; } = new([], null, [], new Dictionary<Guid, LadderPlace>(), 0);

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
        var middle = Middle(posterior, fixedPoints);
        var places = versions.Select((v, i) => Place(v, i, posterior, middle, book.MatchesOf(v))).ToDictionary(p => p.Version);
        LadderSandwich.Fill(places, versions, book, terms, index, posterior, middle.Row);
        OwnerShrinkage.Draw(places, versions, terms);
        return new(index, posterior, fixedPoints, places, book.Matches);
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

    /// <summary>
    /// What one match of two did to their ratings: how much each would stand lower without it, milli-points. One Newton step from the fit on the likelihood without the
    /// match (its share of the curvature taken out by a rank-one update), the prior's width kept: close to a second fit once both have played some ten matches.
    /// Null for whoever is not in the ladder.
    /// </summary>
    /// <param name="score">Of <paramref name="a"/>, 0 to 1.</param>
    public (long First, long Second)? Moved(Guid a, Guid b, double score)
    {
        var (i, j) = (IndexOf(a), IndexOf(b));
        if (_posterior is not { } fit || i < 0 || j < 0 || i == j)
        {
            return null;
        }
        var p = LogitPosterior.Sigmoid(fit.Ratings[i] - fit.Ratings[j]);
        var step = fit.PointsPerUnit * (score - p) / Math.Max(1e-3, 1 - p * (1 - p) * fit.Variance(i, j));
        double Along(int of) => fit.Covariance[of * fit.Players + i] - fit.Covariance[of * fit.Players + j];
        var mean = _fixedPoints.Average(f => Along(f));
        return ((long)Math.Round(1_000 * step * (Along(i) - mean)), (long)Math.Round(1_000 * step * (Along(j) - mean)));
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

    /// <summary>What numbers are measured from: the mean of the fixed points' ratings, its covariance with every rating, and its variance.</summary>
    private static (double Rating, double[] Row, double Variance) Middle(BradleyTerryPosterior posterior, int[] fixedPoints)
    {
        var (rating, row, share) = (0.0, new double[posterior.Players], 1.0 / fixedPoints.Length);
        foreach (var f in fixedPoints)
        {
            rating += share * posterior.Ratings[f];
            SymmetricMatrix.Add(row, posterior.Covariance.Slice(f * row.Length, row.Length), share);
        }
        return (rating, row, fixedPoints.Sum(f => share * row[f]));
    }

    private static LadderPlace Place(Guid version, int i, BradleyTerryPosterior posterior, (double Rating, double[] Row, double Variance) middle, int matches)
    {
        var c = posterior.PointsPerUnit;
        var variance = posterior.Covariance[i * posterior.Players + i] - 2 * middle.Row[i] + middle.Variance;
        var (rating, reach) = (c * (posterior.Ratings[i] - middle.Rating), c * Z95 * Math.Sqrt(Math.Max(0, variance)));
        static long Milli(double points) => Center + (long)Math.Round(1_000 * points);
        return new LadderPlace(version, Milli(rating), Milli(rating - reach), Milli(rating + reach), matches);
    }
}
