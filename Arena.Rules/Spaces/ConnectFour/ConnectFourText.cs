namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>
/// The observation's prose. One string, filled in place: in a fast match this and the hash of it are most of the time.
/// </summary>
internal static class ConnectFourText
{
    private const string Rules = ". X began. Four own discs in a row, column or diagonal win; a full board is a draw.\n\nBoard, top row first:\n1 2 3 4 5 6 7\n";
    private const string Moves = "Moves so far, X first: ";
    private const string Turn = "It is your turn. Open columns: ";
    private const string Ask = ".\nAnswer with the number of one open column and nothing else.";

    private static readonly string[] Heads =
        ["Connect Four. You are X, your opponent is O" + Rules, "Connect Four. You are O, your opponent is X" + Rules];

    public static string Describe(ConnectFourState state, int seat, bool over, IReadOnlyList<string> legal)
    {
        var moves = state.Moves.Length;
        var end = over ? "The game is over." : legal.Count == 0 ? "It is your opponent's turn." : null;
        var length = Heads[seat].Length + 6 * 14 + Moves.Length + (moves == 0 ? 4 : 2 * moves - 1) + 2 + (end?.Length ?? Turn.Length + 2 * legal.Count - 1 + Ask.Length);
        return string.Create(length, (state, head: Heads[seat], end, legal), static (text, a) =>
        {
            text = Put(text, a.head);
            var board = a.state.Board;
            ulong first = board.Discs(0), second = board.Discs(1);
            for (var r = ConnectFourBoard.Rows - 1; r >= 0; r--)
            {
                for (var c = 0; c < ConnectFourBoard.Columns; c++)
                {
                    var cell = 7 * c + r;
                    text[2 * c] = (first >> cell & 1) != 0 ? 'X' : (second >> cell & 1) != 0 ? 'O' : '.';
                    text[2 * c + 1] = ' ';
                }
                text[13] = '\n';
                text = text[14..];
            }
            text = Put(text, Moves);
            text = a.state.Moves.Length == 0 ? Put(text, "none") : PutSpaced(text, a.state.Moves);
            text = Put(text, ".\n");
            if (a.end is not null)
            {
                Put(text, a.end);
                return;
            }
            text = Put(text, Turn);
            for (var i = 0; i < a.legal.Count; i++)
            {
                text[2 * i] = a.legal[i][0];
                if (i < a.legal.Count - 1)
                {
                    text[2 * i + 1] = ' ';
                }
            }
            Put(text[(2 * a.legal.Count - 1)..], Ask);
        });
    }

    private static Span<char> Put(Span<char> text, string part)
    {
        part.CopyTo(text);
        return text[part.Length..];
    }

    private static Span<char> PutSpaced(Span<char> text, string digits)
    {
        for (var i = 0; i < digits.Length; i++)
        {
            text[2 * i] = digits[i];
            if (i < digits.Length - 1)
            {
                text[2 * i + 1] = ' ';
            }
        }
        return text[(2 * digits.Length - 1)..];
    }
}
