using System.Globalization;
using System.Text;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Forsyth-Edwards notation. The en passant square is written only where a pawn stands ready to capture there, as X-FEN does.</summary>
public static class ChessFen
{
    public const string Opening = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1";

    private const string Letters = "PNBRQKpnbrqk";

    /// <summary>The letter of a square's piece, '.' where it is free.</summary>
    public static char Letter(in ChessBoard board, int square) =>
        (board.All >> square & 1) == 0 ? '.' : Letters[board.PieceOn(square) + ((board.Of(1) >> square & 1) == 1 ? 6 : 0)];

    public static string Write(in ChessBoard board)
    {
        var text = new StringBuilder(90);
        for (var rank = 7; rank >= 0; rank--)
        {
            var free = 0;
            for (var file = 0; file < 8; file++)
            {
                var letter = Letter(board, 8 * rank + file);
                if (letter == '.')
                {
                    free++;
                    continue;
                }
                if (free > 0)
                {
                    text.Append(free);
                }
                free = 0;
                text.Append(letter);
            }
            if (free > 0)
            {
                text.Append(free);
            }
            text.Append(rank == 0 ? ' ' : '/');
        }
        text.Append(board.ToMove == 0 ? 'w' : 'b').Append(' ');
        for (var i = 0; i < 4; i++)
        {
            text.Append((board.Castling >> i & 1) == 1 ? "KQkq"[i].ToString() : "");
        }
        return text.Append(board.Castling == 0 ? "- " : " ").Append(board.EnPassant == 0 ? "-" : ChessMove.SquareName(board.EnPassant))
            .Append(' ').Append(board.Clock).Append(' ').Append(board.Number).ToString();
    }

    /// <summary>Reads a position with one king a side, no pawn on the last ranks, and the side that has moved not in check.</summary>
    /// <exception cref="FormatException">The text is not such a position.</exception>
    public static ChessBoard Parse(string fen)
    {
        var parts = fen.Split(' ');
        var ranks = parts[0].Split('/');
        Need(parts.Length is 4 or 6 && ranks.Length == 8, "has six fields and eight ranks");
        var pieces = new List<(int Square, int Side, int Piece)>(32);
        for (var row = 0; row < 8; row++)
        {
            var file = 0;
            foreach (var letter in ranks[row])
            {
                var piece = Letters.IndexOf(letter);
                Need(file < 8 && (piece >= 0 || letter is >= '1' and <= '8'), "has pieces and numbers");
                if (piece >= 0)
                {
                    pieces.Add((8 * (7 - row) + file, piece / 6, piece % 6));
                }
                file += piece >= 0 ? 1 : letter - '0';
            }
            Need(file == 8, "has eight files");
        }
        Need(pieces.Count(p => p is { Side: 0, Piece: ChessPiece.King }) == 1 && pieces.Count(p => p is { Side: 1, Piece: ChessPiece.King }) == 1, "has one king a side");
        Need(!pieces.Any(p => p is { Piece: ChessPiece.Pawn, Square: < 8 or > 55 }), "has no pawn on the last ranks");
        Need(parts[1] is "w" or "b", "says who moves");
        var toMove = parts[1] == "w" ? 0 : 1;
        var rights = 0;
        foreach (var right in parts[2] == "-" ? "" : parts[2])
        {
            var index = "KQkq".IndexOf(right);
            Need(index >= 0, "has castling rights of KQkq");
            int home = index < 2 ? 4 : 60, corner = (index < 2 ? 0 : 56) + (index % 2 == 0 ? 7 : 0);
            Need(pieces.Contains((home, index / 2, ChessPiece.King)) && pieces.Contains((corner, index / 2, ChessPiece.Rook)), "has king and rook at home where they may castle");
            rights |= 1 << index;
        }
        var passed = 0;
        if (parts[3] != "-")
        {
            Need(parts[3].Length == 2 && parts[3][0] is >= 'a' and <= 'h' && parts[3][1] == (toMove == 0 ? '6' : '3'), "has an en passant square");
            passed = parts[3][0] - 'a' + 8 * (parts[3][1] - '1');
            Need(pieces.Contains((passed ^ 8, 1 - toMove, ChessPiece.Pawn)) && !pieces.Any(p => p.Square == passed), "has a pawn before the en passant square");
        }
        int clock = 0, number = 1;
        Need(parts.Length == 4 || (int.TryParse(parts[4], NumberStyles.None, null, out clock) && int.TryParse(parts[5], NumberStyles.None, null, out number) && clock < 10_000 && number < 10_000), "has counters");
        var board = ChessBoard.Of(pieces, toMove, rights, passed, clock, number);
        Need(!board.Attacked(board.KingOf(1 - toMove), toMove, board.All), "has no king that could be taken");
        return board;
    }

    private static void Need(bool holds, string what)
    {
        if (!holds)
        {
            throw new FormatException($"A position {what}.");
        }
    }
}
