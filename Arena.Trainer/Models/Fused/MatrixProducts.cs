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
/// c = a b or c += a b, by hand: the library inside libtorch leaves AVX-512 alone where the processor is not of its maker's, and makes less of AVX2. Blocks and packing are those of
/// Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008).
/// <para>
/// Every number of c is the sum of its terms in their order, in runs of <see cref="DepthBlock"/>: however wide the processor's vectors are, and however many threads
/// share the work, the bits are the same.
/// </para>
/// </summary>
internal static unsafe class MatrixProducts
{
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
        var (byRow, unit) = rows >= width ? (true, MatrixTile.Rows) : (false, 32);
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
                    var (from, step) = (a.From(row, k), MatrixTile.Rows * a.Row);
                    if (apartA)
                    {
                        for (var r = 0; r < block; r += MatrixTile.Rows) { PackTile(a.From(row + r, k), Math.Min(MatrixTile.Rows, block - r), terms, tiles + (nint)r * terms); }
                        (from, step) = (new(tiles, 1, MatrixTile.Rows), MatrixTile.Rows * terms);
                    }
                    for (var p = 0; p < columns; p += panel)
                    {
                        var by = apartB || columns - p < panel ? new(panels + (nint)p * terms, panel) : b.From(k, column + p);
                        MatrixTile.Column<TLanes>(from, step, by, c + row * cRow + column + p, cRow, block, terms, Math.Min(panel, columns - p), k > 0);
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
                MatrixTile.Column<TLanes>(a.From(0, k), MatrixTile.Rows * a.Row, from, c + column, cRow, rows, terms, count, add || k > 0);
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
        for (var k = 0; k < terms; k++, to += MatrixTile.Rows)
        {
            var from = a.At + k * a.Column;
            if (rows == MatrixTile.Rows && a.Row == 1)
            {
                Vector128.Load(from).Store(to);
                Vector64.Load(from + 4).Store(to + 4);
                continue;
            }
            for (var r = 0; r < rows; r++) { to[r] = from[r * a.Row]; }
        }
    }
}
