namespace Arena.Rules.Ratings;

/// <summary>A maximum-entropy equilibrium of a zero-sum meta-game.</summary>
/// <param name="Shares">(M) how much of the equilibrium each player is; copies of one player share its part.</param>
/// <param name="Scores">(M) payoff of each against the equilibrium, at most 0 up to rounding: 0 for those in it, less for those beaten by it.</param>
/// <param name="Settled">Whether the solver reached its tolerance.</param>
public sealed record NashAverage(double[] Shares, double[] Scores, bool Settled);

/// <summary>
/// Nash averaging (Balduzzi et al., "Re-evaluating evaluation", 2018): the players' shares in the equilibrium with the largest entropy.
/// Invariant to copies of a player, so entering clones gains nothing.
/// </summary>
public static class NashAveraging
{
    /// <summary>(M, M) antisymmetric payoffs from scored battles: log-odds of the row's win rate, with half a battle added to each side.</summary>
    public static double[,] LogOdds(BattleTable table, double added = 0.5)
    {
        var payoffs = new double[table.Players, table.Players];
        for (var i = 0; i < table.Players; i++)
        {
            for (var j = i + 1; j < table.Players; j++)
            {
                var cell = 3 * table.Pair(i, j);
                var ties = 0.5 * table.Weights[cell + 2];
                payoffs[i, j] = Math.Log((table.Weights[cell] + ties + added) / (table.Weights[cell + 1] + ties + added));
                payoffs[j, i] = -payoffs[i, j];
            }
        }
        return payoffs;
    }

    /// <summary>
    /// Maximises -Σ p ln p over the simplex with A p &lt;= 0. The bound is loosened by 1e-10 of the largest payoff, because the exact feasible
    /// set may have no interior (rock-paper-scissors has one point).
    /// </summary>
    /// <remarks>
    /// Solved in the dual, where p stays positive by itself: p is proportional to e^(-Aᵀλ), and λ >= 0 minimises ln Σ e^(-Aᵀλ) + bound Σ λ.
    /// Newton's method on a logarithmic barrier that falls to the bound.
    /// </remarks>
    /// <param name="payoffs">(M, M) antisymmetric: what the row gets from the column.</param>
    /// <exception cref="ArgumentException">Not square, or not antisymmetric.</exception>
    public static NashAverage Solve(double[,] payoffs)
    {
        var n = payoffs.GetLength(0);
        var largest = Check(payoffs, n);
        if (largest == 0)
        {
            return new NashAverage([.. Enumerable.Repeat(1.0 / n, n)], new double[n], true);
        }
        var dual = new Dual(payoffs, largest);
        var settled = false;
        for (var barrier = 1.0; barrier > Dual.Bound; barrier *= 0.2)
        {
            settled = dual.Minimise(Math.Max(Dual.Bound, 0.2 * barrier));
        }
        var scores = Array.ConvertAll(dual.Payoffs, s => s * largest);
        return new NashAverage(dual.Shares, scores, settled && scores.All(s => s <= 1e-8 * largest));
    }

    private sealed class Dual(double[,] payoffs, double largest)
    {
        public const double Bound = 1e-10;
        private readonly int n = payoffs.GetLength(0);
        private readonly double[] a = [.. payoffs.Cast<double>().Select(x => x / largest)];
        private readonly double[] lambda = [.. Enumerable.Repeat(1.0, payoffs.GetLength(0))];
        private readonly double[] gradient = new double[payoffs.GetLength(0)];

        /// <summary>p at the current λ.</summary>
        public double[] Shares { get; } = new double[payoffs.GetLength(0)];

        /// <summary>A p, in units of the largest payoff.</summary>
        public double[] Payoffs { get; } = new double[payoffs.GetLength(0)];

        /// <summary>Newton's method at one height of the barrier; false when it doesn't settle.</summary>
        public bool Minimise(double barrier)
        {
            var start = new double[n];
            Evaluate(barrier);
            for (var round = 0; round < 200; round++)
            {
                var hessian = Hessian(barrier);
                var step = Array.ConvertAll(gradient, g => -g);
                if (!SymmetricMatrix.Factor(hessian, n))
                {
                    return false;
                }
                SymmetricMatrix.Solve(hessian, n, step);
                var slope = SymmetricMatrix.Dot(gradient, step);
                if (-slope < 1e-4 * barrier)
                {
                    return true;
                }
                var length = 1.0;
                for (var i = 0; i < n; i++)
                {
                    length = step[i] < 0 ? Math.Min(length, -0.99 * lambda[i] / step[i]) : length;
                }
                lambda.CopyTo(start, 0);
                do
                {
                    start.CopyTo(lambda, 0);
                    SymmetricMatrix.Add(lambda, step, length);
                    Evaluate(barrier);
                    length /= 2;
                }
                while (Math.Abs(SymmetricMatrix.Dot(gradient, step)) > 0.9 * -slope && length > 1e-9);
            }
            return false;
        }

        private void Evaluate(double barrier)
        {
            Array.Clear(Shares);
            for (var i = 0; i < n; i++)
            {
                SymmetricMatrix.Add(Shares, a.AsSpan(i * n, n), -lambda[i]);
            }
            var highest = Shares.Max();
            var total = 0.0;
            for (var i = 0; i < n; i++)
            {
                total += Shares[i] = Math.Exp(Shares[i] - highest);
            }
            for (var i = 0; i < n; i++)
            {
                Shares[i] /= total;
            }
            for (var i = 0; i < n; i++)
            {
                Payoffs[i] = SymmetricMatrix.Dot(a.AsSpan(i * n, n), Shares);
                // The bound falls with the barrier, so that λ stays near 1 where the payoffs leave it free.
                gradient[i] = barrier - Payoffs[i] - barrier / lambda[i];
            }
        }

        /// <summary>A (diag p - p pᵀ) Aᵀ and the barrier's curvature.</summary>
        private double[] Hessian(double barrier)
        {
            var hessian = new double[n * n];
            for (var k = 0; k < n; k++)
            {
                // Column k of A, centred, so that nothing cancels.
                var column = new double[n];
                for (var i = 0; i < n; i++)
                {
                    column[i] = a[i * n + k] - Payoffs[i];
                }
                for (var i = 0; i < n; i++)
                {
                    SymmetricMatrix.Add(hessian.AsSpan(i * n + i, n - i), column.AsSpan(i), Shares[k] * column[i]);
                }
            }
            for (var i = 0; i < n; i++)
            {
                hessian[i * n + i] += barrier / (lambda[i] * lambda[i]);
            }
            return hessian;
        }
    }

    private static double Check(double[,] payoffs, int n)
    {
        if (payoffs.GetLength(1) != n || n == 0)
        {
            throw new ArgumentException("A square table.", nameof(payoffs));
        }
        double largest = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                largest = Math.Max(largest, Math.Abs(payoffs[i, j]));
                if (!(Math.Abs(payoffs[i, j] + payoffs[j, i]) <= 1e-9 * (1 + Math.Abs(payoffs[i, j]))))
                {
                    throw new ArgumentException($"What {i} gets from {j} is not what {j} loses.", nameof(payoffs));
                }
            }
        }
        return largest;
    }
}
