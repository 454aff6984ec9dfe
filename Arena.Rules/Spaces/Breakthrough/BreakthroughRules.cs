using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Breakthrough;

/// <summary>A position with the moves that led to it.</summary>
public sealed record BreakthroughState(BreakthroughBoard Board, IReadOnlyList<string> Moves) : IGameState;

/// <summary>Breakthrough (Dan Troyka, 2000) on 8x8: a race of pawns with captures.</summary>
public sealed class BreakthroughRules : ISpaceRules
{
    /// <summary>Moves that the observation repeats; the board says the rest.</summary>
    private const int ShownMoves = 12;

    private static readonly IReadOnlyList<int> Nobody = [];
    private static readonly IReadOnlyList<int>[] Seats = [[0], [1]];

    public SpaceCard Card { get; } = new(
        "breakthrough",
        "Breakthrough",
        "Sixteen pawns each; the first to reach the far side wins.",
        1,
        """
        Two players move in turn on an 8x8 board. White (seat 0) starts on ranks 1 and 2, moves up and begins; black starts on ranks 7 and 8 and moves down.

        - A piece moves one square straight or diagonally forward onto a free square.
        - It captures one square diagonally forward, never straight ahead. Capturing is not compulsory.
        - A piece on the far rank wins at once; so does capturing all enemy pieces. There are no draws.

        An action is the square left and the square entered, for example `b2b3`; `b2-b3` and `b2xc3` are read too. Each match is two games with seats swapped.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 0,
        "Two squares, from and to. Example: b2b3");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new BreakthroughSearch(1), new BreakthroughSearch(2), new BreakthroughSearch(4)];

    public IGameState Start(Draws draws, int seats) => new BreakthroughState(BreakthroughBoard.Opening, []);

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var board = ((BreakthroughState)state).Board;
        return board.Winner >= 0 ? Nobody : Seats[board.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (BreakthroughState)state;
        IReadOnlyList<string> legal = s.Board.Winner < 0 && s.Board.ToMove == seat ? Legal(s.Board) : [];
        return new Observation(Describe(s, seat, legal), () => new JsonObject
        {
            ["space"] = "breakthrough",
            ["seat"] = seat,
            ["board"] = BoardJson(s.Board),
            ["moves"] = new JsonArray([.. s.Moves.Select(m => JsonValue.Create(m))]),
            ["toAct"] = s.Board.Winner >= 0 ? null : s.Board.ToMove,
            ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = AnswerText.Unwrap(text);
        var squares = answer.Length is >= 4 and <= 8 ? answer.ToLowerInvariant().Replace(" ", "").Replace("-", "").Replace("x", "") : "";
        if (BreakthroughMove.Parse(squares) is not { } move)
        {
            return ActionReading.Because($"{AnswerText.Quote(answer)} is not a move: answer with two squares, for example b2b3, and nothing else.");
        }
        var board = ((BreakthroughState)state).Board;
        if (board.Winner >= 0 || board.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var legal = Legal(board);
        return legal.Contains(squares)
            ? ActionReading.Legal(move.ToString())
            : ActionReading.Because($"{squares} is not possible here. Legal moves include {string.Join(' ', legal.Take(12))}.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (BreakthroughState)state;
        var action = actions[s.Board.ToMove];
        return new BreakthroughState(s.Board.Play(BreakthroughMove.Parse(action)!.Value), [.. s.Moves, action]);
    }

    public IReadOnlyList<long>? Outcome(IGameState state) => ((BreakthroughState)state).Board.Winner switch
    {
        0 => [1_000_000, 0],
        1 => [0, 1_000_000],
        _ => null,
    };

    public JsonObject View(IGameState state)
    {
        var s = (BreakthroughState)state;
        return new JsonObject
        {
            ["board"] = BoardJson(s.Board),
            ["last"] = s.Moves.Count == 0 ? null : new JsonArray(Place(BreakthroughMove.Parse(s.Moves[^1])!.Value.From), Place(BreakthroughMove.Parse(s.Moves[^1])!.Value.To)),
            ["winner"] = s.Board.Winner < 0 ? null : s.Board.Winner,
            ["toAct"] = s.Board.Winner >= 0 ? null : s.Board.ToMove,
        };
    }

    private static string[] Legal(BreakthroughBoard board)
    {
        var moves = new List<BreakthroughMove>(48);
        board.Moves(moves);
        var names = moves.ConvertAll(m => m.ToString()).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static JsonArray Place(int square) => new(JsonValue.Create(7 - square / 8), JsonValue.Create(square % 8));

    private static int Piece(BreakthroughBoard board, int square) => (int)(board.White >> square & 1) + 2 * (int)(board.Black >> square & 1);

    private static JsonArray BoardJson(BreakthroughBoard board) =>
        new([.. Enumerable.Range(0, 8).Select(row => new JsonArray([.. Enumerable.Range(0, 8).Select(f => JsonValue.Create(Piece(board, 8 * (7 - row) + f)))]))]);

    private static string Describe(BreakthroughState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(900);
        text.Append("Breakthrough. You are ").Append(seat == 0 ? "white (W), moving up" : "black (B), moving down")
            .Append(". A piece moves one square forward, straight or diagonally, and captures diagonally only. The first piece on the far rank wins.\n\n  a b c d e f g h\n");
        for (var rank = 7; rank >= 0; rank--)
        {
            text.Append((char)('1' + rank));
            for (var file = 0; file < 8; file++)
            {
                text.Append(' ').Append(".WB"[Piece(s.Board, 8 * rank + file)]);
            }
            text.Append('\n');
        }
        text.Append(s.Moves.Count > ShownMoves ? "Last moves: " : "Moves so far, white first: ")
            .Append(s.Moves.Count == 0 ? "none" : string.Join(' ', s.Moves.Skip(s.Moves.Count - ShownMoves))).Append(".\n");
        if (legal.Count > 0)
        {
            text.Append("It is your turn. Legal moves: ").AppendJoin(' ', legal).Append(".\nAnswer with one of them and nothing else.");
        }
        else
        {
            text.Append(s.Board.Winner >= 0 ? "The game is over." : "It is your opponent's turn.");
        }
        return text.ToString();
    }
}
