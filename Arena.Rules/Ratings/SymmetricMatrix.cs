using System.Runtime.Intrinsics;

namespace Arena.Rules.Ratings;

/// <summary>
/// Dense symmetric positive definite matrices, n by n, row-major in one span; only the upper triangle is read.
/// Vectors are four doubles wide on every machine, so that sums are added in the same order everywhere. Rows are taken four at a time: what is
/// added up then stays in a register, where one row after the other would be bound by memory.
/// </summary>
internal static class SymmetricMatrix
{
    /// <summary>Replaces the upper triangle by U with A = UᵀU. False when a pivot is not positive (A is then partly overwritten).</summary>
    public static bool Factor(Span<double> a, int n)
    {
        for (var k = 0; k < n; k++)
        {
            var row = a.Slice(k * n, n);
            var above = 0;
            for (; above <= k - 4; above += 4)
            {
                AddFour(row[k..], a[(above * n + k)..], n, -a[above * n + k], -a[(above + 1) * n + k], -a[(above + 2) * n + k], -a[(above + 3) * n + k]);
            }
            for (; above < k; above++)
            {
                Add(row[k..], a.Slice(above * n + k, n - k), -a[above * n + k]);
            }
            var pivot = row[k];
            if (!(pivot > 0) || double.IsInfinity(pivot))
            {
                return false;
            }
            var root = Math.Sqrt(pivot);
            row[k] = root;
            Scale(row[(k + 1)..], 1 / root);
        }
        return true;
    }

