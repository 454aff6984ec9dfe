using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>A matrix of 32-bit numbers in somebody else's memory.</summary>
/// <param name="at">Its first number.</param>
/// <param name="row">Numbers from a row to the next.</param>
/// <param name="column">Numbers from a column to the next.</param>
internal readonly unsafe struct Strided(float* at, nint row, nint column)
{
    public readonly float* At = at;
    public readonly nint Row = row;
    public readonly nint Column = column;

    public Strided(float* at, nint row) : this(at, row, 1)
    {
    }

    public Strided Transposed => new(At, Column, Row);

    public Strided From(nint row, nint column) => new(At + row * Row + column * Column, Row, Column);
}

/// <summary>
/// c = a b or c += a b, by hand: libtorch's library takes AVX2 at half its speed and leaves AVX-512 alone where the processor is not of its maker's. Blocks and packing are those of
/// Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008).
/// <para>
/// Every number of c is the sum of its terms in their order, in runs of <see cref="DepthBlock"/>: however wide the processor's vectors are, and however many threads
/// share the work, the bits are the same.
/// </para>
/// </summary>
internal static unsafe class MatrixProducts
{
    // Six rows by two vectors: twelve running sums hide the latency of a multiplication, and with two vectors of b and one number of a they fit AVX2's sixteen registers.
    private const int TileRows = 6;

    /// <summary>Terms that are summed in one go.</summary>
    public const int DepthBlock = 256;

    // Rows of a that stay in the second-level cache while panels of b pass by; columns of b that are packed at a time.
    private const int RowBlock = 96;
    private const int ColumnBlock = 1024;

    // Rows of b that are further apart fall into the same few places of the first-level cache.
    private const int NearRows = 768;

    // Multiplications that are worth waking another thread for.
    private const double WorthAThread = 2e6;

    private const int LineBytes = 64;

    // Panels of b, then tiles of a; pinned, so that it lies still, and gone with its thread.
    [ThreadStatic]
    private static float[]? _packed;

    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>Whether the processor has vectors of sixteen numbers.</summary>
    public static bool Wide => Vector512.IsHardwareAccelerated;

    /// <summary>For products with some dozens of rows at least, on as many threads as libtorch may use: b is packed first.</summary>
    /// <param name="a">(rows, depth).</param>
    /// <param name="b">(depth, width).</param>
    /// <param name="c">(rows, width), rows <paramref name="width"/> apart; written.</param>
    public static void Multiply(Strided a, Strided b, float* c, int rows, int depth, int width) =>
        Multiply(a, b, c, rows, depth, width, (int)Math.Clamp((double)rows * depth * width / WorthAThread, 1, get_num_threads()), Wide);

    /// <param name="wide">Vectors of sixteen numbers, otherwise of eight.</param>
    internal static void Multiply(Strided a, Strided b, float* c, int rows, int depth, int width, int threads, bool wide)
    {
        if (threads == 1)
        {
            Blocks(a, b, c, width, rows, depth, width, wide);
            return;
        }
        // The longer side is divided, in whole tiles.
        var (byRow, unit) = rows >= width ? (true, TileRows) : (false, 32);
        var units = ((byRow ? rows : width) + unit - 1) / unit;
        var at = (nint)c;
        Parallel.For(0, threads, n =>
        {
            var (from, to) = (units * n / threads * unit, Math.Min(units * (n + 1) / threads * unit, byRow ? rows : width));
            if (byRow)
            {
                Blocks(a.From(from, 0), b, (float*)at + (nint)from * width, width, to - from, depth, width, wide);
            }
            else
            {
                Blocks(a, b.From(0, from), (float*)at + from, width, rows, depth, to - from, wide);
            }
        });
    }

    /// <summary>For small products, on the calling thread: operands are read where they lie.</summary>
    /// <param name="b">(depth, width), numbers of a row side by side.</param>
    /// <param name="cRow">From a row of c to the next.</param>
    /// <param name="add">Adds to c; otherwise c is written.</param>
    public static void MultiplySmall(Strided a, Strided b, float* c, nint cRow, int rows, int depth, int width, bool add)
    {
        if (Wide)
        {
            Panels<Lanes16>(a, b, c, cRow, rows, depth, width, add);
        }
        else
        {
            Panels<Lanes8>(a, b, c, cRow, rows, depth, width, add);
        }
    }

    private static void Blocks(Strided a, Strided b, float* c, nint cRow, int rows, int depth, int width, bool wide)
    {
        if (wide)
        {
            Blocks<Lanes16>(a, b, c, cRow, rows, depth, width);
        }
        else
        {
            Blocks<Lanes8>(a, b, c, cRow, rows, depth, width);
        }
    }

