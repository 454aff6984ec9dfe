using System.Numerics;
using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Legal moves by pin and check masks: nothing is made and taken back to see whether the king is safe. Allocates nothing.</summary>
public static class ChessMoves
{
    /// <summary>No position has more (218 is the known most).</summary>
    public const int Most = 256;

    /// <summary>Writes the legal moves to <paramref name="moves"/>, which holds <see cref="Most"/>, and returns how many there are.</summary>
    public static int List(in ChessBoard board, Span<ChessMove> moves)
    {
        var sink = new ListSink(moves);
        Generate(board, ref sink);
        return sink.Count;
    }

    /// <summary>The number of legal moves, without making a list of them.</summary>
    public static int Count(in ChessBoard board)
    {
        var sink = default(CountSink);
        Generate(board, ref sink);
        return sink.Count;
    }

    /// <summary>Positions reached after exactly <paramref name="depth"/> plies (perft).</summary>
    /// <param name="bulk">Whether the last ply is counted without being played, as is usual in published speeds.</param>
    [SkipLocalsInit]
    public static long Perft(in ChessBoard board, int depth, bool bulk)
    {
        if (depth <= (bulk ? 1 : 0))
        {
            return depth == 0 ? 1 : Count(board);
        }
        Span<ChessMove> moves = stackalloc ChessMove[Most];
        var count = List(board, moves);
        long nodes = 0;
        foreach (var move in moves[..count])
        {
            nodes += Perft(board.Play(move), depth - 1, bulk);
        }
        return nodes;
    }

