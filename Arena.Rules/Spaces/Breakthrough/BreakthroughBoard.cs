using System.Numerics;

namespace Arena.Rules.Spaces.Breakthrough;

/// <summary>
/// A Breakthrough position as two bitboards: bit 8r + f is the square on file f (0 = a) and rank r (0 = rank 1). Seat 0 (white)
/// starts on ranks 1 and 2 and moves up, seat 1 (black) on ranks 7 and 8 and moves down.
/// </summary>
/// <param name="White">Pieces of seat 0.</param>
/// <param name="Black">Pieces of seat 1.</param>
/// <param name="ToMove">The seat to move, whether or not the game is over.</param>
public readonly record struct BreakthroughBoard(ulong White, ulong Black, int ToMove)
{
    private const ulong FileA = 0x0101010101010101;
    private const ulong FileH = 0x8080808080808080;
    private const ulong FirstRank = 0xFF;
    private const ulong LastRank = 0xFFUL << 56;

    public static BreakthroughBoard Opening => new(0xFFFF, 0xFFFFUL << 48, 0);

    /// <summary>The winning seat, or -1: a piece on the far rank, or no enemy left.</summary>
    public int Winner => (White & LastRank) != 0 || Black == 0 ? 0 : (Black & FirstRank) != 0 || White == 0 ? 1 : -1;

    public ulong Own => ToMove == 0 ? White : Black;

    public ulong Other => ToMove == 0 ? Black : White;

    /// <summary>Squares that can be reached straight ahead, towards the a-file and towards the h-file, in this order. Never all empty while the game runs.</summary>
    public (ulong Ahead, ulong Left, ulong Right) Targets()
    {
        var (own, free) = (Own, ~(White | Black));
        return ToMove == 0
            ? (own << 8 & free, (own & ~FileA) << 7 & ~own, (own & ~FileH) << 9 & ~own)
            : (own >> 8 & free, (own & ~FileA) >> 9 & ~own, (own & ~FileH) >> 7 & ~own);
    }

    /// <summary>All moves, appended: captures first, then the most advanced.</summary>
    public void Moves(List<BreakthroughMove> moves)
    {
        var (ahead, left, right) = Targets();
        var (back, backLeft, backRight) = ToMove == 0 ? (-8, -7, -9) : (8, 9, 7);
        Add(moves, left & Other, backLeft);
        Add(moves, right & Other, backRight);
        Add(moves, left & ~Other, backLeft);
        Add(moves, right & ~Other, backRight);
        Add(moves, ahead, back);
    }

    public BreakthroughBoard Play(BreakthroughMove move)
    {
        var (from, to) = (1UL << move.From, 1UL << move.To);
        return ToMove == 0
            ? new(White & ~from | to, Black & ~to, 1)
            : new(White & ~to, Black & ~from | to, 0);
    }

    private static void Add(List<BreakthroughMove> moves, ulong targets, int back)
    {
        for (; targets != 0; targets &= targets - 1)
        {
            var to = BitOperations.TrailingZeroCount(targets);
            moves.Add(new BreakthroughMove(to + back, to));
        }
    }
}

/// <summary>A move between two squares (0 to 63); written "a2a3".</summary>
public readonly record struct BreakthroughMove(int From, int To)
{
    public override string ToString() =>
        string.Create(4, this, static (text, m) => (text[0], text[1], text[2], text[3]) =
            ((char)('a' + m.From % 8), (char)('1' + m.From / 8), (char)('a' + m.To % 8), (char)('1' + m.To / 8)));

    /// <summary>Reads "a2a3"; null where the text is not two squares.</summary>
    public static BreakthroughMove? Parse(string text) =>
        text.Length == 4 && text[0] is >= 'a' and <= 'h' && text[1] is >= '1' and <= '8' && text[2] is >= 'a' and <= 'h' && text[3] is >= '1' and <= '8'
            ? new BreakthroughMove(text[0] - 'a' + 8 * (text[1] - '1'), text[2] - 'a' + 8 * (text[3] - '1'))
            : null;
}
