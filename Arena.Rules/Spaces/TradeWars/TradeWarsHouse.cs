using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>Agents that want a position and send the order that leads to it.</summary>
internal abstract class Trader(string slug, string name, string about) : IHouseAgent
{
    public string Slug => slug;

    public string Name => name;

    public string About => about;

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (TradeWarsState)state;
        var now = s.Books[seat].Position;
        var order = Math.Clamp(Wanted([.. s.Path.Take(s.Known)], now, TradeWarsRules.Rounds - s.Round), -TradeWarsRules.Limit, TradeWarsRules.Limit) - now;
        return order == 0 ? "hold" : order > 0 ? $"buy {order}" : $"sell {-order}";
    }

    /// <summary>The position to have, units.</summary>
    /// <param name="prices">Known so far.</param>
    /// <param name="now">The present position.</param>
    /// <param name="left">Steps of the price that are still to come.</param>
    protected abstract int Wanted(int[] prices, int now, int left);
}

internal sealed class TradeHolder() : Trader("buy-and-hold", "Buy and hold", "Buys sixty units in the first round and waits.")
{
    protected override int Wanted(int[] prices, int now, int left) => 60;
}

internal sealed class TradeContrarian() : Trader("contrarian", "Contrarian", "Buys below the mean of the last ten prices and sells above it, the more the further away.")
{
    protected override int Wanted(int[] prices, int now, int left)
    {
        var mean = prices[^10..].Average();
        // A gap of two per cent is worth a full position; small changes aren't worth their cost.
        var wanted = (int)(5_000 * (mean - prices[^1]) / mean);
        return Math.Abs(wanted - now) < 40 ? now : wanted;
    }
}

internal sealed class TradeMomentum() : Trader("momentum", "Momentum", "Goes with the last eight steps when they went one way by more than two per cent.")
{
    protected override int Wanted(int[] prices, int now, int left)
    {
        var change = 10_000L * (prices[^1] - prices[^9]) / prices[^9];
        return change > 200 ? TradeWarsRules.Limit : change < -200 ? -TradeWarsRules.Limit : now;
    }
}

/// <summary>
/// Knows how prices are generated: weighs the four regimes by Bayes after every step, foretells the returns that are left, and changes sides only
/// when that pays more than it costs. On recorded prices it plays as if they were generated.
/// </summary>
internal sealed class TradeFilter() : Trader("filter", "Bayes filter", "Weighs the hidden regimes by Bayes and trades on the returns to expect, costs included.")
{
    // Five times what a trade costs: waiting a round for a clearer sign costs less than turning twice. Chosen on 400 paths of other seeds.
    private const int Worth = 5 * TradeWarsRules.CostPoints;

    private static readonly double[] Noise = NoiseChances();

    protected override int Wanted(int[] prices, int now, int left)
    {
        var weights = Weights(prices);
        // The next step by each regime's own mean; later ones by the trend alone, which fades as regimes change.
        var last = Return(prices, prices.Length - 1);
        double expected = 0;
        for (var r = 0; r < 4; r++)
        {
            expected += weights[r] * PricePath.Mean((Regime)r, prices, last);
        }
        var trend = (weights[0] - weights[1]) * PricePath.Drift * 100.0 / (100 - PricePath.Momentum);
        for (int step = 1; step < left; step++)
        {
            trend *= 1 - PricePath.SwitchChance / 100.0;
            expected += trend;
        }
        return expected > Worth ? TradeWarsRules.Limit : expected < -Worth ? -TradeWarsRules.Limit : now;
    }

    /// <summary>The chance of each regime for the next step.</summary>
    private static double[] Weights(int[] prices)
    {
        double[] weights = [0.25, 0.25, 0.25, 0.25];
        for (var at = 1; at < prices.Length; at++)
        {
            var (last, seen) = (at < 2 ? 0 : Return(prices, at - 1), Return(prices, at));
            double sum = 0;
            for (var r = 0; r < 4; r++)
            {
                weights[r] *= Chance(seen - PricePath.Mean((Regime)r, prices.AsSpan(0, at), last));
                sum += weights[r];
            }
            for (var r = 0; r < 4; r++)
            {
                weights[r] = weights[r] / sum * (1 - PricePath.SwitchChance / 100.0) + PricePath.SwitchChance / 400.0;
            }
        }
        return weights;
    }

    /// <summary>The return that led to a price, basis points, to the nearest.</summary>
    private static int Return(int[] prices, int at) => (int)Math.Round(10_000.0 * (prices[at] - prices[at - 1]) / prices[at - 1]);

    private static double Chance(int noise)
    {
        var at = noise + Noise.Length / 2;
        // Returns are known to about a basis point, and recorded prices know no limits.
        return (at >= 0 && at < Noise.Length ? Noise[at] : 0) + 1e-9;
    }

    /// <summary>The chances of the noise's sums, the lowest first.</summary>
    private static double[] NoiseChances()
    {
        double[] chances = [1];
        for (var part = 0; part < PricePath.NoiseParts; part++)
        {
            var sum = new double[chances.Length + 2 * PricePath.NoisePart];
            for (var i = 0; i < chances.Length; i++)
            {
                for (var j = 0; j <= 2 * PricePath.NoisePart; j++)
                {
                    sum[i + j] += chances[i] / (2 * PricePath.NoisePart + 1);
                }
            }
            chances = sum;
        }
        return chances;
    }
}
