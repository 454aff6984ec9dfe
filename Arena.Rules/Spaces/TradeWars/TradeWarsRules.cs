using System.Globalization;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>Five seats trade one instrument at the same prices; the richest wins.</summary>
public sealed class TradeWarsRules : ISpaceRules
{
    /// <summary>Prices known before the first round.</summary>
    public const int History = 30;

    public const int Rounds = 16;

    /// <summary>Prices of a game: the history, and one after each round.</summary>
    public const int PathLength = History + Rounds;

    /// <summary>Cents of each seat at the start.</summary>
    public const long Cash = 1_000_000;

    /// <summary>Most units held or owed.</summary>
    public const int Limit = 100;

    /// <summary>Basis points of the value of a trade.</summary>
    public const int CostPoints = 15;

    private static readonly string[] Buys = [.. Enumerable.Range(0, 2 * Limit + 1).Select(n => $"buy {n}")];
    private static readonly string[] Sells = [.. Enumerable.Range(0, 2 * Limit + 1).Select(n => $"sell {n}")];

    public SpaceCard Card { get; } = new(
        "tradewars",
        "Tradewars",
        "Five traders, one price, the same news: who ends richest?",
        1,
        $"""
        Five seats trade one instrument. All know the same prices, act at the same time and start with {Money(Cash)} and no units. The last {History} prices are known at the start; there are {Rounds} rounds.

        - In each round every seat buys, sells or holds, at the price of the moment. A trade doesn't move the price.
        - A trade costs {CostPoints} basis points of its value ({Money(CostPoints)} for each 100.00), rounded up to a cent. Cash earns nothing, and debt costs nothing.
        - A position is at most {Limit} units, long or short (sold without having them). Orders beyond that are illegal.
        - After the round the next price comes. A seat's equity is its cash plus its units at the price. Where it is zero or less, its position is closed and it is out.
        - After the last round all are valued at the last price, without further costs. The score is the share of the other seats whose equity is lower; equal ones count half.

        Prices are in whole cents and start at {Money(PricePath.Opening)}. They are generated like this (all divisions round towards zero; a return is in basis points of the price): there are four regimes, *rising*, *falling*, *reverting* and *idle*, and nobody is told
        which one rules. Before each step it is drawn anew with a chance of {PricePath.SwitchChance} %, each with the same chance. The mean return is {PricePath.Drift} + {PricePath.Momentum} % of the last return while rising, -{PricePath.Drift} + {PricePath.Momentum} % of it while falling,
        {PricePath.Pull} % of the gap between the mean of the last {PricePath.MeanOver} prices and the price while reverting, 0 while idle. Noise is the sum of {PricePath.NoiseParts} whole numbers, each uniform from -{PricePath.NoisePart} to {PricePath.NoisePart}. A return
        is cut to ±{PricePath.LargestReturn}, a price is at least {Money(PricePath.LowestPrice)}.

        An operator can load **recorded prices** instead. Then a game's prices are a stretch of that series, from a place that the match's seed decides, scaled to begin at {Money(PricePath.Opening)}; observations name the series and its SHA-256, and the transcript holds all of it.

        A match has five games with prices of their own. An action is `buy N`, `sell N` or `hold`, for example `buy 25`.
        """,
        5, 5, JudgingMode.Rules, Mirrored: false, SamePrompt: false, ForgivenIllegal: 2, TimeSpan.FromSeconds(30), CompactAnswerTokens: 0,
        "buy N, sell N or hold. Example: buy 25");

    public IReadOnlyList<IHouseAgent> House { get; } = [new RandomAgent(), new TradeContrarian(), new TradeHolder(), new TradeMomentum(), new TradeFilter()];

    public IGameState Start(Draws draws, int seats) => Opening(PricePath.Draw(draws, PathLength), null, seats);

