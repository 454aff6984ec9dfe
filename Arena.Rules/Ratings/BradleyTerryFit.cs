namespace Arena.Rules.Ratings;

/// <summary>How the covariance of the ratings is estimated.</summary>
public enum BradleyTerryIntervals
{
    None,

    /// <summary>H⁻¹ G H⁻¹: right also where the model is wrong or ties count as half wins (arena-rank's choice).</summary>
    Sandwich,

    /// <summary>H⁻¹: the curvature alone; with a prior, the Laplace approximation of the posterior.</summary>
    Curvature,
}

/// <summary>Why a fit has numbers, or hasn't.</summary>
public enum BradleyTerryState
{
    Fitted,

    /// <summary>Maximum likelihood without a prior has no finite answer here: see the connectivity. All numbers are NaN.</summary>
    NotConnected,

    /// <summary>Newton's method ran out of steps; the numbers are its last.</summary>
    NotConverged,
}

/// <param name="Scale">Points that multiply the odds by <paramref name="Base"/>.</param>
/// <param name="Center">The rating that the mean player has (without anchor and prior).</param>
/// <param name="PriorDeviation">Standard deviation of a normal prior around the centre, points: a maximum-a-posteriori fit, finite for any table. Null: maximum likelihood.</param>
/// <param name="Anchor">The player whose rating is set to <paramref name="AnchorRating"/>, by moving everybody.</param>
/// <param name="Confidence">Of the intervals, two-sided.</param>
/// <param name="WithCovariance">Whether the full matrix is wanted beside the intervals.</param>
public sealed record BradleyTerryOptions(
    double Scale = 400,
    double Base = 10,
    double Center = 1000,
    double? PriorDeviation = null,
    int? Anchor = null,
    double AnchorRating = 1000,
    BradleyTerryIntervals Intervals = BradleyTerryIntervals.Sandwich,
    double Confidence = 0.95,
    bool WithCovariance = false,
    int MaximumSteps = 100)
{
    /// <summary>Points in one unit of log-odds.</summary>
    public double PointsPerUnit => Scale / Math.Log(Base);
}

/// <summary>A fitted rating list of M players; all arrays are by player number, in points.</summary>
/// <param name="State">Whether the numbers hold.</param>
/// <param name="Ratings">(M)</param>
/// <param name="Low">(M) lower ends of the intervals; empty when none were asked for.</param>
/// <param name="High">(M) upper ends.</param>
/// <param name="Variance">(M) points².</param>
/// <param name="Covariance">(M, M) row-major, points²; empty unless asked for. Without a prior it is that of ratings whose mean is fixed.</param>
/// <param name="Steps">Newton steps taken.</param>
/// <param name="Connectivity">What the battles tie together.</param>
public sealed record BradleyTerryFit(
    BradleyTerryState State,
    double[] Ratings,
    double[] Low,
    double[] High,
    double[] Variance,
    double[] Covariance,
    int Steps,
    BattleConnectivity Connectivity)
{
    /// <summary>
    /// (M) best rank that the intervals allow: 1 + the number of players whose whole interval lies above. Without intervals, the rank by rating.
    /// </summary>
    public int[] Ranks()
    {
        var (high, low) = Low.Length == 0 ? (Ratings, Ratings) : (High, Low);
        return [.. high.Select(top => 1 + low.Count(other => other > top))];
    }

    /// <summary>(M) worst rank that the intervals allow: M minus the number of players whose whole interval lies below.</summary>
    public int[] WorstRanks()
    {
        var (high, low) = Low.Length == 0 ? (Ratings, Ratings) : (High, Low);
        return [.. low.Select(bottom => Ratings.Length - high.Count(other => other < bottom))];
    }
}
