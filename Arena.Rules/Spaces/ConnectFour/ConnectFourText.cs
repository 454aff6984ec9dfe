using System.Numerics;
using System.Text;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>
/// The observation's prose, as bytes with \n for line ends, the way transcripts hold it: in a fast match nobody reads it, but it is recorded and hashed.
/// </summary>
internal static class ConnectFourText
{
    private const int RowLength = 2 * ConnectFourBoard.Columns + 1;
    private const string Rules = ". X began. Four own discs in a row, column or diagonal win; a full board is a draw.\n\nBoard, top row first:\n1 2 3 4 5 6 7\n";

    private static readonly byte[] Moves = Escaped("Moves so far, X first: ");
    private static readonly byte[] None = Escaped("none");
    private static readonly byte[] End = Escaped(".\n");
    private static readonly byte[] Turn = Escaped("It is your turn. Open columns: ");
    private static readonly byte[] Ask = Escaped(".\nAnswer with the number of one open column and nothing else.");
    private static readonly byte[] Over = Escaped("The game is over.");
    private static readonly byte[] Wait = Escaped("It is your opponent's turn.");
    private static readonly byte[] EmptyRow = Escaped(". . . . . . .\n");

    private static readonly byte[][] Heads =
        [Escaped("Connect Four. You are X, your opponent is O" + Rules), Escaped("Connect Four. You are O, your opponent is X" + Rules)];

    public static byte[] Describe(ConnectFourState state, int seat, bool over, IReadOnlyList<string> legal)
    {
        var moves = state.Moves.Length;
        var end = over ? Over : legal.Count == 0 ? Wait : null;
        var length = Heads[seat].Length + ConnectFourBoard.Rows * RowLength + Moves.Length + (moves == 0 ? None.Length : 2 * moves - 1) + End.Length
            + (end?.Length ?? Turn.Length + 2 * legal.Count - 1 + Ask.Length);
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var text = Put(bytes, Heads[seat]);
        for (var r = 0; r < ConnectFourBoard.Rows; r++)
        {
            EmptyRow.CopyTo(text[(r * RowLength)..]);
        }
        Discs(text, state.Board.Discs(0), (byte)'X');
        Discs(text, state.Board.Discs(1), (byte)'O');
        text = Put(text[(ConnectFourBoard.Rows * RowLength)..], Moves);
        text = moves == 0 ? Put(text, None) : PutSpaced(text, state.Moves);
        text = Put(text, End);
        if (end is not null)
        {
            Put(text, end);
            return bytes;
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
        return bytes;
    }

    private static void Discs(Span<byte> rows, ulong discs, byte sign)
    {
        for (; discs != 0; discs &= discs - 1)
        {
            var bit = BitOperations.TrailingZeroCount(discs);
            var column = bit / 7;
            rows[(ConnectFourBoard.Rows - 1 - (bit - 7 * column)) * RowLength + 2 * column] = sign;
        }
    }

    private static Span<byte> Put(Span<byte> text, byte[] part)
    {
        part.CopyTo(text);
        return text[part.Length..];
    }

    private static Span<byte> PutSpaced(Span<byte> text, string digits)
    {
        for (var i = 0; i < digits.Length - 1; i++)
        {
            text[2 * i] = (byte)digits[i];
            text[2 * i + 1] = (byte)' ';
        }
        text[2 * digits.Length - 2] = (byte)digits[^1];
        return text[(2 * digits.Length - 1)..];
    }

    private static byte[] Escaped(string text) => Encoding.ASCII.GetBytes(text.Replace("\n", "\\n"));
}
