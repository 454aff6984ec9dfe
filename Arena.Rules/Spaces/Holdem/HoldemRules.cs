using System.Globalization;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>Heads-up no-limit Texas hold'em: a fixed number of hands, stacks set back before each, deals mirrored.</summary>
public sealed class HoldemRules : ISpaceRules
{
    public SpaceCard Card { get; } = new(
        "holdem",
        "Hold'em",
        "Heads-up no-limit Texas hold'em, with the same deals for both players so that luck cancels.",
        1,
        $"""
        Two players play {HoldemStakes.Usual.Hands} hands of no-limit Texas hold'em. Each hand starts with {HoldemStakes.Usual.Stack} chips for both. The button (seat 0 in the first hand, then by turns) posts the small blind of
        {HoldemStakes.Usual.SmallBlind}, the other the big blind of {HoldemStakes.Usual.BigBlind}. Both get two cards. The button acts first before the flop, the other first on flop (three board cards), turn and river (one each).

        - `fold`, `check` or `call` as usual. `raise 12` bets or raises so that your chips in this round are 12. A raise goes up by at least the last bet or raise of the round (a first bet is at least
          {HoldemStakes.Usual.BigBlind}), or all-in. `all-in` is read too.
        - After an all-in that is called, the rest of the board is dealt at once.
        - The best five of seven cards win the pot: straight flush, four, full house, flush, straight, three, two pair, pair, high card. Equal hands share; stacks are equal, so there is no odd chip.

        With W chips won over the session, a player's score is 1/2 + W / (2 (|W| + {HoldemStakes.Usual.Hands * HoldemStakes.Usual.BigBlind})): a big blind a hand makes 3/4. Each match is two games with seats swapped and the same deals;
        the second plays them in another order and with suits renamed.
        A site may play other blinds, stacks and numbers of hands; every observation says those of its match.
        An action is one word, or a word and a whole number, for example `raise 12`.
        """,
        2, 2, JudgingMode.Rules, Mirrored: true, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(30), CompactAnswerTokens: 0,
        "fold, check, call, all-in, or raise and the total of your chips in this round. Example: raise 12");

    public IReadOnlyList<IHouseAgent> House { get; } = [new HoldemRandom(), new HoldemTight(), new HoldemOdds(600)];

    public IGameState Start(Draws draws, int seats) => Start(draws, seats, 0);

    public IGameState Start(Draws draws, int seats, int game) => Opening(draws, game, HoldemStakes.Usual);

    public IGameState Start(Draws draws, int seats, int game, JsonObject? material) => Opening(draws, game, material is null ? HoldemStakes.Usual : HoldemStakes.Of(material));

