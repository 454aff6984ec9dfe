using System.Numerics;
using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.Chess;

/// <summary>
/// A chess position as bitboards: one for each side and one for each kind of piece, 96 bytes that are copied for each move. Square 0 is a1, 7 h1, 63 h8.
/// Side 0 is white.
/// </summary>
public struct ChessBoard
{
    private Sides _sides;
    private Kinds _kinds;
    private byte _castling, _enPassant;
    private ushort _clock, _number;

    /// <summary>The Zobrist key of pieces, side to move, castling rights and en passant square.</summary>
    public ulong Key { get; private set; }

    /// <summary>The side to move.</summary>
    public int ToMove { get; private set; }

    /// <summary>Rights still held: 1 white king's side, 2 white queen's side, 4 and 8 black's.</summary>
    public readonly int Castling => _castling;

    /// <summary>The square behind a pawn that has just moved two squares, if an enemy pawn stands ready for it; else 0.</summary>
    public readonly int EnPassant => _enPassant;

    /// <summary>Plies since the last capture or pawn move.</summary>
    public readonly int Clock => _clock;

    /// <summary>The move's number; black's move raises it.</summary>
    public readonly int Number => _number;

    public readonly ulong All => _sides[0] | _sides[1];

    /// <summary>All pieces of a side.</summary>
    public readonly ulong Of(int side) => _sides[side];

    /// <summary>All pieces of a kind, of both sides.</summary>
    public readonly ulong Kind(int piece) => _kinds[piece];

    public readonly int KingOf(int side) => BitOperations.TrailingZeroCount(_kinds[ChessPiece.King] & _sides[side]);

    /// <summary>Whether the side to move is in check.</summary>
    public readonly bool Check => Attacked(KingOf(ToMove), 1 - ToMove, All);

    /// <summary>The kind of piece on a square that isn't free.</summary>
    public readonly int PieceOn(int square)
    {
        var bit = 1UL << square;
        var piece = 0;
        while ((_kinds[piece] & bit) == 0)
        {
            piece++;
        }
        return piece;
    }

    /// <summary>Whether <paramref name="by"/> attacks a square when the squares of <paramref name="all"/> are taken.</summary>
    public readonly bool Attacked(int square, int by, ulong all)
    {
        var own = _sides[by];
        return (ChessAttacks.Knight(square) & own & _kinds[ChessPiece.Knight]) != 0
            || (ChessAttacks.Pawn(1 - by, square) & own & _kinds[ChessPiece.Pawn]) != 0
            || (ChessAttacks.King(square) & own & _kinds[ChessPiece.King]) != 0
            || (ChessAttacks.Bishop(square, all) & own & (_kinds[ChessPiece.Bishop] | _kinds[ChessPiece.Queen])) != 0
            || (ChessAttacks.Rook(square, all) & own & (_kinds[ChessPiece.Rook] | _kinds[ChessPiece.Queen])) != 0;
    }

    /// <summary>The position after a legal move.</summary>
    public readonly ChessBoard Play(ChessMove move)
    {
        var next = this;
        next.Make(move);
        return next;
    }

    /// <summary>The position with the other side to move, for a search's null move; not a chess move.</summary>
    public readonly ChessBoard Pass()
    {
        var next = this;
        next.ClearEnPassant();
        next.ToMove ^= 1;
        next.Key ^= ChessKeys.Side;
        return next;
    }

    /// <summary>The same position without an en passant square: two positions count as the same when the same moves are possible.</summary>
    public readonly ChessBoard WithoutEnPassant()
    {
        var next = this;
        next.ClearEnPassant();
        return next;
    }

    /// <summary>Builds a position; for <see cref="ChessFen"/>, which checks it.</summary>
    internal static ChessBoard Of(IEnumerable<(int Square, int Side, int Piece)> pieces, int toMove, int castling, int enPassant, int clock, int number)
    {
        var board = new ChessBoard { ToMove = toMove, _castling = (byte)castling, _clock = (ushort)clock, _number = (ushort)number };
        foreach (var (square, side, piece) in pieces)
        {
            board.Flip(side, piece, 1UL << square, square);
        }
        board.Key ^= ChessKeys.Castling(castling) ^ (toMove == 1 ? ChessKeys.Side : 0);
        board.SetEnPassant(enPassant, 1 - toMove);
        return board;
    }

