using System.Numerics;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.ConnectFour;

/// <summary>A position with the moves that led to it, columns as digits 1 to 7.</summary>
public sealed record ConnectFourState(ConnectFourBoard Board, string Moves) : IGameState;

/// <summary>Connect Four, 7 columns and 6 rows.</summary>
public sealed class ConnectFourRules : ISpaceRules
{
    private static readonly IReadOnlyList<int> Nobody = [];
    private static readonly IReadOnlyList<int>[] Seats = [[0], [1]];
    private static readonly string[] Names = ["1", "2", "3", "4", "5", "6", "7"];

    // By the mask of open columns.
    private static readonly IReadOnlyList<string>[] Lists =
        [.. Enumerable.Range(0, 128).Select(m => (IReadOnlyList<string>)Names.Where((_, c) => (m >> c & 1) == 1).ToArray())];

    public SpaceCard Card { get; } = new(
        "connect-four",
        "Connect Four",
        "Drop discs into seven columns; four in a row win.",
        1,
        """
        Two players take turns dropping a disc into one of seven columns of six cells; a disc falls to the lowest free cell.

        - Four own discs in a row, column or diagonal win at once.
        - A full board without such a line is a draw.
        - Seat 0 plays X and begins.

        An action is a column's number, 1 (left) to 7 (right), for example `4`. Each match is two games with seats swapped.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 1,
        "One digit, 1 to 7: a column that is not full. Example: 4");

    public IReadOnlyList<IHouseAgent> House { get; } =
        [new RandomAgent(), new ConnectFourGreedy(), new ConnectFourSearch(2), new ConnectFourSearch(4), new ConnectFourSearch(8), new ConnectFourPerfect()];

    public IGameState Start(Draws draws, int seats) => new ConnectFourState(default, "");

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var board = ((ConnectFourState)state).Board;
        return board.Over ? Nobody : Seats[board.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (ConnectFourState)state;
        var over = s.Board.Over;
        var legal = over || s.Board.ToMove != seat ? Lists[0] : Open(s.Board);
        return new Observation(new ConnectFourSight(s, seat, over, legal), legal);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = text.Length == 1 ? text : AnswerText.Unwrap(text);
        if (answer.Length != 1 || answer[0] is < '1' or > '7')
        {
            return ActionReading.Because($"{AnswerText.Quote(answer)} is not a column: answer with one digit, 1 to 7, and nothing else.");
        }
        var board = ((ConnectFourState)state).Board;
        if (board.ToMove != seat || board.Over)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var column = answer[0] - '1';
        return board.CanPlay(column)
            ? ActionReading.Legal(Names[column])
            : ActionReading.Because($"Column {answer} is full; open columns: {string.Join(' ', Open(board))}.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (ConnectFourState)state;
        var action = actions[s.Board.ToMove];
        return new ConnectFourState(s.Board.Play(action[0] - '1'), s.Moves + action);
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var board = ((ConnectFourState)state).Board;
        if (board.LastMoverWon)
        {
            return board.ToMove == 1 ? [1_000_000, 0] : [0, 1_000_000];
        }
        return board.Full ? [500_000, 500_000] : null;
    }

    public JsonObject View(IGameState state)
    {
        var s = (ConnectFourState)state;
        JsonArray? last = null, line = null;
        if (s.Moves.Length > 0)
        {
            var column = s.Moves[^1] - '1';
            var height = BitOperations.PopCount(s.Board.All & ConnectFourBoard.ColumnMask(column));
            last = Place(ConnectFourBoard.Rows - height, column);
        }
        if (ConnectFourBoard.Line(s.Board.Mine ^ s.Board.All) is var cells and not 0)
        {
            line = new JsonArray();
            for (; cells != 0; cells &= cells - 1)
            {
                var bit = BitOperations.TrailingZeroCount(cells);
                line.Add(Place(ConnectFourBoard.Rows - 1 - bit % 7, bit / 7));
            }
        }
        return new JsonObject
        {
            ["board"] = BoardJson(s.Board),
            ["last"] = last,
            ["line"] = line,
            ["toAct"] = s.Board.Over ? null : s.Board.ToMove,
        };
    }

    private static IReadOnlyList<string> Open(ConnectFourBoard board)
    {
        var mask = 0;
        for (var c = 0; c < ConnectFourBoard.Columns; c++)
        {
            mask |= board.CanPlay(c) ? 1 << c : 0;
        }
        return Lists[mask];
    }

    private static JsonArray Place(int row, int column) => new(JsonValue.Create(row), JsonValue.Create(column));

    /// <summary>Six rows from the top; 0 empty, 1 seat 0, 2 seat 1.</summary>
    internal static JsonArray BoardJson(ConnectFourBoard board)
    {
        var rows = new JsonArray();
        ulong first = board.Discs(0), second = board.Discs(1);
        for (var r = ConnectFourBoard.Rows - 1; r >= 0; r--)
        {
            var row = new JsonArray();
            for (var c = 0; c < ConnectFourBoard.Columns; c++)
            {
                row.Add(JsonValue.Create((int)(first >> 7 * c + r & 1) + 2 * (int)(second >> 7 * c + r & 1)));
            }
            rows.Add(row);
        }
        return rows;
    }
}
