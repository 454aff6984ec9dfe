using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>What a seat has.</summary>
/// <param name="Cash">Cents; negative while more is owed than held.</param>
/// <param name="Position">Units, negative when sold short.</param>
/// <param name="Out">Its equity fell to nothing: its position was closed and it trades no more.</param>
public readonly record struct TradeBook(long Cash, int Position, bool Out)
{
    /// <summary>Cents.</summary>
    public long Equity(int price) => Cash + (long)Position * price;

    /// <summary>After buying (positive) or selling so many units.</summary>
    public TradeBook Trade(int units, int price) => this with { Cash = Cash - (long)units * price - Cost(units, price), Position = Position + units };

    /// <summary>Cents, rounded up: <see cref="TradeWarsRules.CostPoints"/> basis points of the value traded.</summary>
    public static long Cost(int units, int price) => (Math.Abs((long)units) * price * TradeWarsRules.CostPoints + 9_999) / 10_000;
}

/// <summary>A position. <paramref name="Path"/> holds all prices from the start, cents; seats know the first <see cref="Known"/>.</summary>
/// <param name="Source">The recorded series that the path is from, or null when it was generated.</param>
/// <param name="Trades">For each round played the units that each seat traded.</param>
public sealed record TradeWarsState(IReadOnlyList<int> Path, PriceSource? Source, IReadOnlyList<TradeBook> Books, IReadOnlyList<IReadOnlyList<int>> Trades) : IGameState
{
    /// <summary>Rounds played.</summary>
    public int Round => Trades.Count;

    public bool Over => Round == TradeWarsRules.Rounds || Books.All(b => b.Out);

    /// <summary>Prices that everybody knows.</summary>
    public int Known => TradeWarsRules.History + Round;

    /// <summary>The price now, cents: trades are made at it.</summary>
    public int Price => Path[Known - 1];

    public long Equity(int seat) => Books[seat].Equity(Price);
}

/// <summary>The recorded series of a match.</summary>
/// <param name="Hash">SHA-256 of its material, hex.</param>
public sealed record PriceSource(string Name, string Hash, int Prices);
