namespace Arena.Rules.Ratings;

/// <summary>How a battle of two players ended.</summary>
public enum BattleOutcome : byte
{
    FirstWins = 0,
    SecondWins = 1,

    /// <summary>Half a win for each.</summary>
    Tie = 2,
}

/// <summary>
/// Battles added up by pair of players: all that a Bradley-Terry fit needs. For M players there are M(M-1)/2 pairs (i, j), i &lt; j, in
/// the order (0,1), (0,2) ... (0,M-1), (1,2) ...; each pair has three cells: i won, j won, tie.
/// </summary>
public sealed class BattleTable
{
    private BattleTable(int players, int[] counts, double[] weights, double[] squares)
    {
        (Players, Counts, Weights, Squares) = (players, counts, weights, squares);
        Battles = counts.Sum(c => (long)c);
    }

    /// <summary>M.</summary>
    public int Players { get; }

    public int Pairs => Players * (Players - 1) / 2;

    /// <summary>Battles in all.</summary>
    public long Battles { get; }

    /// <summary>Battles of each cell, (pairs, 3).</summary>
    public int[] Counts { get; }

    /// <summary>Sum of the battles' weights of each cell, (pairs, 3); equal to the counts where no weights were given.</summary>
    public double[] Weights { get; }

    /// <summary>Sum of the squared weights of each cell, (pairs, 3), which the sandwich interval needs.</summary>
    public double[] Squares { get; }

    /// <summary>The pair's number, for i &lt; j.</summary>
    public int Pair(int i, int j) => i * (2 * Players - i - 1) / 2 + j - i - 1;

    /// <summary>Battles of one player, ties and all.</summary>
    public long Games(int player)
    {
        long games = 0;
        for (var other = 0; other < Players; other++)
        {
            if (other != player)
            {
                var cell = 3 * Pair(Math.Min(player, other), Math.Max(player, other));
                games += Counts[cell] + Counts[cell + 1] + Counts[cell + 2];
            }
        }
        return games;
    }

    /// <summary>From battles by player number.</summary>
    /// <param name="players">M; every number lies in [0, M).</param>
    /// <param name="first">(n)</param>
    /// <param name="second">(n), differing from the first.</param>
    /// <param name="outcomes">(n)</param>
    /// <exception cref="ArgumentException">Lengths differ, a number is out of range, or a player battles itself.</exception>
    public static BattleTable FromIds(int players, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes)
    {
        var square = CountOrdered(players, first, second, outcomes);
        var counts = new int[players * (players - 1) / 2 * 3];
        var cell = 0;
        for (var i = 0; i < players; i++)
        {
            if ((square[(i * players + i) * 4] | square[(i * players + i) * 4 + 1] | square[(i * players + i) * 4 + 2]) != 0)
            {
                throw new ArgumentException($"Player {i} battles itself.");
            }
            for (var j = i + 1; j < players; j++, cell += 3)
            {
                var one = square.AsSpan((i * players + j) * 4, 4);
                var other = square.AsSpan((j * players + i) * 4, 4);
                if ((one[3] | other[3]) != 0)
                {
                    throw new ArgumentException($"A battle of players {i} and {j} has an outcome that is none of the three.");
                }
                counts[cell] = one[0] + other[1];
                counts[cell + 1] = one[1] + other[0];
                counts[cell + 2] = one[2] + other[2];
            }
        }
        var weights = Array.ConvertAll(counts, c => (double)c);
        return new BattleTable(players, counts, weights, weights);
    }

    /// <summary>As <see cref="FromIds(int, ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{BattleOutcome})"/>, each battle with a weight, finite and not negative (n).</summary>
    public static BattleTable FromIds(
        int players, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, ReadOnlySpan<double> weights)
    {
        if (weights.Length != first.Length)
        {
            throw new ArgumentException("One weight a battle.", nameof(weights));
        }
        var table = FromIds(players, first, second, outcomes);
        var (sums, squares) = (new double[table.Counts.Length], new double[table.Counts.Length]);
        for (var k = 0; k < first.Length; k++)
        {
            var weight = weights[k];
            if (!(weight >= 0) || double.IsInfinity(weight))
            {
                throw new ArgumentException($"Battle {k} has the weight {weight}.", nameof(weights));
            }
            var cell = table.Cell(first[k], second[k], outcomes[k]);
            sums[cell] += weight;
            squares[cell] += weight * weight;
        }
        return new BattleTable(players, table.Counts, sums, squares);
    }

    /// <summary>From counts already added up.</summary>
    /// <param name="wins">(M, M): how often the row beat the column.</param>
    /// <param name="ties">(M, M), of which only the upper triangle is read; null for none.</param>
    public static BattleTable FromCounts(int[,] wins, int[,]? ties = null)
    {
        var players = wins.GetLength(0);
        if (wins.GetLength(1) != players || ties is not null && (ties.GetLength(0) != players || ties.GetLength(1) != players))
        {
            throw new ArgumentException("Square tables of the same size.", nameof(wins));
        }
        var counts = new int[players * (players - 1) / 2 * 3];
        var cell = 0;
        for (var i = 0; i < players; i++)
        {
            for (var j = i + 1; j < players; j++, cell += 3)
            {
                (counts[cell], counts[cell + 1], counts[cell + 2]) = (wins[i, j], wins[j, i], ties?[i, j] ?? 0);
            }
        }
        if (counts.Any(c => c < 0))
        {
            throw new ArgumentException("No count is negative.", nameof(wins));
        }
        var weights = Array.ConvertAll(counts, c => (double)c);
        return new BattleTable(players, counts, weights, weights);
    }

    /// <summary>
    /// The same battles, each weighted by 1 / max(battles of its pair, minimum), so that a pair played very often doesn't drown the others
    /// (arena-rank's reweighting, minimum 50).
    /// </summary>
    public BattleTable ReweightedByPair(int minimum = 50)
    {
        var (weights, squares) = (new double[Counts.Length], new double[Counts.Length]);
        for (var cell = 0; cell < Counts.Length; cell += 3)
        {
            var weight = 1.0 / Math.Max(Counts[cell] + Counts[cell + 1] + Counts[cell + 2], minimum);
            for (var k = cell; k < cell + 3; k++)
            {
                (weights[k], squares[k]) = (Weights[k] * weight, Squares[k] * weight * weight);
            }
        }
        return new BattleTable(Players, Counts, weights, squares);
    }

    /// <summary>The cell of a battle.</summary>
    internal int Cell(int first, int second, BattleOutcome outcome)
    {
        if (first < second)
        {
            return 3 * Pair(first, second) + (int)outcome;
        }
        return 3 * Pair(second, first) + (outcome == BattleOutcome.Tie ? 2 : 1 - (int)outcome);
    }

    /// <summary>(M, M, 4) counts by ordered pair and outcome, the fourth cell for outcomes that are none.</summary>
    private static int[] CountOrdered(int players, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes)
    {
        if (second.Length != first.Length || outcomes.Length != first.Length)
        {
            throw new ArgumentException("First, second and outcomes have one entry a battle.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(players, 0);
        var square = new int[checked(players * players * 4)];
        for (var k = 0; k < first.Length; k++)
        {
            var (a, b) = (first[k], second[k]);
            if ((uint)a >= (uint)players || (uint)b >= (uint)players)
            {
                throw new ArgumentException($"Battle {k} names player {a} or {b}; there are {players}.");
            }
            square[(a * players + b) * 4 + Math.Min((int)outcomes[k], 3)]++;
        }
        return square;
    }
}
