using System.Runtime.Intrinsics;

namespace Arena.Rules.Ratings;

/// <summary>
/// Dense symmetric positive definite matrices, n by n, row-major in one span; only the upper triangle is read.
/// Vectors are four doubles wide on every machine, so that sums are added in the same order everywhere.
/// </summary>
internal static class SymmetricMatrix
{
    /// <summary>Replaces the upper triangle by U with A = UᵀU. False when a pivot is not positive (A is then partly overwritten).</summary>
    public static bool Factor(Span<double> a, int n)
    {
        for (var k = 0; k < n; k++)
        {
            var row = a.Slice(k * n, n);
            var pivot = row[k];
            if (!(pivot > 0) || double.IsInfinity(pivot))
            {
                return false;
            }
            var root = Math.Sqrt(pivot);
            row[k] = root;
            Scale(row[(k + 1)..], 1 / root);
            for (var i = k + 1; i < n; i++)
            {
                Add(a.Slice(i * n + i, n - i), row[i..], -row[i]);
            }
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
        // Rows of U⁻¹, from the last: U⁻¹[k] = (e_k - sum over i > k of U[k,i] U⁻¹[i]) / U[k,k].
        var upper = new double[n * n];
        for (var k = n - 1; k >= 0; k--)
        {
            var row = upper.AsSpan(k * n, n);
            for (var i = k + 1; i < n; i++)
            {
                Add(row[i..], upper.AsSpan(i * n + i, n - i), -factor[k * n + i]);
            }
            row[k] = 1;
            Scale(row[k..], 1 / factor[k * n + k]);
        }
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j++)
            {
                var value = Dot(upper.AsSpan(i * n + j, n - j), upper.AsSpan(j * n + j, n - j));
                inverse[i * n + j] = value;
                inverse[j * n + i] = value;
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

    private static void Scale(Span<double> values, double factor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
