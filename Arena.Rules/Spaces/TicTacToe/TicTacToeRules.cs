using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TicTacToe;

/// <summary>A position with the moves that led to it, cells as digits 1 to 9.</summary>
public sealed record TicTacToeState(TicTacToeBoard Board, string Moves) : IGameState;

/// <summary>Tic-tac-toe: the proving ground where a tiny policy's progress shows within minutes.</summary>
public sealed class TicTacToeRules : ISpaceRules
{
    private static readonly IReadOnlyList<int> Nobody = [];
    private static readonly IReadOnlyList<int>[] Seats = [[0], [1]];
    private static readonly string[] Cells = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    private static readonly IReadOnlyList<string>[] Lists =
        [.. Enumerable.Range(0, 512).Select(m => (IReadOnlyList<string>)Cells.Where((_, i) => (m >> i & 1) == 1).ToArray())];

    public SpaceCard Card { get; } = new(
        "tic-tac-toe",
        "Tic-tac-toe",
        "Three in a row on nine cells: the smallest place where an agent can be seen to learn.",
        1,
        """
        Two players take turns marking free cells of a 3x3 board; X (seat 0) begins, O is seat 1.

        - Cells are numbered 1 to 9, row by row from the top left: `1 2 3` / `4 5 6` / `7 8 9`.
        - Three own marks in a row, column or diagonal win at once.
        - A full board without a line is a draw.

        An action is the number of a free cell, for example `5`. Each match is two games with seats swapped.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 1,
        "One digit, 1 to 9: a free cell, row by row from the top left. Example: 5");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new TicTacToeGreedy(), new TicTacToePerfect()];

    public IGameState Start(Draws draws, int seats) => new TicTacToeState(default, "");

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var board = ((TicTacToeState)state).Board;
        return board.Over ? Nobody : Seats[board.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (TicTacToeState)state;
        var mine = !s.Board.Over && s.Board.ToMove == seat;
        var legal = Lists[mine ? s.Board.Free : 0];
        return new Observation(Describe(s, seat, legal), () => Facts(s, seat, legal), legal, "tic-tac-toe:" + s.Moves);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = AnswerText.Unwrap(text);
        if (answer.Length != 1 || answer[0] is < '1' or > '9')
        {
            return ActionReading.Because($"{AnswerText.Quote(answer)} is not a cell: answer with one digit, 1 to 9, and nothing else.");
        }
        var board = ((TicTacToeState)state).Board;
        if (board.Over || board.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var cell = answer[0] - '1';
        return (board.Free >> cell & 1) == 1
            ? ActionReading.Legal(Cells[cell])
            : ActionReading.Because($"Cell {answer} is taken; free cells: {string.Join(' ', Lists[board.Free])}.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (TicTacToeState)state;
        var action = actions[s.Board.ToMove];
        return new TicTacToeState(s.Board.Play(action[0] - '1'), s.Moves + action);
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var board = ((TicTacToeState)state).Board;
        return board.Winner switch
        {
            0 => [1_000_000, 0],
            1 => [0, 1_000_000],
            _ => board.Over ? [500_000, 500_000] : null,
        };
    }

    public JsonObject View(IGameState state)
    {
        var s = (TicTacToeState)state;
        var line = TicTacToeBoard.Lines.FirstOrDefault(l => (s.Board.X & l) == l || (s.Board.O & l) == l);
        return new JsonObject
        {
            ["board"] = BoardJson(s.Board),
            ["last"] = s.Moves.Length == 0 ? null : s.Moves[^1] - '1',
            ["line"] = line == 0 ? null : new JsonArray([.. Enumerable.Range(0, 9).Where(i => (line >> i & 1) == 1).Select(i => JsonValue.Create(i))]),
            ["toAct"] = s.Board.Over ? null : s.Board.ToMove,
        };
    }

    private static JsonArray BoardJson(TicTacToeBoard board) =>
        new([.. Enumerable.Range(0, 9).Select(i => JsonValue.Create((board.X >> i & 1) + 2 * (board.O >> i & 1)))]);

    private static JsonObject Facts(TicTacToeState s, int seat, IReadOnlyList<string> legal) => new()
    {
        ["space"] = "tic-tac-toe",
        ["seat"] = seat,
        ["board"] = BoardJson(s.Board),
        ["moves"] = new JsonArray([.. s.Moves.Select(m => JsonValue.Create(m - '0'))]),
        ["toAct"] = s.Board.Over ? null : s.Board.ToMove,
        ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
    };

    private static string Describe(TicTacToeState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(480);
        text.Append("Tic-tac-toe. You are ").Append(seat == 0 ? "X" : "O").Append(", your opponent is ").Append(seat == 0 ? "O" : "X")
            .Append(". X began. Three of your marks in a row, column or diagonal win; a full board is a draw.\n\nBoard (a number is a free cell):\n");
        for (var i = 0; i < 9; i++)
        {
            var mark = (s.Board.X >> i & 1) == 1 ? 'X' : (s.Board.O >> i & 1) == 1 ? 'O' : (char)('1' + i);
            text.Append(' ').Append(mark).Append(i == 8 ? "\n" : i % 3 == 2 ? "\n---+---+---\n" : " |");
        }
        text.Append("Moves so far, X first: ").Append(s.Moves.Length == 0 ? "none" : string.Join(' ', s.Moves.AsEnumerable())).Append(".\n");
        if (legal.Count > 0)
        {
            text.Append("It is your turn. Free cells: ").AppendJoin(' ', legal).Append(".\nAnswer with the number of one free cell and nothing else.");
        }
        else
        {
            text.Append(s.Board.Over ? "The game is over." : "It is your opponent's turn.");
        }
        return text.ToString();
    }
}
