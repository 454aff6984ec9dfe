using Arena.Rules.Play;

namespace Arena.Rules.Spaces.LiarsDice;

/// <summary>Knows its dice and counts the others as chance would have them: bids what is likely, calls what isn't.</summary>
internal sealed class DiceCounter : IHouseAgent
{
    public string Slug => "counter";

    public string Name => "Counter";

    public string About => "Adds its own dice to a third of the others, bids the likeliest, and calls what is less likely than not.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (LiarsDiceState)state;
        return DiceChoice.Best(s, seat, draws, (face, count) => DiceOdds.AtLeast(count, s.Total - s.Left[seat], 1 / 3.0), callBelow: 0.35, bluff: 0);
    }
}

/// <summary>As the counter, but takes the others' bids for what they say about their dice, and bluffs a little.</summary>
internal sealed class DiceReader : IHouseAgent
{
    public string Slug => "reader";

    public string Name => "Reader";

    public string About => "Reads the others' bids as signs of their dice, weighs every bid by Bayes, and bluffs now and then.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (LiarsDiceState)state;
        return DiceChoice.Best(s, seat, draws, (face, count) => Holds(s, seat, face, count), callBelow: 0.42, bluff: 12);
    }

    /// <summary>The chance that the others have at least <paramref name="count"/> dice for a face, given their last bids.</summary>
    private static double Holds(LiarsDiceState s, int seat, int face, int count)
    {
        double[] chances = [1];
        for (var other = 0; other < s.Seats; other++)
        {
            if (other != seat && s.Left[other] > 0)
            {
                chances = DiceOdds.Join(chances, Dice(s, other, face));
            }
        }
        return chances.Skip(Math.Max(0, count)).Sum();
    }

    /// <summary>How many dice of a face one other seat has. A seat's own bids make many of that face likelier: by a factor for each die it holds of it.</summary>
    private static double[] Dice(LiarsDiceState s, int other, int face)
    {
        var n = s.Left[other];
        var bids = s.Bids.Where(b => b.Seat == other).Select(b => b.Bid.Face).ToList();
        var weight = bids.Count == 0 ? 1.0 : bids[^1] == face ? 1.9 : bids.Contains(face) ? 1.4 : 0.85;
        var chances = new double[n + 1];
        double sum = 0;
        for (var k = 0; k <= n; k++)
        {
            chances[k] = DiceOdds.Exactly(k, n, 1 / 3.0) * Math.Pow(weight, k);
            sum += chances[k];
        }
        return Array.ConvertAll(chances, c => c / sum);
    }
}

/// <summary>The choice between a challenge and the bids.</summary>
internal static class DiceChoice
{
    /// <param name="others">The chance that the other seats have at least so many dice for a face.</param>
    /// <param name="callBelow">A bid that is less likely than this is called a lie, if no own bid is likelier than that the lie is one.</param>
    /// <param name="bluff">Per cent of bids that go one higher than they should.</param>
    public static string Best(LiarsDiceState s, int seat, Draws draws, Func<int, int, double> others, double callBelow, int bluff)
    {
        var own = s.DiceOf(seat);
        double Chance(DiceBid bid) => others(bid.Face, bid.Count - LiarsDiceState.Matching(own, bid.Face));

        var truth = s.Bid is { } last ? Chance(last) : 1;
        var bids = new List<(DiceBid Bid, double Chance)>();
        var from = s.Bid?.Count ?? 1;
        for (var count = from; count <= Math.Min(s.Total, from + 2); count++)
        {
            for (var face = 2; face <= 6; face++)
            {
                var bid = new DiceBid(count, face);
                if (s.Bid is not { } before || bid.Beats(before))
                {
                    bids.Add((bid, Chance(bid)));
                }
            }
        }
        if (bids.Count == 0)
        {
            return "liar";
        }
        // The highest of the bids that are about as good as the best: it leaves the next player less room.
        var best = bids.Max(b => b.Chance);
        if (s.Bid is not null && truth < callBelow && 1 - truth > best - 0.15)
        {
            return "liar";
        }
        if (s.Bid is not null && best < 0.3 && 1 - truth > best)
        {
            return "liar";
        }
        var slack = draws.Next(100) < bluff ? 0.3 : 0.12;
        var good = bids.Where(b => b.Chance >= Math.Min(best, Math.Max(best - slack, 0.5))).ToList();
        return (good.Count == 0 ? bids.MaxBy(b => b.Chance) : good[^1]).Bid.ToString();
    }
}

/// <summary>Binomial sums.</summary>
public static class DiceOdds
{
    /// <summary>Chance of exactly <paramref name="k"/> successes in <paramref name="n"/>.</summary>
    public static double Exactly(int k, int n, double p)
    {
        if (k < 0 || k > n)
        {
            return 0;
        }
        double chance = 1;
        for (var i = 0; i < k; i++)
        {
            chance *= p * (n - i) / (i + 1);
        }
        return chance * Math.Pow(1 - p, n - k);
    }

    /// <summary>Chance of at least <paramref name="k"/> successes in <paramref name="n"/>.</summary>
    public static double AtLeast(int k, int n, double p) => k <= 0 ? 1 : Enumerable.Range(k, Math.Max(0, n - k + 1)).Sum(i => Exactly(i, n, p));

    /// <summary>The sum of two independent counts.</summary>
    public static double[] Join(double[] first, double[] second)
    {
        var sum = new double[first.Length + second.Length - 1];
        for (var i = 0; i < first.Length; i++)
        {
            for (var j = 0; j < second.Length; j++)
            {
                sum[i + j] += first[i] * second[j];
            }
        }
        return sum;
    }
}
