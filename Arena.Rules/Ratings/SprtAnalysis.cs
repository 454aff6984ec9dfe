namespace Arena.Rules.Ratings;

/// <summary>What a sequential test tells of the true difference when its own stopping is taken into account, logistic Elo.</summary>
/// <param name="Elo">Median-unbiased estimate.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Superiority">Likelihood that the difference is above 0.</param>
public sealed record SprtAnalysis(double Elo, double Low, double High, double Superiority)
{
    private const double Widest = 1_000;

    /// <summary>
    /// A test stops early where luck helped, so the plain estimate leans towards the bound that was reached. Here the log-likelihood ratio is a Brownian motion between the
    /// bounds, and outcomes are ordered as fishtest orders them: later failures above earlier ones, those still running by their ratio, earlier passes highest. The
    /// estimate is the Elo at which a worse outcome than the one seen is as likely as a better one; the interval's ends are where it has (1 ± confidence) / 2.
    /// The ratio is taken at its bound where a step carried it beyond.
    /// </summary>
    /// <param name="test">In logistic Elo.</param>
    /// <param name="counts">As for <see cref="Sprt.Test"/>; not all zero.</param>
    public static SprtAnalysis Of(Sprt test, IReadOnlyList<long> counts, double confidence = 0.95)
    {
        if (test.Normalized || counts.All(c => c == 0))
        {
            throw new ArgumentException("Results of a test in logistic Elo.", nameof(counts));
        }
        var (total, cells) = Sprt.Cells(counts);
        var mean = cells.Sum(c => c.Share * c.Score);
        var variance = cells.Sum(c => c.Share * (c.Score - mean) * (c.Score - mean));
        var (score0, score1) = (Sprt.ScoreOf(test.Elo0), Sprt.ScoreOf(test.Elo1));
        var drift = (mean - (score0 + score1) / 2) * (score1 - score0) / variance;
        var ratio = Math.Clamp(total * drift, test.LowerBound, test.UpperBound);
        var time = ratio == total * drift ? total : ratio / drift;

        return new(Where(0.5), Where((1 + confidence) / 2), Where((1 - confidence) / 2), Worse(0));

        // Probability of a better outcome at a true difference falls with that difference.
        double Worse(double elo)
        {
            var score = Sprt.ScoreOf(elo);
            var spread = variance + (score - mean) * (score - mean);
            var (rise, width) = ((score - (score0 + score1) / 2) * (score1 - score0) / spread, (score1 - score0) * (score1 - score0) / spread);
            return new StoppedMotion(test.LowerBound, test.UpperBound, rise, width).Left(time, ratio);
        }

        double Where(double chance)
        {
            var (low, high) = (-Widest, Widest);
            for (var i = 0; i < 60; i++)
            {
                var middle = (low + high) / 2;
                (low, high) = Worse(middle) > chance ? (middle, high) : (low, middle);
            }
            return (low + high) / 2;
        }
    }

    /// <summary>A Brownian motion from 0 that stops at <paramref name="a"/> &lt; 0 or <paramref name="b"/> &gt; 0.</summary>
    /// <param name="mu">Drift.</param>
    /// <param name="variance">Per unit of time.</param>
    private sealed class StoppedMotion(double a, double b, double mu, double variance)
    {
        /// <summary>Probability that it is below <paramref name="y"/> at <paramref name="time"/>, or was stopped at the lower end before.</summary>
        public double Left(double time, double y)
        {
            var gamma = mu / variance;
            return variance * time / ((b - a) * (b - a)) < 1e-2 || Math.Abs(gamma * (b - a)) > 15 ? ByReflection(time, y, gamma) : BySeries(time, y, gamma);
        }

        /// <summary>The eigenfunctions of the strip (Fourier's series), for long times.</summary>
        private double BySeries(double time, double y, double gamma)
        {
            var (width, start, place) = (b - a, -a, y - a);
            double Rate(int n) => Math.Pow(n * Math.PI / width, 2) * variance / 2;
            var scale = Math.Exp(-(Rate(1) + mu * gamma / 2) * time + gamma * (place - start));
            var sum = 0.0;
            for (var n = 1; n < 1_000; n++)
            {
                var fall = Math.Exp(-(Rate(n) - Rate(1)) * time);
                var angle = Math.PI * n * place / width;
                var share = (2 * width * gamma * Math.Sin(angle) - 2 * Math.PI * n * Math.Cos(angle)) / (width * width * gamma * gamma + Math.PI * Math.PI * n * n);
                sum += fall * share * Math.Sin(Math.PI * n * start / width);
                if (Math.Abs(scale * fall * share) <= 1e-12)
                {
                    break;
                }
            }
            var ruin = Math.Abs(gamma * width) < 1e-8 ? (width - start) / width : (1 - Math.Exp(2 * gamma * (width - start))) / (1 - Math.Exp(2 * gamma * width));
            return ruin + scale * sum;
        }

        /// <summary>One reflection at each end, for short times and steep drifts, where a second one is beyond the digits.</summary>
        private double ByReflection(double time, double y, double gamma)
        {
            var deviation = Math.Sqrt(time * variance);
            var offset = mu * time;
            return Normal.Cumulative((y - offset) / deviation)
                + Weighed(2 * gamma * a, (-y + offset + 2 * a) / deviation)
                - Weighed(2 * gamma * b, (y - offset - 2 * b) / deviation);
        }

        /// <summary>e^x Φ(z), which may be a large number times a tiny one: then by Φ's asymptotic tail.</summary>
        private static double Weighed(double x, double z) => x < 10 || z > -5
            ? Math.Exp(x) * Normal.Cumulative(z)
            : Math.Exp(x - z * z / 2) / Math.Sqrt(2 * Math.PI) * (-1 / z + 1 / (z * z * z));
    }
}
