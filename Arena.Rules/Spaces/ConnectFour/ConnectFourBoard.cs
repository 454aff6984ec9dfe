using System.Numerics;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>
/// A Connect Four position as two bitboards. A column is seven bits, the lowest its bottom cell and the seventh always
/// empty, so that lines never wrap: cell (row r from the bottom, column c) is bit 7c + r.
/// </summary>
/// <param name="Mine">Discs of the side to move.</param>
/// <param name="All">Discs of both.</param>
public readonly record struct ConnectFourBoard(ulong Mine, ulong All)
{
    public const int Columns = 7;
    public const int Rows = 6;

    /// <summary>The bottom cell of every column.</summary>
    public const ulong Bottom = 1UL | 1UL << 7 | 1UL << 14 | 1UL << 21 | 1UL << 28 | 1UL << 35 | 1UL << 42;

    /// <summary>All 42 cells.</summary>
    public const ulong Cells = Bottom * 0b11_1111;

    private const ulong Top = Bottom << (Rows - 1);

    public int Plies => BitOperations.PopCount(All);

    /// <summary>The seat to move, whether or not the game is over.</summary>
    public int ToMove => Plies & 1;

    public bool Full => All == Cells;

    /// <summary>Whether the side that moved last has four in a row.</summary>
    public bool LastMoverWon => HasFour(Mine ^ All);

    public bool Over => Full || LastMoverWon;

    /// <summary>A number that no other position has: the discs of the side to move plus all discs, so each column's height is encoded by its top bit.</summary>
    public ulong Key => Mine + All;

    /// <summary>The cells where a disc can land now, at most one a column.</summary>
    public ulong Landings => (All + Bottom) & Cells;

    /// <summary>The discs of <paramref name="seat"/>.</summary>
    public ulong Discs(int seat) => ToMove == seat ? Mine : Mine ^ All;

    public bool CanPlay(int column) => (All & (Top & ColumnMask(column))) == 0;

    /// <summary>The position after the side to move drops a disc into <paramref name="column"/> (0 to 6, not full).</summary>
    public ConnectFourBoard Play(int column) => new(Mine ^ All, All | (All + (1UL << 7 * column)));

    /// <summary>The position after the side to move puts a disc on <paramref name="landing"/>, one bit of <see cref="Landings"/>.</summary>
    public ConnectFourBoard PlayAt(ulong landing) => new(Mine ^ All, All | landing);

    public static ulong ColumnMask(int column) => 0b11_1111UL << 7 * column;

    public static bool HasFour(ulong discs)
    {
        var pairs = discs & discs >> 7;
        var found = pairs & pairs >> 14;
        pairs = discs & discs >> 6;
        found |= pairs & pairs >> 12;
        pairs = discs & discs >> 8;
        found |= pairs & pairs >> 16;
        pairs = discs & discs >> 1;
        return (found | pairs & pairs >> 2) != 0;
    }

    /// <summary>The empty cells that would complete a four of <paramref name="discs"/>, reachable now or not.</summary>
    public ulong Completions(ulong discs) => Completions(discs, All);

    /// <summary>The cells outside <paramref name="all"/> that would complete a four of <paramref name="discs"/>.</summary>
    public static ulong Completions(ulong discs, ulong all)
    {
        var cells = discs << 1 & discs << 2 & discs << 3;
        return (cells | Along(discs, 6) | Along(discs, 7) | Along(discs, 8)) & Cells & ~all;

        static ulong Along(ulong discs, int step)
        {
            ulong up = discs << step, up2 = discs << 2 * step, down = discs >> step, down2 = discs >> 2 * step;
            return up & up2 & (discs << 3 * step | down) | down & down2 & (discs >> 3 * step | up);
        }
    }

    /// <summary>The four cells of a line of <paramref name="discs"/>, or 0.</summary>
    public static ulong Line(ulong discs)
    {
        foreach (var step in (ReadOnlySpan<int>)[1, 6, 7, 8])
        {
            var starts = discs & discs >> step & discs >> 2 * step & discs >> 3 * step;
            if (starts != 0)
            {
                var start = starts & ~(starts - 1);
                return start | start << step | start << 2 * step | start << 3 * step;
            }
        }
        return 0;
    }
}
