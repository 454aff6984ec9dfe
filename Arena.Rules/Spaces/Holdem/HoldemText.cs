using System.Text;
using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>The observation's prose and the JSON that it shares with the view.</summary>
internal static class HoldemText
{
    /// <summary>Hands that the observation tells again.</summary>
    private const int ToldHands = 6;

    public static readonly string[] Streets = ["before the flop", "flop", "turn", "river"];

    public static JsonArray Cards(IEnumerable<int> cards) => new([.. cards.Select(c => JsonValue.Create(HoldemHand.Name(c)))]);

    /// <summary>Numbers of players 0 and 1 of a hand in the order of seats.</summary>
    public static JsonArray BySeat(int hand, int button, int other) => HoldemState.Button(hand) == 0
        ? new JsonArray(JsonValue.Create(button), JsonValue.Create(other))
        : new JsonArray(JsonValue.Create(other), JsonValue.Create(button));

    public static JsonArray Actions(HoldemState s, int hand) => new([.. s.Hands[hand].Actions.Select(a => new JsonObject
    {
        ["street"] = Streets[a.Street],
        ["seat"] = HoldemState.SeatOf(hand, a.Player),
        ["action"] = a.Action,
    })]);

    /// <summary>What may be answered.</summary>
    public static string Possible(HoldemOptions options) => string.Join(" or ", new[]
    {
        options.ToCall > 0 ? $"call ({options.ToCall} more)" : "check",
        options.MayFold ? "fold" : null,
        !options.MayRaise ? null : options.MinRaise == options.MaxRaise ? $"raise {options.MaxRaise} (all-in)" : $"raise N with N from {options.MinRaise} to {options.MaxRaise} (all-in)",
    }.OfType<string>());

    /// <summary>The same for a policy that is held to it.</summary>
    public static string Grammar(HoldemOptions options) => string.Join(" | ", new[]
    {
        options.ToCall > 0 ? "\"call\"" : "\"check\"",
        options.MayFold ? "\"fold\"" : null,
        options.MayRaise ? $"\"raise \" int({options.MinRaise}, {options.MaxRaise})" : null,
    }.OfType<string>());

    public static string Describe(HoldemState s, int seat)
    {
        var text = new StringBuilder(1500);
        text.Append($"Heads-up no-limit Texas hold'em, blinds {s.Stakes.SmallBlind} and {s.Stakes.BigBlind}; both start each hand with {s.Stakes.Stack} chips. Cards are rank and suit: As is the ace of spades.\n\n");
        var current = s.Hands.Count - 1;
        for (var i = Math.Max(0, current - ToldHands); i < s.Hands.Count; i++)
        {
            if (s.Hands[i].Table.Over)
            {
                Told(text, s, i, seat);
            }
        }
        var balance = seat == 0 ? s.Balance : -s.Balance;
        text.Append(balance == 0 ? "You are even.\n" : $"You are {Math.Abs(balance)} chips {(balance > 0 ? "ahead" : "behind")} over the session.\n");
        if (s.Over)
        {
            return text.Append("The session is over.").ToString();
        }
        var (hand, table) = (s.Hand, s.Hand.Table);
        var player = HoldemState.SeatOf(current, seat);
        text.Append($"\nHand {s.Hands.Count} of {s.Stakes.Hands}. You have {(player == 0 ? "the button and the small blind" : "the big blind")}. Your cards: {Names(s.Cards(current, seat))}. ")
            .Append(table.Street == 0 ? "The board is not out yet.\n" : $"Board: {Names(hand.Board)}, so you hold {HoldemHand.Describe(HoldemDeal.Value(s.Cards(current, seat), [.. hand.Board]))}.\n")
            .Append("So far: ").Append(hand.Actions.Count == 0 ? "nothing" : Line(s, current, seat))
            .Append($".\nPot: {table.Pot}. In this round: {table.In(player) - table.Before} of yours, {table.In(1 - player) - table.Before} of your opponent. ")
            .Append($"Left: {s.Stakes.Stack - table.In(player)} of yours, {s.Stakes.Stack - table.In(1 - player)} of your opponent.\n");
        return text.Append(s.ToMove == seat ? $"It is your turn. Answer with {Possible(table.Options())}, and nothing else." : "It is your opponent's turn.").ToString();
    }

    private static void Told(StringBuilder text, HoldemState s, int i, int seat)
    {
        var hand = s.Hands[i];
        var won = seat == 0 ? s.Won(i) : -s.Won(i);
        text.Append($"Hand {i + 1}: you had {Names(s.Cards(i, seat))}; {Line(s, i, seat)}");
        text.Append(hand.Table.BoardCards > 0 ? $"; board {Names(hand.Board)}" : "");
        text.Append(hand.Shown ? $"; your opponent showed {Names(s.Cards(i, 1 - seat))}, {HoldemHand.Describe(HoldemDeal.Value(s.Cards(i, 1 - seat), hand.Deal.Board))}" : "");
        text.Append(won == 0 ? "; the pot was shared.\n" : $"; you {(won > 0 ? "won" : "lost")} {Math.Abs(won)}.\n");
    }

    private static string Names(IEnumerable<int> cards) => string.Join(' ', cards.Select(HoldemHand.Name));

    private static string Line(HoldemState s, int hand, int seat) => string.Join("; ", s.Hands[hand].Actions.GroupBy(a => a.Street).Select(street =>
        Streets[street.Key] + ": " + string.Join(", ", street.Select(a => (HoldemState.SeatOf(hand, a.Player) == seat ? "you " : "opponent ") + a.Action))));
}
