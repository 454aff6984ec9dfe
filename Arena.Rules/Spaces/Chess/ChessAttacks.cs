using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.Chess;

/// <summary>
/// The squares a piece attacks. Sliding pieces by hyperbola quintessence (o ^ (o - 2r), in both directions by turning the bytes over);
/// along a rank, where bytes don't turn, by a table of 8 files and 64 fillings. A few kilobytes in all, no magic numbers, any processor.
/// </summary>
internal static class ChessAttacks
{
    public const ulong FileA = 0x0101010101010101;
    public const ulong FileH = FileA << 7;

    private static readonly ulong[] Knights = Steps([(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]);
    private static readonly ulong[] Kings = Steps([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]);
    private static readonly ulong[] PawnSteps = [.. Steps([(-1, 1), (1, 1)]), .. Steps([(-1, -1), (1, -1)])];

    // Without the square itself.
    private static readonly Lines[] LinesOf = [.. Enumerable.Range(0, 64).Select(s => new Lines(
        1UL << s, BinaryPrimitives.ReverseEndianness(1UL << s), Ray(s, 0, 1) | Ray(s, 0, -1), Ray(s, 1, 1) | Ray(s, -1, -1), Ray(s, 1, -1) | Ray(s, -1, 1)))];
    private static readonly byte[] Ranks = MakeRanks();
    private static readonly ulong[] Betweens = MakeBetweens();
    private static readonly ulong[] Throughs = MakeThroughs();

    public static ulong Knight(int square) => Knights[square];

    public static ulong King(int square) => Kings[square];

    /// <summary>What a pawn of <paramref name="side"/> attacks.</summary>
    public static ulong Pawn(int side, int square) => PawnSteps[64 * side + square];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bishop(int square, ulong all)
    {
        ref readonly var lines = ref LinesOf[square];
        return Line(lines, lines.Up, all) | Line(lines, lines.Down, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Rook(int square, ulong all)
    {
        ref readonly var lines = ref LinesOf[square];
        var rank = square & 56;
        return Line(lines, lines.File, all) | (ulong)Ranks[(int)(all >> (rank + 1) & 63) * 8 + (square & 7)] << rank;
    }

    /// <summary>The squares strictly between two squares of one line; none where they don't share one.</summary>
    public static ulong Between(int a, int b) => Betweens[64 * a + b];

    /// <summary>The whole line through two squares, edge to edge; none where they don't share one.</summary>
    public static ulong Through(int a, int b) => Throughs[64 * a + b];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Line(in Lines lines, ulong mask, ulong all)
    {
        var blockers = all & mask;
        var up = blockers - 2 * lines.Bit;
        var down = BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReverseEndianness(blockers) - 2 * lines.Turned);
        return (up ^ down) & mask;
    }

    private static ulong Ray(int square, int files, int ranks)
    {
        ulong ray = 0;
        for (int f = square % 8 + files, r = square / 8 + ranks; f is >= 0 and < 8 && r is >= 0 and < 8; f += files, r += ranks)
        {
            ray |= 1UL << 8 * r + f;
        }
        return ray;
    }

    private static ulong[] Steps((int Files, int Ranks)[] steps) => [.. Enumerable.Range(0, 64).Select(s => steps
        .Select(t => (File: s % 8 + t.Files, Rank: s / 8 + t.Ranks)).Where(t => t.File is >= 0 and < 8 && t.Rank is >= 0 and < 8)
        .Aggregate(0UL, (mask, t) => mask | 1UL << 8 * t.Rank + t.File))];

    private static byte[] MakeRanks()
    {
        var ranks = new byte[64 * 8];
        for (var filling = 0; filling < 64; filling++)
        {
            for (var file = 0; file < 8; file++)
            {
                var attacks = 0;
                foreach (var step in (ReadOnlySpan<int>)[-1, 1])
                {
                    for (var f = file + step; f is >= 0 and < 8; f += step)
                    {
                        attacks |= 1 << f;
                        if ((filling << 1 >> f & 1) != 0)
                        {
                            break;
                        }
                    }
                }
                ranks[8 * filling + file] = (byte)attacks;
            }
        }
        return ranks;
    }

    private static ulong[] MakeBetweens()
    {
        var betweens = new ulong[64 * 64];
        foreach (var (a, b, files, ranks) in Pairs())
        {
            betweens[64 * a + b] = Ray(a, files, ranks) & Ray(b, -files, -ranks);
        }
        return betweens;
    }

    private static ulong[] MakeThroughs()
    {
        var throughs = new ulong[64 * 64];
        foreach (var (a, b, files, ranks) in Pairs())
        {
            throughs[64 * a + b] = Ray(a, files, ranks) | Ray(a, -files, -ranks) | 1UL << a;
        }
        return throughs;
    }

    /// <summary>All pairs of squares on one line, with the step from the first to the second.</summary>
    private static IEnumerable<(int A, int B, int Files, int Ranks)> Pairs() =>
        from a in Enumerable.Range(0, 64)
        from files in (int[])[-1, 0, 1]
        from ranks in (int[])[-1, 0, 1]
        where files != 0 || ranks != 0
        let ray = Ray(a, files, ranks)
        from b in Enumerable.Range(0, 64)
        where (ray >> b & 1) == 1
        select (a, b, files, ranks);

    private readonly record struct Lines(ulong Bit, ulong Turned, ulong File, ulong Up, ulong Down);
}
