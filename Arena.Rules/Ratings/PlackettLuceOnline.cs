namespace Arena.Rules.Ratings;

/// <summary>
/// <see cref="WengLin"/>'s Plackett-Luce rule for matches of single players, in place on arrays of means and deviations, without allocation:
/// the sums over places are running sums, so a match of n seats costs O(n).
/// </summary>
public sealed class PlackettLuceOnline(WengLinOptions? options = null, int seats = 64)
{
    private readonly double betaSquared = Square(options?.Beta ?? 25.0 / 6);
    private readonly double tauSquared = Square(options?.Tau ?? 25.0 / 300);
    private readonly double kappa = options?.Kappa ?? 1e-4;
    private readonly bool limitSigma = options?.LimitSigma ?? false;
    private readonly double[] strength = new double[seats];
    private readonly double[] variance = new double[seats];
    private readonly double[] below = new double[seats];

    /// <summary>One match.</summary>
    /// <param name="mu">(M) means of all players.</param>
    /// <param name="sigma">(M) deviations of all players.</param>
    /// <param name="order">(n) the match's different players, best first.</param>
    /// <param name="ranks">(n) their ranks, not falling, equal for a draw; empty when there is none.</param>
    /// <exception cref="ArgumentException">More seats than the constructor was told, or ranks of another length.</exception>
    public void Update(Span<double> mu, Span<double> sigma, ReadOnlySpan<int> order, ReadOnlySpan<int> ranks = default)
    {
        var n = order.Length;
        if (n > strength.Length || (!ranks.IsEmpty && ranks.Length != n))
        {
            throw new ArgumentException($"At most {strength.Length} seats, and one rank for each or none.");
        }
        if (n == 2)
        {
            Pair(ref mu[order[0]], ref sigma[order[0]], ref mu[order[1]], ref sigma[order[1]], drawn: !ranks.IsEmpty && ranks[0] == ranks[1]);
            return;
        }
        double total = 0;
        var highest = double.NegativeInfinity;
        for (var k = 0; k < n; k++)
        {
            variance[k] = sigma[order[k]] * sigma[order[k]] + tauSquared;
            total += variance[k] + betaSquared;
            highest = Math.Max(highest, mu[order[k]]);
        }
        var c = Math.Sqrt(total);
        double sum = 0;
        for (var k = n - 1; k >= 0; k--)
        {
            strength[k] = Math.Exp((mu[order[k]] - highest) / c);
            sum += strength[k];
            below[k] = sum;
        }
        // For a player: omega = 1/tied - strength * P, delta = strength * P - strength² * Q, with P and Q the sums of 1/below and
        // 1/below² over the places down to its own (each divided by the number tied there, which is the number of equal terms).
        double p = 0, q = 0;
        for (var k = 0; k < n;)
        {
            var end = k + 1;
            while (!ranks.IsEmpty && end < n && ranks[end] == ranks[k])
            {
                end++;
            }
            p += 1 / below[k];
            q += 1 / (below[k] * below[k]);
            var first = 1.0 / (end - k);
            for (; k < end; k++)
            {
                var omega = first - strength[k] * p;
                var delta = strength[k] * p - strength[k] * strength[k] * q;
                Apply(ref mu[order[k]], ref sigma[order[k]], variance[k], omega, delta, c);
            }
        }
    }

    /// <summary>The closed form for two.</summary>
    private void Pair(ref double muA, ref double sigmaA, ref double muB, ref double sigmaB, bool drawn)
    {
        var varianceA = sigmaA * sigmaA + tauSquared;
        var varianceB = sigmaB * sigmaB + tauSquared;
        var c = Math.Sqrt(varianceA + varianceB + 2 * betaSquared);
        var a = 1 / (1 + Math.Exp((muB - muA) / c));
        var b = 1 - a;
        var bend = a * b;
        // A win: omega is 1 - a for the winner and -b = a - 1 for the loser, whose own last place adds 1 - 1.
        Apply(ref muA, ref sigmaA, varianceA, drawn ? 0.5 - a : b, bend, c);
        Apply(ref muB, ref sigmaB, varianceB, drawn ? 0.5 - b : -b, bend, c);
    }

    private void Apply(ref double mu, ref double sigma, double variance, double omega, double delta, double c)
    {
        mu += variance / c * omega;
        var deviation = Math.Sqrt(variance);
        var narrowed = deviation * Math.Sqrt(Math.Max(1 - delta * variance / (c * c) * (deviation / c), kappa));
        sigma = limitSigma ? Math.Min(narrowed, sigma) : narrowed;
    }

    private static double Square(double x) => x * x;
}
