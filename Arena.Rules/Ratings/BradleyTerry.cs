namespace Arena.Rules.Ratings;

/// <summary>
/// Bradley-Terry ratings by maximum likelihood, or maximum a posteriori with a normal prior: P(i beats j) = 1 / (1 + base^((r_j - r_i) / scale)),
/// ties count as half a win each. Newton's method with a Cholesky factor on counts added up by pair, so the cost doesn't depend on the
/// number of battles. Formulas: FastChat's rating_systems.py and arena-rank (the sandwich covariance).
/// </summary>
public static class BradleyTerry
{
    public static BradleyTerryFit Fit(BattleTable table, BradleyTerryOptions? options = null)
    {
        options ??= new BradleyTerryOptions();
        var players = table.Players;
        var connectivity = BattleConnectivity.Of(table);
        if (options.PriorDeviation is null && !connectivity.Finite)
        {
            var none = new double[players];
            Array.Fill(none, double.NaN);
            var width = options.Intervals == BradleyTerryIntervals.None ? [] : none;
            return new BradleyTerryFit(BradleyTerryState.NotConnected, none, width, width, width, [], 0, connectivity);
        }
        var problem = new PairwiseLikelihood(players, PriorPrecision(options));
        problem.Load(table.Weights);
        var theta = new double[players];
        var (converged, steps) = problem.Maximise(theta, options.MaximumSteps);
        var ratings = ToPoints(theta, options);
        double[] low = [], high = [], variance = [], covariance = [];
        if (options.Intervals != BradleyTerryIntervals.None)
        {
            (variance, covariance) = problem.Covariance(theta, options.Intervals == BradleyTerryIntervals.Sandwich ? table.Squares : null, options.WithCovariance);
            var unit = options.PointsPerUnit * options.PointsPerUnit;
            variance = Array.ConvertAll(variance, v => v * unit);
            covariance = Array.ConvertAll(covariance, v => v * unit);
            var z = Normal.Quantile((1 + options.Confidence) / 2);
            low = [.. ratings.Zip(variance, (r, v) => r - z * Math.Sqrt(v))];
            high = [.. ratings.Zip(variance, (r, v) => r + z * Math.Sqrt(v))];
        }
        var state = converged ? BradleyTerryState.Fitted : BradleyTerryState.NotConverged;
        return new BradleyTerryFit(state, ratings, low, high, variance, covariance, steps, connectivity);
    }

    /// <summary>Expected score of a rating against another.</summary>
    public static double Expected(double rating, double opponent, BradleyTerryOptions options) =>
        1 / (1 + Math.Exp((opponent - rating) / options.PointsPerUnit));

    internal static double PriorPrecision(BradleyTerryOptions options) => options.PriorDeviation switch
    {
        null => 0,
        > 0 and var deviation => Math.Pow(options.PointsPerUnit / deviation, 2),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.PriorDeviation, "A prior's deviation is positive."),
    };

    internal static double[] ToPoints(ReadOnlySpan<double> theta, BradleyTerryOptions options)
    {
        var shift = options.Anchor is { } anchor ? options.AnchorRating - theta[anchor] * options.PointsPerUnit : options.Center;
        var ratings = new double[theta.Length];
        for (var i = 0; i < ratings.Length; i++)
        {
            ratings[i] = shift + theta[i] * options.PointsPerUnit;
        }
        return ratings;
    }
}