    private void Make(ChessMove move)
    {
        int us = ToMove, them = us ^ 1, from = move.From, to = move.To, piece = move.Piece;
        ulong enter = 1UL << to;
        ClearEnPassant();
        _clock++;
        if ((_sides[them] & enter) != 0)
        {
            Flip(them, PieceOn(to), enter, to);
            _clock = 0;
        }
        Flip(us, piece, 1UL << from, from);
        Flip(us, move.Promotion == 0 ? piece : move.Promotion, enter, to);
        if (piece == ChessPiece.Pawn)
        {
            _clock = 0;
            if (move.Kind == ChessKind.EnPassant)
            {
                Flip(them, ChessPiece.Pawn, 1UL << (to ^ 8), to ^ 8);
            }
            else if (move.Kind == ChessKind.Double)
            {
                SetEnPassant((from + to) >> 1, us);
            }
        }
        else if (move.Kind == ChessKind.Castling)
        {
            var (leave, land) = to > from ? (to + 1, to - 1) : (to - 2, to + 1);
            Flip(us, ChessPiece.Rook, 1UL << leave, leave);
            Flip(us, ChessPiece.Rook, 1UL << land, land);
        }
        var kept = _castling & ChessKeys.Keeps(from) & ChessKeys.Keeps(to);
        if (kept != _castling)
        {
            Key ^= ChessKeys.Castling(_castling) ^ ChessKeys.Castling(kept);
            _castling = (byte)kept;
        }
        ToMove = them;
        Key ^= ChessKeys.Side;
        _number += (ushort)us;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Flip(int side, int piece, ulong bit, int square)
    {
        _sides[side] ^= bit;
        _kinds[piece] ^= bit;
        Key ^= ChessKeys.Piece(side, piece, square);
    }

    private void ClearEnPassant()
    {
        if (_enPassant != 0)
        {
            Key ^= ChessKeys.EnPassant(_enPassant);
            _enPassant = 0;
        }
    }

    /// <param name="mover">The side whose pawn passed the square.</param>
    private void SetEnPassant(int square, int mover)
    {
        if (square != 0 && (ChessAttacks.Pawn(mover, square) & _sides[1 - mover] & _kinds[ChessPiece.Pawn]) != 0)
        {
            _enPassant = (byte)square;
            Key ^= ChessKeys.EnPassant(square);
        }
    }

    [InlineArray(2)]
    private struct Sides
    {
        private ulong _first;
    }

    [InlineArray(6)]
    private struct Kinds
    {
        private ulong _first;
    }
}

/// <summary>Zobrist's numbers, from SplitMix64 on a fixed seed, and the castling rights that a square's disturbance leaves.</summary>
internal static class ChessKeys
{
    private static readonly ulong[] Numbers = Make();
    private static readonly byte[] Kept = [.. Enumerable.Range(0, 64).Select(s => (byte)(s switch { 0 => 13, 4 => 12, 7 => 14, 56 => 7, 60 => 3, 63 => 11, _ => 15 }))];

    public static ulong Side { get; } = Numbers[^1];

    public static ulong Piece(int side, int piece, int square) => Numbers[(side * 6 + piece) * 64 + square];

    public static ulong Castling(int rights) => Numbers[768 + rights];

    public static ulong EnPassant(int square) => Numbers[784 + (square & 7)];

    public static int Keeps(int square) => Kept[square];

    private static ulong[] Make()
    {
        var numbers = new ulong[768 + 16 + 8 + 1];
        var state = 0x61726E61UL;
        for (var i = 0; i < numbers.Length; i++)
        {
            var word = state += 0x9E3779B97F4A7C15;
            word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
            word = (word ^ word >> 27) * 0x94D049BB133111EB;
            numbers[i] = word ^ word >> 31;
        }
        return numbers;
    }
}
