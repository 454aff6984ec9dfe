using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.LeducPoker;

/// <summary>A session of hands. <paramref name="Deals"/> holds all of them from the start, in the opener's view; a seat sees only its own card of the current one, and the board when it is out.</summary>
public sealed record LeducPokerState(IReadOnlyList<LeducHand> Deals, IReadOnlyList<LeducHand> Hands) : IGameState
{
    /// <summary>The hand being played, the last one when the session is over.</summary>
    public LeducHand Hand => Hands[^1];

    public bool Over => Hands.Count == Deals.Count && Hand.Bets.Over;

    /// <summary>The seat that opens hand <paramref name="hand"/>: they take turns.</summary>
    public static int Opener(int hand) => hand % 2;

    /// <summary>The seat to act.</summary>
    public int ToMove => (Opener(Hands.Count - 1) + Hand.Bets.ToMove) % 2;

    /// <summary>A seat's card in a hand.</summary>
    public int CardOf(int hand, int seat) => seat == Opener(hand) ? Hands[hand].First : Hands[hand].Second;

    /// <summary>Chips that seat 0 won in a finished hand.</summary>
    public int Won(int hand) => Opener(hand) == 0 ? Hands[hand].Won : -Hands[hand].Won;

    /// <summary>Chips that seat 0 won in all finished hands.</summary>
    public int Balance => Enumerable.Range(0, Hands.Count).Where(h => Hands[h].Bets.Over).Sum(Won);
}

/// <summary>Leduc hold'em: six cards, two rounds, one board card.</summary>
public sealed class LeducPokerRules : ISpaceRules
{
    public const int Hands = 10;

    private static readonly string[] Ranks = ["jack", "queen", "king"];

