using Arena.Rules.Equilibria;
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

    public string About => "Plays an equilibrium computed by CFR+: it bluffs as often as it should, and nothing beats it in the long run.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var hand = ((KuhnPokerState)state).Hand;
        var chances = KuhnStrategy.Equilibrium[KuhnStrategy.Knows(hand.Card(seat), hand.Actions)];
        return KuhnStrategy.Choices(hand.Actions)[draws.PickBy(chances)] switch { 'b' => "bet", 'c' => "check", 'k' => "call", _ => "fold" };
    }
}

/// <summary>Kuhn poker solved.</summary>
public static class KuhnStrategy
{
    private const int Iterations = 2_000;

    private static readonly Lazy<IReadOnlyDictionary<string, double[]>> Solved = new(() => CfrPlus.Solve(Tree(), Iterations));

    /// <summary>By <see cref="Knows"/>: the chance of each of <see cref="Choices"/>. Computed at first use.</summary>
    public static IReadOnlyDictionary<string, double[]> Equilibrium => Solved.Value;

    /// <summary>The possible actions after those of a hand that isn't over: call or fold against a bet, else bet or check.</summary>
    public static string Choices(string actions) => actions.EndsWith('b') ? "kf" : "bc";

    /// <summary>What a seat knows: its card (0 jack, 1 queen, 2 king) and the actions.</summary>
    public static string Knows(int card, string actions) => $"{"JQK"[card]}|{actions}";

    /// <summary>One hand as a tree; seat 0 opens.</summary>
    public static GameTree Tree() => new ChanceNode(
        [.. from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 3) where a != b select (1 / 6.0, Below(a, b, ""))]);

    private static GameTree Below(int first, int second, string actions)
    {
        var hand = new KuhnHand(first, second, actions);
        return hand.Over
            ? new EndNode(new KuhnPokerState([(first, second)], [hand]).Won(0))
            : new ChoiceNode(actions.Length % 2, Knows(hand.Card(actions.Length % 2), actions), [.. Choices(actions).Select(a => Below(first, second, actions + a))]);
    }
}
