namespace Arena.Rules.Ratings;

/// <summary>The standard normal distribution in double precision (the base library has neither erf nor its inverse).</summary>
internal static class Normal
{
    private const double SqrtTwoPi = 2.5066282746310002;

    public static double Density(double x) => Math.Exp(-x * x / 2) / SqrtTwoPi;

    /// <summary>P(Z &lt;= x), with full relative precision in both tails.</summary>
    public static double Cumulative(double x) => x < 0 ? UpperTail(-x) : 1 - UpperTail(x);

    /// <summary>The x with P(Z &lt;= x) = p, for p strictly between 0 and 1: a rational first guess (Abramowitz and Stegun 26.2.23), then Halley steps.</summary>
    public static double Quantile(double p)
    {
        if (!(p > 0 && p < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability strictly between 0 and 1.");
        }
        if (p > 0.5)
        {
            return -Quantile(1 - p);
        }
        var t = Math.Sqrt(-2 * Math.Log(p));
        var x = (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) - t;
        for (var i = 0; i < 4; i++)
        {
            var step = (Cumulative(x) - p) / Density(x);
            x -= step / (1 + x * step / 2);
        }
        return x;
    }

    /// <summary>P(Z &gt; x) for x &gt;= 0: below 3 the series of P(0 &lt; Z &lt; x), whose terms are all positive; above it Laplace's continued fraction.</summary>
    private static double UpperTail(double x)
    {
        if (x < 3)
        {
            var term = x;
            var sum = x;
            for (var k = 1; term > sum * 1e-17; k++)
            {
                term *= x * x / (2 * k + 1);
                sum += term;
            }
            return 0.5 - Density(x) * sum;
        }
        if (double.IsPositiveInfinity(x))
        {
            return 0;
        }
        var fraction = x;
        for (var k = 200; k >= 1; k--)
        {
            fraction = x + k / fraction;
        }
        return Density(x) / fraction;
    }
}
