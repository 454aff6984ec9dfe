namespace Arena.Rules.Ratings;

/// <summary>How much of the players' log-odds no ratings explain.</summary>
public static class Cyclicity
{
    /// <summary>
    /// 0 (ratings explain everything) to 1 (nothing but cycles): the part of the weighted squared log-odds that is left when the best ratings'
    /// differences are taken out (the residual of the Hodge decomposition, Jiang et al. 2011). Each pair's weight is the precision of its
    /// log-odds; half a battle is added to each side. Small samples give a few percent by chance: compare with <see cref="ByChance"/>.
    /// </summary>
    public static double Index(BattleTable table)
    {
        var players = table.Players;
        var laplacian = new double[players * players];
        var right = new double[players];
        double total = 0;
        foreach (var (i, j, odds, weight) in Pairs(table))
        {
            laplacian[i * players + i] += weight;
            laplacian[j * players + j] += weight;
            laplacian[i * players + j] -= weight;
            right[i] += weight * odds;
            right[j] -= weight * odds;
            total += weight * odds * odds;
        }
        if (total == 0)
        {
            return 0;
        }
        for (var i = 0; i < players; i++)
        {
            // A trace of a ridge pins each island's mean.
            laplacian[i * players + i] += 1e-9;
        }
        SymmetricMatrix.Factor(laplacian, players);
        SymmetricMatrix.Solve(laplacian, players, right);
        var left = Pairs(table).Sum(p => p.Weight * Math.Pow(p.Odds - (right[p.First] - right[p.Second]), 2));
        return Math.Clamp(left / total, 0, 1);
    }

    /// <summary>
    /// The index that noise alone would give on average: each pair beyond those that ratings can absorb adds one squared standard error.
    /// </summary>
    public static double ByChance(BattleTable table)
    {
        var pairs = Pairs(table).ToArray();
        var total = pairs.Sum(p => p.Weight * p.Odds * p.Odds);
        var connectivity = BattleConnectivity.Of(table);
        return total == 0 ? 0 : Math.Clamp((pairs.Length - (table.Players - connectivity.Islands)) / total, 0, 1);
    }

    private static IEnumerable<(int First, int Second, double Odds, double Weight)> Pairs(BattleTable table)
    {
        for (var i = 0; i < table.Players; i++)
        {
            for (var j = i + 1; j < table.Players; j++)
            {
                var cell = 3 * table.Pair(i, j);
                var ties = 0.5 * table.Weights[cell + 2];
                var (won, lost) = (table.Weights[cell] + ties, table.Weights[cell + 1] + ties);
                if (won + lost > 0)
                {
                    yield return (i, j, Math.Log((won + 0.5) / (lost + 0.5)), 1 / (1 / (won + 0.5) + 1 / (lost + 0.5)));
                }
            }
        }
    }
}
