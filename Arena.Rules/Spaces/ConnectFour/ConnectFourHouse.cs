using System.Numerics;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>Wins where it can, else blocks, else plays any open column.</summary>
internal sealed class ConnectFourGreedy : IHouseAgent
{
    public string Slug => "greedy";

    public string Name => "Greedy";

    public string About => "Completes its four, else blocks yours, else plays any open column.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((ConnectFourState)state).Board;
        var landings = board.Landings;
        var wins = board.Completions(board.Mine) & landings;
        var blocks = board.Completions(board.Mine ^ board.All) & landings;
        var choice = wins != 0 ? wins : blocks != 0 ? blocks : landings;
        for (var skip = draws.Next(BitOperations.PopCount(choice)); skip > 0; skip--)
        {
            choice &= choice - 1;
        }
        return (BitOperations.TrailingZeroCount(choice) / 7 + 1).ToString();
    }
}

/// <summary>Alpha-beta to a fixed depth with a transposition table; any of the moves it finds best.</summary>
internal sealed class ConnectFourSearch(int depth) : IHouseAgent
{
    private const int Win = 10_000;
    private const int TableSize = 1 << 15;
    private static readonly int[] CentreFirst = [3, 2, 4, 1, 5, 0, 6];

    // A search's table serves that search only (cleared before it), so that a move depends on nothing but the position and the draws.
    [ThreadStatic]
    private static Entry[]? _table;

    public string Slug => $"alpha-beta-{depth}";

    public string Name => $"Alpha-beta, depth {depth}";

    public string About => $"Searches {depth} plies ahead, then counts open lines and the cells that would complete a four.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((ConnectFourState)state).Board;
        return (Best(board, board.Landings, draws) + 1).ToString();
    }

    /// <summary>The column (0 to 6) of any of the moves found best among <paramref name="choice"/>, at least one of the landings.</summary>
    public int Best(ConnectFourBoard board, ulong choice, Draws draws)
    {
        var table = _table ??= new Entry[TableSize];
        Array.Clear(table);
        var best = int.MinValue;
        var moves = new List<int>(7);
        foreach (var column in CentreFirst)
        {
            if ((choice & ConnectFourBoard.ColumnMask(column)) == 0)
            {
                continue;
            }
            // A window that reaches one below the best keeps values equal to it exact.
            var alpha = best == int.MinValue ? -Win : best - 1;
            var value = -Search(table, board.Play(column), depth - 1, -Win, -alpha);
            if (value > best)
            {
                best = value;
                moves.Clear();
            }
            if (value == best)
            {
                moves.Add(column);
            }
        }
        return draws.Pick(moves);
    }

    /// <summary>The value for the side to move; a win counts more the sooner it comes.</summary>
    private static int Search(Entry[] table, ConnectFourBoard board, int depth, int alpha, int beta)
    {
        if (board.LastMoverWon)
        {
            return board.Plies - Win;
        }
        if (board.Full)
        {
            return 0;
        }
        if (depth == 0)
        {
            return Judge(board);
        }
        if ((board.Completions(board.Mine) & board.Landings) != 0)
        {
            return Win - board.Plies - 1;
        }
        ref var entry = ref table[(board.Key * 0x9E3779B97F4A7C15) >> 49];
        var first = -1;
        if (entry.Key == board.Key)
        {
            // A position has one depth within a search, so a stored value always fits.
            if (entry.Bound == Bound.Exact || (entry.Bound == Bound.AtLeast && entry.Value >= beta) || (entry.Bound == Bound.AtMost && entry.Value <= alpha))
            {
                return entry.Value;
            }
            first = entry.Column;
        }
        int best = int.MinValue, bestColumn = 0, low = alpha;
        for (var i = -1; i < CentreFirst.Length; i++)
        {
            var column = i < 0 ? first : CentreFirst[i];
            if (column < 0 || (i >= 0 && column == first) || !board.CanPlay(column))
            {
                continue;
            }
            var value = -Search(table, board.Play(column), depth - 1, -beta, -low);
            if (value > best)
            {
                (best, bestColumn) = (value, column);
                if ((low = Math.Max(low, best)) >= beta)
                {
                    break;
                }
            }
        }
        entry = new Entry(board.Key, (short)best, best >= beta ? Bound.AtLeast : best <= alpha ? Bound.AtMost : Bound.Exact, (sbyte)bestColumn);
        return best;
    }

    /// <summary>Open lines by how full they are, and cells that complete a four by the parity that lets their owner reach them (the first mover gets odd rows).</summary>
    private static int Judge(ConnectFourBoard board)
    {
        var theirs = board.Mine ^ board.All;
        return Lines(board.Mine, theirs) - Lines(theirs, board.Mine)
            + Threats(board.Completions(board.Mine), board.ToMove) - Threats(board.Completions(theirs), 1 - board.ToMove);
    }

    private static int Threats(ulong cells, int seat)
    {
        const ulong oddRows = ConnectFourBoard.Bottom * 0b01_0101;
        return 40 * BitOperations.PopCount(cells & (seat == 0 ? oddRows : ~oddRows));
    }

    private static int Lines(ulong own, ulong other)
    {
        var usable = ConnectFourBoard.Cells & ~other;
        var value = 0;
        foreach (var step in (ReadOnlySpan<int>)[1, 6, 7, 8])
        {
            var starts = usable & usable >> step & usable >> 2 * step & usable >> 3 * step;
            ulong a = own, b = own >> step, c = own >> 2 * step, d = own >> 3 * step;
            var two = starts & (a & b | c & d | (a ^ b) & (c ^ d));
            value += BitOperations.PopCount(starts & (a | b | c | d)) + 3 * BitOperations.PopCount(two);
        }
        return value;
    }

    private enum Bound : byte
    {
        Exact,
        AtLeast,
        AtMost,
    }

    // Key 0 marks an empty entry: the empty board is never looked up, since a search starts below its root.
    private readonly record struct Entry(ulong Key, short Value, Bound Bound, sbyte Column);
}

