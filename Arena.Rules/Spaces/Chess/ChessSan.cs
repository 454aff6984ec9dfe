using System.Text;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Standard algebraic notation (FIDE Laws of Chess, appendix C), and the reading of answers in it or in UCI form.</summary>
public static class ChessSan
{
    private const string Letters = "PNBRQK";

    /// <param name="legal">All legal moves, to tell apart moves of like pieces.</param>
    public static string Write(in ChessBoard board, ChessMove move, IReadOnlyList<ChessMove> legal)
    {
        var text = new StringBuilder(8);
        var captures = (board.All >> move.To & 1) == 1 || move.Kind == ChessKind.EnPassant;
        if (move.Kind == ChessKind.Castling)
        {
            text.Append(move.To > move.From ? "O-O" : "O-O-O");
        }
        else if (move.Piece == ChessPiece.Pawn)
        {
            text.Append(captures ? $"{File(move.From)}x" : "").Append(ChessMove.SquareName(move.To));
            text.Append(move.Promotion == 0 ? "" : $"={Letters[move.Promotion]}");
        }
        else
        {
            bool twins = false, sameFile = false, sameRank = false;
            for (var i = 0; i < legal.Count; i++)
            {
                var other = legal[i];
                if (other.Piece == move.Piece && other.To == move.To && other.From != move.From)
                {
                    twins = true;
                    sameFile |= other.From % 8 == move.From % 8;
                    sameRank |= other.From / 8 == move.From / 8;
                }
            }
            text.Append(Letters[move.Piece]);
            text.Append(twins && (!sameFile || sameRank) ? File(move.From).ToString() : "").Append(sameFile ? Rank(move.From).ToString() : "");
            text.Append(captures ? "x" : "").Append(ChessMove.SquareName(move.To));
        }
        var next = board.Play(move);
        return text.Append(!next.Check ? "" : ChessMoves.Count(next) == 0 ? "#" : "+").ToString();
    }

    /// <summary>
    /// Reads an answer: "e2e4", "e2-e4", "E7E8Q"; or "Nf3", "exd5", "e8=Q+", "O-O", "0-0", with or without a move number, check and
    /// annotation signs. More or fewer squares than needed may be named as long as one legal move fits. A lower-case b is a file, an upper-case
    /// B a bishop.
    /// </summary>
    public static ActionReading Read(string answer, IReadOnlyList<ChessMove> legal)
    {
        var text = answer.Length <= 24 ? Strip(answer) : "";
        if (Wish.Parse(text) is not { } wish)
        {
            return ActionReading.Because($"{AnswerText.Quote(answer)} is not a move: answer with one move such as e2e4 or Nf3, and nothing else.");
        }
        ChessMove? found = null;
        foreach (var move in legal)
        {
            if (!wish.Fits(move))
            {
                continue;
            }
            if (found is { } other)
            {
                return ActionReading.Because(other.From == move.From
                    ? $"{text} needs a piece to turn into, for example {move}."
                    : $"{text} fits more than one move: {other} and {move}. Answer with one of these.");
            }
            found = move;
        }
        return found is { } one
            ? ActionReading.Legal(one.ToString())
            : ActionReading.Because($"{text} is not possible here. Legal moves include {string.Join(' ', legal.Take(12))}.");
    }