    private static void Generate<T>(in ChessBoard board, ref T sink) where T : ISink, allows ref struct
    {
        int us = board.ToMove, them = us ^ 1, king = board.KingOf(us);
        ulong own = board.Of(us), other = board.Of(them), all = own | other;
        var straight = board.Kind(ChessPiece.Rook) | board.Kind(ChessPiece.Queen);
        var slanted = board.Kind(ChessPiece.Bishop) | board.Kind(ChessPiece.Queen);
        var pawns = board.Kind(ChessPiece.Pawn);

        // The king leaves its square, so that it can't hide behind itself.
        ulong flights = 0;
        for (var open = ChessAttacks.King(king) & ~own; open != 0; open &= open - 1)
        {
            if (!board.Attacked(BitOperations.TrailingZeroCount(open), them, all ^ 1UL << king))
            {
                flights |= open & (0 - open);
            }
        }
        sink.Moves(ChessPiece.King, king, flights);

        var near = (ChessAttacks.Knight(king) & board.Kind(ChessPiece.Knight) | ChessAttacks.Pawn(us, king) & pawns) & other;
        var checkers = near | (ChessAttacks.Bishop(king, all) & slanted | ChessAttacks.Rook(king, all) & straight) & other;
        var allowed = ~own;
        if (checkers != 0)
        {
            if ((checkers & (checkers - 1)) != 0)
            {
                return;
            }
            allowed = checkers | ChessAttacks.Between(king, BitOperations.TrailingZeroCount(checkers));
        }

        ulong pinned = 0;
        for (var snipers = (ChessAttacks.Rook(king, other) & straight | ChessAttacks.Bishop(king, other) & slanted) & other; snipers != 0; snipers &= snipers - 1)
        {
            var shield = ChessAttacks.Between(king, BitOperations.TrailingZeroCount(snipers)) & own;
            if ((shield & (shield - 1)) == 0)
            {
                pinned |= shield;
            }
        }

        for (var pieces = own & board.Kind(ChessPiece.Knight) & ~pinned; pieces != 0; pieces &= pieces - 1)
        {
            var from = BitOperations.TrailingZeroCount(pieces);
            sink.Moves(ChessPiece.Knight, from, ChessAttacks.Knight(from) & allowed);
        }
        for (var pieces = own & board.Kind(ChessPiece.Bishop); pieces != 0; pieces &= pieces - 1)
        {
            var from = BitOperations.TrailingZeroCount(pieces);
            sink.Moves(ChessPiece.Bishop, from, ChessAttacks.Bishop(from, all) & Held(allowed, pinned, king, from));
        }
        for (var pieces = own & board.Kind(ChessPiece.Rook); pieces != 0; pieces &= pieces - 1)
        {
            var from = BitOperations.TrailingZeroCount(pieces);
            sink.Moves(ChessPiece.Rook, from, ChessAttacks.Rook(from, all) & Held(allowed, pinned, king, from));
        }
        for (var pieces = own & board.Kind(ChessPiece.Queen); pieces != 0; pieces &= pieces - 1)
        {
            var from = BitOperations.TrailingZeroCount(pieces);
            sink.Moves(ChessPiece.Queen, from, (ChessAttacks.Bishop(from, all) | ChessAttacks.Rook(from, all)) & Held(allowed, pinned, king, from));
        }

        Pawns(ref sink, us, pawns & own & ~pinned, all, other, allowed);
        for (var held = pawns & own & pinned; held != 0; held &= held - 1)
        {
            Pawns(ref sink, us, held & (0 - held), all, other, allowed & ChessAttacks.Through(king, BitOperations.TrailingZeroCount(held)));
        }
        if (board.EnPassant != 0)
        {
            EnPassant(board, ref sink, king, near);
        }
        if (checkers == 0)
        {
            Castle(board, ref sink, us, king, all);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Held(ulong allowed, ulong pinned, int king, int from) =>
        (pinned >> from & 1) == 0 ? allowed : allowed & ChessAttacks.Through(king, from);

    private static void Pawns<T>(ref T sink, int us, ulong pawns, ulong all, ulong other, ulong allowed) where T : ISink, allows ref struct
    {
        ulong ahead, twice, left, right;
        int step;
        if (us == 0)
        {
            step = 8;
            ahead = pawns << 8 & ~all;
            twice = (ahead & 0xFFUL << 16) << 8 & ~all;
            left = (pawns & ~ChessAttacks.FileA) << 7;
            right = (pawns & ~ChessAttacks.FileH) << 9;
        }
        else
        {
            step = -8;
            ahead = pawns >> 8 & ~all;
            twice = (ahead & 0xFFUL << 40) >> 8 & ~all;
            left = (pawns & ~ChessAttacks.FileA) >> 9;
            right = (pawns & ~ChessAttacks.FileH) >> 7;
        }
        sink.Pawns(ahead & allowed, step, ChessKind.Plain);
        sink.Pawns(twice & allowed, 2 * step, ChessKind.Double);
        sink.Pawns(left & other & allowed, step - 1, ChessKind.Plain);
        sink.Pawns(right & other & allowed, step + 1, ChessKind.Plain);
    }

    private static void EnPassant<T>(in ChessBoard board, ref T sink, int king, ulong near) where T : ISink, allows ref struct
    {
        int us = board.ToMove, them = us ^ 1, to = board.EnPassant;
        var taken = 1UL << (to ^ 8);
        for (var pawns = ChessAttacks.Pawn(them, to) & board.Of(us) & board.Kind(ChessPiece.Pawn); pawns != 0; pawns &= pawns - 1)
        {
            // Two pawns leave a rank at once, so only looking again tells.
            var after = board.All ^ (pawns & (0 - pawns)) ^ taken | 1UL << to;
            var sliders = ChessAttacks.Bishop(king, after) & (board.Kind(ChessPiece.Bishop) | board.Kind(ChessPiece.Queen))
                | ChessAttacks.Rook(king, after) & (board.Kind(ChessPiece.Rook) | board.Kind(ChessPiece.Queen));
            if ((near & ~taken) == 0 && (sliders & board.Of(them)) == 0)
            {
                sink.Move(new ChessMove(ChessPiece.Pawn, BitOperations.TrailingZeroCount(pawns), to, 0, ChessKind.EnPassant));
            }
        }
    }

    private static void Castle<T>(in ChessBoard board, ref T sink, int us, int king, ulong all) where T : ISink, allows ref struct
    {
        var rights = board.Castling >> 2 * us;
        if ((rights & 1) != 0 && (all & 3UL << king + 1) == 0 && !board.Attacked(king + 1, us ^ 1, all) && !board.Attacked(king + 2, us ^ 1, all))
        {
            sink.Move(new ChessMove(ChessPiece.King, king, king + 2, 0, ChessKind.Castling));
        }
        if ((rights & 2) != 0 && (all & 7UL << king - 3) == 0 && !board.Attacked(king - 1, us ^ 1, all) && !board.Attacked(king - 2, us ^ 1, all))
        {
            sink.Move(new ChessMove(ChessPiece.King, king, king - 2, 0, ChessKind.Castling));
        }
    }

    private interface ISink
    {
        void Moves(int piece, int from, ulong targets);

        void Pawns(ulong targets, int step, int kind);

        void Move(ChessMove move);
    }

    private ref struct ListSink(Span<ChessMove> moves) : ISink
    {
        private readonly Span<ChessMove> _moves = moves;

        public int Count { get; private set; }

        public void Moves(int piece, int from, ulong targets)
        {
            for (; targets != 0; targets &= targets - 1)
            {
                _moves[Count++] = new ChessMove(piece, from, BitOperations.TrailingZeroCount(targets));
            }
        }

        public void Pawns(ulong targets, int step, int kind)
        {
            for (; targets != 0; targets &= targets - 1)
            {
                var to = BitOperations.TrailingZeroCount(targets);
                if (to is >= 8 and < 56)
                {
                    _moves[Count++] = new ChessMove(ChessPiece.Pawn, to - step, to, 0, kind);
                }
                else
                {
                    for (var piece = ChessPiece.Queen; piece >= ChessPiece.Knight; piece--)
                    {
                        _moves[Count++] = new ChessMove(ChessPiece.Pawn, to - step, to, piece);
                    }
                }
            }
        }

        public void Move(ChessMove move) => _moves[Count++] = move;
    }

    private struct CountSink : ISink
    {
        public int Count { get; private set; }

        public void Moves(int piece, int from, ulong targets) => Count += BitOperations.PopCount(targets);

        public void Pawns(ulong targets, int step, int kind) => Count += BitOperations.PopCount(targets) + 3 * BitOperations.PopCount(targets & 0xFF000000000000FF);

        public void Move(ChessMove move) => Count++;
    }
}