    private static HoldemState Opening(Draws draws, int game, HoldemStakes stakes)
    {
        var drawn = new HoldemDeal[stakes.Hands];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = HoldemDeal.Draw(draws);
        }
        var deals = Array.ConvertAll(HandOrder.Of(draws, drawn.Length, game), h => drawn[h]);
        for (var i = 0; i < deals.Length && game > 0; i++)
        {
            int[] suits = [0, 1, 2, 3];
            for (var last = 3; last > 0; last--)
            {
                var other = draws.Next(last + 1);
                (suits[last], suits[other]) = (suits[other], suits[last]);
            }
            deals[i] = deals[i].Rename(suits);
        }
        return new HoldemState(stakes, deals, [new HoldemPlayed(deals[0], HoldemTable.Deal(stakes), [])]);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (HoldemState)state;
        return s.Over ? [] : [s.ToMove];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (HoldemState)state;
        var hand = s.Hands.Count - 1;
        return new Observation(HoldemText.Describe(s, seat), () => new JsonObject
        {
            ["space"] = "holdem",
            ["seat"] = seat,
            ["hand"] = hand,
            ["hands"] = s.Stakes.Hands,
            ["button"] = HoldemState.Button(hand),
            ["blinds"] = new JsonArray(JsonValue.Create(s.Stakes.SmallBlind), JsonValue.Create(s.Stakes.BigBlind)),
            ["cards"] = HoldemText.Cards(s.Cards(hand, seat)),
            ["board"] = HoldemText.Cards(s.Hand.Board),
            ["street"] = HoldemText.Streets[s.Hand.Table.Street],
            ["chips"] = HoldemText.BySeat(hand, s.Hand.Table.In0, s.Hand.Table.In1),
            ["stacks"] = HoldemText.BySeat(hand, s.Stakes.Stack - s.Hand.Table.In0, s.Stakes.Stack - s.Hand.Table.In1),
            ["actions"] = HoldemText.Actions(s, hand),
            ["balance"] = seat == 0 ? s.Balance : -s.Balance,
            ["toAct"] = s.Over ? null : s.ToMove,
            ["options"] = !s.Over && s.ToMove == seat && s.Hand.Table.Options() is var o
                ? new JsonObject { ["toCall"] = o.ToCall, ["minRaise"] = o.MayRaise ? o.MinRaise : null, ["maxRaise"] = o.MayRaise ? o.MaxRaise : null }
                : null,
        }, s.Over || s.ToMove != seat ? [] : null, null)
        {
            Grammar = s.Over || s.ToMove != seat ? null : HoldemText.Grammar(s.Hand.Table.Options()),
        };
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (HoldemState)state;
        if (s.Over || s.ToMove != seat)
        {
            return ActionReading.Because("It is not this seat's turn.");
        }
        var unwrapped = AnswerText.Unwrap(text);
        var answer = unwrapped.Length <= 24 ? unwrapped.ToLowerInvariant() : "";
        var options = s.Hand.Table.Options();
        switch (answer)
        {
            case "fold" when options.MayFold:
            case "check" when options.ToCall == 0:
            case "call" when options.ToCall > 0:
                return ActionReading.Legal(answer);
            case "fold":
                return ActionReading.Because("There is no bet to fold to: check or raise.");
            case "all-in" or "all in" or "allin":
                return ActionReading.Legal(options.MayRaise ? Raise(options.MaxRaise) : "call");
        }
        var words = answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["raise" or "bet", "to", _])
        {
            words = [words[0], words[2]];
        }
        if (words is not ["raise" or "bet", var number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var total))
        {
            return ActionReading.Because($"{AnswerText.Quote(unwrapped)} is not possible: {HoldemText.Possible(options)}.");
        }
        return options.MayRaise && total >= options.MinRaise && total <= options.MaxRaise
            ? ActionReading.Legal(Raise(total))
            : ActionReading.Because(options.MayRaise ? $"A raise goes to a total between {options.MinRaise} and {options.MaxRaise} chips in this round." : "Nobody can raise now: call or fold.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (HoldemState)state;
        var (hand, action) = (s.Hand, actions[s.ToMove]);
        var table = action switch
        {
            "fold" => hand.Table.Fold(),
            "check" or "call" => hand.Table.Call(),
            _ => hand.Table.Raise(int.Parse(action.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture)),
        };
        var hands = new List<HoldemPlayed>(s.Hands) { [^1] = new HoldemPlayed(hand.Deal, table, [.. hand.Actions, (hand.Table.Street, hand.Table.ToAct, action)]) };
        if (table.Over && hands.Count < s.Deals.Count)
        {
            hands.Add(new HoldemPlayed(s.Deals[hands.Count], HoldemTable.Deal(s.Stakes), []));
        }
        return s with { Hands = hands };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (HoldemState)state;
        if (!s.Over)
        {
            return null;
        }
        var first = ChipScore.Of(s.Balance, s.Stakes.Hands * s.Stakes.BigBlind);
        return [first, 1_000_000 - first];
    }

    /// <summary>Cards are null until both were shown or the session is over: players may watch too.</summary>
    public JsonObject View(IGameState state)
    {
        var s = (HoldemState)state;
        return new JsonObject
        {
            ["hand"] = s.Hands.Count - 1,
            ["stack"] = s.Stakes.Stack,
            ["hands"] = new JsonArray([.. s.Hands.Select((h, i) => new JsonObject
            {
                ["cards"] = h.Shown || s.Over ? new JsonArray(HoldemText.Cards(s.Cards(i, 0)), HoldemText.Cards(s.Cards(i, 1))) : null,
                ["board"] = HoldemText.Cards(h.Board),
                ["button"] = HoldemState.Button(i),
                ["chips"] = HoldemText.BySeat(i, h.Table.In0, h.Table.In1),
                ["actions"] = HoldemText.Actions(s, i),
                ["won"] = h.Table.Over ? new JsonArray(JsonValue.Create(s.Won(i)), JsonValue.Create(-s.Won(i))) : null,
            })]),
            ["balance"] = new JsonArray(JsonValue.Create(s.Balance), JsonValue.Create(-s.Balance)),
            ["toAct"] = s.Over ? null : s.ToMove,
        };
    }

    internal static string Raise(int total) => string.Create(CultureInfo.InvariantCulture, $"raise {total}");
}
