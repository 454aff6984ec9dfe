using System.Runtime.Intrinsics;
using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Models.Fused;

namespace Arena.Tests.Trainer.Models;

/// <summary>Products by hand against sums in double precision, and their promise: the same bits however wide vectors are and however many threads there are.</summary>
public sealed unsafe class MatrixProductsTests
{
    /// <summary>Every rest: of six rows, of panels of 16 and 32, of runs of 256 terms, of blocks of 96 rows and 1024 columns, of rows too far apart to be read in place.</summary>
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 6, 8, 32 }, { 7, 20, 33 }, { 5, 256, 16 }, { 64, 257, 48 }, { 97, 64, 172 }, { 100, 513, 65 }, { 13, 40, 1100 }, { 200, 30, 800 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_are_those_of_double_precision_in_any_order_of_rows_and_columns(int rows, int depth, int width)
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; libtorch's products are used.");
        var (a, b) = (Numbers(rows * depth, 1), Numbers(depth * width, 2));
        var exact = Exact(a, b, rows, depth, width);
        var (aTurned, bTurned) = (Turned(a, rows, depth), Turned(b, depth, width));
        fixed (float* pa = a, pb = b, pat = aTurned, pbt = bTurned)
        {
            foreach (var (x, y) in new (Strided, Strided)[]
            {
                (new(pa, depth), new(pb, width)),
                (new(pa, depth), new Strided(pbt, depth).Transposed),
                (new Strided(pat, rows).Transposed, new(pb, width)),
                (new Strided(pat, rows).Transposed, new Strided(pbt, depth).Transposed),
            })
            {
                var whole = Large(x, y, rows, depth, width, 1, MatrixProducts.Wide);
                Near(exact, whole, depth);
                if (y.Column == 1)
                {
                    var small = new float[rows * width];
                    fixed (float* to = small)
                    {
                        MatrixProducts.MultiplySmall(x, y, to, width, rows, depth, width, add: false);
                        Assert.Equal(whole, small);
                        // Once more on top.
                        MatrixProducts.MultiplySmall(x, y, to, width, rows, depth, width, add: true);
                    }
                    Near([.. exact.Select(n => 2 * n)], small, depth);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Bits_do_not_depend_on_threads_or_on_the_width_of_vectors(int rows, int depth, int width)
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; libtorch's products are used.");
        var (a, b) = (Numbers(rows * depth, 3), Numbers(depth * width, 4));
        fixed (float* pa = a, pb = b)
        {
            var (x, y) = (new Strided(pa, depth), new Strided(pb, width));
            var narrow = Large(x, y, rows, depth, width, 1, wide: false);
            foreach (var threads in new[] { 2, 3, 5 })
            {
                Assert.Equal(narrow, Large(x, y, rows, depth, width, threads, wide: false));
            }
            Assert.SkipUnless(Vector512.IsHardwareAccelerated, "This machine has no vectors of sixteen numbers to compare with.");
            Assert.Equal(narrow, Large(x, y, rows, depth, width, 2, wide: true));
        }
    }

    private static float[] Large(Strided a, Strided b, int rows, int depth, int width, int threads, bool wide)
    {
        var c = new float[rows * width];
        Array.Fill(c, float.NaN);
        fixed (float* to = c) { MatrixProducts.Multiply(a, b, to, rows, depth, width, threads, wide); }
        return c;
    }

    private static float[] Numbers(int count, ulong seed)
    {
        var chance = new SeededChance(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)chance.NextNormal())];
    }

    private static float[] Turned(float[] x, int rows, int columns) => [.. Enumerable.Range(0, x.Length).Select(i => x[i % rows * columns + i / rows])];

    private static double[] Exact(float[] a, float[] b, int rows, int depth, int width) =>
        [.. Enumerable.Range(0, rows * width).Select(i => Enumerable.Range(0, depth).Sum(k => (double)a[i / width * depth + k] * b[k * width + i % width]))];

    private static void Near(double[] exact, float[] found, int depth)
    {
        for (var i = 0; i < exact.Length; i++)
        {
            Assert.True(Math.Abs(exact[i] - found[i]) < 2e-6 * Math.Sqrt(depth) * (1 + Math.Abs(exact[i])), $"number {i}: {found[i]} for {exact[i]}");
        }
    }
}
