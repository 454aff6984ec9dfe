using System.Runtime.CompilerServices;

namespace Arena.Trainer.Models.Fused;

/// <summary>The innermost part of <see cref="MatrixProducts"/>: some rows of a by one panel of b, two vectors wide.</summary>
internal static unsafe class MatrixTile
{
    /// <summary>Six rows by two vectors: twelve running sums hide the latency of a multiplication, and with two vectors of b and one number of a they fit AVX2's sixteen registers.</summary>
    public const int Rows = 6;

    /// <summary>One panel of c, tile by tile.</summary>
    /// <param name="step">Numbers from a tile of a to the next.</param>
    [SkipLocalsInit]
    public static void Column<TLanes>(Strided a, nint step, Strided b, float* c, nint cRow, int rows, int terms, int columns, bool add) where TLanes : struct, ILanes<TLanes>
    {
        var panel = 2 * TLanes.Count;
        var edge = stackalloc float[columns == panel ? 0 : Rows * panel];
        var at = a.At;
        for (; rows > 0; rows -= Rows, at += step, c += Rows * cRow)
        {
            var (to, apart) = columns == panel ? (new Strided(c, cRow), false) : (new Strided(edge, panel), true);
            switch (rows)
            {
                case 1: Sums<TLanes, Rows1>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
                case 2: Sums<TLanes, Rows2>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
                case 3: Sums<TLanes, Rows3>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
                case 4: Sums<TLanes, Rows4>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
                case 5: Sums<TLanes, Rows5>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
                default: Sums<TLanes, Rows6>(at, a.Row, a.Column, b.At, b.Row, to.At, to.Row, terms, add && !apart); break;
            }
            for (var r = 0; apart && r < Math.Min(rows, Rows); r++)
            {
                for (var i = 0; i < columns; i++) { c[r * cRow + i] = add ? c[r * cRow + i] + edge[r * panel + i] : edge[r * panel + i]; }
            }
        }
    }

    /// <summary>The inner loop. The compiler makes one body for each number of rows and each width of vectors; what is behind a count falls away in it.</summary>
    private static void Sums<TLanes, TRows>(float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, int terms, bool add)
        where TLanes : struct, ILanes<TLanes> where TRows : struct, IRows
    {
        TLanes s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        TLanes t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
        var lower = a + 3 * aRow;
        for (var k = 0; k < terms; k++, a += aStep, lower += aStep, b += bRow)
        {
            var (p, q) = (TLanes.Load(b), TLanes.Load(b + TLanes.Count));
            var x = TLanes.All(a[0]);
            s0 = TLanes.MultiplyAdd(x, p, s0);
            t0 = TLanes.MultiplyAdd(x, q, t0);
            if (TRows.Count > 1) { x = TLanes.All(a[aRow]); s1 = TLanes.MultiplyAdd(x, p, s1); t1 = TLanes.MultiplyAdd(x, q, t1); }
            if (TRows.Count > 2) { x = TLanes.All(a[2 * aRow]); s2 = TLanes.MultiplyAdd(x, p, s2); t2 = TLanes.MultiplyAdd(x, q, t2); }
            if (TRows.Count > 3) { x = TLanes.All(lower[0]); s3 = TLanes.MultiplyAdd(x, p, s3); t3 = TLanes.MultiplyAdd(x, q, t3); }
            if (TRows.Count > 4) { x = TLanes.All(lower[aRow]); s4 = TLanes.MultiplyAdd(x, p, s4); t4 = TLanes.MultiplyAdd(x, q, t4); }
            if (TRows.Count > 5) { x = TLanes.All(lower[2 * aRow]); s5 = TLanes.MultiplyAdd(x, p, s5); t5 = TLanes.MultiplyAdd(x, q, t5); }
        }
        Put(s0, t0, c, add);
        if (TRows.Count > 1) { Put(s1, t1, c + cRow, add); }
        if (TRows.Count > 2) { Put(s2, t2, c + 2 * cRow, add); }
        if (TRows.Count > 3) { Put(s3, t3, c + 3 * cRow, add); }
        if (TRows.Count > 4) { Put(s4, t4, c + 4 * cRow, add); }
        if (TRows.Count > 5) { Put(s5, t5, c + 5 * cRow, add); }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Put(TLanes s, TLanes t, float* c, bool add)
        {
            TLanes.Store(add ? TLanes.Add(TLanes.Load(c), s) : s, c);
            TLanes.Store(add ? TLanes.Add(TLanes.Load(c + TLanes.Count), t) : t, c + TLanes.Count);
        }
    }

    private interface IRows
    {
        static abstract int Count { get; }
    }

    private readonly struct Rows1 : IRows
    {
        public static int Count => 1;
    }

    private readonly struct Rows2 : IRows
    {
        public static int Count => 2;
    }

    private readonly struct Rows3 : IRows
    {
        public static int Count => 3;
    }

    private readonly struct Rows4 : IRows
    {
        public static int Count => 4;
    }

    private readonly struct Rows5 : IRows
    {
        public static int Count => 5;
    }

    private readonly struct Rows6 : IRows
    {
        public static int Count => 6;
    }
}
