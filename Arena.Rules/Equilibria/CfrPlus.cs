namespace Arena.Rules.Equilibria;

/// <summary>
/// Counterfactual regret minimisation, the "plus" variant: regrets never below zero, seats updated by turns, later strategies weighing more
/// in the average (Tammelin 2014, "Solving Large Imperfect Information Games Using CFR+"). Plain double arithmetic in a fixed order, so every
/// machine computes the same strategy.
/// </summary>
public sealed class CfrPlus
{
    private readonly Dictionary<string, InformationSet> _sets = [];
    private readonly Node _root;

    private CfrPlus(GameTree root) => _root = Compile(root);

    /// <summary>The average strategy after <paramref name="iterations"/>, by information set: a probability for each action.</summary>
    public static IReadOnlyDictionary<string, double[]> Solve(GameTree root, int iterations)
    {
        var solver = new CfrPlus(root);
        for (var t = 1; t <= iterations; t++)
        {
            for (var seat = 0; seat < 2; seat++)
            {
                Update(solver._root, seat, t, 1, 1);
                foreach (var set in solver._sets.Values)
                {
                    set.Commit(seat);
                }
            }
        }
        return solver._sets.ToDictionary(s => s.Key, s => s.Value.Average());
    }

    private Node Compile(GameTree tree)
    {
        switch (tree)
        {
            case EndNode end:
                return new Node([], [], null, end.Won);
            case ChanceNode chance:
                return new Node([.. chance.Branches.Select(b => b.Probability)], [.. chance.Branches.Select(b => Compile(b.Next))], null, 0);
            case ChoiceNode choice:
                if (!_sets.TryGetValue(choice.Knows, out var set))
                {
                    _sets[choice.Knows] = set = new InformationSet(choice.Seat, choice.Branches.Count);
                }
                return new Node([], [.. choice.Branches.Select(Compile)], set, 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(tree));
        }
    }

    /// <summary>One traversal for <paramref name="seat"/>; returns its expected win below the node.</summary>
    /// <param name="own">Probability that the seat's own choices lead here.</param>
    /// <param name="rest">Probability that all the others do.</param>
    private static double Update(Node node, int seat, int weight, double own, double rest)
    {
        var next = node.Next;
        if (next.Length == 0)
        {
            return seat == 0 ? node.Won : -node.Won;
        }
        double value = 0;
        if (node.Set is not { } set)
        {
            for (var i = 0; i < next.Length; i++)
            {
                value += node.Chances[i] * Update(next[i], seat, weight, own, rest * node.Chances[i]);
            }
            return value;
        }
        var current = set.Current;
        if (set.Seat != seat)
        {
            for (var a = 0; a < next.Length; a++)
            {
                value += current[a] == 0 ? 0 : current[a] * Update(next[a], seat, weight, own, rest * current[a]);
            }
            return value;
        }
        Span<double> values = stackalloc double[next.Length];
        for (var a = 0; a < next.Length; a++)
        {
            values[a] = Update(next[a], seat, weight, own * current[a], rest);
            value += current[a] * values[a];
        }
        set.Add(values, value, rest, own * weight);
        return value;
    }

    private sealed record Node(double[] Chances, Node[] Next, InformationSet? Set, double Won);

    private sealed class InformationSet(int seat, int actions)
    {
        private readonly double[] _regrets = new double[actions];
        private readonly double[] _changes = new double[actions];
        private readonly double[] _sums = new double[actions];

        public int Seat => seat;

        /// <summary>The strategy of this traversal; it stands still until the next.</summary>
        public double[] Current { get; } = [.. Enumerable.Repeat(1.0 / actions, actions)];

        public double[] Average()
        {
            var average = new double[actions];
            Normalise(_sums, average);
            return average;
        }

        public void Add(ReadOnlySpan<double> values, double value, double rest, double weight)
        {
            for (var a = 0; a < actions; a++)
            {
                _changes[a] += rest * (values[a] - value);
                _sums[a] += weight * Current[a];
            }
        }

        public void Commit(int updated)
        {
            if (updated != seat)
            {
                return;
            }
            for (var a = 0; a < actions; a++)
            {
                _regrets[a] = Math.Max(0, _regrets[a] + _changes[a]);
                _changes[a] = 0;
            }
            Normalise(_regrets, Current);
        }

        private static void Normalise(double[] from, double[] to)
        {
            double sum = 0;
            foreach (var x in from)
            {
                sum += x;
            }
            for (var a = 0; a < to.Length; a++)
            {
                to[a] = sum > 0 ? from[a] / sum : 1.0 / to.Length;
            }
        }
    }
}
