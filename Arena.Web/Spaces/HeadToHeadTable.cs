using Arena.Rules.Ratings;

namespace Arena.Web.Spaces;

/// <summary>Records of some versions against each other, and whether a list can tell the whole story.</summary>
/// <param name="Cells">(M, M), each from the row's side.</param>
/// <param name="Index">Share of the log-odds that no ratings explain (<see cref="Cyclicity"/>).</param>
/// <param name="ByChance">What noise alone would leave.</param>
/// <param name="Nash">(M) shares in the equilibrium; empty where there are no cycles.</param>
internal sealed record HeadToHeadTable(HeadToHead[,] Cells, double Index, double ByChance, IReadOnlyList<double> Nash)
{
    public static HeadToHeadTable Empty { get; } = new(new HeadToHead[0, 0], 0, 0, []);

    /// <summary>Cycles are spoken of when they are well beyond chance: at least a tenth of all, and twice what noise leaves.</summary>
    public bool Cyclic => Nash.Count > 0;

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
        var (share, chance) = (Cyclicity.Index(table), Cyclicity.ByChance(table));
        return new(cells, share, chance, share >= 0.1 && share >= 2 * chance ? NashAveraging.Solve(NashAveraging.LogOdds(table)).Shares : []);
    }
}
