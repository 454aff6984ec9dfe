using System.Numerics;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>Ranks of poker hands, weakest first.</summary>
public enum HoldemRank
{
    HighCard,
    Pair,
    TwoPair,
    Three,
    Straight,
    Flush,
    FullHouse,
    Four,
    StraightFlush,
}

/// <summary>
/// The best poker hand of 5 to 7 cards. A card is 0 to 51: rank (0 = deuce, 12 = ace) times 4 plus suit (0 clubs, 1 diamonds, 2 hearts, 3 spades). A set of cards is a 64-bit
/// mask of four suits, 16 bits each. No tables: a dozen operations on the four rank masks.
/// </summary>
public static class HoldemHand
{
    public const string Ranks = "23456789TJQKA";
    public const string Suits = "cdhs";

    /// <summary>The mask of one card.</summary>
    public static ulong Mask(int card) => 1UL << (16 * (card & 3) + (card >> 2));

    /// <summary>The mask of some cards.</summary>
    public static ulong Mask(ReadOnlySpan<int> cards)
    {
        ulong mask = 0;
        foreach (var card in cards)
        {
            mask |= Mask(card);
        }
        return mask;
    }

    /// <summary>"As", "Td".</summary>
    public static string Name(int card) => Names[card];

    /// <summary>A number that orders hands: the higher wins, equal ones share. Its rank is in the bits from 20 up.</summary>
    public static int Value(ulong cards)
    {
        int c = (int)(cards & 0x1FFF), d = (int)(cards >> 16 & 0x1FFF), h = (int)(cards >> 32 & 0x1FFF), s = (int)(cards >> 48 & 0x1FFF);
        var flush = Most(c, d, h, s);
        if (flush != 0 && Straight(flush) is >= 0 and var high)
        {
            return Make(HoldemRank.StraightFlush, high);
        }
        // Ranks held at least once, twice, three times, four times.
        int once = c | d | h | s, four = c & d & h & s;
        int cd = c & d, hs = h & s, either = (c | d) & (h | s);
        int twice = cd | hs | either, thrice = cd & (h | s) | hs & (c | d);
        if (four != 0)
        {
            return Make(HoldemRank.Four, Top(four) << 4 | Top(once & ~Bit(four)));
        }
        if (thrice != 0)
        {
            var three = Top(thrice);
            var pairs = twice & ~(1 << three);
            if (pairs != 0)
            {
                return Make(HoldemRank.FullHouse, three << 4 | Top(pairs));
            }
            if (flush == 0 && Straight(once) < 0)
            {
                var rest = once & ~(1 << three);
                return Make(HoldemRank.Three, three << 8 | Top(rest) << 4 | Top(rest & ~Bit(rest)));
            }
        }
        if (flush != 0)
        {
            return Make(HoldemRank.Flush, Five(flush));
        }
        if (Straight(once) is >= 0 and var top)
        {
            return Make(HoldemRank.Straight, top);
        }
        if (twice == 0)
        {
            return Make(HoldemRank.HighCard, Five(once));
        }
        var first = Top(twice);
        var others = twice & ~(1 << first);
        if (others != 0)
        {
            var second = Top(others);
            return Make(HoldemRank.TwoPair, first << 8 | second << 4 | Top(once & ~(1 << first | 1 << second)));
        }
        var kickers = once & ~(1 << first);
        int one = Bit(kickers), two = Bit(kickers & ~one);
        return Make(HoldemRank.Pair, first << 12 | Top(kickers) << 8 | Top(kickers & ~one) << 4 | Top(kickers & ~one & ~two));
    }

    /// <summary>The rank that up to four cards, a board, have by themselves; with five the hand's.</summary>
    public static HoldemRank RankOf(ulong cards)
    {
        if (BitOperations.PopCount(cards) >= 5)
        {
            return RankOf(Value(cards));
        }
        ulong c = cards & 0x1FFF, d = cards >> 16 & 0x1FFF, h = cards >> 32 & 0x1FFF, s = cards >> 48;
        var twice = c & d | h & s | (c | d) & (h | s);
        return (c & d & h & s) != 0 ? HoldemRank.Four
            : (c & d & (h | s) | h & s & (c | d)) != 0 ? HoldemRank.Three
            : (twice & (twice - 1)) != 0 ? HoldemRank.TwoPair
            : twice != 0 ? HoldemRank.Pair
            : HoldemRank.HighCard;
    }

    /// <summary>The rank of a hand's <see cref="Value"/>.</summary>
    public static HoldemRank RankOf(int value) => (HoldemRank)(value >> 20);

    /// <summary>The hand in words: "a pair of kings", "a flush, ace high".</summary>
    public static string Describe(int value)
    {
        string One(int shift) => Words[value >> shift & 15];
        string Many(int shift) => One(shift) == "six" ? "sixes" : One(shift) + "s";
        return RankOf(value) switch
        {
            HoldemRank.HighCard => $"{One(16)} high",
            HoldemRank.Pair => $"a pair of {Many(12)}",
            HoldemRank.TwoPair => $"two pair, {Many(8)} and {Many(4)}",
            HoldemRank.Three => $"three {Many(8)}",
            HoldemRank.Straight => $"a straight, {One(0)} high",
            HoldemRank.Flush => $"a flush, {One(16)} high",
            HoldemRank.FullHouse => $"a full house, {Many(4)} over {Many(0)}",
            HoldemRank.Four => $"four {Many(4)}",
            _ => (value & 15) == 12 ? "a royal flush" : $"a straight flush, {One(0)} high",
        };
    }

    private static readonly string[] Names = [.. Enumerable.Range(0, 52).Select(c => $"{Ranks[c >> 2]}{Suits[c & 3]}")];
    private static readonly string[] Words = ["deuce", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "jack", "queen", "king", "ace", "", "", ""];

    private static int Make(HoldemRank rank, int rest) => (int)rank << 20 | rest;

    private static int Top(int ranks) => 31 - BitOperations.LeadingZeroCount((uint)ranks);

    private static int Bit(int ranks) => 1 << Top(ranks);

    /// <summary>The five highest ranks, four bits each.</summary>
    private static int Five(int ranks)
    {
        var value = 0;
        for (var i = 0; i < 5; i++)
        {
            value = value << 4 | Top(ranks);
            ranks &= ~Bit(ranks);
        }
        return value;
    }

    /// <summary>The ranks of a suit with five cards or more, or 0; at most one suit has that many of seven.</summary>
    private static int Most(int c, int d, int h, int s) =>
        BitOperations.PopCount((uint)c) >= 5 ? c : BitOperations.PopCount((uint)d) >= 5 ? d : BitOperations.PopCount((uint)h) >= 5 ? h : BitOperations.PopCount((uint)s) >= 5 ? s : 0;

    /// <summary>The highest rank of five in a row (an ace also counts below the deuce), or -1.</summary>
    private static int Straight(int ranks)
    {
        var low = ranks << 1 | ranks >> 12 & 1;
        var runs = low & low >> 1 & low >> 2 & low >> 3 & low >> 4;
        return runs == 0 ? -1 : Top(runs) + 3;
    }
}
