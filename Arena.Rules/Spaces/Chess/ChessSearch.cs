using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.Chess;

/// <summary>
/// Principal variation search with iterative deepening, quiescence, a transposition table, null move, killer and history ordering. Bounded by positions, not
/// by time, so that the same position and draws give the same move on any machine. One search, one object.
/// </summary>
internal sealed class ChessSearch
{
    private const int Mate = 30_000;
    private const int Deepest = 40;
    private const int TableBits = 15;

    // Cleared before each search, so that a move depends on nothing but the position and the draws.
    [ThreadStatic]
    private static Entry[]? _tables;

    private readonly ChessState _root;
    private readonly int _budget;
    private readonly ulong _noise;
    private readonly Entry[] _table;
    private readonly uint[] _killers = new uint[2 * (Deepest + 1)];
    private readonly int[] _history = new int[2 * 64 * 64];
    private readonly List<ulong> _path = [];
    private int _nodes;
    private bool _stopped;

    /// <param name="noise">Moves judgements by up to four hundredths of a pawn either way, so that games differ.</param>
    public ChessSearch(ChessState root, int budget, ulong noise)
    {
        (_root, _budget, _noise) = (root, budget, noise);
        _table = _tables ??= new Entry[1 << TableBits];
        Array.Clear(_table);
        for (var (state, left) = (root, root.Board.Clock); state is not null && left >= 0; state = state.Previous, left--)
        {
            _path.Insert(0, state.Board.Key);
        }
    }

    /// <summary>The best move of the last iteration that ended, or a better one that the next had found when the positions ran out.</summary>
    public ChessMove Best()
    {
        var moves = _root.Legal.ToArray();
        var best = moves[0];
        for (var depth = 1; depth <= Deepest / 2 && !_stopped && moves.Length > 1; depth++)
        {
            var alpha = -Mate;
            Sort(_root.Board, moves, best.Bits, 0);
            foreach (var move in moves)
            {
                var next = _root.Board.Play(move);
                var value = alpha == -Mate ? -Visit(next, depth - 1, 1, -Mate, Mate) : -Visit(next, depth - 1, 1, -alpha - 1, -alpha);
                if (value > alpha && alpha != -Mate && !_stopped)
                {
                    value = -Visit(next, depth - 1, 1, -Mate, -alpha);
                }
                if (_stopped)
                {
                    break;
                }
                if (value > alpha)
                {
                    (alpha, best) = (value, move);
                }
            }
            if (Math.Abs(alpha) > Mate - 100)
            {
                break;
            }
        }
        return best;
    }

    private int Visit(in ChessBoard board, int depth, int ply, int alpha, int beta)
    {
        _path.Add(board.Key);
        var value = Search(board, depth, ply, alpha, beta);
        _path.RemoveAt(_path.Count - 1);
        return value;
    }

    [SkipLocalsInit]
    private int Search(in ChessBoard board, int depth, int ply, int alpha, int beta)
    {
        if (board.Clock >= 100 || Repeats(board))
        {
            return 0;
        }
        var check = board.Check;
        depth += check ? 1 : 0;
        if (depth <= 0 || ply >= Deepest)
        {
            return Quiet(board, ply, alpha, beta);
        }
        if (++_nodes > _budget)
        {
            _stopped = true;
            return 0;
        }
        ref var entry = ref _table[board.Key >> (64 - TableBits)];
        uint first = 0;
        if (entry.Key == board.Key)
        {
            first = entry.Move;
            int stored = entry.Value > Mate - 100 ? entry.Value - ply : entry.Value < 100 - Mate ? entry.Value + ply : entry.Value;
            if (entry.Depth >= depth && beta - alpha == 1
                && (entry.Bound == 0 || (entry.Bound == 1 && stored >= beta) || (entry.Bound == 2 && stored <= alpha)))
            {
                return stored;
            }
        }
        if (!check && beta - alpha == 1 && depth >= 3 && HasPieces(board) && ChessValues.Judge(board) >= beta)
        {
            var pass = -Visit(board.Pass(), depth - 3, ply + 1, -beta, 1 - beta);
            if (_stopped || pass >= beta)
            {
                return _stopped ? 0 : Math.Min(pass, Mate - 100);
            }
        }
        Span<ChessMove> moves = stackalloc ChessMove[ChessMoves.Most];
        moves = moves[..ChessMoves.List(board, moves)];
        if (moves.Length == 0)
        {
            return check ? ply - Mate : 0;
        }
        Sort(board, moves, first, ply);
        var (best, bestMove, low) = (-Mate, 0u, alpha);
        for (var i = 0; i < moves.Length; i++)
        {
            var next = board.Play(moves[i]);
            var quiet = IsQuiet(board, moves[i]);
            // Late quiet moves are looked at one ply less deeply, and again if they turn out well.
            var less = i >= 4 && depth >= 3 && quiet && !check ? 1 : 0;
            int value;
            if (i == 0)
            {
                value = -Visit(next, depth - 1, ply + 1, -beta, -low);
            }
            else
            {
                value = -Visit(next, depth - 1 - less, ply + 1, -low - 1, -low);
                if (value > low && (less > 0 || value < beta) && !_stopped)
                {
                    value = -Visit(next, depth - 1, ply + 1, -beta, -low);
                }
            }
            if (_stopped)
            {
                return 0;
            }
            if (value > best)
            {
                (best, bestMove) = (value, moves[i].Bits);
                low = Math.Max(low, best);
                if (low >= beta)
                {
                    if (quiet)
                    {
                        Remember(board.ToMove, moves[i], ply, depth);
                    }
                    break;
                }
            }
        }
        var kept = best > Mate - 100 ? best + ply : best < 100 - Mate ? best - ply : best;
        entry = new Entry(board.Key, bestMove, (short)kept, (sbyte)depth, (byte)(best >= beta ? 1 : best <= alpha ? 2 : 0));
        return best;
    }