/// <summary>Solves positions that take no more than so many to solve; before that, and among moves that are equally good, it plays as the search to depth 8 does.</summary>
internal sealed class ConnectFourPerfect : IHouseAgent
{
    // Some 25 ms on one core: about what a search to depth 8 takes. From the 15th ply or so on it is mostly enough.
    private const long MostPositions = 100_000;
    private const int TableBits = 16;

    private static readonly ConnectFourSearch Search = new(8);

    // Cleared before every move, so that a move depends on nothing but the position and the draws.
    [ThreadStatic]
    private static ConnectFourSolver? _solver;

    public string Slug => "solver";

    public string Name => "Solver";

    public string About => $"Plays without a mistake as soon as the rest of the game takes no more than {MostPositions:N0} positions to solve; before that it searches 8 plies ahead.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((ConnectFourState)state).Board;
        return (Search.Best(board, Solved(board) ?? board.Landings, draws) + 1).ToString();
    }

    /// <summary>The landings of the best moves, or null where they can't be told.</summary>
    private static ulong? Solved(ConnectFourBoard board)
    {
        var solver = _solver ??= new ConnectFourSolver(TableBits);
        solver.Clear();
        var last = solver.Nodes + MostPositions;
        var (best, moves, all) = (int.MinValue, 0UL, true);
        for (var left = board.Landings; left != 0; left &= left - 1)
        {
            var landing = left & ~(left - 1);
            if (-solver.Winner(board.PlayAt(landing), last - solver.Nodes) is not { } winner)
            {
                all = false;
            }
            else if (winner >= best)
            {
                (best, moves) = (winner, winner == best ? moves | landing : landing);
            }
        }
        // Nothing is better than a win, whatever the rest may be.
        return all || best == 1 ? moves : null;
    }
}
