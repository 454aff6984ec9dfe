using System.Text;

namespace Arena.Rules.Spaces.Chess;

/// <summary>The observation's prose.</summary>
internal static class ChessText
{
    /// <summary>Moves that the observation repeats; the position says the rest.</summary>
    private const int ShownMoves = 12;

    public static string Word(ChessEnd end) => end switch
    {
        ChessEnd.Checkmate => "checkmate",
        ChessEnd.Stalemate => "stalemate",
        ChessEnd.Repetition => "threefold repetition",
        ChessEnd.FiftyMoves => "fifty-move rule",
        ChessEnd.Material => "insufficient material",
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };

    /// <summary>The eight letters of a rank (0 = rank 1), as in FEN, '.' for a free square.</summary>
    public static string Rank(ChessBoard board, int rank) =>
        string.Create(8, (board, rank), static (text, a) =>
        {
            for (var file = 0; file < 8; file++)
            {
                text[file] = ChessFen.Letter(a.board, 8 * a.rank + file);
            }
        });

    /// <summary>The last moves in algebraic notation.</summary>
    public static IReadOnlyList<string> Moves(ChessState s) => s.LastMoves(ShownMoves);

    public static string Describe(ChessState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(900);
        text.Append("Chess. You are ").Append(seat == 0 ? "White (upper-case letters)" : "Black (lower-case letters)").Append(".\n\nFEN: ").Append(ChessFen.Write(s.Board)).Append("\n\n");
        for (var rank = 7; rank >= 0; rank--)
        {
            text.Append((char)('1' + rank));
            foreach (var letter in Rank(s.Board, rank))
            {
                text.Append(' ').Append(letter);
            }
            text.Append('\n');
        }
        text.Append("  a b c d e f g h\n\n").Append(s.Plies > ShownMoves ? "Last moves: " : "Moves so far: ");
        var moves = Moves(s);
        for (var i = 0; i < moves.Count; i++)
        {
            var ply = s.Plies - moves.Count + i;
            text.Append(i == 0 ? "" : " ").Append(ply % 2 == 0 ? $"{ply / 2 + 1}. " : i == 0 ? $"{ply / 2 + 1}... " : "").Append(moves[i]);
        }
        text.Append(moves.Count == 0 ? "none.\n" : ".\n");
        if (legal.Count > 0)
        {
            text.Append(s.Board.Check ? "You are in check. " : "").Append("It is your turn. Legal moves: ").AppendJoin(' ', legal)
                .Append(".\nAnswer with one move in SAN (as listed) or in UCI form (for example ").Append(s.Names[0]).Append(") and nothing else.");
        }
        else
        {
            text.Append(s.End == ChessEnd.None ? "It is your opponent's turn." : $"The game is over: {Word(s.End)}.");
        }
        return text.ToString();
    }
}
