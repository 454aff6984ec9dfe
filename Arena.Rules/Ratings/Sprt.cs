namespace Arena.Rules.Ratings;

/// <summary>What a sequential test says so far.</summary>
public enum SprtState
{
    Running,

    /// <summary>The lower hypothesis: not better.</summary>
    AcceptsLower,

    /// <summary>The upper hypothesis: better.</summary>
    AcceptsUpper,
}

/// <summary>A sequential test's standing.</summary>
/// <param name="Llr">Log-likelihood ratio of the upper against the lower hypothesis.</param>
/// <param name="Lower">Bound at which the lower is accepted.</param>
/// <param name="Upper">Bound at which the upper is accepted.</param>
/// <param name="State">What follows.</param>
public sealed record SprtStanding(double Llr, double Lower, double Upper, SprtState State);

/// <summary>An Elo difference estimated from pair results, logistic scale, with a two-sided 95 % interval.</summary>
/// <param name="Elo">Points; infinite when every pair was won or lost.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Score">Mean score, 0 to 1.</param>
/// <param name="Pairs">Number of pairs.</param>
public sealed record EloEstimate(double Elo, double Low, double High, double Score, long Pairs);

/// <summary>
/// The generalised sequential probability ratio test as chess engines' testing uses it, on counts of mirrored game pairs by score
/// 0, 1/2, 1, 3/2, 2 (five cells: pairing cancels the advantage of a seat and of a deal), on three cells of single games, or on
/// any odd number of equally spaced cells, e.g. nine of differences between two such pairs (a difference of 0 is a score of 1/2).
/// Each hypothesis is an Elo difference; its likelihood is that of the closest distribution with that mean. Cells with no
/// count get 0.001. Written from the formulas of fishtest's statistics, with its vectors as tests.
/// </summary>
/// <param name="Elo0">Lower hypothesis, Elo points.</param>
/// <param name="Elo1">Upper hypothesis, Elo points.</param>
/// <param name="Alpha">Chance to accept the upper when the lower is true.</param>
/// <param name="Beta">Chance to accept the lower when the upper is true.</param>
/// <param name="Normalized">Whether the hypotheses are normalised Elo, (mean score - 1/2) / deviation of one game's score in units of <see cref="PerDeviation"/>: equally hard to tell apart however many games are drawn. Three or five cells only.</param>
public sealed record Sprt(double Elo0, double Elo1, double Alpha = 0.05, double Beta = 0.05, bool Normalized = false)
{
    /// <summary>Normalised Elo points of one standard deviation of a game's score, 800 / ln 10.</summary>
    public const double PerDeviation = 347.43558552260146;

    private const double EmptyCell = 1e-3;

    public double LowerBound => Math.Log(Beta / (1 - Alpha));

    public double UpperBound => Math.Log((1 - Beta) / Alpha);

    /// <summary>The standing after <paramref name="counts"/> (5 cells of pairs, 3 of games, 9 of differences between pairs; worst first).</summary>
    public SprtStanding Test(IReadOnlyList<long> counts)
    {
        var llr = Llr(counts);
        var state = llr >= UpperBound ? SprtState.AcceptsUpper : llr <= LowerBound ? SprtState.AcceptsLower : SprtState.Running;
        return new SprtStanding(llr, LowerBound, UpperBound, state);
    }

    /// <summary>The cell of a mirrored pair, 0 to 4, from its mean score in micro-points (0, 250,000 ... 1,000,000).</summary>
    public static int PairCell(long score) => (int)Math.Clamp((score + 125_000) / 250_000, 0, 4);

    /// <summary>The Elo difference that the counts speak for.</summary>
    public static EloEstimate Estimate(IReadOnlyList<long> counts)
    {
        var pairs = counts.Sum();
        if (pairs == 0)
        {
            return new EloEstimate(0, double.NegativeInfinity, double.PositiveInfinity, 0.5, 0);
        }
        var (_, cells) = Cells(counts);
        var mean = cells.Sum(c => c.Share * c.Score);
        var deviation = Math.Sqrt(cells.Sum(c => c.Share * (c.Score - mean) * (c.Score - mean)) / pairs);
        const double z = 1.959963984540054;
        var score = counts.Select((n, i) => n * (double)i / (counts.Count - 1)).Sum() / pairs;
        return new EloEstimate(EloOf(score), EloOf(mean - z * deviation), EloOf(mean + z * deviation), score, pairs);
    }

