using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>What a seat sees of a position. Its prose is bytes with \n for line ends, the way transcripts hold it.</summary>
/// <param name="over">Whether the game is over.</param>
/// <param name="legal">Open columns; empty where the seat isn't to move.</param>
internal sealed class ConnectFourSight(ConnectFourState state, int seat, bool over, IReadOnlyList<string> legal) : Sight
{
    private const int RowLength = 2 * ConnectFourBoard.Columns + 1;
    private const string Rules = ". X began. Four own discs in a row, column or diagonal win; a full board is a draw.\n\nBoard, top row first:\n1 2 3 4 5 6 7\n";
    private const string EmptyRow = ". . . . . . .\n";
    private const string EmptyBoard = EmptyRow + EmptyRow + EmptyRow + EmptyRow + EmptyRow + EmptyRow;

    private static readonly byte[] Moves = Escaped("Moves so far, X first: ");
    private static readonly byte[] None = Escaped("none");
    private static readonly byte[] End = Escaped(".\n");
    private static readonly byte[] Turn = Escaped("It is your turn. Open columns: ");
    private static readonly byte[] Ask = Escaped(".\nAnswer with the number of one open column and nothing else.");
    private static readonly byte[] Over = Escaped("The game is over.");
    private static readonly byte[] Wait = Escaped("It is your opponent's turn.");

    // Where a bit of the board stands in its rows.
    private static readonly byte[] Places = [.. Enumerable.Range(0, 64).Select(bit => bit % 7 < ConnectFourBoard.Rows && bit < 49 ? (byte)((ConnectFourBoard.Rows - 1 - bit % 7) * RowLength + 2 * (bit / 7)) : (byte)0)];

    // Each ends with an empty board, on which discs are then put.
    private static readonly byte[][] Heads =
        [Escaped("Connect Four. You are X, your opponent is O" + Rules + EmptyBoard), Escaped("Connect Four. You are O, your opponent is X" + Rules + EmptyBoard)];

    public override void WriteEscaped(CanonicalWriter writer)
    {
        var moves = state.Moves.Length;
        var end = over ? Over : legal.Count == 0 ? Wait : null;
        var length = Heads[seat].Length + Moves.Length + (moves == 0 ? None.Length : 2 * moves - 1) + End.Length
            + (end?.Length ?? Turn.Length + 2 * legal.Count - 1 + Ask.Length);
        var whole = writer.Take(length);
        var text = Put(whole, Heads[seat]);
        var rows = whole[(Heads[seat].Length - ConnectFourBoard.Rows * RowLength)..];
        Discs(rows, state.Board.Discs(0), (byte)'X');
        Discs(rows, state.Board.Discs(1), (byte)'O');
        text = Put(text, Moves);
        text = moves == 0 ? Put(text, None) : PutSpaced(text, state.Moves);
        text = Put(text, End);
        if (end is not null)
        {
            Put(text, end);
            return;
        }
        text = Put(text, Turn);
        for (var i = 0; i < legal.Count; i++)
        {
            text[2 * i] = (byte)legal[i][0];
            if (i < legal.Count - 1)
            {
                text[2 * i + 1] = (byte)' ';
            }
        }
        Put(text[(2 * legal.Count - 1)..], Ask);
    }

    public override JsonObject Json() => new()
    {
        ["space"] = "connect-four",
        ["seat"] = seat,
        ["board"] = ConnectFourRules.BoardJson(state.Board),
        ["moves"] = new JsonArray([.. state.Moves.Select(m => JsonValue.Create(m - '0'))]),
        ["toAct"] = state.Board.Over ? null : state.Board.ToMove,
        ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
    };

    public override string Compact() => "connect-four:" + state.Moves;

    private static void Discs(Span<byte> rows, ulong discs, byte sign)
    {
        for (; discs != 0; discs &= discs - 1)
        {
            rows[Places[BitOperations.TrailingZeroCount(discs)]] = sign;
        }
    }

    private static Span<byte> Put(Span<byte> text, byte[] part)
    {
        part.CopyTo(text);
        return text[part.Length..];
    }

    private static Span<byte> PutSpaced(Span<byte> text, string digits)
    {
        var spaced = text[..(2 * digits.Length - 1)];
        spaced[0] = (byte)digits[0];
        for (var i = 1; i < digits.Length; i++)
        {
            spaced[2 * i - 1] = (byte)' ';
            spaced[2 * i] = (byte)digits[i];
        }
        return text[spaced.Length..];
    }

    private static byte[] Escaped(string text) => Encoding.ASCII.GetBytes(text.Replace("\n", "\\n"));
}
