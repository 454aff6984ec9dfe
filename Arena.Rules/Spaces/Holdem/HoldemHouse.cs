using System.Numerics;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>Checks or calls half the time, else folds or raises by any amount.</summary>
internal sealed class HoldemRandom : IHouseAgent
{
    public string Slug => "random";

    public string Name => "Random";

    public string About => "Checks, calls, folds and raises by chance.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var options = ((HoldemState)state).Hand.Table.Options();
        return draws.Next(4) switch
        {
            0 when options.MayRaise => HoldemRules.Raise(options.MinRaise + draws.Next(1 + draws.Next(1 + options.MaxRaise - options.MinRaise))),
            1 when options.MayFold => "fold",
            _ => options.ToCall > 0 ? "call" : "check",
        };
    }
}

/// <summary>Plays its hand's rank: few hands, those for value, no bluffs.</summary>
internal sealed class HoldemTight : IHouseAgent
{
    public string Slug => "tight";

    public string Name => "Tight";

    public string About => "Plays good cards only: raises pairs and high cards, later bets what it has made, and never bluffs.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (HoldemState)state;
        var table = s.Hand.Table;
        var cards = HoldemHand.Mask([.. s.Cards(s.Hands.Count - 1, seat)]);
        var strength = table.Street == 0 ? HoldemStrength.Before(cards) : HoldemStrength.After(cards, HoldemHand.Mask([.. s.Hand.Board]));
        var options = table.Options();
        // With chips in the middle it wants more: a bet of the pot takes a step more than a check.
        var price = options.ToCall == 0 ? 0 : options.ToCall * 3 > table.Pot ? 2 : 1;
        return strength >= 3 && table.LastRaise < 40 ? HoldemBets.Raise(options, table, 2, 3)
            : strength >= price ? options.ToCall > 0 ? "call" : "check"
            : options.MayFold ? "fold" : "check";
    }
}

/// <summary>Deals the unknown cards many times over and weighs its chance to win against the price of the pot.</summary>
internal sealed class HoldemOdds(int samples) : IHouseAgent
{
    public string Slug => "odds";

    public string Name => "Pot odds";

    public string About => $"Deals the unknown cards {samples} times, weighs its chance against the pot odds, bets for value and bluffs a little.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (HoldemState)state;
        var (table, hand) = (s.Hand.Table, s.Hands.Count - 1);
        var options = table.Options();
        var player = HoldemState.SeatOf(hand, seat);
        // Who raises has better cards than most: the other's are drawn accordingly.
        int early = 0, late = 0;
        foreach (var (street, who, action) in s.Hand.Actions)
        {
            if (who != player && action.StartsWith("raise", StringComparison.Ordinal))
            {
                (early, late) = street == 0 ? (early + 1, late) : (early, late + 1);
            }
        }
        var range = new HoldemRange(Math.Min(early + (early > 0 ? 1 : 0), 3), late == 0 ? 0 : late > 1 || options.ToCall * 3 > table.Pot ? 2 : 1);
        var (own, board) = (HoldemHand.Mask([.. s.Cards(hand, seat)]), HoldemHand.Mask([.. s.Hand.Board]));
        var chance = HoldemEquity.Estimate(own, board, range, samples, draws.NextWord());
        var price = (double)options.ToCall / (table.Pot + options.ToCall);
        var whim = draws.Next(100);
        if (options.ToCall == 0)
        {
            return chance > 0.6 || (chance > 0.5 && whim < 50) || (chance < 0.42 && whim < 35) ? HoldemBets.Raise(options, table, 2, 3) : "check";
        }
        if (table.Street == 0 && s.Hand.Actions.Count == 0)
        {
            return chance > 0.48 ? HoldemBets.Raise(options, table, 3, 4) : chance > 0.38 ? "call" : "fold";
        }
        return chance > 0.72 || (chance > 0.62 && whim < 40) ? HoldemBets.Raise(options, table, 1, 1) : chance > price + 0.03 ? "call" : "fold";
    }
}

/// <summary>How good cards are, in four steps: 0 weak, 1 playable, 2 good, 3 very good.</summary>
internal static class HoldemStrength
{
    private static readonly byte[] Steps = [.. Enumerable.Range(0, 52 * 52).Select(i => i / 52 == i % 52 ? (byte)0 : Step(i / 52, i % 52))];

    /// <summary>Of two cards before the flop.</summary>
    public static int Before(ulong cards) => Steps[52 * Card(cards) + Card(cards & (cards - 1))];

