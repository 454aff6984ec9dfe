using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Chess by the FIDE Laws, draws declared without a claim.</summary>
public sealed class ChessRules : ISpaceRules
{
    private static readonly IReadOnlyList<int> Nobody = [];
    private static readonly IReadOnlyList<int>[] Seats = [[0], [1]];

    public SpaceCard Card { get; } = new(
        "chess",
        "Chess",
        "The royal game, from the usual opening position.",
        1,
        """
        Standard chess. White (seat 0) begins. Castling, en passant and promotion to queen, rook, bishop or knight are as everywhere.

        - Checkmate wins; stalemate is a draw.
        - The game is drawn at once, without a claim, when the same position (same side to move, castling rights and possible en passant capture) stands for the third
          time, when 50 moves of each side have passed without a capture or a pawn move (checkmate on the last of them counts), and when neither side has
          enough to mate: kings with at most one knight, or with bishops that all stand on one colour.
        - There is no resigning and no offering of draws.

        An action is one move, in UCI form (`e2e4`, `e1g1` to castle, `e7e8q`) or in standard algebraic notation (`e4`, `Nf3`, `exd5`, `O-O`, `e8=Q`); check and annotation
        signs and a move number in front don't matter. Each match is two games with seats swapped.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(30), CompactAnswerTokens: 0,
        "One move, UCI or SAN. Examples: e2e4, Nf3, O-O, e7e8q");

    public IReadOnlyList<IHouseAgent> House { get; } =
        [new RandomAgent(), new ChessGreedy(), new ChessSearcher(1_000), new ChessSearcher(10_000)];

    public IGameState Start(Draws draws, int seats) => ChessState.From(ChessFen.Parse(ChessFen.Opening));

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (ChessState)state;
        return s.End == ChessEnd.None ? Seats[s.Board.ToMove] : Nobody;
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (ChessState)state;
        var sans = s.End == ChessEnd.None && s.Board.ToMove == seat ? Array.ConvertAll(s.Legal, m => ChessSan.Write(s.Board, m, s.Legal)) : [];
        return new Observation(ChessText.Describe(s, seat, sans), () => new JsonObject
        {
            ["space"] = "chess",
            ["seat"] = seat,
            ["fen"] = ChessFen.Write(s.Board),
            ["moves"] = Strings(ChessText.Moves(s)),
            ["check"] = s.Board.Check,
            ["toAct"] = s.End == ChessEnd.None ? s.Board.ToMove : null,
            ["legal"] = Strings(sans.Length == 0 ? [] : s.Names),
            ["san"] = Strings(sans),
        }, sans.Length == 0 ? [] : s.Open, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (ChessState)state;
        if (s.End != ChessEnd.None || s.Board.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        return ChessSan.Read(AnswerText.Unwrap(text), s.Legal);
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (ChessState)state;
        return s.Play(actions[s.Board.ToMove]);
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (ChessState)state;
        return s.End switch
        {
            ChessEnd.None => null,
            ChessEnd.Checkmate => s.Board.ToMove == 1 ? [1_000_000, 0] : [0, 1_000_000],
            _ => [500_000, 500_000],
        };
    }

    public JsonObject View(IGameState state)
    {
        var s = (ChessState)state;
        return new JsonObject
        {
            ["board"] = Strings([.. Enumerable.Range(0, 8).Select(row => ChessText.Rank(s.Board, 7 - row))]),
            ["last"] = s.Plies == 0 ? null : new JsonArray(Place(s.Move.From), Place(s.Move.To)),
            ["san"] = s.Plies == 0 ? null : s.LastMoves(1)[0],
            ["check"] = s.Board.Check ? Place(s.Board.KingOf(s.Board.ToMove)) : null,
            ["fen"] = ChessFen.Write(s.Board),
            ["end"] = s.End == ChessEnd.None ? null : ChessText.Word(s.End),
            ["toAct"] = s.End == ChessEnd.None ? s.Board.ToMove : null,
        };
    }

    private static JsonArray Place(int square) => new(JsonValue.Create(7 - square / 8), JsonValue.Create(square % 8));

    private static JsonArray Strings(IReadOnlyList<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
