namespace Arena.Rules.Ratings;

/// <summary>Luce's choice model fitted at once: somebody is chosen out of a set with probability e^θ / sum of e^θ. Rankings are chains of choices (Plackett-Luce).</summary>
public static class ChoiceModel
{
    /// <summary>One choice: who was chosen, and the others of the set.</summary>
    public readonly record struct Choice(int Winner, int[] Losers);

    /// <summary>A ranking, best first, as choices of the best among the rest.</summary>
    public static IEnumerable<Choice> Choices(int[] ranking) =>
        Enumerable.Range(0, Math.Max(0, ranking.Length - 1)).Select(i => new Choice(ranking[i], ranking[(i + 1)..]));

    /// <summary>
    /// (M) maximum-likelihood log strengths, their mean 0; null when there is no finite answer (somebody never lost or never won
    /// against the rest) or Newton's method doesn't settle. <paramref name="priorPrecision"/> &gt; 0 makes any data finite.
    /// </summary>
    public static double[]? Fit(int players, IReadOnlyList<Choice> choices, double priorPrecision = 0)
    {
        if (priorPrecision == 0 && Spectral(players, choices) is null)
        {
            return null;
        }
        var theta = new double[players];
        var trial = new double[players];
        var gradient = new double[players];
        var hessian = new double[players * players];
        Evaluate(theta);
        for (var step = 0; step < 200; step++)
        {
            if (!SymmetricMatrix.Factor(hessian, players))
            {
                return null;
            }
            var direction = (double[])gradient.Clone();
            SymmetricMatrix.Solve(hessian, players, direction);
            var slope = SymmetricMatrix.Dot(gradient, direction);
            if (direction.All(d => Math.Abs(d) < 1e-9))
            {
                SymmetricMatrix.Add(theta, direction, 1);
                return theta;
            }
            var length = 1.0;
            do
            {
                theta.CopyTo(trial, 0);
                SymmetricMatrix.Add(trial, direction, length);
                Evaluate(trial);
                length /= 2;
            }
            while (Math.Abs(SymmetricMatrix.Dot(gradient, direction)) > 0.9 * slope && length > 1e-6);
            trial.CopyTo(theta, 0);
        }
        return null;

        void Evaluate(double[] at)
        {
            Array.Clear(gradient);
            Array.Clear(hessian);
            foreach (var choice in choices)
            {
                int[] set = [choice.Winner, .. choice.Losers];
                var highest = set.Max(i => at[i]);
                var sum = set.Sum(i => Math.Exp(at[i] - highest));
                var chance = set.Select(i => Math.Exp(at[i] - highest) / sum).ToArray();
                gradient[choice.Winner] += 1;
                for (var a = 0; a < set.Length; a++)
                {
                    gradient[set[a]] -= chance[a];
                    hessian[set[a] * players + set[a]] += chance[a];
                    for (var b = 0; b < set.Length; b++)
                    {
                        hessian[set[a] * players + set[b]] -= chance[a] * chance[b];
                    }
                }
            }
            double trace = 0;
            for (var i = 0; i < players; i++)
            {
                gradient[i] -= priorPrecision * at[i];
                hessian[i * players + i] += priorPrecision;
                trace += hessian[i * players + i];
            }
            for (var k = 0; priorPrecision == 0 && k < hessian.Length; k++)
            {
                hessian[k] += trace / players / players;
            }
        }
    }

    /// <summary>
    /// (M) log strengths, mean 0, by one pass of Luce spectral ranking (Maystre and Grossglauser 2015): the stationary distribution of a chain
    /// that moves from losers to winners. A good first guess. Null when the chain doesn't reach everybody.
    /// </summary>
    public static double[]? Spectral(int players, IReadOnlyList<Choice> choices)
    {
        var rates = new double[players, players];
        foreach (var choice in choices)
        {
            foreach (var loser in choice.Losers)
            {
                rates[loser, choice.Winner] += 1.0 / (choice.Losers.Length + 1);
            }
        }
        if (MarkovChain.Stationary(rates) is not { } shares || shares.Any(s => !(s > 0)))
        {
            return null;
        }
        var logs = Array.ConvertAll(shares, Math.Log);
        var mean = logs.Average();
        return Array.ConvertAll(logs, l => l - mean);
    }
}
