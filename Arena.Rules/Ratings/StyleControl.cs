namespace Arena.Rules.Ratings;

/// <param name="Rating">Scale, centre, anchor, confidence as for the plain fit; its prior, if any, is on ratings.</param>
/// <param name="Penalty">L2 on the coefficients: penalty / 2 * sum of squares (arena-rank 1, FastChat 0.5 by scikit-learn's C).</param>
/// <param name="Standardise">Whether each feature is brought to mean 0 and standard deviation 1 first.</param>
/// <param name="PairMinimum">Weights of 1 / max(battles of the pair, this); null for none.</param>
/// <param name="Centre">Players whose mean stands at the rating's centre and to whose mean the intervals are measured; null: ratings and intervals around everybody's fixed mean.</param>
public sealed record StyleControlOptions(
    BradleyTerryOptions? Rating = null, double Penalty = 1, bool Standardise = true, int? PairMinimum = null, IReadOnlyList<int>? Centre = null);

/// <summary>A Bradley-Terry fit with features of the two answers beside their authors.</summary>
/// <param name="State">Whether the numbers hold.</param>
/// <param name="Ratings">(M) points, at equal style.</param>
/// <param name="Low">(M) lower ends.</param>
/// <param name="High">(M) upper ends.</param>
/// <param name="Coefficients">(K) log-odds for one unit of the feature as fitted (one standard deviation when standardised).</param>
/// <param name="CoefficientDeviations">(K) standard errors, of the same kind as the intervals.</param>
/// <param name="Connectivity">What the battles tie together.</param>
public sealed record StyleControlFit(
    BradleyTerryState State, double[] Ratings, double[] Low, double[] High, double[] Coefficients, double[] CoefficientDeviations, BattleConnectivity Connectivity);

/// <summary>
/// Bradley-Terry with covariates, logit P(first wins) = θ_first - θ_second + β·x, so that longer or more decorated answers earn nothing by
/// that (LMSYS's style control; arena-rank's contextual model). Newton's method on M + K parameters; sandwich intervals, or the curvature's where the rating's options say so.
/// </summary>
public static class StyleControl
{
    /// <summary>A style feature from the two answers' counts of something (tokens, headers, lists, bold): (a - b) / (a + b + 1).</summary>
    public static double Feature(double first, double second) => (first - second) / (first + second + 1);

    /// <param name="players">M.</param>
    /// <param name="first">(n) player numbers.</param>
    /// <param name="second">(n)</param>
    /// <param name="outcomes">(n)</param>
    /// <param name="features">(n, K) row-major.</param>
    /// <param name="options">Null for the defaults.</param>
    public static StyleControlFit Fit(
        int players, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, ReadOnlySpan<double> features, StyleControlOptions? options = null)
    {
        options ??= new StyleControlOptions();
        var rating = options.Rating ?? new BradleyTerryOptions();
        var table = BattleTable.FromIds(players, first, second, outcomes);
        var battles = first.Length;
        var width = battles == 0 ? 0 : features.Length / battles;
        if (features.Length != battles * width)
        {
            throw new ArgumentException("The same number of features for each battle.", nameof(features));
        }
        var connectivity = BattleConnectivity.Of(table);
        if (rating.PriorDeviation is null && !connectivity.Finite)
        {
            var none = new double[players];
            Array.Fill(none, double.NaN);
            var empty = new double[width];
            Array.Fill(empty, double.NaN);
            return new StyleControlFit(BradleyTerryState.NotConnected, none, none, none, empty, empty, connectivity);
        }
        var x = options.Standardise ? Standardised(features, width) : features.ToArray();
        var weights = Weights(table, first, second, options.PairMinimum);
        var model = new Model(players, width, BradleyTerry.PriorPrecision(rating), options.Penalty);
        var parameters = new double[players + width];
        var converged = model.Maximise(parameters, first, second, outcomes, x, weights, rating.MaximumSteps);
        var variance = model.Variance(parameters, first, second, outcomes, x, weights, options.Centre, rating.Intervals == BradleyTerryIntervals.Curvature);
        var ratings = BradleyTerry.ToPoints(parameters.AsSpan(0, players), rating);
        if (options.Centre is { } centre)
        {
            var mean = centre.Average(i => parameters[i]) * rating.PointsPerUnit;
            ratings = Array.ConvertAll(ratings, r => r - mean);
        }
        var z = Normal.Quantile((1 + rating.Confidence) / 2) * rating.PointsPerUnit;
        return new StyleControlFit(
            converged ? BradleyTerryState.Fitted : BradleyTerryState.NotConverged,
            ratings,
            [.. ratings.Select((r, i) => r - z * Math.Sqrt(variance[i]))],
            [.. ratings.Select((r, i) => r + z * Math.Sqrt(variance[i]))],
            parameters[players..],
            [.. variance.Skip(players).Select(Math.Sqrt)],
            connectivity);
    }