    /// <summary>Without a move number in front, check and annotation signs behind, and blanks.</summary>
    private static string Strip(string answer)
    {
        var text = answer.AsSpan();
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits is > 0 and < 4 && text[digits] == '.')
        {
            text = text[digits..].TrimStart(". ");
        }
        foreach (var mark in (ReadOnlySpan<string>)["e.p.", "e.p", "ep"])
        {
            if (text.EndsWith(mark))
            {
                text = text[..^mark.Length];
                break;
            }
        }
        return text.TrimEnd("+#!? ").ToString().Replace(" ", "");
    }

    private static char File(int square) => (char)('a' + square % 8);

    private static char Rank(int square) => (char)('1' + square / 8);

    /// <summary>What an answer asks for; -1 where it says nothing.</summary>
    private readonly record struct Wish(int Piece, int FromFile, int FromRank, int To, int Promotion, bool Captures)
    {
        public static Wish? Parse(string text)
        {
            switch (text.ToUpperInvariant().Replace('0', 'O'))
            {
                case "O-O" or "OO": return new Wish(ChessPiece.King, -1, -1, 64, 0, false);
                case "O-O-O" or "OOO": return new Wish(ChessPiece.King, -1, -1, 65, 0, false);
            }
            return San(text) ?? Squares(text.ToLowerInvariant());
        }

        public bool Fits(ChessMove move)
        {
            if (To >= 64)
            {
                return move.Kind == ChessKind.Castling && move.To - move.From == (To == 64 ? 2 : -2);
            }
            return move.To == To && (Piece < 0 || move.Piece == Piece)
                && (FromFile < 0 || move.From % 8 == FromFile) && (FromRank < 0 || move.From / 8 == FromRank)
                && (Promotion < 0 || move.Promotion == Promotion)
                // "e4" is a pawn's advance, not a capture; "Nf3" may take or not.
                && (Piece != ChessPiece.Pawn || Captures == (move.From % 8 != move.To % 8));
        }

        /// <summary>"e2e4", "e2-e4", "e2xd3", "e7e8q", "e7e8=q".</summary>
        private static Wish? Squares(string text)
        {
            var plain = text.Replace("-", "").Replace("x", "").Replace("=", "");
            var promotion = plain.Length == 5 ? "pnbrq".IndexOf(plain[4]) : 0;
            return plain.Length is 4 or 5 && text.Length <= 7 && promotion >= (plain.Length == 5 ? 1 : 0) && Square(plain, 0) is >= 0 and var from && Square(plain, 2) is >= 0 and var to
                ? new Wish(-1, from % 8, from / 8, to, plain.Length == 5 ? promotion : 0, false)
                : null;
        }

        private static Wish? San(string text)
        {
            var rest = text;
            var piece = ChessPiece.Pawn;
            if (rest.Length > 0 && "NBRQK".Contains(rest[0]))
            {
                piece = Letters.IndexOf(rest[0]);
                rest = rest[1..];
            }
            else if (rest.Length > 0 && "nrqk".Contains(rest[0]))
            {
                piece = Letters.IndexOf(char.ToUpperInvariant(rest[0]));
                rest = rest[1..];
            }
            // -1 leaves it open: a pawn that must turn into something then fits four moves, and the complaint says so.
            var promotion = piece == ChessPiece.Pawn ? -1 : 0;
            if (piece == ChessPiece.Pawn && rest.Length > 2 && "NBRQnbrq".Contains(rest[^1]))
            {
                promotion = Letters.IndexOf(char.ToUpperInvariant(rest[^1]));
                rest = rest[..^1].TrimEnd('=');
            }
            if (rest.Length < 2 || rest.Length > 5 || Square(rest, rest.Length - 2) is not (>= 0 and var to))
            {
                return null;
            }
            rest = rest[..^2];
            var captures = rest.EndsWith('x') || rest.EndsWith(':');
            rest = captures ? rest[..^1] : rest.TrimEnd('-');
            int file = -1, rank = -1;
            if (rest.Length > 0 && rest[0] is >= 'a' and <= 'h')
            {
                file = rest[0] - 'a';
                rest = rest[1..];
            }
            if (rest.Length > 0 && rest[0] is >= '1' and <= '8')
            {
                rank = rest[0] - '1';
                rest = rest[1..];
            }
            // Two whole squares of a pawn are UCI, which also names the moves of pieces.
            return rest.Length > 0 || (piece == ChessPiece.Pawn && file >= 0 && (rank >= 0 || !captures)) ? null : new Wish(piece, file, rank, to, promotion, captures);
        }

        private static int Square(string text, int at) =>
            text[at] is >= 'a' and <= 'h' && text[at + 1] is >= '1' and <= '8' ? text[at] - 'a' + 8 * (text[at + 1] - '1') : -1;
    }
}
