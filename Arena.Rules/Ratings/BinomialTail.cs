namespace Arena.Rules.Ratings;

/// <summary>How surprising a count is.</summary>
public static class BinomialTail
{
    private const int Nodes = 21;

    /// <summary>P(X &gt;= <paramref name="least"/>) for n tries of chance p: the regularised incomplete beta function I_p(k, n - k + 1).</summary>
    public static double AtLeast(int least, int tries, double chance) =>
        least <= 0 || chance >= 1 ? 1 : least > tries || chance <= 0 ? 0 : IncompleteBeta(least, tries - least + 1, chance);

    /// <summary>The same where only the chance's log-odds are known, as N(<paramref name="mean"/>, <paramref name="variance"/>): a sum over 21 points within four deviations.</summary>
    public static double AtLeast(int least, int tries, double mean, double variance)
    {
        double sum = 0, weights = 0;
        for (var i = 0; i < Nodes; i++)
        {
            var x = 8.0 * i / (Nodes - 1) - 4;
            var weight = Math.Exp(-x * x / 2);
            sum += weight * AtLeast(least, tries, LogitPosterior.Sigmoid(mean + x * Math.Sqrt(variance)));
            weights += weight;
        }
        return sum / weights;
    }

    // Press et al., Numerical Recipes, section 6.4: continued fraction by Lentz's method.
    private static double IncompleteBeta(double a, double b, double x)
    {
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(a, b, x) / a : 1 - front * Fraction(b, a, 1 - x) / b;
    }

    private static double Fraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        static double Safe(double value) => Math.Abs(value) < tiny ? tiny : value;
        var (c, d) = (1.0, 1 / Safe(1 - (a + b) * x / (a + 1)));
        var h = d;
        for (var m = 1; m <= 500; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Safe(1 + even * d);
            c = Safe(1 + even / c);
            h *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Safe(1 + odd * d);
            c = Safe(1 + odd / c);
            h *= d * c;
            if (Math.Abs(d * c - 1) < 1e-13)
            {
                break;
            }
        }
        return h;
    }

    /// <summary>ln Γ(x), x &gt; 0 (Lanczos, g = 7, nine terms).</summary>
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> terms =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
            9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }
        x -= 1;
        var sum = terms[0];
        for (var i = 1; i < terms.Length; i++)
        {
            sum += terms[i] / (x + i);
        }
        var t = x + 7.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x + 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