    private static void Blocks<TLanes>(Strided a, Strided b, float* c, nint cRow, int rows, int depth, int width) where TLanes : struct, ILanes<TLanes>
    {
        var panel = 2 * TLanes.Count;
        _packed ??= GC.AllocateUninitializedArray<float>((ColumnBlock + RowBlock) * DepthBlock + LineBytes / sizeof(float), pinned: true);
        var panels = (float*)(((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_packed)) + LineBytes - 1) & -LineBytes);
        var tiles = panels + ColumnBlock * DepthBlock;
        // Rows that lie side by side, and not too far from one another for the cache, are read where they are.
        var (apartA, apartB) = (a.Column != 1, b.Column != 1 || b.Row > NearRows);
        for (var column = 0; column < width; column += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, width - column);
            for (var k = 0; k < depth; k += DepthBlock)
            {
                var terms = Math.Min(DepthBlock, depth - k);
                for (var p = 0; p < columns; p += panel)
                {
                    if (apartB || columns - p < panel)
                    {
                        PackPanel(b.From(k, column + p), terms, Math.Min(panel, columns - p), panel, panels + (nint)p * terms);
                    }
                }
                for (var row = 0; row < rows; row += RowBlock)
                {
                    var block = Math.Min(RowBlock, rows - row);
                    var (from, step) = (a.From(row, k), TileRows * a.Row);
                    if (apartA)
                    {
                        for (var r = 0; r < block; r += TileRows) { PackTile(a.From(row + r, k), Math.Min(TileRows, block - r), terms, tiles + (nint)r * terms); }
                        (from, step) = (new(tiles, 1, TileRows), TileRows * terms);
                    }
                    for (var p = 0; p < columns; p += panel)
                    {
                        var by = apartB || columns - p < panel ? new(panels + (nint)p * terms, panel) : b.From(k, column + p);
                        Column<TLanes>(from, step, by, c + row * cRow + column + p, cRow, block, terms, Math.Min(panel, columns - p), k > 0);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    private static void Panels<TLanes>(Strided a, Strided b, float* c, nint cRow, int rows, int depth, int width, bool add) where TLanes : struct, ILanes<TLanes>
    {
        var panel = 2 * TLanes.Count;
        var edge = stackalloc float[width % panel == 0 ? 0 : DepthBlock * panel];
        for (var k = 0; k < depth; k += DepthBlock)
        {
            var terms = Math.Min(DepthBlock, depth - k);
            for (var column = 0; column < width; column += panel)
            {
                var (from, count) = (b.From(k, column), Math.Min(panel, width - column));
                if (count < panel)
                {
                    PackPanel(from, terms, count, panel, edge);
                    from = new(edge, panel);
                }
                Column<TLanes>(a.From(0, k), TileRows * a.Row, from, c + column, cRow, rows, terms, count, add || k > 0);
            }
        }
    }

    /// <summary>One panel of c, tile by tile.</summary>
    /// <param name="step">Numbers from a tile of a to the next.</param>
    [SkipLocalsInit]
    private static void Column<TLanes>(Strided a, nint step, Strided b, float* c, nint cRow, int rows, int terms, int columns, bool add) where TLanes : struct, ILanes<TLanes>
    {
        var panel = 2 * TLanes.Count;
        var edge = stackalloc float[columns == panel ? 0 : TileRows * panel];
        var at = a.At;
        for (; rows > 0; rows -= TileRows, at += step, c += TileRows * cRow)
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
            for (var r = 0; apart && r < Math.Min(rows, TileRows); r++)
            {
                for (var i = 0; i < columns; i++) { c[r * cRow + i] = add ? c[r * cRow + i] + edge[r * panel + i] : edge[r * panel + i]; }
            }
        }
    }

    /// <summary>Rows of b one behind the other, filled up with zeros to a whole panel.</summary>
    private static void PackPanel(Strided b, int terms, int columns, int panel, float* to)
    {
        if (columns < panel)
        {
            new Span<float>(to, terms * panel).Clear();
        }
        if (b.Column == 1)
        {
            var from = b.At;
            for (var k = 0; k < terms; k++, from += b.Row, to += panel)
            {
                var i = 0;
                for (; i + 8 <= columns; i += 8) { Vector256.Load(from + i).Store(to + i); }
                for (; i < columns; i++) { to[i] = from[i]; }
            }
            return;
        }
        if (b.Row == 1)
        {
            Transpose(b.Transposed, columns, terms, to, panel);
            return;
        }
        for (var k = 0; k < terms; k++)
        {
            for (var i = 0; i < columns; i++) { to[k * panel + i] = b.At[k * b.Row + i * b.Column]; }
        }
    }

    /// <summary>Columns of x, one behind the other.</summary>
    /// <param name="x">(rows, columns), numbers of a row side by side.</param>
    /// <param name="to">(columns, rows), rows <paramref name="toRow"/> apart.</param>
    public static void Transpose(Strided x, int rows, int columns, float* to, nint toRow)
    {
        var (wholeRows, wholeColumns) = (rows / 8 * 8, columns / 8 * 8);
        for (var r = 0; r < wholeRows; r += 8)
        {
            for (var i = 0; i < wholeColumns; i += 8) { Turn(x.At + r * x.Row + i, x.Row, to + i * toRow + r, toRow); }
        }
        for (var r = 0; r < rows; r++)
        {
            for (var i = r < wholeRows ? wholeColumns : 0; i < columns; i++) { to[i * toRow + r] = x.At[r * x.Row + i]; }
        }
    }

    /// <summary>Eight rows of eight numbers, transposed.</summary>
    private static void Turn(float* from, nint fromRow, float* to, nint toRow)
    {
        var (a, b, c, d) = (Avx.LoadVector256(from), Avx.LoadVector256(from + fromRow), Avx.LoadVector256(from + 2 * fromRow), Avx.LoadVector256(from + 3 * fromRow));
        from += 4 * fromRow;
        var (e, f, g, h) = (Avx.LoadVector256(from), Avx.LoadVector256(from + fromRow), Avx.LoadVector256(from + 2 * fromRow), Avx.LoadVector256(from + 3 * fromRow));
        (a, b, c, d) = Fours(a, b, c, d);
        (e, f, g, h) = Fours(e, f, g, h);
        Avx.Permute2x128(a, e, 0x20).Store(to);
        Avx.Permute2x128(b, f, 0x20).Store(to + toRow);
        Avx.Permute2x128(c, g, 0x20).Store(to + 2 * toRow);
        Avx.Permute2x128(d, h, 0x20).Store(to + 3 * toRow);
        to += 4 * toRow;
        Avx.Permute2x128(a, e, 0x31).Store(to);
        Avx.Permute2x128(b, f, 0x31).Store(to + toRow);
        Avx.Permute2x128(c, g, 0x31).Store(to + 2 * toRow);
        Avx.Permute2x128(d, h, 0x31).Store(to + 3 * toRow);

        // Within each half: numbers i of four rows.
        static (Vector256<float>, Vector256<float>, Vector256<float>, Vector256<float>) Fours(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
        {
            var (lowAb, highAb, lowCd, highCd) = (Avx.UnpackLow(a, b).AsDouble(), Avx.UnpackHigh(a, b).AsDouble(), Avx.UnpackLow(c, d).AsDouble(), Avx.UnpackHigh(c, d).AsDouble());
            return (Avx.UnpackLow(lowAb, lowCd).AsSingle(), Avx.UnpackHigh(lowAb, lowCd).AsSingle(), Avx.UnpackLow(highAb, highCd).AsSingle(), Avx.UnpackHigh(highAb, highCd).AsSingle());
        }
    }

    /// <summary>Columns of some rows of a one behind the other.</summary>
    private static void PackTile(Strided a, int rows, int terms, float* to)
    {
        for (var k = 0; k < terms; k++, to += TileRows)
        {
            var from = a.At + k * a.Column;
            if (rows == TileRows && a.Row == 1)
            {
                Vector128.Load(from).Store(to);
                Vector64.Load(from + 4).Store(to + 4);
                continue;
            }
            for (var r = 0; r < rows; r++) { to[r] = from[r * a.Row]; }
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

    private interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
    {
        static abstract int Count { get; }

        static abstract TSelf Load(float* at);

        static abstract TSelf All(float number);

        static abstract TSelf Add(TSelf a, TSelf b);

        static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

        static abstract void Store(TSelf x, float* at);
    }

    private readonly struct Lanes8(Vector256<float> v) : ILanes<Lanes8>
    {
        private readonly Vector256<float> _v = v;

        public static int Count => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes8 Load(float* at) => new(Vector256.Load(at));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes8 All(float number) => new(Vector256.Create(number));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes8 Add(Lanes8 a, Lanes8 b) => new(a._v + b._v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes8 MultiplyAdd(Lanes8 a, Lanes8 b, Lanes8 c) => new(Vector256.FusedMultiplyAdd(a._v, b._v, c._v));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Lanes8 x, float* at) => x._v.Store(at);
    }

    private readonly struct Lanes16(Vector512<float> v) : ILanes<Lanes16>
    {
        private readonly Vector512<float> _v = v;

        public static int Count => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes16 Load(float* at) => new(Vector512.Load(at));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes16 All(float number) => new(Vector512.Create(number));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes16 Add(Lanes16 a, Lanes16 b) => new(a._v + b._v);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes16 MultiplyAdd(Lanes16 a, Lanes16 b, Lanes16 c) => new(Vector512.FusedMultiplyAdd(a._v, b._v, c._v));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Lanes16 x, float* at) => x._v.Store(at);
    }
}