    private static double[] Standardised(ReadOnlySpan<double> features, int width)
    {
        var x = features.ToArray();
        for (var k = 0; k < width; k++)
        {
            double mean = 0, square = 0;
            for (var at = k; at < x.Length; at += width)
            {
                mean += x[at];
            }
            mean /= x.Length / width;
            for (var at = k; at < x.Length; at += width)
            {
                square += (x[at] - mean) * (x[at] - mean);
            }
            var deviation = Math.Sqrt(square / (x.Length / width));
            for (var at = k; at < x.Length; at += width)
            {
                x[at] = deviation > 0 ? (x[at] - mean) / deviation : 0;
            }
        }
        return x;
    }

    private static double[] Weights(BattleTable table, ReadOnlySpan<int> first, ReadOnlySpan<int> second, int? minimum)
    {
        var weights = new double[first.Length];
        for (var k = 0; k < weights.Length; k++)
        {
            var cell = 3 * table.Pair(Math.Min(first[k], second[k]), Math.Max(first[k], second[k]));
            weights[k] = minimum is { } least ? 1.0 / Math.Max(table.Counts[cell] + table.Counts[cell + 1] + table.Counts[cell + 2], least) : 1;
        }
        return weights;
    }

    /// <summary>The penalised likelihood over M + K parameters and its work space.</summary>
    private sealed class Model(int players, int width, double priorPrecision, double penalty)
    {
        private readonly int size = players + width;
        private readonly double[] gradient = new double[players + width];
        private readonly double[] matrix = new double[(players + width) * (players + width)];

        public bool Maximise(
            double[] parameters, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, double[] x, double[] weights, int maximumSteps)
        {
            var step = new double[size];
            var start = new double[size];
            Evaluate(parameters, first, second, outcomes, x, weights, meat: false);
            for (var taken = 0; taken < maximumSteps; taken++)
            {
                Regularise();
                if (!SymmetricMatrix.Factor(matrix, size))
                {
                    return false;
                }
                gradient.CopyTo(step, 0);
                SymmetricMatrix.Solve(matrix, size, step);
                var slope = SymmetricMatrix.Dot(gradient, step);
                var small = step.All(s => Math.Abs(s) < 1e-8);
                parameters.CopyTo(start, 0);
                for (var length = 1.0; ; length /= 2)
                {
                    start.CopyTo(parameters, 0);
                    SymmetricMatrix.Add(parameters, step, length);
                    if (small || length < 1e-6)
                    {
                        return small;
                    }
                    Evaluate(parameters, first, second, outcomes, x, weights, meat: false);
                    if (Math.Abs(SymmetricMatrix.Dot(gradient, step)) <= 0.9 * slope)
                    {
                        break;
                    }
                }
            }
            return false;
        }

