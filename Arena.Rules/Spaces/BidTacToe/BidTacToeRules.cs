using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.TicTacToe;

namespace Arena.Rules.Spaces.BidTacToe;

/// <summary>One finished round: both bids, the seat that moved, and its cell (0 to 8).</summary>
public sealed record BidRound(int First, int Second, int Mover, int Cell);

/// <summary>A position. <paramref name="Ties"/> has, for each round, the seat that a tied bid favours: drawn at the start, seen by nobody before it matters.</summary>
/// <param name="Marks">Cells of each side; whose turn it is comes from the bids.</param>
/// <param name="Coins">Of seat 0 and seat 1.</param>
/// <param name="Bids">The bids of the round whose mover is choosing a cell, or null while bids are made.</param>
public sealed record BidTacToeState(TicTacToeBoard Marks, (int First, int Second) Coins, (int First, int Second)? Bids, int Ties, IReadOnlyList<BidRound> Rounds) : IGameState
{
    public int CoinsOf(int seat) => seat == 0 ? Coins.First : Coins.Second;

    public int MarksOf(int seat) => seat == 0 ? Marks.X : Marks.O;

    /// <summary>The seat that chooses a cell, or -1 while bids are made.</summary>
    public int Mover => Bids is not { } b ? -1 : b.First > b.Second ? 0 : b.Second > b.First ? 1 : Ties >> Rounds.Count & 1;

    /// <summary>Scores of seat 0 in half points (0, 1, 2), or -1 while the game runs.</summary>
    public int Result
    {
        get
        {
            if (Coins.First == 0 || Coins.Second == 0)
            {
                return 1 + Math.Sign(Coins.First - Coins.Second);
            }
            return Marks.Winner >= 0 ? 2 - 2 * Marks.Winner : Marks.Free == 0 ? 1 + Math.Sign(Coins.First - Coins.Second) : -1;
        }
    }
}

/// <summary>Tic-tac-toe where the right to move is sold: both bid in secret, both pay.</summary>
public sealed class BidTacToeRules : ISpaceRules
{
    public const int Purse = 100;

    private static readonly string[] Numbers = [.. Enumerable.Range(0, Purse + 1).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public SpaceCard Card { get; } = new(
        "bid-tac-toe",
        "Bid-tac-toe",
        "Tic-tac-toe where every move is auctioned, and both bidders pay.",
        1,
        $"""
        X (seat 0) and O (seat 1) have {Purse} coins each. Before every move both bid in secret, from 0 to all their coins, and **both pay** their bid.
        The higher bid marks a free cell; a tie is decided by a draw of the match.

        - A side with no coins left loses at once; if both have none, it is a draw.
        - Three own marks in a row, column or diagonal win.
        - On a full board the richer side wins; with equal coins it is a draw.

        An action is a number: the bid, for example `12`, or, for the side that won the bid, a free cell from 1 to 9, row by row from the top left.
        Each match is two games with seats swapped and draws of their own.
        """,
        2, 2, JudgingMode.Rules, Mirrored: false, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 0,
        "A whole number: your bid, or the free cell (1 to 9) that you mark. Example: 12");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new BidTacToeEven(), new BidTacToeTactical()];

