using System.Runtime.Intrinsics;

namespace Arena.Rules.Ratings;

/// <summary>The log-likelihood of M ratings (log-odds units) given points and battles of each pair. Owns its work space; not for two threads.</summary>
internal sealed class PairwiseLikelihood(int players, double priorPrecision)
{
    private readonly double[] points = new double[players * (players - 1) / 2]; // of the pair's lower number
    private readonly double[] totals = new double[players * (players - 1) / 2];
    private readonly double[] gradient = new double[players];
    private readonly double[] diagonal = new double[players];
    private readonly double[] hessian = new double[players * players];
    private readonly double[] trial = new double[players];
    private readonly double[] step = new double[players];
    private double priorPrecision = priorPrecision;

    /// <summary>Of the normal prior around 0, 1 / log-odds²; 0: none.</summary>
    public double PriorPrecision
    {
        get => priorPrecision;
        set => priorPrecision = value;
    }

    /// <summary>Takes cells (pairs, 3) as of <see cref="BattleTable.Weights"/>.</summary>
    public void Load(ReadOnlySpan<double> cells)
    {
        for (var pair = 0; pair < points.Length; pair++)
        {
            var (win, loss, tie) = (cells[3 * pair], cells[3 * pair + 1], cells[3 * pair + 2]);
            points[pair] = win + 0.5 * tie;
            totals[pair] = win + loss + tie;
        }
    }

    /// <summary>Adds battles of one pair: the points of <paramref name="lower"/>, the smaller number, out of <paramref name="total"/>.</summary>
    public void Add(int lower, int higher, double won, double total)
    {
        var pair = lower * (2 * players - lower - 1) / 2 + higher - lower - 1;
        points[pair] += won;
        totals[pair] += total;
    }

    /// <summary>
    /// Newton's method from <paramref name="theta"/>, in place. A step is halved until the slope along it has fallen: the likelihood is
    /// concave, so this can't overshoot, and no logarithm is needed.
    /// </summary>
    public (bool Converged, int Steps) Maximise(Span<double> theta, int maximumSteps)
    {
        Evaluate(theta, withHessian: true);
        for (var taken = 0; taken < maximumSteps; taken++)
        {
            if (!Factor())
            {
                return (false, taken);
            }
            gradient.CopyTo(step, 0);
            SymmetricMatrix.Solve(hessian, players, step);
            var slope = SymmetricMatrix.Dot(gradient, step);
            var size = Largest(step);
            for (var length = 1.0; ; length /= 2)
            {
                theta.CopyTo(trial);
                SymmetricMatrix.Add(trial, step, length);
                // Newton squares the error, so what is left after a step this small is below rounding.
                if (size < 1e-8 || length < 1e-6)
                {
                    trial.CopyTo(theta);
                    return (size < 1e-8, taken + 1);
                }
                Evaluate(trial, withHessian: true);
                if (Math.Abs(SymmetricMatrix.Dot(gradient, step)) <= 0.9 * slope)
                {
                    break;
                }
            }
            trial.CopyTo(theta);
        }
        return (false, maximumSteps);
    }

    /// <summary>
    /// As <see cref="Maximise"/> with a fixed factor of a nearby Hessian: each step costs a pass over the pairs instead of a
    /// factorisation. For resampled data, whose Hessian differs by a few percent. False when it doesn't settle.
    /// </summary>
    public bool MaximiseNear(Span<double> theta, ReadOnlySpan<double> factor, double tolerance)
    {
        var last = double.PositiveInfinity;
        for (var taken = 0; taken < 50; taken++)
        {
            Evaluate(theta, withHessian: false);
            SymmetricMatrix.Solve(factor, players, gradient);
            var size = Largest(gradient);
            if (!(size < last))
            {
                return false;
            }
            SymmetricMatrix.Add(theta, gradient, 1);
            // The error shrinks by size / last each time, so what is left is about size * that; of the first step nothing is known.
            if (size * (taken == 0 ? 1 : size / last) < tolerance)
            {
                return true;
            }
            last = size;
        }
        return false;
    }

    /// <summary>The factor of the Hessian at <paramref name="theta"/>, (M, M); null when it is not positive definite.</summary>
    /// <param name="into">Where it is written; null = a new array.</param>
    public double[]? FactorAt(ReadOnlySpan<double> theta, double[]? into = null)
    {
        Evaluate(theta, withHessian: true);
        if (!Factor())
        {
            return null;
        }
        into ??= new double[hessian.Length];
        hessian.CopyTo(into, 0);
        return into;
    }