        /// <summary>(M + K) diagonal of H⁻¹ G H⁻¹, or of H⁻¹ for the curvature alone, log-odds²; of a rating's difference to the centre's mean where there is a centre.</summary>
        public double[] Variance(
            double[] parameters, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, double[] x, double[] weights,
            IReadOnlyList<int>? centre, bool curvature)
        {
            Evaluate(parameters, first, second, outcomes, x, weights, meat: false);
            Regularise();
            var variance = new double[size];
            if (!SymmetricMatrix.Factor(matrix, size))
            {
                Array.Fill(variance, double.NaN);
                return variance;
            }
            var inverse = new double[size * size];
            SymmetricMatrix.Invert(matrix, size, inverse);
            var middle = new double[size];
            foreach (var i in centre ?? [])
            {
                SymmetricMatrix.Add(middle, inverse.AsSpan(i * size, size), 1.0 / centre!.Count);
            }
            Evaluate(parameters, first, second, outcomes, x, weights, meat: true);
            var (row, half) = (new double[size], new double[size]);
            for (var i = 0; i < size; i++)
            {
                // H⁻¹ c for the contrast c: one parameter, less the centre's mean where it is a rating.
                inverse.AsSpan(i * size, size).CopyTo(row);
                if (i < players)
                {
                    SymmetricMatrix.Add(row, middle, -1);
                }
                variance[i] = Math.Max(0, curvature ? Contrast(row, i, centre) : Meat(row, half));
            }
            return variance;
        }

        /// <summary>c H⁻¹ c.</summary>
        private double Contrast(double[] row, int i, IReadOnlyList<int>? centre) =>
            row[i] - (i < players && centre is not null ? centre.Sum(a => row[a]) / centre.Count : 0);

        /// <summary>v G v, G being what was evaluated last. The meat has no part along a shift of all ratings, so a pinned mean adds nothing.</summary>
        private double Meat(double[] row, double[] half)
        {
            for (var k = 0; k < size; k++)
            {
                half[k] = 0;
                for (var j = 0; j < size; j++)
                {
                    half[k] += row[j] * (j <= k ? matrix[j * size + k] : matrix[k * size + j]);
                }
            }
            return SymmetricMatrix.Dot(half, row);
        }

        /// <summary>Gradient and, in the upper triangle, minus the Hessian of the likelihood; or with <paramref name="meat"/> the sum of squared scores.</summary>
        private void Evaluate(
            double[] parameters, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, double[] x, double[] weights, bool meat)
        {
            Array.Clear(gradient);
            Array.Clear(matrix);
            var beta = parameters.AsSpan(players, width);
            for (var k = 0; k < first.Length; k++)
            {
                var (a, b) = (first[k], second[k]);
                var row = x.AsSpan(k * width, width);
                var logit = parameters[a] - parameters[b];
                for (var f = 0; f < width; f++)
                {
                    logit += beta[f] * row[f];
                }
                var p = 1 / (1 + Math.Exp(-logit));
                var score = outcomes[k] switch { BattleOutcome.FirstWins => 1, BattleOutcome.SecondWins => 0, _ => 0.5 };
                var residual = weights[k] * (score - p);
                var h = meat ? residual * residual : weights[k] * p * (1 - p);
                gradient[a] += residual;
                gradient[b] -= residual;
                matrix[a * size + a] += h;
                matrix[b * size + b] += h;
                matrix[Math.Min(a, b) * size + Math.Max(a, b)] -= h;
                for (var f = 0; f < width; f++)
                {
                    gradient[players + f] += residual * row[f];
                    matrix[a * size + players + f] += h * row[f];
                    matrix[b * size + players + f] -= h * row[f];
                    SymmetricMatrix.Add(matrix.AsSpan((players + f) * size + players + f, width - f), row[f..], h * row[f]);
                }
            }
            for (var i = 0; i < size; i++)
            {
                gradient[i] -= (i < players ? priorPrecision : penalty) * parameters[i];
            }
        }

        private void Regularise()
        {
            double trace = 0;
            for (var i = 0; i < players; i++)
            {
                trace += matrix[i * size + i];
            }
            var pin = priorPrecision > 0 ? 0 : trace / players / players;
            for (var i = 0; i < size; i++)
            {
                matrix[i * size + i] += i < players ? priorPrecision : penalty;
                for (var j = i; i < players && j < players; j++)
                {
                    matrix[i * size + j] += pin;
                }
            }
        }
    }
}
