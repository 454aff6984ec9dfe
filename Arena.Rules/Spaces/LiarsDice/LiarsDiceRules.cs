using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.LiarsDice;

/// <summary>Liar's dice with wild ones, for two to four.</summary>
public sealed class LiarsDiceRules : ISpaceRules
{
    /// <summary>Dice of each seat at the start.</summary>
    public const int Dice = 5;

    /// <summary>Rounds that the observation tells again.</summary>
    private const int ToldRounds = 4;

    private static readonly string[] Faces = ["", "one", "two", "three", "four", "five", "six"];

    public SpaceCard Card { get; } = new(
        "liars-dice",
        "Liar's dice",
        "Bid on dice that nobody sees whole; call the lie, or be caught.",
        1,
        $"""
        Two to four players have {Dice} dice each under their cups. In every round all roll; each sees only its own dice. In turn a player either bids or calls the last bid a lie.

        - A bid says how many dice on the whole table show a face from 2 to 6. Ones are wild: they count for every face.
        - A bid must be higher than the last: more dice, or as many of a higher face. It can't name more dice than are on the table.
        - `liar` ends the round: all dice are shown. If there are at least as many as the bid said, the challenger loses a die, else the bidder does.
        - Whoever lost a die begins the next round (if it has none left, the next player does). A player without dice is out; the last one with dice wins.

        The winner scores 1, the first one out 0, the others in equal steps between. A match has as many games as players; seats move on by one, and every game has dice of its own.
        An action is `liar`, or a bid as two numbers, the count and the face: `3 5` bids three fives.
        """,
        2, 4, JudgingMode.Rules, Mirrored: false, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 0,
        "liar, or a bid as count and face. Example: 3 5");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new DiceCounter(), new DiceReader()];

    public IGameState Start(Draws draws, int seats)
    {
        // A round costs a die, so there are at most this many.
        var rolls = new int[seats * Dice - 1][][];
        for (var round = 0; round < rolls.Length; round++)
        {
            rolls[round] = new int[seats][];
            for (var seat = 0; seat < seats; seat++)
            {
                rolls[round][seat] = new int[Dice];
                for (var die = 0; die < Dice; die++)
                {
                    rolls[round][seat][die] = 1 + draws.Next(6);
                }
            }
        }
        return new LiarsDiceState(rolls, [.. Enumerable.Repeat(Dice, seats)], [], 0, [], []);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (LiarsDiceState)state;
        return s.Over ? [] : [s.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (LiarsDiceState)state;
        var legal = s.ToMove == seat ? Legal(s) : [];
        return new Observation(Describe(s, seat, legal.Count > 0), () => new JsonObject
        {
            ["space"] = "liars-dice",
            ["seat"] = seat,
            ["dice"] = Numbers(s.DiceOf(seat)),
            ["left"] = Numbers(s.Left),
            ["total"] = s.Total,
            ["bids"] = BidsJson(s.Bids),
            ["rounds"] = new JsonArray([.. s.Rounds.Select(RoundJson)]),
            ["toAct"] = s.Over ? null : s.ToMove,
            ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (LiarsDiceState)state;
        if (s.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var unwrapped = AnswerText.Unwrap(text);
        var answer = unwrapped.Length <= 16 ? unwrapped.ToLowerInvariant() : "";
        if (answer is "liar" or "liar!" or "challenge" or "call")
        {
            return s.Bid is null ? ActionReading.Because("There is no bid yet to call a lie: bid, for example 1 2.") : ActionReading.Legal("liar");
        }
        // "3 5", "3x5", "3 x 5", "bid 3 5".
        var words = (answer.StartsWith("bid ", StringComparison.Ordinal) ? answer[4..] : answer).Split([' ', 'x', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var face))
        {
            return ActionReading.Because($"{AnswerText.Quote(unwrapped)} is no action: answer with liar or with a bid as two numbers, count and face, for example 3 5.");
        }
        var bid = new DiceBid(count, face);
        return face is < 2 or > 6 ? ActionReading.Because("A bid names a face from 2 to 6; ones are wild.")
            : count < 1 || count > s.Total ? ActionReading.Because($"There are {s.Total} dice on the table: bid 1 to {s.Total} of them.")
            : s.Bid is { } last && !bid.Beats(last) ? ActionReading.Because($"{bid} is not higher than {last}: bid more dice, or as many of a higher face.")
            : ActionReading.Legal(bid.ToString());
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (LiarsDiceState)state;
        var action = actions[s.ToMove];
        return action == "liar" ? s.Challenge() : s.Raise(new DiceBid(int.Parse(action.AsSpan(0, action.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture), action[^1] - '0'));
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (LiarsDiceState)state;
        if (!s.Over)
        {
            return null;
        }
        // Equal steps, rounded to the nearest: four players get 0, 333,333, 666,667 and 1,000,000.
        var steps = s.Seats - 1;
        return [.. Enumerable.Range(0, s.Seats).Select(seat => s.Places.ToList().IndexOf(seat) is >= 0 and var place ? (2_000_000L * place + steps) / (2 * steps) : 1_000_000)];
    }

    /// <summary>Dice stay hidden until the round's challenge: players may watch too.</summary>
    public JsonObject View(IGameState state)
    {
        var s = (LiarsDiceState)state;
        return new JsonObject
        {
            ["left"] = Numbers(s.Left),
            ["bids"] = BidsJson(s.Bids),
            ["rounds"] = new JsonArray([.. s.Rounds.Select(RoundJson)]),
            ["winner"] = s.Over ? Enumerable.Range(0, s.Seats).First(seat => s.Left[seat] > 0) : null,
            ["toAct"] = s.Over ? null : s.ToMove,
        };
    }

    private static IReadOnlyList<string> Legal(LiarsDiceState s)
    {
        if (s.Over)
        {
            return [];
        }
        var legal = new List<string>(5 * s.Total + 1);
        if (s.Bid is not null)
        {
            legal.Add("liar");
        }
        for (var count = s.Bid?.Count ?? 1; count <= s.Total; count++)
        {
            for (var face = 2; face <= 6; face++)
            {
                var bid = new DiceBid(count, face);
                if (s.Bid is not { } last || bid.Beats(last))
                {
                    legal.Add(bid.ToString());
                }
            }
        }
        return legal;
    }

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(n => JsonValue.Create(n))]);

    private static JsonArray BidsJson(IReadOnlyList<(int Seat, DiceBid Bid)> bids) => new([.. bids.Select(b => new JsonObject
    {
        ["seat"] = b.Seat,
        ["count"] = b.Bid.Count,
        ["face"] = b.Bid.Face,
    })]);

    private static JsonObject RoundJson(DiceRound round) => new()
    {
        ["dice"] = new JsonArray([.. round.Dice.Select(d => Numbers(d))]),
        ["bids"] = BidsJson(round.Bids),
        ["challenger"] = round.Challenger,
        ["loser"] = round.Loser,
    };

    private static string Said(DiceBid bid) => $"{bid.Count} {Faces[bid.Face]}{(bid.Count == 1 ? "" : bid.Face == 6 ? "es" : "s")}";

    private static string Describe(LiarsDiceState s, int seat, bool acts)
    {
        var text = new StringBuilder(1200);
        string Name(int other) => other == seat ? "you" : $"player {other + 1}";
        string Line(IReadOnlyList<(int Seat, DiceBid Bid)> bids) => string.Join(", ", bids.Select(b => $"{Name(b.Seat)} {Said(b.Bid)}"));
        text.Append($"Liar's dice. You are player {seat + 1} of {s.Seats}. A bid says how many dice on the whole table show a face from 2 to 6; ones are wild and count for every face. ")
            .Append("A challenged bid that holds costs the challenger a die, one that doesn't costs the bidder one. The last player with dice wins.\n\n");
        for (var i = Math.Max(0, s.Rounds.Count - ToldRounds); i < s.Rounds.Count; i++)
        {
            var round = s.Rounds[i];
            var (bidder, bid) = round.Bids[^1];
            text.Append($"Round {i + 1}: {Line(round.Bids)}; {Name(round.Challenger)} called {(bidder == seat ? "your" : Name(bidder) + "'s")} bid a lie. Dice: ")
                .AppendJoin("; ", round.Dice.Select((d, p) => (Player: p, Dice: d)).Where(d => d.Dice.Count > 0).Select(d => $"{Name(d.Player)} {string.Join(' ', d.Dice)}"))
                .Append($". {LiarsDiceState.Matching(round.Dice.SelectMany(d => d), bid.Face)} counted, so {Name(round.Loser)} lost a die.\n");
        }
        if (s.Over)
        {
            return text.Append("The game is over.").ToString();
        }
        text.Append($"Round {s.Rounds.Count + 1}. Dice left: ").AppendJoin(", ", s.Left.Select((n, p) => $"{Name(p)} {n}")).Append($", {s.Total} on the table.\n")
            .Append(s.Left[seat] == 0 ? "You are out.\n" : $"Your dice: {string.Join(' ', s.DiceOf(seat))}.\n")
            .Append(s.Bids.Count == 0 ? "No bid yet.\n" : $"Bids so far: {Line(s.Bids)}.\n");
        return text.Append(!acts ? $"It is the turn of player {s.ToMove + 1}."
            : s.Bid is { } last ? $"It is your turn. Answer liar, or a higher bid than {last} as count and face (for example {(last.Face < 6 ? new DiceBid(last.Count, last.Face + 1) : last.Count < s.Total ? new DiceBid(last.Count + 1, 2) : last)}), and nothing else."
            : "It is your turn. Answer with a bid as count and face (for example 2 4 for two fours) and nothing else.").ToString();
    }
}
