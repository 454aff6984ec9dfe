using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.KuhnPoker;
using Arena.Rules.Spaces.LeducPoker;
using Arena.Rules.Spaces.LiarsDice;

namespace Arena.Bench.Games;

/// <summary>Random play with hidden cards and dice: each method plays some whole games and returns how many.</summary>
public static class CardGames
{
    /// <summary>Games in one call.</summary>
    public const int Batch = 256;

    /// <summary>Games in one call of liar's dice.</summary>
    public const int DiceBatch = 32;

    /// <summary>One hand a game, as OpenSpiel counts.</summary>
    public static long Leduc()
    {
        for (var game = 0; game < Batch; game++)
        {
            int first = Chance.Below(6), second = Chance.Below(5), board = Chance.Below(4);
            second += second >= first ? 1 : 0;
            var (low, high) = first < second ? (first, second) : (second, first);
            board += board >= low ? 1 : 0;
            board += board >= high ? 1 : 0;
            var hand = new LeducHand(first, second, board, 0);
            for (int choices; (choices = LeducBetting.Choices(hand.Number)) > 0;)
            {
                hand = hand.Play(Chance.Below(choices));
            }
            Chance.Sink += hand.Won;
        }
        return Batch;
    }

    /// <summary>One hand a game.</summary>
    public static long Kuhn()
    {
        for (var game = 0; game < Batch; game++)
        {
            int first = Chance.Below(3), second = Chance.Below(2);
            var hand = new KuhnHand(first, second < first ? second : second + 1, "");
            while (!hand.Over)
            {
                hand = hand with { Actions = hand.Actions + KuhnStrategy.Choices(hand.Actions)[Chance.Below(2)] };
            }
            Chance.Sink += hand.Shown ? hand.First - hand.Second : hand.Actions.Length;
        }
        return Batch;
    }

    /// <summary>One hand a game; a quarter of the actions fold where they can, a quarter raise.</summary>
    public static long Holdem()
    {
        Span<int> cards = stackalloc int[9];
        for (var game = 0; game < Batch; game++)
        {
            ulong used = 0;
            for (var i = 0; i < cards.Length;)
            {
                var card = Chance.Below(52);
                if ((used & 1UL << card) == 0)
                {
                    used |= 1UL << card;
                    cards[i++] = card;
                }
            }
            var table = HoldemTable.Deal(HoldemStakes.Usual);
            while (!table.Over)
            {
                var options = table.Options();
                table = Chance.Below(4) switch
                {
                    0 when options.MayRaise => table.Raise(options.MinRaise + Chance.Below(1 + options.MaxRaise - options.MinRaise)),
                    1 when options.MayFold => table.Fold(),
                    _ => table.Call(),
                };
            }
            var board = HoldemHand.Mask(cards[4..]);
            Chance.Sink += table.Won(table.Folder >= 0 ? 0 : Math.Sign(HoldemHand.Value(HoldemHand.Mask(cards[..2]) | board) - HoldemHand.Value(HoldemHand.Mask(cards[2..4]) | board)));
        }
        return Batch;
    }

    /// <summary>Two seats, from five dice each to the end.</summary>
    public static long LiarsDice()
    {
        for (var game = 0; game < DiceBatch; game++)
        {
            var state = (LiarsDiceState)SpaceRegistry.Find("liars-dice")!.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            while (!state.Over)
            {
                // All higher bids and the challenge, each with the same chance.
                var (count, face) = state.Bid is { } bid ? (bid.Count, bid.Face) : (0, 6);
                var higher = 5 * (state.Total - count) + 6 - face;
                var pick = Chance.Below(higher + (state.Bid is null ? 0 : 1));
                var place = 5 * count + face - 1 + pick;
                state = pick == higher ? state.Challenge() : state.Raise(new DiceBid(place / 5, 2 + place % 5));
            }
            Chance.Sink += state.Places[0];
        }
        return DiceBatch;
    }
}
