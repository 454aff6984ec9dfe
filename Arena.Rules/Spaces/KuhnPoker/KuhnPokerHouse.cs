using Arena.Rules.Play;

namespace Arena.Rules.Spaces.KuhnPoker;

/// <summary>Bets and calls with the king, folds the jack, never bluffs; calls with the queen every other time.</summary>
internal sealed class KuhnHonest : IHouseAgent
{
    public string Slug => "honest";

    public string Name => "Honest";

    public string About => "Bets only the king and never bluffs.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (KuhnPokerState)state;
        var card = s.Hand.Card(seat);
        return s.Hand.Actions.EndsWith('b')
            ? card == 2 || (card == 1 && draws.Next(2) == 0) ? "call" : "fold"
            : card == 2 ? "bet" : "check";
    }
}

/// <summary>An equilibrium of Kuhn poker (Kuhn 1950): nobody can win against it in the long run beyond the opener's -1/18 of a chip a hand.</summary>
internal sealed class KuhnEquilibrium : IHouseAgent
{
    public string Slug => "equilibrium";

    public string Name => "Equilibrium";

    public string About => "Plays an exact equilibrium: bluffs a third of its jacks, and nothing beats it in the long run.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var hand = ((KuhnPokerState)state).Hand;
        var aggressive = draws.Next(3) < KuhnStrategy.Thirds(hand.Card(seat), hand.Actions);
        return hand.Actions.EndsWith('b') ? aggressive ? "call" : "fold" : aggressive ? "bet" : "check";
    }
}

/// <summary>An equilibrium of Kuhn poker in exact numbers.</summary>
public static class KuhnStrategy
{
    /// <summary>
    /// The chance in thirds of the aggressive action (bet, or call against a bet) with a card after the hand's actions. The opener's
    /// family of equilibria has one parameter; here it is 1/3: bet a third of the jacks and every king, call with two thirds of the queens.
    /// </summary>
    public static int Thirds(int card, string actions) => (card, actions) switch
    {
        (0, "") => 1,
        (1, "") => 0,
        (2, "") => 3,
        (0, "c") => 1,
        (1, "c") => 0,
        (2, "c") => 3,
        (0, _) => 0,
        (1, "b") => 1,
        (1, _) => 2,
        _ => 3,
    };
}
