namespace Arena.Rules.Ratings;

/// <summary>
/// What a logistic regression with Gaussian priors knows after its data: Laplace's normal approximation around the likeliest weights
/// (Bishop, Pattern Recognition and Machine Learning, sections 4.4 and 4.5). No intercept: with antisymmetric features,
/// swapping the sides of an item swaps its chance.
/// </summary>
public sealed class LogitPosterior
{
    private readonly double[] _factor;

    private LogitPosterior(double[] weights, double[] factor, double logEvidence) => (Weights, _factor, LogEvidence) = (weights, factor, logEvidence);

    /// <summary>(D) likeliest weights, log-odds per unit of each feature.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Natural logarithm of the data's chance under the priors: what priors are weighed by.</summary>
    public double LogEvidence { get; }

    /// <param name="rows">(N) rows of D features each.</param>
    /// <param name="truths">(N) 1, 0, or between where the truth itself is a chance.</param>
    /// <param name="variances">(D) prior variance of each weight, all above 0; the prior mean is 0.</param>
    /// <param name="offsets">(N) log-odds that a row has before its features count: where the weights' prior means are not 0.</param>
    /// <exception cref="ArgumentException">Sizes differ, or a variance is not positive.</exception>
    public static LogitPosterior Fit(IReadOnlyList<double[]> rows, IReadOnlyList<double> truths, IReadOnlyList<double> variances, IReadOnlyList<double> offsets)
    {
        var d = variances.Count;
        if (rows.Count != truths.Count || offsets.Count != rows.Count || rows.Any(r => r.Length != d) || variances.Any(v => !(v > 0)))
        {
            throw new ArgumentException("One truth a row, one positive variance a feature.", nameof(rows));
        }
        var weights = new double[d];
        var (gradient, step, hessian) = (new double[d], new double[d], new double[d * d]);
        var value = Objective(rows, truths, variances, offsets, weights);
        for (var round = 0; round < 100; round++)
        {
            Curve(rows, truths, variances, offsets, weights, gradient, hessian);
            SymmetricMatrix.Factor(hessian, d);
            gradient.CopyTo(step, 0);
            SymmetricMatrix.Solve(hessian, d, step);
            // The objective is concave, so a full Newton step is halved only far from the top.
            var scale = 1.0;
            double[] next;
            double reached;
            do
            {
                next = [.. weights.Select((w, i) => w + scale * step[i])];
                reached = Objective(rows, truths, variances, offsets, next);
                scale /= 2;
            }
            while (!(reached >= value - 1e-12) && scale > 1e-9);
            var gain = reached - value;
            (weights, value) = (next, reached);
            if (Math.Abs(gain) < 1e-10)
            {
                break;
            }
        }
        Curve(rows, truths, variances, offsets, weights, gradient, hessian);
        SymmetricMatrix.Factor(hessian, d);
        double logDeterminant = 0;
        for (var i = 0; i < d; i++)
        {
            logDeterminant += 2 * Math.Log(hessian[i * d + i]) + Math.Log(variances[i]);
        }
        return new(weights, hessian, value - logDeterminant / 2);
    }

    /// <summary>Mean and variance of the log-odds that the features of a row add.</summary>
    public (double Mean, double Variance) LogOdds(ReadOnlySpan<double> row)
    {
        var d = Weights.Count;
        var (mean, variance) = (0.0, 0.0);
        var solved = row.ToArray();
        SymmetricMatrix.Solve(_factor, d, solved);
        for (var i = 0; i < d; i++)
        {
            mean += row[i] * Weights[i];
            variance += row[i] * solved[i];
        }
        return (mean, variance);
    }

    /// <summary>The chance averaged over what the weights may be (MacKay's approximation): nearer to 1/2 the less is known.</summary>
    public double Chance(ReadOnlySpan<double> row, double offset = 0)
    {
        var (mean, variance) = LogOdds(row);
        return Sigmoid((offset + mean) / Math.Sqrt(1 + Math.PI * variance / 8));
    }

    internal static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double Objective(IReadOnlyList<double[]> rows, IReadOnlyList<double> truths, IReadOnlyList<double> variances, IReadOnlyList<double> offsets, double[] weights)
    {
        double sum = 0;
        for (var n = 0; n < rows.Count; n++)
        {
            var x = offsets[n] + Dot(rows[n], weights);
            // log(1 + e^x) without overflow.
            sum += truths[n] * x - Math.Max(x, 0) - Math.Log(1 + Math.Exp(-Math.Abs(x)));
        }
        for (var i = 0; i < weights.Length; i++)
        {
            sum -= weights[i] * weights[i] / (2 * variances[i]);
        }
        return sum;
    }

    /// <summary>Gradient of the objective, and its negated second derivatives (upper triangle).</summary>
    private static void Curve(IReadOnlyList<double[]> rows, IReadOnlyList<double> truths, IReadOnlyList<double> variances, IReadOnlyList<double> offsets, double[] weights, double[] gradient, double[] hessian)
    {
        var d = weights.Length;
        Array.Clear(hessian);
        for (var i = 0; i < d; i++)
        {
            gradient[i] = -weights[i] / variances[i];
            hessian[i * d + i] = 1 / variances[i];
        }
        var active = new int[d];
        for (var n = 0; n < rows.Count; n++)
        {
            var row = rows[n];
            var chance = Sigmoid(offsets[n] + Dot(row, weights));
            var (miss, curve) = (truths[n] - chance, chance * (1 - chance));
            var count = 0;
            for (var i = 0; i < d; i++)
            {
                if (row[i] != 0)
                {
                    active[count++] = i;
                }
            }
            for (var a = 0; a < count; a++)
            {
                var i = active[a];
                gradient[i] += miss * row[i];
                for (var b = a; b < count; b++)
                {
                    hessian[i * d + active[b]] += curve * row[i] * row[active[b]];
                }
            }
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
