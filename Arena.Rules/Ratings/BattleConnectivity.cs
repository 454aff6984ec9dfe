namespace Arena.Rules.Ratings;

/// <summary>
/// Which players the battles tie together. Ratings of players in different islands can't be compared; and the maximum-likelihood ratings
/// are finite only when everybody is reached from everybody along "scored against" (Ford 1957), so that no group won or lost everything
/// against the rest.
/// </summary>
/// <param name="Island">(M) number of the player's island: those joined by battles.</param>
/// <param name="Islands">Number of islands.</param>
/// <param name="Group">(M) number of the player's group: those who reach each other along "scored against".</param>
/// <param name="Groups">Number of groups; 1 when the maximum likelihood is finite.</param>
public sealed record BattleConnectivity(int[] Island, int Islands, int[] Group, int Groups)
{
    public bool Comparable => Islands <= 1;

    /// <summary>Whether maximum likelihood without a prior has a finite answer.</summary>
    public bool Finite => Groups <= 1;

    public static BattleConnectivity Of(BattleTable table) => Of(table.Players, table.Weights);

    /// <param name="players">M.</param>
    /// <param name="cells">(pairs, 3) as of <see cref="BattleTable.Weights"/>.</param>
    internal static BattleConnectivity Of(int players, ReadOnlySpan<double> cells)
    {
        var scored = new bool[players * players];
        for (int i = 0, cell = 0; i < players; i++)
        {
            for (var j = i + 1; j < players; j++, cell += 3)
            {
                var tie = cells[cell + 2] > 0;
                scored[i * players + j] = tie || cells[cell] > 0;
                scored[j * players + i] = tie || cells[cell + 1] > 0;
            }
        }
        var (island, islands) = Label(players, (i, j) => scored[i * players + j] || scored[j * players + i], null);
        // Kosaraju: finishing order along the arrows, then label against them.
        var (group, groups) = Label(players, (i, j) => scored[j * players + i], FinishingOrder(players, scored));
        return new BattleConnectivity(island, islands, group, groups);
    }

    private static (int[] Labels, int Count) Label(int players, Func<int, int, bool> joined, int[]? order)
    {
        var labels = new int[players];
        Array.Fill(labels, -1);
        var count = 0;
        var waiting = new Stack<int>();
        for (var k = players - 1; k >= 0; k--)
        {
            var start = order is null ? players - 1 - k : order[k];
            if (labels[start] >= 0)
            {
                continue;
            }
            labels[start] = count;
            waiting.Push(start);
            while (waiting.TryPop(out var i))
            {
                for (var j = 0; j < players; j++)
                {
                    if (labels[j] < 0 && joined(i, j))
                    {
                        labels[j] = count;
                        waiting.Push(j);
                    }
                }
            }
            count++;
        }
        return (labels, count);
    }

    private static int[] FinishingOrder(int players, bool[] arrows)
    {
        var order = new int[players];
        var finished = 0;
        var seen = new bool[players];
        var path = new Stack<(int Player, int Next)>();
        for (var start = 0; start < players; start++)
        {
            if (seen[start])
            {
                continue;
            }
            seen[start] = true;
            path.Push((start, 0));
            while (path.TryPop(out var top))
            {
                var next = top.Next;
                while (next < players && (seen[next] || !arrows[top.Player * players + next]))
                {
                    next++;
                }
                if (next == players)
                {
                    order[finished++] = top.Player;
                    continue;
                }
                seen[next] = true;
                path.Push((top.Player, next + 1));
                path.Push((next, 0));
            }
        }
        return order;
    }
}
