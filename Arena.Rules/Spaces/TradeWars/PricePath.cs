using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>What drives the price for a while. Numbers are part of the rules' version.</summary>
public enum Regime
{
    Rising,
    Falling,
    Reverting,
    Idle,
}

/// <summary>
/// The generated price path, in whole cents and integer arithmetic, so that every machine makes the same one (docs/protocol.md). Returns are in basis
/// points of the price; every division rounds towards zero.
/// </summary>
public static class PricePath
{
    public const int Opening = 10_000;

    /// <summary>Per cent chance before each step that the regime is drawn anew (and may come out the same).</summary>
    public const int SwitchChance = 7;

    /// <summary>Mean return of a step while rising; its negative while falling.</summary>
    public const int Drift = 60;

    /// <summary>Per cent of the last return that a trend carries on.</summary>
    public const int Momentum = 25;

    /// <summary>Per cent of the gap to the recent mean that closes in a step while reverting.</summary>
    public const int Pull = 40;

    /// <summary>Prices in the recent mean.</summary>
    public const int MeanOver = 8;

    /// <summary>Each of four uniform parts of the noise is from -80 to 80.</summary>
    public const int NoisePart = 80;

    public const int NoiseParts = 4;

    public const int LargestReturn = 900;

    public const int LowestPrice = 100;

    /// <summary>So many prices, the opening one first. Draws: the first regime, below(4); for each step below(100), if that is under 7 the regime, below(4), then four times below(161).</summary>
    public static int[] Draw(Draws draws, int count)
    {
        var prices = new int[count];
        prices[0] = Opening;
        var regime = (Regime)draws.Next(4);
        var last = 0;
        for (var at = 1; at < count; at++)
        {
            if (draws.Next(100) < SwitchChance)
            {
                regime = (Regime)draws.Next(4);
            }
            var noise = 0;
            for (var part = 0; part < NoiseParts; part++)
            {
                noise += draws.Next(2 * NoisePart + 1) - NoisePart;
            }
            last = Math.Clamp(Mean(regime, prices.AsSpan(0, at), last) + noise, -LargestReturn, LargestReturn);
            prices[at] = Math.Max(LowestPrice, prices[at - 1] + (int)((long)prices[at - 1] * last / 10_000));
        }
        return prices;
    }

    /// <summary>The return of the next step before noise, basis points.</summary>
    /// <param name="known">Prices so far, at least one.</param>
    /// <param name="last">The last return.</param>
    public static int Mean(Regime regime, ReadOnlySpan<int> known, int last)
    {
        switch (regime)
        {
            case Regime.Rising:
                return Drift + last * Momentum / 100;
            case Regime.Falling:
                return -Drift + last * Momentum / 100;
            case Regime.Reverting:
                long sum = 0;
                var recent = known[^Math.Min(MeanOver, known.Length)..];
                foreach (var price in recent)
                {
                    sum += price;
                }
                return (int)((sum / recent.Length - known[^1]) * 10_000 / known[^1] * Pull / 100);
            default:
                return 0;
        }
    }
}
