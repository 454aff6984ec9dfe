using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.KuhnPoker;

/// <summary>One hand: the card of each seat (0 jack, 1 queen, 2 king) and the actions so far as letters: c check, b bet, k call, f fold.</summary>
public sealed record KuhnHand(int First, int Second, string Actions)
{
    public bool Over => Actions is "cc" or "bf" or "bk" or "cbf" or "cbk";

    public int Card(int seat) => seat == 0 ? First : Second;

    /// <summary>Whether both cards were shown.</summary>
    public bool Shown => Over && Actions[^1] != 'f';
}

/// <summary>A session of hands. <paramref name="Deals"/> holds all of them from the start; a seat sees only its own card of the current one.</summary>
public sealed record KuhnPokerState(IReadOnlyList<(int First, int Second)> Deals, IReadOnlyList<KuhnHand> Hands) : IGameState
{
    /// <summary>The hand being played, the last one when the session is over.</summary>
    public KuhnHand Hand => Hands[^1];

    public bool Over => Hands.Count == Deals.Count && Hand.Over;

    /// <summary>The seat that opens hand <paramref name="hand"/>: they take turns.</summary>
    public static int Opener(int hand) => hand % 2;

    /// <summary>The seat to act in the current hand.</summary>
    public int ToMove => (Opener(Hands.Count - 1) + Hand.Actions.Length) % 2;

    /// <summary>Chips that seat 0 won in a finished hand.</summary>
    public int Won(int hand)
    {
        var h = Hands[hand];
        var stake = h.Actions is "cc" or "bf" or "cbf" ? 1 : 2;
        var winner = h.Actions switch
        {
            "bf" => Opener(hand),
            "cbf" => 1 - Opener(hand),
            _ => h.First > h.Second ? 0 : 1,
        };
        return winner == 0 ? stake : -stake;
    }

    /// <summary>Chips that seat 0 won in all finished hands.</summary>
    public int Balance => Enumerable.Range(0, Hands.Count).Where(h => Hands[h].Over).Sum(Won);
}

/// <summary>Kuhn poker (1950): three cards, one bet; small enough that perfect play is known. Ten hands a game.</summary>
public sealed class KuhnPokerRules : ISpaceRules
{
    public const int Hands = 10;

    private static readonly string[] Cards = ["jack", "queen", "king"];
    private static readonly Dictionary<string, string> Words = new() { ["check"] = "c", ["bet"] = "b", ["call"] = "k", ["fold"] = "f" };