    /// <summary>Variances (M) and, when asked for, the covariance (M, M), log-odds²: sandwich when squares of weights are given, else curvature.</summary>
    public (double[] Variance, double[] Covariance) Covariance(ReadOnlySpan<double> theta, double[]? squares, bool full)
    {
        var variance = new double[players];
        var inverse = new double[players * players];
        var factor = FactorAt(theta);
        if (factor is null)
        {
            Array.Fill(variance, double.NaN);
            return (variance, full ? new double[players * players] : []);
        }
        SymmetricMatrix.Invert(factor, players, inverse);
        if (priorPrecision == 0)
        {
            // The part along (1, ..., 1) only pins the mean; it is no uncertainty.
            var pin = inverse.Sum() / players / players;
            for (var k = 0; k < inverse.Length; k++)
            {
                inverse[k] -= pin;
            }
        }
        if (squares is null)
        {
            for (var i = 0; i < players; i++)
            {
                variance[i] = inverse[i * players + i];
            }
            return (variance, full ? inverse : []);
        }
        // The meat G is the Laplacian of the pairs' squared residuals; V = H⁻¹ G H⁻¹.
        var meat = Meat(theta, squares);
        var half = new double[players * players];
        for (var i = 0; i < players; i++)
        {
            var row = half.AsSpan(i * players, players);
            for (var k = 0; k < players; k++)
            {
                SymmetricMatrix.Add(row, meat.AsSpan(k * players, players), inverse[i * players + k]);
            }
            variance[i] = SymmetricMatrix.Dot(row, inverse.AsSpan(i * players, players));
        }
        if (!full)
        {
            return (variance, []);
        }
        var covariance = new double[players * players];
        for (var i = 0; i < players; i++)
        {
            for (var j = 0; j < players; j++)
            {
                covariance[i * players + j] = SymmetricMatrix.Dot(half.AsSpan(i * players, players), inverse.AsSpan(j * players, players));
            }
        }
        return (variance, covariance);
    }

    private double[] Meat(ReadOnlySpan<double> theta, ReadOnlySpan<double> squares)
    {
        var meat = new double[players * players];
        for (int i = 0, cell = 0; i < players; i++)
        {
            for (var j = i + 1; j < players; j++, cell += 3)
            {
                var p = 1 / (1 + Math.Exp(theta[j] - theta[i]));
                var value = squares[cell] * (1 - p) * (1 - p) + squares[cell + 1] * p * p + squares[cell + 2] * (0.5 - p) * (0.5 - p);
                meat[i * players + i] += value;
                meat[j * players + j] += value;
                meat[i * players + j] = -value;
                meat[j * players + i] = -value;
            }
        }
        return meat;
    }

    /// <summary>Gradient, and minus the Hessian's upper triangle, at <paramref name="theta"/>.</summary>
    private void Evaluate(ReadOnlySpan<double> theta, bool withHessian)
    {
        Array.Clear(gradient);
        Array.Clear(diagonal);
        var start = 0;
        for (var i = 0; i < players; i++)
        {
            var count = players - i - 1;
            var (own, curvature) = Row(
                theta[i], theta[(i + 1)..], points.AsSpan(start, count), totals.AsSpan(start, count), gradient.AsSpan(i + 1), diagonal.AsSpan(i + 1),
                hessian.AsSpan(i * players + i + 1, count), withHessian);
            gradient[i] += own;
            diagonal[i] += curvature;
            start += count;
        }
        for (var i = 0; i < players; i++)
        {
            gradient[i] -= priorPrecision * theta[i];
        }
    }

    /// <summary>One player against all with higher numbers: adds to their gradient and diagonal, returns its own.</summary>
    private static (double Gradient, double Curvature) Row(
        double own, ReadOnlySpan<double> others, ReadOnlySpan<double> points, ReadOnlySpan<double> totals,
        Span<double> gradient, Span<double> diagonal, Span<double> hessian, bool withHessian)
    {
        var j = 0;
        var (sum, curvature) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (; j <= others.Length - 4; j += 4)
        {
            var p = Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(Vector256.Create(others.Slice(j, 4)) - Vector256.Create(own)));
            var expected = Vector256.Create(totals.Slice(j, 4)) * p;
            var residual = Vector256.Create(points.Slice(j, 4)) - expected;
            sum += residual;
            (Vector256.Create<double>(gradient.Slice(j, 4)) - residual).CopyTo(gradient.Slice(j, 4));
            if (withHessian)
            {
                var h = expected * (Vector256<double>.One - p);
                curvature += h;
                (Vector256.Create<double>(diagonal.Slice(j, 4)) + h).CopyTo(diagonal.Slice(j, 4));
                (-h).CopyTo(hessian.Slice(j, 4));
            }
        }
        var (total, bend) = (Vector256.Sum(sum), Vector256.Sum(curvature));
        for (; j < others.Length; j++)
        {
            var p = 1 / (1 + Math.Exp(others[j] - own));
            var residual = points[j] - totals[j] * p;
            var h = totals[j] * p * (1 - p);
            total += residual;
            bend += h;
            gradient[j] -= residual;
            diagonal[j] += h;
            hessian[j] = -h;
        }
        return (total, bend);
    }

    /// <summary>Completes the Hessian and factors it. Without a prior, the mean is pinned by adding a constant to every entry: the gradient has no part along it.</summary>
    private bool Factor()
    {
        var pin = priorPrecision > 0 ? 0 : players == 1 ? 1 : diagonal.Sum() / players / players;
        for (var i = 0; i < players; i++)
        {
            var row = hessian.AsSpan(i * players, players);
            row[i] = diagonal[i] + priorPrecision;
            if (pin != 0)
            {
                for (var j = i; j < players; j++)
                {
                    row[j] += pin;
                }
            }
        }
        return SymmetricMatrix.Factor(hessian, players);
    }

    private static double Largest(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            // A NaN stays.
            largest = Math.Abs(value) <= largest ? largest : Math.Abs(value);
        }
        return largest;
    }
}
