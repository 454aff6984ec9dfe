namespace Arena.Rules.Equilibria;

/// <summary>What strategies are worth, and how far they are from an equilibrium.</summary>
public static class BestResponse
{
    /// <summary>What seat 0 wins when both follow <paramref name="strategy"/>.</summary>
    public static double Value(GameTree node, IReadOnlyDictionary<string, double[]> strategy) => node switch
    {
        EndNode end => end.Won,
        ChanceNode chance => chance.Branches.Sum(b => b.Probability * Value(b.Next, strategy)),
        ChoiceNode choice => choice.Branches.Select((b, a) => strategy[choice.Knows][a] * Value(b, strategy)).Sum(),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>What best responses win against <paramref name="strategy"/>, averaged over both seats: 0 at an equilibrium, never less.</summary>
    public static double Exploitability(GameTree root, IReadOnlyDictionary<string, double[]> strategy) =>
        (Against(root, 0, strategy) + Against(root, 1, strategy)) / 2;

    /// <summary>The most that <paramref name="seat"/> can win against <paramref name="strategy"/>.</summary>
    public static double Against(GameTree root, int seat, IReadOnlyDictionary<string, double[]> strategy)
    {
        // A seat acts alike in all nodes of a set: the best action is the best on the sum over them, each by the chance that the others lead there.
        var nodes = new Dictionary<string, List<(ChoiceNode Node, double Others)>>();
        var best = new Dictionary<string, int>();
        Collect(root, 1);
        return Value(root);

        void Collect(GameTree node, double rest)
        {
            switch (node)
            {
                case ChanceNode chance:
                    foreach (var (probability, next) in chance.Branches)
                    {
                        Collect(next, rest * probability);
                    }
                    break;
                case ChoiceNode choice:
                    if (choice.Seat == seat)
                    {
                        (nodes.TryGetValue(choice.Knows, out var list) ? list : nodes[choice.Knows] = []).Add((choice, rest));
                    }
                    for (var a = 0; a < choice.Branches.Count; a++)
                    {
                        Collect(choice.Branches[a], choice.Seat == seat ? rest : rest * strategy[choice.Knows][a]);
                    }
                    break;
            }
        }

        double Value(GameTree node)
        {
            switch (node)
            {
                case EndNode end:
                    return seat == 0 ? end.Won : -end.Won;
                case ChanceNode chance:
                    return chance.Branches.Sum(b => b.Probability * Value(b.Next));
                case ChoiceNode choice when choice.Seat != seat:
                    return choice.Branches.Select((b, a) => strategy[choice.Knows][a] is var p && p == 0 ? 0 : p * Value(b)).Sum();
                case ChoiceNode choice:
                    if (!best.TryGetValue(choice.Knows, out var action))
                    {
                        action = Enumerable.Range(0, choice.Branches.Count).MaxBy(a => nodes[choice.Knows].Sum(n => n.Others * Value(n.Node.Branches[a])));
                        best[choice.Knows] = action;
                    }
                    return Value(choice.Branches[action]);
                default:
                    throw new ArgumentOutOfRangeException(nameof(node));
            }
        }
    }
}