    public IGameState Start(Draws draws, int seats, int game, JsonObject? material)
    {
        if (material is null)
        {
            return Start(draws, seats);
        }
        var series = PriceSeries.Of(material);
        return Opening(series.Window(draws, PathLength), new PriceSource(series.Name, series.Hash, series.Prices.Count), seats);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (TradeWarsState)state;
        return s.Over ? [] : [.. Enumerable.Range(0, s.Books.Count).Where(seat => !s.Books[seat].Out)];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (TradeWarsState)state;
        var legal = Legal(s, seat);
        return new Observation(TradeWarsText.Of(s, seat), () =>
        {
            var json = TradeWarsText.Facts(s);
            json["space"] = "tradewars";
            json["seat"] = seat;
            json["limit"] = Limit;
            json["costPoints"] = CostPoints;
            json["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]);
            json["mostBuy"] = legal.Count == 0 ? 0 : Limit - s.Books[seat].Position;
            json["mostSell"] = legal.Count == 0 ? 0 : Limit + s.Books[seat].Position;
            return json;
        }, legal, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (TradeWarsState)state;
        if (s.Over || s.Books[seat].Out)
        {
            return ActionReading.Because(s.Over ? "The game is over." : "This seat is out.");
        }
        var unwrapped = AnswerText.Unwrap(text);
        var words = unwrapped.Length <= 16 ? unwrapped.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        var verb = words.Length is 1 or 2 ? words[0].ToLowerInvariant() : "";
        if (words.Length == 1 && verb == "hold")
        {
            return ActionReading.Legal("hold");
        }
        if (words.Length != 2 || verb is not ("buy" or "sell") || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var units) || units == 0)
        {
            return ActionReading.Because($"{AnswerText.Quote(unwrapped)} is no order: answer with buy N, sell N (N a whole number from 1) or hold.");
        }
        var position = s.Books[seat].Position;
        var most = verb == "buy" ? Limit - position : Limit + position;
        return units <= most ? ActionReading.Legal((verb == "buy" ? Buys : Sells)[units])
            : ActionReading.Because(most == 0 ? $"The position is {position}, the limit already: no more can be {(verb == "buy" ? "bought" : "sold")}." : $"The position is {position} and at most {Limit} units long or short: at most {verb} {most}.");
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (TradeWarsState)state;
        int[] units = [.. Enumerable.Range(0, s.Books.Count).Select(seat => actions.TryGetValue(seat, out var action) ? Units(action) : 0)];
        var next = s.Path[s.Known];
        return s with
        {
            Trades = [.. s.Trades, units],
            Books = [.. s.Books.Select((book, seat) => Settle(book.Trade(units[seat], s.Price), next))],
        };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (TradeWarsState)state;
        if (!s.Over)
        {
            return null;
        }
        var seats = s.Books.Count;
        long[] equities = [.. Enumerable.Range(0, seats).Select(s.Equity)];
        return [.. equities.Select(own => 500_000L * (equities.Sum(other => other < own ? 2 : other == own ? 1 : 0) - 1) / (seats - 1))];
    }

    public JsonObject View(IGameState state)
    {
        var s = (TradeWarsState)state;
        var view = TradeWarsText.Facts(s);
        view["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]);
        return view;
    }

    /// <summary>Cents as people write them.</summary>
    internal static string Money(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100m:N2}");

    private static TradeWarsState Opening(IReadOnlyList<int> path, PriceSource? source, int seats) => new(path, source, [.. Enumerable.Repeat(new TradeBook(Cash, 0, false), seats)], []);

    private static int Units(string action) => action == "hold" ? 0
        : action[0] == 'b' ? int.Parse(action.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture)
        : -int.Parse(action.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture);

    private static TradeBook Settle(TradeBook book, int price) => book.Out || book.Equity(price) > 0 ? book : book.Trade(-book.Position, price) with { Out = true };

    private static IReadOnlyList<string> Legal(TradeWarsState s, int seat)
    {
        if (s.Over || s.Books[seat].Out)
        {
            return [];
        }
        var position = s.Books[seat].Position;
        return ["hold", .. Buys.AsSpan(1, Limit - position), .. Sells.AsSpan(1, Limit + position)];
    }
}
