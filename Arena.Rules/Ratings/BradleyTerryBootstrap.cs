namespace Arena.Rules.Ratings;

/// <summary>Ratings of resampled tables.</summary>
/// <param name="Ratings">(samples, M) row-major, points.</param>
/// <param name="Players">M.</param>
/// <param name="Failed">Samples that had no finite answer; their rows are NaN.</param>
public sealed record BradleyTerryBootstrap(double[] Ratings, int Players, int Failed)
{
    public int Samples => Players == 0 ? 0 : Ratings.Length / Players;

    /// <summary>(M) the given quantile of each player's ratings, between order statistics as numpy does; failed samples are left out.</summary>
    public double[] Quantile(double share)
    {
        var result = new double[Players];
        for (var i = 0; i < Players; i++)
        {
            var values = Enumerable.Range(0, Samples).Select(s => Ratings[s * Players + i]).Where(r => !double.IsNaN(r)).Order().ToArray();
            var place = share * (values.Length - 1);
            var below = (int)Math.Floor(place);
            result[i] = values.Length == 0 ? double.NaN : values[below] + (place - below) * (values[Math.Min(below + 1, values.Length - 1)] - values[below]);
        }
        return result;
    }

    /// <summary>
    /// Draws tables with as many battles as the given one from its own cells (a multinomial, cell by cell as binomials) and fits each
    /// from the full table's answer. Sample s depends on the seed and s only, so the number of threads changes nothing.
    /// </summary>
    /// <param name="table">With a finite fit. Weighted battles keep their cell's mean weight.</param>
    /// <param name="samples">Number of tables.</param>
    /// <param name="seed">Recorded with the result.</param>
    /// <param name="options">As for the fit; its intervals are ignored.</param>
    /// <param name="threads">At most this many at once.</param>
    public static BradleyTerryBootstrap Run(BattleTable table, int samples, ulong seed, BradleyTerryOptions? options = null, int threads = 1)
    {
        options ??= new BradleyTerryOptions();
        var players = table.Players;
        var precision = BradleyTerry.PriorPrecision(options);
        var ratings = new double[samples * players];
        Array.Fill(ratings, double.NaN);
        var full = new PairwiseLikelihood(players, precision);
        full.Load(table.Weights);
        var best = new double[players];
        var finite = options.PriorDeviation is not null || BattleConnectivity.Of(table).Finite;
        if (!finite || !full.Maximise(best, options.MaximumSteps).Converged || full.FactorAt(best) is not { } factor)
        {
            return new BradleyTerryBootstrap(ratings, players, samples);
        }
        var means = table.Counts.Zip(table.Weights, (n, w) => n == 0 ? 0 : w / n).ToArray();
        var failed = 0;
        Parallel.For(0, samples, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new Resampler(table, means, precision), (sample, _, resampler) =>
        {
            var theta = resampler.Fit(new ResamplingGenerator(seed, (ulong)sample), best, factor, options.MaximumSteps);
            if (theta is null)
            {
                Interlocked.Increment(ref failed);
            }
            else
            {
                BradleyTerry.ToPoints(theta, options).CopyTo(ratings, sample * players);
            }
            return resampler;
        }, _ => { });
        return new BradleyTerryBootstrap(ratings, players, failed);
    }

    /// <summary>One thread's work space.</summary>
    private sealed class Resampler(BattleTable table, double[] means, double precision)
    {
        private readonly PairwiseLikelihood problem = new(table.Players, precision);
        private readonly double[] cells = new double[table.Counts.Length];
        private readonly double[] theta = new double[table.Players];

        public double[]? Fit(ResamplingGenerator generator, double[] best, double[] factor, int maximumSteps)
        {
            var (draws, mass) = (table.Battles, table.Battles);
            for (var cell = 0; cell < cells.Length; cell++)
            {
                var count = table.Counts[cell];
                if (count == 0)
                {
                    cells[cell] = 0;
                    continue;
                }
                var drawn = count == mass ? draws : generator.Binomial(draws, (double)count / mass);
                mass -= count;
                draws -= drawn;
                cells[cell] = drawn * means[cell];
            }
            problem.Load(cells);
            best.CopyTo(theta, 0);
            if (problem.MaximiseNear(theta, factor, 1e-9))
            {
                return theta;
            }
            // Few battles: the resampled table may be far from the full one, or have no finite answer.
            if (precision == 0 && !BattleConnectivity.Of(table.Players, cells).Finite)
            {
                return null;
            }
            Array.Clear(theta);
            return problem.Maximise(theta, maximumSteps).Converged ? theta : null;
        }
    }
}
