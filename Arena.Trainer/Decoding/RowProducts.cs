using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Arena.Trainer.Decoding;

/// <summary>
/// The matrix product of decoding, y = x Wᵀ, by hand: for the few rows of a decoding step a library call spends more time on packing and
/// dispatch than on numbers. Both operands are read along their rows, so weights are used where they lie.
/// <para>
/// Every sum is taken in one fixed order, whatever the number of rows: a row's result does not depend on its neighbours in the batch, nor
/// on how a batch is divided between threads. The library makes no such promise.
/// </para>
/// </summary>
internal static unsafe class RowProducts
{
    // Three rows by four outputs: twelve running sums, three inputs and one weight fill AVX2's sixteen registers. With one more the
    // compiler keeps a sum in memory, which halves the speed.
    private const int TileRows = 3;
    private const int TileOutputs = 4;

    // Rows of x are taken in blocks that stay in the first-level cache while the weights stream past them.
    private const int BlockBytes = 24 * 1024;

    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported && Avx.IsSupported;

    /// <summary>y = x Wᵀ, or y += x Wᵀ.</summary>
    /// <param name="x">(rows, width), rows <paramref name="xStride"/> apart.</param>
    /// <param name="w">(outputs, width), row after row.</param>
    /// <param name="y">(rows, outputs), rows <paramref name="yStride"/> apart.</param>
    public static void Multiply(float* x, int rows, nint xStride, float* w, int outputs, int width, float* y, nint yStride, bool add = false)
    {
        var block = Math.Max(TileRows, BlockBytes / (sizeof(float) * width) / TileRows * TileRows);
        for (var first = 0; first < rows; first += block)
        {
            var end = Math.Min(rows, first + block);
            for (var o = 0; o < outputs; o += TileOutputs)
            {
                var count = Math.Min(TileOutputs, outputs - o);
                // Past the last output the last row of weights is read again; its result is thrown away.
                var w0 = w + (nint)o * width;
                var w1 = w0 + (count > 1 ? width : 0);
                var w2 = w1 + (count > 2 ? width : 0);
                var w3 = w2 + (count > 3 ? width : 0);
                var row = first;
                for (; row + TileRows <= end; row += TileRows)
                {
                    Tile(x + row * xStride, xStride, w0, w1, w2, w3, width, y + row * yStride + o, yStride, count, add);
                }
                for (; row < end; row++)
                {
                    Store(y + row * yStride + o, Row(x + row * xStride, w0, w1, w2, w3, width), count, add);
                }
            }
        }
    }

    /// <summary>Three rows against four rows of weights.</summary>
    private static void Tile(float* x, nint xStride, float* w0, float* w1, float* w2, float* w3, int width, float* y, nint yStride, int count, bool add)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default;
        var x1 = x + xStride;
        var x2 = x1 + xStride;
        nint k = 0;
        for (nint whole = width - width % 8; k < whole; k += 8)
        {
            var (p, q, r) = (Vector256.Load(x + k), Vector256.Load(x1 + k), Vector256.Load(x2 + k));
            var w = Vector256.Load(w0 + k);
            a0 = Fma.MultiplyAdd(p, w, a0);
            b0 = Fma.MultiplyAdd(q, w, b0);
            c0 = Fma.MultiplyAdd(r, w, c0);
            w = Vector256.Load(w1 + k);
            a1 = Fma.MultiplyAdd(p, w, a1);
            b1 = Fma.MultiplyAdd(q, w, b1);
            c1 = Fma.MultiplyAdd(r, w, c1);
            w = Vector256.Load(w2 + k);
            a2 = Fma.MultiplyAdd(p, w, a2);
            b2 = Fma.MultiplyAdd(q, w, b2);
            c2 = Fma.MultiplyAdd(r, w, c2);
            w = Vector256.Load(w3 + k);
            a3 = Fma.MultiplyAdd(p, w, a3);
            b3 = Fma.MultiplyAdd(q, w, b3);
            c3 = Fma.MultiplyAdd(r, w, c3);
        }
        Store(y, Tail(Sums(a0, a1, a2, a3), x, w0, w1, w2, w3, k, width), count, add);
        Store(y + yStride, Tail(Sums(b0, b1, b2, b3), x1, w0, w1, w2, w3, k, width), count, add);
        Store(y + 2 * yStride, Tail(Sums(c0, c1, c2, c3), x2, w0, w1, w2, w3, k, width), count, add);
    }

    /// <summary>One row against four rows of weights, with the same order of sums.</summary>
    private static Vector128<float> Row(float* x, float* w0, float* w1, float* w2, float* w3, int width)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        nint k = 0;
        for (nint whole = width - width % 8; k < whole; k += 8)
        {
            var v = Vector256.Load(x + k);
            a0 = Fma.MultiplyAdd(v, Vector256.Load(w0 + k), a0);
            a1 = Fma.MultiplyAdd(v, Vector256.Load(w1 + k), a1);
            a2 = Fma.MultiplyAdd(v, Vector256.Load(w2 + k), a2);
            a3 = Fma.MultiplyAdd(v, Vector256.Load(w3 + k), a3);
        }
        return Tail(Sums(a0, a1, a2, a3), x, w0, w1, w2, w3, k, width);
    }

    /// <summary>The four sums of eight numbers each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        var halves = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Tail(Vector128<float> sums, float* x, float* w0, float* w1, float* w2, float* w3, nint k, int width)
    {
        for (; k < width; k++)
        {
            sums = Fma.MultiplyAdd(Vector128.Create(x[k]), Vector128.Create(w0[k], w1[k], w2[k], w3[k]), sums);
        }
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Vector128<float> values, int count, bool add)
    {
        if (count == TileOutputs)
        {
            (add ? values + Vector128.Load(y) : values).Store(y);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            y[i] = add ? values[i] + y[i] : values[i];
        }
    }
}
