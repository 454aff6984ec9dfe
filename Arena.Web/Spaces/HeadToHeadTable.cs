using Arena.Rules.Ratings;

namespace Arena.Web.Spaces;

/// <summary>A version's part in the game of choosing versions.</summary>
/// <param name="Nash">Share in the maximum-entropy equilibrium (<see cref="NashAveraging"/>).</param>
/// <param name="NashScore">Log-odds against that mix; at most 0.</param>
/// <param name="AlphaRank">Share in the long run of imitation (<see cref="Arena.Rules.Ratings.AlphaRank"/>).</param>
public sealed record CycleShare(double Nash, double NashScore, double AlphaRank);

/// <summary>Records of some versions against each other, and whether a list can tell the whole story.</summary>
/// <param name="Cells">(M, M), each from the row's side.</param>
/// <param name="Index">Share of the log-odds that no ratings explain (<see cref="Cyclicity"/>).</param>
/// <param name="ByChance">What noise alone would leave.</param>
/// <param name="Shares">(M); empty where fewer than three play.</param>
public sealed record HeadToHeadTable(HeadToHead[,] Cells, double Index, double ByChance, IReadOnlyList<CycleShare> Shares)
{
    /// <summary>How many of a list are shown.</summary>
    public const int Most = 16;

    public static HeadToHeadTable Empty { get; } = new(new HeadToHead[0, 0], 0, 0, []);

    /// <summary>Cycles are spoken of when they are well beyond chance: at least a tenth of all, and twice what noise leaves.</summary>
    public bool Cyclic => Index >= 0.1 && Index >= 2 * ByChance;

    public HeadToHead Cell(int row, int column) => Cells[row, column];

    public static HeadToHeadTable Of(LadderBook book, IReadOnlyList<Guid> versions)
    {
        var index = versions.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        var (n, cells) = (versions.Count, new HeadToHead[versions.Count, versions.Count]);
        var (wins, ties) = (new int[n, n], new int[n, n]);
        foreach (var (first, second, record) in book.Pairs())
        {
            if (index.TryGetValue(first, out var i) && index.TryGetValue(second, out var j))
            {
                (cells[i, j], cells[j, i]) = (record, record.Turned);
                (wins[i, j], wins[j, i], ties[Math.Min(i, j), Math.Max(i, j)]) = (record.Wins, record.Losses, record.Draws);
            }
        }
        if (n < 3)
        {
            return new(cells, 0, 0, []);
        }
        var table = BattleTable.FromCounts(wins, ties);
        // One payoff for both: the log-odds of a win, half a battle added to each side, 0 for pairs that never met.
        var payoffs = NashAveraging.LogOdds(table);
        var (nash, alpha) = (NashAveraging.Solve(payoffs), AlphaRank.Rank(payoffs));
        return new(cells, Cyclicity.Index(table), Cyclicity.ByChance(table), [.. Enumerable.Range(0, n).Select(i => new CycleShare(nash.Shares[i], nash.Scores[i], alpha[i]))]);
    }
}