    public SpaceCard Card { get; } = new(
        "kuhn-poker",
        "Kuhn poker",
        "Three cards, one bet: the smallest poker, where bluffing already pays.",
        2,
        $"""
        Two players play {Hands} hands with a jack, a queen and a king (the king is highest). In each hand both put in 1 chip and get one card; the third stays hidden.
        The opener of the hand (seat 0 in the first, then by turns) begins.

        - Without a bet: `check` or `bet` (1 more chip). If both check, cards are shown.
        - Against a bet: `call` (1 more chip, cards are shown) or `fold` (the other takes the pot; cards stay hidden).
        - The higher card wins the pot.

        The score is 1/2 plus the chips won or lost over {4 * Hands}. Each match is two games with seats swapped and the same deals, so that luck cancels; the
        second plays them in another order.
        An action is one word, for example `check`.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 0,
        "One word: check or bet; against a bet: call or fold. Example: check");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new KuhnHonest(), new KuhnEquilibrium()];

    public IGameState Start(Draws draws, int seats) => Start(draws, seats, 0);

    public IGameState Start(Draws draws, int seats, int game)
    {
        var deals = new (int First, int Second)[Hands];
        for (var i = 0; i < Hands; i++)
        {
            var first = draws.Next(3);
            var second = draws.Next(2);
            deals[i] = (first, second < first ? second : second + 1);
        }
        deals = Array.ConvertAll(HandOrder.Of(draws, Hands, game), h => deals[h]);
        return new KuhnPokerState(deals, [new KuhnHand(deals[0].First, deals[0].Second, "")]);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (KuhnPokerState)state;
        return s.Over ? [] : [s.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (KuhnPokerState)state;
        IReadOnlyList<string> legal = s.Over || s.ToMove != seat ? [] : Legal(s);
        return new Observation(Describe(s, seat, legal), () => new JsonObject
        {
            ["space"] = "kuhn-poker",
            ["seat"] = seat,
            ["hand"] = s.Hands.Count - 1,
            ["hands"] = Hands,
            ["card"] = Cards[s.Hand.Card(seat)],
            ["opener"] = KuhnPokerState.Opener(s.Hands.Count - 1),
            ["actions"] = ActionsJson(s.Hand.Actions),
            ["balance"] = seat == 0 ? s.Balance : -s.Balance,
            ["toAct"] = s.Over ? null : s.ToMove,
            ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = AnswerText.Unwrap(text);
        var word = answer.Length <= 8 ? answer.ToLowerInvariant() : "";
        var s = (KuhnPokerState)state;
        if (s.Over || s.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var legal = Legal(s);
        return legal.Contains(word)
            ? ActionReading.Legal(word)
            : ActionReading.Because($"{AnswerText.Quote(answer)} is not possible: answer with {legal[0]} or {legal[1]} and nothing else.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (KuhnPokerState)state;
        var hand = s.Hand with { Actions = s.Hand.Actions + Words[actions[s.ToMove]] };
        var hands = new List<KuhnHand>(s.Hands) { [^1] = hand };
        if (hand.Over && hands.Count < s.Deals.Count)
        {
            var (first, second) = s.Deals[hands.Count];
            hands.Add(new KuhnHand(first, second, ""));
        }
        return s with { Hands = hands };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (KuhnPokerState)state;
        if (!s.Over)
        {
            return null;
        }
        var first = 500_000L + s.Balance * 500_000L / (2 * Hands);
        return [first, 1_000_000 - first];
    }

    /// <summary>Cards are null until both were shown or the session is over: players may watch too.</summary>
    public JsonObject View(IGameState state)
    {
        var s = (KuhnPokerState)state;
        return new JsonObject
        {
            ["hand"] = s.Hands.Count - 1,
            ["hands"] = new JsonArray([.. s.Hands.Select((h, i) => new JsonObject
            {
                ["cards"] = h.Shown || s.Over ? new JsonArray(JsonValue.Create(Cards[h.First]), JsonValue.Create(Cards[h.Second])) : null,
                ["opener"] = KuhnPokerState.Opener(i),
                ["actions"] = ActionsJson(h.Actions),
                ["won"] = h.Over ? new JsonArray(JsonValue.Create(s.Won(i)), JsonValue.Create(-s.Won(i))) : null,
            })]),
            ["balance"] = new JsonArray(JsonValue.Create(s.Balance), JsonValue.Create(-s.Balance)),
            ["toAct"] = s.Over ? null : s.ToMove,
        };
    }

    internal static string[] Legal(KuhnPokerState s) => s.Hand.Actions.EndsWith('b') ? ["call", "fold"] : ["bet", "check"];

    private static string Word(char action) => Words.Single(w => w.Value[0] == action).Key;

    private static JsonArray ActionsJson(string actions) => new([.. actions.Select(a => JsonValue.Create(Word(a)))]);

    private static string Describe(KuhnPokerState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(900);
        text.Append("Kuhn poker: a jack, a queen and a king; each player holds one card, the third is hidden; the higher card wins. Both put in 1 chip; a bet or a call is 1 more.\n\n");
        for (var i = 0; i < s.Hands.Count; i++)
        {
            var hand = s.Hands[i];
            if (hand.Over)
            {
                var won = seat == 0 ? s.Won(i) : -s.Won(i);
                text.Append("Hand ").Append(i + 1).Append(": you had the ").Append(Cards[hand.Card(seat)]).Append("; ").Append(Told(hand.Actions, i, seat))
                    .Append(hand.Shown ? $"; your opponent showed the {Cards[hand.Card(1 - seat)]}" : "").Append($"; you {(won > 0 ? "won" : "lost")} {Math.Abs(won)}.\n");
            }
        }
        if (s.Over)
        {
            return text.Append("The session is over.").ToString();
        }
        var opener = KuhnPokerState.Opener(s.Hands.Count - 1);
        text.Append("Hand ").Append(s.Hands.Count).Append(" of ").Append(Hands).Append(": you hold the ").Append(Cards[s.Hand.Card(seat)]).Append(". ")
            .Append(opener == seat ? "You open" : "Your opponent opens").Append("; so far: ").Append(s.Hand.Actions.Length == 0 ? "nothing" : Told(s.Hand.Actions, s.Hands.Count - 1, seat)).Append(".\n");
        return text.Append(legal.Count == 0 ? "It is your opponent's turn." : $"It is your turn. Answer with {legal[0]} or {legal[1]} and nothing else.").ToString();
    }

    private static string Told(string actions, int hand, int seat) =>
        string.Join(", ", actions.Select((a, i) => $"{((KuhnPokerState.Opener(hand) + i) % 2 == seat ? "you" : "opponent")} {Word(a)}"));
}