    /// <summary>Captures and promotions until the position is quiet; all moves out of check.</summary>
    [SkipLocalsInit]
    private int Quiet(in ChessBoard board, int ply, int alpha, int beta)
    {
        if (++_nodes > _budget)
        {
            _stopped = true;
            return 0;
        }
        var check = board.Check;
        var best = check ? ply - Mate : Judge(board);
        if (best >= beta || ply >= Deepest)
        {
            return check && ply >= Deepest ? Judge(board) : best;
        }
        alpha = Math.Max(alpha, best);
        Span<ChessMove> moves = stackalloc ChessMove[ChessMoves.Most];
        moves = moves[..ChessMoves.List(board, moves)];
        if (moves.Length == 0)
        {
            return check ? ply - Mate : 0;
        }
        if (!check)
        {
            var count = 0;
            foreach (var move in moves)
            {
                if (!IsQuiet(board, move))
                {
                    moves[count++] = move;
                }
            }
            moves = moves[..count];
        }
        Sort(board, moves, 0, ply);
        foreach (var move in moves)
        {
            var value = -Quiet(board.Play(move), ply + 1, -beta, -alpha);
            if (_stopped)
            {
                return 0;
            }
            if (value > best)
            {
                best = value;
                alpha = Math.Max(alpha, best);
                if (alpha >= beta)
                {
                    break;
                }
            }
        }
        return best;
    }

    private int Judge(in ChessBoard board) => ChessValues.Judge(board) + (int)((board.Key ^ _noise) * 0x9E3779B97F4A7C15 >> 61) - 4;

    /// <summary>Whether the position stood before since the last capture or pawn move. The last key of the path is the position itself.</summary>
    private bool Repeats(in ChessBoard board)
    {
        for (var i = _path.Count - 3; i >= 0 && i >= _path.Count - 1 - board.Clock; i -= 2)
        {
            if (_path[i] == board.Key)
            {
                return true;
            }
        }
        return false;
    }

    private static bool HasPieces(in ChessBoard board) =>
        (board.Of(board.ToMove) & ~board.Kind(ChessPiece.Pawn) & ~board.Kind(ChessPiece.King)) != 0;

    private static bool IsQuiet(in ChessBoard board, ChessMove move) =>
        (board.All >> move.To & 1) == 0 && move.Promotion == 0 && move.Kind != ChessKind.EnPassant;

    private void Remember(int side, ChessMove move, int ply, int depth)
    {
        if (_killers[2 * ply] != move.Bits)
        {
            _killers[2 * ply + 1] = _killers[2 * ply];
            _killers[2 * ply] = move.Bits;
        }
        _history[side << 12 | (int)(move.Bits & 0xFFF)] += depth * depth;
    }

    /// <summary>The table's move, captures by victim and attacker, killers, then history. An insertion sort: lists are short.</summary>
    private void Sort(in ChessBoard board, Span<ChessMove> moves, uint first, int ply)
    {
        Span<int> orders = stackalloc int[ChessMoves.Most];
        for (var i = 0; i < moves.Length; i++)
        {
            var move = moves[i];
            var order = move.Bits == first ? int.MaxValue
                : (board.All >> move.To & 1) == 1 ? (1 << 24) + (ChessValues.Worth[board.PieceOn(move.To)] << 3) - move.Piece + (move.Promotion << 8)
                : move.Promotion == ChessPiece.Queen ? 1 << 24
                : move.Bits == _killers[2 * ply] ? (1 << 23) + 1
                : move.Bits == _killers[2 * ply + 1] ? 1 << 23
                : Math.Min(_history[board.ToMove << 12 | (int)(move.Bits & 0xFFF)], (1 << 23) - 1);
            var at = i;
            for (; at > 0 && orders[at - 1] < order; at--)
            {
                (orders[at], moves[at]) = (orders[at - 1], moves[at - 1]);
            }
            (orders[at], moves[at]) = (order, move);
        }
    }

    private readonly record struct Entry(ulong Key, uint Move, short Value, sbyte Depth, byte Bound);
}