    private double Llr(IReadOnlyList<long> counts)
    {
        if (counts.Count < 3 || counts.Count % 2 == 0 || counts.Any(c => c < 0))
        {
            throw new ArgumentException("An odd number of counts, at least three, none negative.", nameof(counts));
        }
        if (counts.All(c => c == 0))
        {
            return 0;
        }
        var (total, cells) = Cells(counts);
        var (one, other) = Normalized ? (NearestDeviation(cells, Elo0), NearestDeviation(cells, Elo1)) : (Nearest(cells, ScoreOf(Elo0)), Nearest(cells, ScoreOf(Elo1)));
        return total * cells.Select((c, i) => c.Share * Math.Log(other[i] / one[i])).Sum();
    }

    internal static (double Total, (double Score, double Share)[] Cells) Cells(IReadOnlyList<long> counts)
    {
        var filled = counts.Select(c => c == 0 ? EmptyCell : c).ToArray();
        var total = filled.Sum();
        return (total, [.. filled.Select((c, i) => ((double)i / (counts.Count - 1), c / total))]);
    }

    /// <summary>The likeliest distribution whose mean score is <paramref name="mean"/>: share / (1 + x (score - mean)).</summary>
    private static double[] Nearest((double Score, double Share)[] cells, double mean) => Tilted(cells, [.. cells.Select(c => c.Score - mean)]);

    /// <summary>
    /// The likeliest distribution in which (mean - 1/2) is the wanted number of deviations: the condition is made linear at the last guess, until nothing moves. A pair of
    /// games has 1/√2 of a game's deviation.
    /// </summary>
    private static double[] NearestDeviation((double Score, double Share)[] cells, double elo)
    {
        var wanted = elo / PerDeviation * cells.Length switch
        {
            3 => 1,
            5 => Math.Sqrt(2),
            _ => throw new ArgumentException("Normalised Elo is of single games or mirrored pairs: three or five counts.", nameof(cells)),
        };
        double[] guess = [.. cells.Select(_ => 1.0 / cells.Length)];
        for (var round = 0; round < 50; round++)
        {
            var mean = cells.Select((c, i) => guess[i] * c.Score).Sum();
            var variance = cells.Select((c, i) => guess[i] * (c.Score - mean) * (c.Score - mean)).Sum();
            var next = Tilted(cells, [.. cells.Select(c => c.Score - 0.5 - wanted * Math.Sqrt(variance) * (1 + (mean - c.Score) * (mean - c.Score) / variance) / 2)]);
            var settled = next.Zip(guess).All(p => Math.Abs(p.First - p.Second) < 1e-13);
            guess = next;
            if (settled)
            {
                break;
            }
        }
        return guess;
    }

    /// <summary>share / (1 + x value) with the x for which Σ share · value / (1 + x value) is 0, which falls strictly between its two poles: bisection.</summary>
    private static double[] Tilted((double Score, double Share)[] cells, double[] values)
    {
        var (low, high) = (-1 / values.Max(), -1 / values.Min());
        for (var i = 0; i < 200; i++)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                break;
            }
            var value = 0.0;
            for (var cell = 0; cell < values.Length; cell++)
            {
                value += cells[cell].Share * values[cell] / (1 + middle * values[cell]);
            }
            (low, high) = value > 0 ? (middle, high) : (low, middle);
        }
        var tilt = low + (high - low) / 2;
        return [.. cells.Select((c, i) => c.Share / (1 + tilt * values[i]))];
    }

    internal static double ScoreOf(double elo) => 1 / (1 + Math.Pow(10, -elo / 400));

    private static double EloOf(double score) => score switch
    {
        <= 0 => double.NegativeInfinity,
        >= 1 => double.PositiveInfinity,
        _ => -400 * Math.Log10(1 / score - 1),
    };
}