    /// <summary>Solves A x = b in place, A given by its factor.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        for (var k = 0; k < n; k++)
        {
            var value = b[k] / factor[k * n + k];
            b[k] = value;
            Add(b[(k + 1)..], factor.Slice(k * n + k + 1, n - k - 1), -value);
        }
        for (var k = n - 1; k >= 0; k--)
        {
            b[k] = (b[k] - Dot(factor.Slice(k * n + k + 1, n - k - 1), b[(k + 1)..])) / factor[k * n + k];
        }
    }

    /// <summary>The full inverse of A, given by its factor: A⁻¹ = U⁻¹ U⁻ᵀ.</summary>
    public static void Invert(ReadOnlySpan<double> factor, int n, Span<double> inverse)
    {
        var upper = new double[n * n];
        InvertFactor(factor, n, upper);
        Square(upper, n, inverse);
    }

    /// <summary>U⁻¹, upper triangular; what is left of the diagonal must be 0 and stays so.</summary>
    public static void InvertFactor(ReadOnlySpan<double> factor, int n, Span<double> upper)
    {
        // Rows from the last: U⁻¹[k] = (e_k - sum over i > k of U[k,i] U⁻¹[i]) / U[k,k].
        for (var k = n - 1; k >= 0; k--)
        {
            var row = upper.Slice(k * n, n);
            row[k..].Clear();
            var i = k + 1;
            for (; i <= n - 4; i += 4)
            {
                // Left of a row's diagonal are zeros.
                AddFour(row[i..], upper[(i * n + i)..], n, -factor[k * n + i], -factor[k * n + i + 1], -factor[k * n + i + 2], -factor[k * n + i + 3]);
            }
            for (; i < n; i++)
            {
                Add(row[i..], upper.Slice(i * n + i, n - i), -factor[k * n + i]);
            }
            row[k] = 1;
            Scale(row[k..], 1 / factor[k * n + k]);
        }
    }

    /// <summary>The diagonal's entry of A⁻¹, given by U⁻¹.</summary>
    public static double Diagonal(ReadOnlySpan<double> upper, int n, int i) => Dot(upper.Slice(i * n + i, n - i), upper.Slice(i * n + i, n - i));

    /// <summary>A⁻¹ = U⁻¹ U⁻ᵀ, full, given by U⁻¹.</summary>
    public static void Square(ReadOnlySpan<double> upper, int n, Span<double> inverse)
    {
        Span<double> products = stackalloc double[4];
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j += 4)
            {
                var count = Math.Min(4, n - j);
                if (count == 4)
                {
                    DotFour(upper.Slice(i * n + j, n - j), upper[(j * n + j)..], n, products);
                }
                for (var k = 0; k < count; k++)
                {
                    var value = count == 4 ? products[k] : Dot(upper.Slice(i * n + j + k, n - j - k), upper.Slice((j + k) * n + j + k, n - j - k));
                    inverse[i * n + j + k] = value;
                    inverse[(j + k) * n + i] = value;
                }
            }
        }
    }

    /// <summary>target += factor * source, over the length of the source.</summary>
    public static void Add(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        var i = 0;
        var wide = Vector256.Create(factor);
        for (; i <= source.Length - 4; i += 4)
        {
            (Vector256.Create<double>(target.Slice(i, 4)) + wide * Vector256.Create(source.Slice(i, 4))).CopyTo(target.Slice(i, 4));
        }
        for (; i < source.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var i = 0;
        var sum = Vector256<double>.Zero;
        for (; i <= a.Length - 4; i += 4)
        {
            sum += Vector256.Create(a.Slice(i, 4)) * Vector256.Create(b.Slice(i, 4));
        }
        var total = Vector256.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }
        return total;
    }

    /// <summary>target += the sum of four factors times four rows, <paramref name="stride"/> apart, over the length of the target: in this order, as four times <see cref="Add"/>.</summary>
    private static void AddFour(Span<double> target, ReadOnlySpan<double> rows, int stride, double first, double second, double third, double fourth)
    {
        var a = rows[..target.Length];
        var b = rows.Slice(stride, target.Length);
        var c = rows.Slice(2 * stride, target.Length);
        var d = rows.Slice(3 * stride, target.Length);
        var (wa, wb, wc, wd) = (Vector256.Create(first), Vector256.Create(second), Vector256.Create(third), Vector256.Create(fourth));
        var i = 0;
        for (; i <= target.Length - 4; i += 4)
        {
            var sum = Vector256.Create<double>(target.Slice(i, 4)) + wa * Vector256.Create(a.Slice(i, 4));
            sum += wb * Vector256.Create(b.Slice(i, 4));
            sum += wc * Vector256.Create(c.Slice(i, 4));
            sum += wd * Vector256.Create(d.Slice(i, 4));
            sum.CopyTo(target.Slice(i, 4));
        }
        for (; i < target.Length; i++)
        {
            target[i] = target[i] + first * a[i] + second * b[i] + third * c[i] + fourth * d[i];
        }
    }

    /// <summary>Products of one row with four, <paramref name="stride"/> apart.</summary>
    private static void DotFour(ReadOnlySpan<double> row, ReadOnlySpan<double> rows, int stride, Span<double> products)
    {
        var a = rows[..row.Length];
        var b = rows.Slice(stride, row.Length);
        var c = rows.Slice(2 * stride, row.Length);
        var d = rows.Slice(3 * stride, row.Length);
        var (wa, wb, wc, wd) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var i = 0;
        for (; i <= row.Length - 4; i += 4)
        {
            var own = Vector256.Create(row.Slice(i, 4));
            wa += own * Vector256.Create(a.Slice(i, 4));
            wb += own * Vector256.Create(b.Slice(i, 4));
            wc += own * Vector256.Create(c.Slice(i, 4));
            wd += own * Vector256.Create(d.Slice(i, 4));
        }
        (products[0], products[1], products[2], products[3]) = (Vector256.Sum(wa), Vector256.Sum(wb), Vector256.Sum(wc), Vector256.Sum(wd));
        for (; i < row.Length; i++)
        {
            products[0] += row[i] * a[i];
            products[1] += row[i] * b[i];
            products[2] += row[i] * c[i];
            products[3] += row[i] * d[i];
        }
    }

    private static void Scale(Span<double> values, double factor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