    public SpaceCard Card { get; } = new(
        "leduc-poker",
        "Leduc poker",
        "Six cards, two rounds of bets, one shared card: small poker with a turn of luck in the middle.",
        1,
        $"""
        Two players play {Hands} hands with two jacks, two queens and two kings. In each hand both put in 1 chip and get one card. After a round of bets a third card, the board,
        is shown, and a second round follows. The opener of the hand (seat 0 in the first, then by turns) begins both rounds.

        - Without a bet: `check` or `bet`. Against a bet: `call`, `fold` or `raise`; against a raise: `call` or `fold`. So a round has at most one bet and one raise.
        - A bet is 2 chips in the first round and 4 in the second; a raise is as much on top of the bet.
        - Whoever folds loses what is in the pot. Otherwise a card of the board's rank wins; if neither or both have one, the higher rank (king, queen, jack); equal ranks share.

        With W chips won over the session, a player's score is 1/2 + W / (2 (|W| + {Hands})): {Hands} chips ahead make 3/4. Each match is two games with seats swapped and the same deals, so
        that luck cancels; the second plays them in another order.
        An action is one word, for example `check`.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(20), CompactAnswerTokens: 0,
        "One word: check or bet; against a bet: call, fold or raise; against a raise: call or fold. Example: check");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new LeducHonest(), new LeducEquilibrium()];

    public IGameState Start(Draws draws, int seats) => Start(draws, seats, 0);

    public IGameState Start(Draws draws, int seats, int game)
    {
        var deals = new LeducHand[Hands];
        for (var i = 0; i < Hands; i++)
        {
            List<int> deck = [0, 1, 2, 3, 4, 5];
            int Deal()
            {
                var at = draws.Next(deck.Count);
                var card = deck[at];
                deck.RemoveAt(at);
                return card;
            }

            deals[i] = new LeducHand(Deal(), Deal(), Deal(), 0);
        }
        deals = Array.ConvertAll(HandOrder.Of(draws, Hands, game), h => deals[h]);
        return new LeducPokerState(deals, [deals[0]]);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (LeducPokerState)state;
        return s.Over ? [] : [s.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (LeducPokerState)state;
        var hand = s.Hands.Count - 1;
        IReadOnlyList<string> legal = s.Over || s.ToMove != seat ? [] : Legal(s);
        return new Observation(Describe(s, seat, legal), () => new JsonObject
        {
            ["space"] = "leduc-poker",
            ["seat"] = seat,
            ["hand"] = hand,
            ["hands"] = Hands,
            ["card"] = Rank(s.CardOf(hand, seat)),
            ["board"] = s.Hand.Bets.Round == 0 ? null : Rank(s.Hand.Board),
            ["opener"] = LeducPokerState.Opener(hand),
            ["actions"] = ActionsJson(s.Hand.Bets),
            ["chips"] = ChipsJson(s, hand),
            ["balance"] = seat == 0 ? s.Balance : -s.Balance,
            ["toAct"] = s.Over ? null : s.ToMove,
            ["legal"] = new JsonArray([.. legal.Select(l => JsonValue.Create(l))]),
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var answer = AnswerText.Unwrap(text);
        var word = answer.Length <= 8 ? answer.ToLowerInvariant() : "";
        var s = (LeducPokerState)state;
        if (s.Over || s.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var legal = Legal(s);
        return legal.Contains(word)
            ? ActionReading.Legal(word)
            : ActionReading.Because($"{AnswerText.Quote(answer)} is not possible: answer with {string.Join(" or ", legal)} and nothing else.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (LeducPokerState)state;
        var hand = s.Hand.Play(Array.IndexOf(Legal(s), actions[s.ToMove]));
        var hands = new List<LeducHand>(s.Hands) { [^1] = hand };
        if (hand.Bets.Over && hands.Count < s.Deals.Count)
        {
            hands.Add(s.Deals[hands.Count]);
        }
        return s with { Hands = hands };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (LeducPokerState)state;
        if (!s.Over)
        {
            return null;
        }
        var first = ChipScore.Of(s.Balance, Hands);
        return [first, 1_000_000 - first];
    }

    /// <summary>Cards are null until both were shown or the session is over, the board until it is out: players may watch too.</summary>
    public JsonObject View(IGameState state)
    {
        var s = (LeducPokerState)state;
        return new JsonObject
        {
            ["hand"] = s.Hands.Count - 1,
            ["hands"] = new JsonArray([.. s.Hands.Select((h, i) => new JsonObject
            {
                ["cards"] = Shown(h) || s.Over ? new JsonArray(JsonValue.Create(Rank(s.CardOf(i, 0))), JsonValue.Create(Rank(s.CardOf(i, 1)))) : null,
                ["board"] = h.Bets.Round == 1 ? Rank(h.Board) : null,
                ["opener"] = LeducPokerState.Opener(i),
                ["actions"] = ActionsJson(h.Bets),
                ["chips"] = ChipsJson(s, i),
                ["won"] = h.Bets.Over ? new JsonArray(JsonValue.Create(s.Won(i)), JsonValue.Create(-s.Won(i))) : null,
            })]),
            ["balance"] = new JsonArray(JsonValue.Create(s.Balance), JsonValue.Create(-s.Balance)),
            ["toAct"] = s.Over ? null : s.ToMove,
        };
    }

    internal static string Word(char letter) => LeducBetting.Words.First(w => w.Letter == letter).Word;

    private static string[] Legal(LeducPokerState s) => [.. s.Hand.Bets.Letters.Select(Word)];

    private static string Rank(int card) => Ranks[card / 2];

    private static bool Shown(LeducHand hand) => hand.Bets is { Over: true, Folded: false };

    private static JsonArray ActionsJson(LeducBets bets) =>
        new([.. bets.Actions.Split('/').Select(round => new JsonArray([.. round.Select(a => JsonValue.Create(Word(a)))]))]);

    private static JsonArray ChipsJson(LeducPokerState s, int hand)
    {
        var bets = s.Hands[hand].Bets;
        var (first, second) = LeducPokerState.Opener(hand) == 0 ? (bets.First, bets.Second) : (bets.Second, bets.First);
        return new JsonArray(JsonValue.Create(first), JsonValue.Create(second));
    }

    private static string Describe(LeducPokerState s, int seat, IReadOnlyList<string> legal)
    {
        var text = new StringBuilder(1200);
        text.Append("Leduc poker: two jacks, two queens, two kings; each player holds one card, and a shared board card comes after the first of two rounds of bets. ")
            .Append("A card of the board's rank wins, else the higher card; equal ranks share. Both put in 1 chip; a bet or raise is 2 in the first round, 4 in the second; at most one bet and one raise a round.\n\n");
        for (var i = 0; i < s.Hands.Count; i++)
        {
            var hand = s.Hands[i];
            if (hand.Bets.Over)
            {
                var won = seat == 0 ? s.Won(i) : -s.Won(i);
                text.Append("Hand ").Append(i + 1).Append(": you had the ").Append(Rank(s.CardOf(i, seat))).Append("; ").Append(Told(s, i, seat))
                    .Append(Shown(hand) ? $"; your opponent showed the {Rank(s.CardOf(i, 1 - seat))}" : "")
                    .Append(won == 0 ? "; the pot was shared.\n" : $"; you {(won > 0 ? "won" : "lost")} {Math.Abs(won)}.\n");
            }
        }
        if (s.Over)
        {
            return text.Append("The session is over.").ToString();
        }
        var current = s.Hands.Count - 1;
        var bets = s.Hand.Bets;
        var (own, other) = LeducPokerState.Opener(current) == seat ? (bets.First, bets.Second) : (bets.Second, bets.First);
        text.Append("Hand ").Append(s.Hands.Count).Append(" of ").Append(Hands).Append(": you hold the ").Append(Rank(s.CardOf(current, seat)))
            .Append(bets.Round == 0 ? "; the board card is not out yet. " : $"; the board is the {Rank(s.Hand.Board)}. ")
            .Append(LeducPokerState.Opener(current) == seat ? "You open" : "Your opponent opens").Append(" both rounds; so far: ").Append(bets.Actions.Length == 0 ? "nothing" : Told(s, current, seat))
            .Append($". In the pot: {own} of yours, {other} of your opponent.\n");
        return text.Append(legal.Count == 0 ? "It is your opponent's turn." : $"It is your turn. Answer with {string.Join(" or ", legal)} and nothing else.").ToString();
    }

    private static string Told(LeducPokerState s, int hand, int seat)
    {
        var rounds = s.Hands[hand].Bets.Actions.Split('/');
        return string.Join("", rounds.Select((round, r) =>
            (r == 0 ? "" : $"; the board was the {Rank(s.Hands[hand].Board)}{(round.Length > 0 ? "; " : "")}")
            + string.Join(", ", round.Select((a, i) => $"{((LeducPokerState.Opener(hand) + i) % 2 == seat ? "you" : "opponent")} {Word(a)}"))));
    }
}
