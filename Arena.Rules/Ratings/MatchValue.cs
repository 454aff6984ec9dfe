namespace Arena.Rules.Ratings;

/// <summary>
/// What a match between two players would teach, given a posterior N(θ, C) of their ratings in log-odds (<see cref="BradleyTerryPosterior"/>).
/// </summary>
public static class MatchValue
{
    /// <summary>Expected information about the ratings, nats: ½ log(1 + p (1 - p) Var), the D-optimal choice.</summary>
    /// <param name="difference">Of the two ratings, log-odds.</param>
    /// <param name="variance">Of that difference, log-odds².</param>
    public static double Information(double difference, double variance) => 0.5 * Math.Log(1 + Spread(difference) * variance);

    /// <summary>Information times the probability that the two stand in the wrong order, Φ(-|d| / √Var).</summary>
    public static double OrderInformation(double difference, double variance) =>
        Information(difference, variance) * Tail(Math.Abs(difference) / Math.Sqrt(variance));

    /// <summary>p (1 - p) of a match.</summary>
    private static double Spread(double difference)
    {
        var p = 1 / (1 + Math.Exp(-difference));
        return p * (1 - p);
    }

    /// <summary>P(Z &gt; x) for x &gt;= 0 with a relative error below 1.2e-7 in the whole tail, cheap enough for every pair (Press et al., Numerical Recipes, erfc by a Chebyshev fit).</summary>
    private static double Tail(double x)
    {
        var z = x / Math.Sqrt(2);
        var t = 1 / (1 + 0.5 * z);
        return 0.5 * t * Math.Exp(-z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398
            + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
    }
}
