using System.Numerics;
using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>
/// Exact values of Connect Four positions: alpha-beta with null windows over bitboards, a transposition table, and moves that lose at once left out. Allis (1988) and
/// Allen (1988) solved the game; here it is solved anew. Values are counted in discs: n > 0, the side to move wins with its own disc that leaves it n - 1 in hand (21 each at
/// the start); n &lt; 0, the other side does; 0, a draw. So a win counts more the sooner it comes. Keeps its table from one position to the next. Not thread-safe.
/// </summary>
public sealed class ConnectFourSolver
{
    /// <summary>Beyond every value.</summary>
    private const int Beyond = 22;

    private const int CellCount = ConnectFourBoard.Columns * ConnectFourBoard.Rows;

    private const byte LowerBound = 0x80;

    /// <summary>Up to here a position and its mirror image share an entry; later ones seldom meet theirs.</summary>
    private const int MirroredPlies = 16;

    private static readonly ulong[] CentreFirst = [.. new[] { 3, 2, 4, 1, 5, 0, 6 }.Select(ConnectFourBoard.ColumnMask)];

    // An entry is the position's key times 256 plus a bound of its value; 0 is empty. What was written last stays.
    private readonly ulong[] _table;
    private readonly int _shift;
    private long _left;

    /// <param name="tableBits">The table has two to this power entries of eight bytes: 10 to 28.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public ConnectFourSolver(int tableBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tableBits, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tableBits, 28);
        _table = new ulong[1 << tableBits];
        _shift = 64 - tableBits;
    }

    /// <summary>Positions looked at since it was made.</summary>
    public long Nodes { get; private set; }

    /// <summary>Forgets all positions: the same question then takes the same number of positions again.</summary>
    public void Clear() => Array.Clear(_table);

    /// <summary>The value for the side to move, or null where <paramref name="most"/> positions were not enough to find it.</summary>
    public int? Value(ConnectFourBoard board, long most = long.MaxValue)
    {
        if (AtOnce(board) is { } known)
        {
            return known;
        }
        _left = most;
        int low = -Most(board.Plies + 1), high = Most(board.Plies + 2);
        while (low < high)
        {
            // Windows near zero first: who wins is cheaper to find out than when.
            var middle = low + (high - low) / 2;
            middle = middle <= 0 && low / 2 < middle ? low / 2 : middle >= 0 && high / 2 > middle ? high / 2 : middle;
            var bound = Search(board.Mine, board.All, board.Plies, middle, middle + 1);
            if (_left < 0)
            {
                return null;
            }
            (low, high) = bound <= middle ? (low, bound) : (bound, high);
        }
        return low;
    }

    /// <summary>Who wins: 1 the side to move, -1 the other, 0 nobody; null where <paramref name="most"/> positions were not enough to find out. Quicker than <see cref="Value"/>.</summary>
    public int? Winner(ConnectFourBoard board, long most = long.MaxValue)
    {
        if (AtOnce(board) is { } known)
        {
            return Math.Sign(known);
        }
        _left = most;
        var bound = Search(board.Mine, board.All, board.Plies, -1, 1);
        return _left < 0 ? null : Math.Sign(bound);
    }

    /// <summary>The value of a win with the next disc, so many plies after the start.</summary>
    private static int Most(int plies) => (CellCount + 1 - plies) / 2;

    /// <summary>The value of a game that is over, or that the side to move wins with its next disc.</summary>
    private static int? AtOnce(ConnectFourBoard board) =>
        board.LastMoverWon ? -Most(board.Plies - 1)
        : board.Full ? 0
        : (board.Completions(board.Mine) & board.Landings) != 0 ? Most(board.Plies)
        : null;

    /// <summary>
    /// A position where the side to move can't win at once: its value where that is between alpha and beta, else a bound of it beyond them. Of no meaning once
    /// <see cref="_left"/> is below zero.
    /// </summary>
    [SkipLocalsInit]
    private int Search(ulong mine, ulong all, int plies, int alpha, int beta)
    {
        if (--_left < 0)
        {
            return 0;
        }
        Nodes++;
        var theirs = mine ^ all;
        // A cell where the other side would win must be taken, two can't be, and below one is no place to play.
        var lost = ConnectFourBoard.Completions(theirs, all);
        var moves = (all + ConnectFourBoard.Bottom) & ConnectFourBoard.Cells;
        var forced = moves & lost;
        moves = (forced == 0 ? moves : (forced & (forced - 1)) == 0 ? forced : 0) & ~(lost >> 1);
        if (moves == 0)
        {
            return -Most(plies + 1);
        }
        if (plies >= CellCount - 2)
        {
            return 0;
        }
        // Neither side wins with its next disc.
        int least = -Most(plies + 3), most = Most(plies + 2);
        if (least >= beta)
        {
            return least;
        }
        if (most <= alpha)
        {
            return most;
        }
        alpha = Math.Max(alpha, least);
        beta = Math.Min(beta, most);
        var key = Key(mine, all, plies);
        ref var entry = ref Entry(key);
        if (entry >> 8 == key && (byte)entry is var bound and not 0)
        {
            if (bound > LowerBound)
            {
                var atLeast = bound - LowerBound - Beyond;
                if (atLeast >= beta)
                {
                    return atLeast;
                }
                alpha = Math.Max(alpha, atLeast);
            }
            else
            {
                var atMost = bound - Beyond;
                if (atMost <= alpha)
                {
                    return atMost;
                }
                beta = Math.Min(beta, atMost);
            }
        }
        // Moves that make most cells where a four would be complete come first, then those nearer to the centre. The count lies above the board's 49 bits.
        Span<ulong> ordered = stackalloc ulong[ConnectFourBoard.Columns];
        var count = 0;
        foreach (var column in CentreFirst)
        {
            var move = moves & column;
            if (move != 0)
            {
                // What is known of a move may already do.
                var next = Key(theirs, all | move, plies + 1);
                if (Entry(next) is var known && known >> 8 == next && (byte)known is > 0 and <= LowerBound && Beyond - (byte)known is var sure && sure >= beta)
                {
                    entry = key << 8 | (uint)(sure + Beyond) | LowerBound;
                    return sure;
                }
                var ranked = move | (ulong)BitOperations.PopCount(ConnectFourBoard.Completions(mine | move, all | move)) << 56;
                var at = count++;
                for (; at > 0 && ordered[at - 1] >> 56 < ranked >> 56; at--)
                {
                    ordered[at] = ordered[at - 1];
                }
                ordered[at] = ranked;
            }
        }
        var best = -Beyond;
        foreach (var ranked in ordered[..count])
        {
            var move = ranked & ConnectFourBoard.Cells;
            var value = -Search(theirs, all | move, plies + 1, -beta, -alpha);
            if (_left < 0)
            {
                return 0;
            }
            best = Math.Max(best, value);
            if (best >= beta)
            {
                entry = key << 8 | (uint)(best + Beyond) | LowerBound;
                return best;
            }
            alpha = Math.Max(alpha, best);
        }
        entry = key << 8 | (uint)(best + Beyond);
        return best;
    }

    private static ulong Key(ulong mine, ulong all, int plies)
    {
        var key = mine + all;
        return plies <= MirroredPlies ? Math.Min(key, Mirrored(mine) + Mirrored(all)) : key;
    }

    private ref ulong Entry(ulong key) => ref _table[(key * 0x9E3779B97F4A7C15) >> _shift];

    /// <summary>The board as a mirror shows it.</summary>
    private static ulong Mirrored(ulong discs)
    {
        const ulong column = 0b111_1111;
        return discs >> 42 | (discs >> 28 & column << 7) | (discs >> 14 & column << 14) | (discs & column << 21)
            | (discs & column << 14) << 14 | (discs & column << 7) << 28 | (discs & column) << 42;
    }
}
