using System.Text;
using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>A position in words and as JSON: only what every seat knows.</summary>
internal static class TradeWarsText
{
    public static JsonObject Facts(TradeWarsState s) => new()
    {
        ["prices"] = new JsonArray([.. s.Path.Take(s.Known).Select(p => JsonValue.Create(p))]),
        ["history"] = TradeWarsRules.History,
        ["round"] = s.Round,
        ["rounds"] = TradeWarsRules.Rounds,
        ["books"] = new JsonArray([.. s.Books.Select((b, seat) => new JsonObject
        {
            ["seat"] = seat,
            ["cash"] = b.Cash,
            ["position"] = b.Position,
            ["equity"] = s.Equity(seat),
            ["out"] = b.Out,
        })]),
        ["trades"] = new JsonArray([.. s.Trades.Select(round => new JsonArray([.. round.Select(u => JsonValue.Create(u))]))]),
        ["series"] = s.Source is { } source ? new JsonObject { ["name"] = source.Name, ["hash"] = source.Hash, ["prices"] = source.Prices } : null,
    };

    public static string Of(TradeWarsState s, int seat)
    {
        var own = s.Books[seat];
        var text = new StringBuilder(1400);
        text.Append($"Tradewars. You are trader {seat + 1} of {s.Books.Count}. All trade one instrument at the same price and act at the same time; a trade doesn't move the price. ")
            .Append($"A trade costs {TradeWarsRules.CostPoints} basis points of its value; a position is at most {TradeWarsRules.Limit} units long or short. After round {TradeWarsRules.Rounds} the richest wins, and each other seat that you are richer than counts.\n")
            .Append(s.Source is { } source ? $"Prices are a stretch of a recorded series, scaled to begin at 100.00: {source.Name}, {source.Prices} prices, SHA-256 {source.Hash}.\n"
                : $"Prices are generated: a hidden regime (rising or falling by {PricePath.Drift} basis points a step with momentum, reverting to the mean of the last {PricePath.MeanOver}, or idle) changes now and then; noise of about 93 basis points a step.\n");
        text.Append("\nPrices, oldest first: ").AppendJoin(' ', s.Path.Take(s.Known).Select(p => Plain(p))).Append(".\n");
        if (s.Round > 0)
        {
            text.Append($"Trades of the last round: ").AppendJoin(", ", s.Trades[^1].Select((units, other) => $"{Name(other, seat)} {Signed(units)}")).Append(".\n");
        }
        text.Append("Equity and position: ").AppendJoin(", ", s.Books.Select((b, other) => $"{Name(other, seat)} {TradeWarsRules.Money(s.Equity(other))} ({(b.Out ? "out" : Signed(b.Position))})")).Append(".\n");
        if (s.Over)
        {
            return text.Append("The game is over.").ToString();
        }
        if (own.Out)
        {
            return text.Append("You are out.").ToString();
        }
        var (buy, sell) = (TradeWarsRules.Limit - own.Position, TradeWarsRules.Limit + own.Position);
        return text.Append($"Round {s.Round + 1} of {TradeWarsRules.Rounds}. The price is {Plain(s.Price)}. Your cash is {TradeWarsRules.Money(own.Cash)}, your position {Signed(own.Position)}: you can buy up to {buy} or sell up to {sell}.\n")
            .Append("Answer with buy N, sell N or hold, and nothing else (for example buy 25).").ToString();
    }

    private static string Name(int other, int seat) => other == seat ? "you" : $"trader {other + 1}";

    private static string Signed(int units) => units > 0 ? $"+{units}" : $"{units}";

    private static string Plain(int cents) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:00}");
}