    /// <summary>Of two cards by how much they are better than the board alone: 3 two pair or a pair above the board, 2 top pair, 1 another pair.</summary>
    public static int After(ulong cards, ulong board)
    {
        var value = HoldemHand.Value(cards | board);
        var rank = HoldemHand.RankOf(value);
        if (rank <= HoldemHand.RankOf(board))
        {
            return 0;
        }
        var pair = value >> 12 & 15;
        var ranks = (uint)((board | board >> 16 | board >> 32 | board >> 48) & 0x1FFF);
        var top = BitOperations.Log2(ranks);
        return rank >= HoldemRank.TwoPair || pair > top ? 3 : pair == top ? 2 : 1;
    }

    private static int Card(ulong cards)
    {
        var bit = BitOperations.TrailingZeroCount(cards);
        return bit % 16 << 2 | bit / 16;
    }

    private static byte Step(int first, int second)
    {
        int high = Math.Max(first >> 2, second >> 2), low = Math.Min(first >> 2, second >> 2);
        var suited = (first & 3) == (second & 3);
        return (byte)(high == low ? high >= 7 ? 3 : 2
            : high == 12 ? low >= 10 ? 3 : low >= 6 || suited ? 2 : 1
            : low >= 9 ? 2
            : high >= 9 || (suited && high - low <= 2) || low >= 6 ? 1 : 0);
    }
}

/// <summary>What the other's cards are believed to be at least worth, in the steps of <see cref="HoldemStrength"/>; the second is believed three times in four.</summary>
internal readonly record struct HoldemRange(int Before, int After);

/// <summary>Sizes of bets.</summary>
internal static class HoldemBets
{
    /// <summary>A bet or raise by a part of the pot as it would be after a call; a call or check where nobody can raise.</summary>
    public static string Raise(HoldemOptions options, HoldemTable table, int part, int of)
    {
        if (!options.MayRaise)
        {
            return options.ToCall > 0 ? "call" : "check";
        }
        var total = table.In(1 - table.ToAct) - table.Before + (table.Pot + options.ToCall) * part / of;
        return HoldemRules.Raise(Math.Clamp(total, options.MinRaise, options.MaxRaise));
    }
}

/// <summary>The chance to win a showdown.</summary>
public static class HoldemEquity
{
    /// <summary>Draws of the other's cards that are tried before any are taken.</summary>
    private const int Tries = 12;

    /// <summary>
    /// The share of the pot that two cards win against any two others, over <paramref name="samples"/> random deals of what isn't known. Same arguments, same result.
    /// </summary>
    /// <param name="own">Mask of the two cards.</param>
    /// <param name="board">Mask of the 0 to 5 board cards.</param>
    public static double Estimate(ulong own, ulong board, int samples, ulong seed) => Estimate(own, board, default, samples, seed);

    /// <inheritdoc cref="Estimate(ulong, ulong, int, ulong)"/>
    /// <param name="range">What the other's cards are at least.</param>
    internal static double Estimate(ulong own, ulong board, HoldemRange range, int samples, ulong seed)
    {
        var missing = 5 - BitOperations.PopCount(board);
        var half = 0;
        for (var i = 0; i < samples; i++)
        {
            var known = own | board;
            ulong other = 0;
            for (var tries = 0; tries < Tries; tries++)
            {
                other = Draw(known, ref seed);
                other |= Draw(known | other, ref seed);
                if ((range.Before == 0 || HoldemStrength.Before(other) >= range.Before)
                    && (range.After == 0 || (Next(ref seed) & 3) == 0 || HoldemStrength.After(other, board) >= range.After))
                {
                    break;
                }
            }
            var all = board;
            for (var c = 0; c < missing; c++)
            {
                all |= Draw(known | other | all, ref seed);
            }
            half += 1 + Math.Sign(HoldemHand.Value(own | all) - HoldemHand.Value(other | all));
        }
        return half / (2.0 * samples);
    }

    /// <summary>The mask of any card that isn't taken.</summary>
    private static ulong Draw(ulong taken, ref ulong seed)
    {
        ulong card;
        do
        {
            card = HoldemHand.Mask((int)Math.BigMul(Next(ref seed), 52UL, out _));
        }
        while ((taken & card) != 0);
        return card;
    }

    /// <summary>SplitMix64.</summary>
    private static ulong Next(ref ulong state)
    {
        var word = state += 0x9E3779B97F4A7C15;
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
        word = (word ^ word >> 27) * 0x94D049BB133111EB;
        return word ^ word >> 31;
    }
}
