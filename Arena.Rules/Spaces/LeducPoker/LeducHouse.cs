using Arena.Rules.Play;

namespace Arena.Rules.Spaces.LeducPoker;

/// <summary>Bets and raises with a king or a pair, folds a jack, never bluffs.</summary>
internal sealed class LeducHonest : IHouseAgent
{
    public string Slug => "honest";

    public string Name => "Honest";

    public string About => "Bets and raises a king or a pair, folds a jack, never bluffs.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (LeducPokerState)state;
        var hand = s.Hands[^1];
        var rank = s.CardOf(s.Hands.Count - 1, seat) / 2;
        var paired = hand.Bets.Round == 1 && rank == hand.Board / 2;
        // A king that the board didn't pair calls after it, but bets no more.
        var wishes = paired || (rank == 2 && hand.Bets.Round == 0) ? "rbk" : rank > 0 ? "ck" : "cf";
        return LeducPokerRules.Word(wishes.First(w => hand.Bets.Letters.Contains(w)));
    }
}

/// <summary>Plays <see cref="LeducStrategy.Near"/>.</summary>
internal sealed class LeducEquilibrium : IHouseAgent
{
    public string Slug => "equilibrium";

    public string Name => "Equilibrium";

    public string About => "A strategy computed by CFR+: nobody wins more than a few thousandths of a chip a hand from it in the long run.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (LeducPokerState)state;
        var hand = s.Hands[^1];
        var chances = LeducStrategy.Near[LeducStrategy.Knows(s.CardOf(s.Hands.Count - 1, seat) / 2, hand.Board / 2, hand.Bets)];
        return LeducPokerRules.Word(hand.Bets.Letters[draws.PickBy(chances)]);
    }
}