    public IGameState Start(Draws draws, int seats)
    {
        var ties = 0;
        for (var round = 0; round < 9; round++)
        {
            ties |= draws.Next(2) << round;
        }
        return new BidTacToeState(default, (Purse, Purse), null, ties, []);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (BidTacToeState)state;
        return s.Result >= 0 ? [] : s.Mover >= 0 ? [s.Mover] : [0, 1];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (BidTacToeState)state;
        var legal = Legal(s, seat);
        return new Observation(Describe(s, seat, legal), () => new JsonObject
        {
            ["space"] = "bid-tac-toe",
            ["seat"] = seat,
            ["board"] = BoardJson(s),
            ["coins"] = new JsonArray(JsonValue.Create(s.Coins.First), JsonValue.Create(s.Coins.Second)),
            ["asked"] = s.Result >= 0 ? null : s.Mover >= 0 ? "cell" : "bid",
            ["bids"] = s.Bids is { } b ? new JsonArray(JsonValue.Create(b.First), JsonValue.Create(b.Second)) : null,
            ["rounds"] = RoundsJson(s),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
            ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = AnswerText.Unwrap(text);
        var s = (BidTacToeState)state;
        var legal = Legal(s, seat);
        return legal.Contains(answer) ? ActionReading.Legal(answer)
            : legal.Count == 0 ? ActionReading.Because("It is not this seat's turn.")
            : s.Mover >= 0 ? ActionReading.Because($"{AnswerText.Quote(answer)} is not a free cell: answer with one of {string.Join(' ', legal)}.")
            : ActionReading.Because($"{AnswerText.Quote(answer)} is not a bid: answer with a whole number from 0 to {legal[^1]}, and nothing else.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (BidTacToeState)state;
        if (s.Bids is not { } bids)
        {
            var (first, second) = (Array.IndexOf(Numbers, actions[0]), Array.IndexOf(Numbers, actions[1]));
            return s with { Bids = (first, second), Coins = (s.Coins.First - first, s.Coins.Second - second) };
        }
        var mover = s.Mover;
        var cell = actions[mover][0] - '1';
        var marks = mover == 0 ? s.Marks with { X = s.Marks.X | 1 << cell } : s.Marks with { O = s.Marks.O | 1 << cell };
        return s with { Marks = marks, Bids = null, Rounds = [.. s.Rounds, new BidRound(bids.First, bids.Second, mover, cell)] };
    }

    public IReadOnlyList<long>? Outcome(IGameState state) => ((BidTacToeState)state).Result switch
    {
        0 => [0, 1_000_000],
        1 => [500_000, 500_000],
        2 => [1_000_000, 0],
        _ => null,
    };

    public JsonObject View(IGameState state)
    {
        var s = (BidTacToeState)state;
        var line = TicTacToeBoard.Lines.FirstOrDefault(l => (s.Marks.X & l) == l || (s.Marks.O & l) == l);
        return new JsonObject
        {
            ["board"] = BoardJson(s),
            ["last"] = s.Rounds.Count == 0 ? null : s.Rounds[^1].Cell,
            ["line"] = line == 0 ? null : new JsonArray([.. Enumerable.Range(0, 9).Where(i => (line >> i & 1) == 1).Select(i => JsonValue.Create(i))]),
            ["coins"] = new JsonArray(JsonValue.Create(s.Coins.First), JsonValue.Create(s.Coins.Second)),
            ["bids"] = s.Bids is { } b ? new JsonArray(JsonValue.Create(b.First), JsonValue.Create(b.Second)) : null,
            ["rounds"] = RoundsJson(s),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        };
    }

    private static IReadOnlyList<string> Legal(BidTacToeState s, int seat) =>
        s.Result >= 0 ? []
        : s.Mover < 0 ? new ArraySegment<string>(Numbers, 0, s.CoinsOf(seat) + 1)
        : s.Mover == seat ? [.. Enumerable.Range(0, 9).Where(c => (s.Marks.Free >> c & 1) == 1).Select(c => Numbers[c + 1])]
        : [];

    private static JsonArray BoardJson(BidTacToeState s) =>
        new([.. Enumerable.Range(0, 9).Select(i => JsonValue.Create((s.Marks.X >> i & 1) + 2 * (s.Marks.O >> i & 1)))]);

    private static JsonArray RoundsJson(BidTacToeState s) => new([.. s.Rounds.Select(r => new JsonObject
    {
        ["bids"] = new JsonArray(JsonValue.Create(r.First), JsonValue.Create(r.Second)),
        ["mover"] = r.Mover,
        ["cell"] = r.Cell,
    })]);

    private static string Describe(BidTacToeState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(900);
        text.Append("Bid-tac-toe. You are ").Append("XO"[seat]).Append(", your opponent is ").Append("OX"[seat])
            .Append(". Before every move both bid in secret and both pay; the higher bid marks a cell. Three in a row win; with a full board the richer side wins; a side with no coins loses at once.\n\nBoard (a number is a free cell):\n");
        for (var i = 0; i < 9; i++)
        {
            var mark = (s.Marks.X >> i & 1) == 1 ? 'X' : (s.Marks.O >> i & 1) == 1 ? 'O' : (char)('1' + i);
            text.Append(' ').Append(mark).Append(i == 8 ? "\n" : i % 3 == 2 ? "\n---+---+---\n" : " |");
        }
        text.Append("Coins: you ").Append(s.CoinsOf(seat)).Append(", opponent ").Append(s.CoinsOf(1 - seat)).Append(".\n");
        for (var i = 0; i < s.Rounds.Count; i++)
        {
            var r = s.Rounds[i];
            var (own, other) = seat == 0 ? (r.First, r.Second) : (r.Second, r.First);
            text.Append("Round ").Append(i + 1).Append(": you bid ").Append(own).Append(", opponent ").Append(other).Append("; ")
                .Append(r.Mover == seat ? "you" : "opponent").Append(" marked ").Append(r.Cell + 1).Append(".\n");
        }
        return text.Append(
            s.Result >= 0 ? "The game is over."
            : s.Mover < 0 ? $"Answer with your bid, a whole number from 0 to {legal[^1]}, and nothing else."
            : s.Mover == seat ? $"You won this bid. Free cells: {string.Join(' ', legal)}.\nAnswer with the number of one free cell and nothing else."
            : "Your opponent won this bid and marks a cell.").ToString();
    }
}
