using System.Globalization;
using Arena.Client.Playing;
using Arena.Rules.Play;
using Spectre.Console;

namespace Arena.Client.Commands;

/// <summary>The result of arena play as a table: only columns that mean something in the space and for that many seats.</summary>
internal static class PlayTable
{
    /// <param name="rows">Each agent's name and results, in the order of the command line.</param>
    public static Table Of(SpaceCard card, IReadOnlyList<(string Name, Tally Tally)> rows)
    {
        var first = rows[0].Tally;
        var table = new Table().Title(Markup.Escape($"{card.Name}, {first.Matches + first.Unscored} {(first.Matches + first.Unscored == 1 ? "match" : "matches")}"));
        if (card.Judging == JudgingMode.Judges)
        {
            return Judged(table, rows);
        }
        var two = rows.Count == 2;
        table.AddColumns(["", "agent", two ? "won" : "first", two ? "drawn" : "shared first", two ? "lost" : "behind", "score", "95 % interval", two ? "Elo difference" : "mean place", "faults"]);
        foreach (var (row, at) in rows.Select((r, i) => (r, i)))
        {
            var (low, high) = row.Tally.Interval;
            table.AddRow(
                Letter(at), Markup.Escape(row.Name), Number(row.Tally.Wins), Number(row.Tally.Draws), Number(row.Tally.Losses), Share(row.Tally.Score), $"{Share(low)} to {Share(high)}",
                two ? $"{Points(Tally.Elo(row.Tally.Score))} ({Points(Tally.Elo(low))} to {Points(Tally.Elo(high))})" : row.Tally.Place.ToString("0.00", CultureInfo.InvariantCulture),
                Number(row.Tally.Faults));
        }
        return two ? table : table.Caption($"Score: the mean of what a match gives, from 0 for the last to 1 for the first of {rows.Count}. No Elo difference: that is between two.");
    }

    private static Table Judged(Table table, IReadOnlyList<(string Name, Tally Tally)> rows)
    {
        table.AddColumns("", "agent", "won by fault", "lost by fault", "for judges", "faults");
        foreach (var (row, at) in rows.Select((r, i) => (r, i)))
        {
            table.AddRow(Letter(at), Markup.Escape(row.Name), Number(row.Tally.Wins), Number(row.Tally.Losses), Number(row.Tally.Unscored), Number(row.Tally.Faults));
        }
        return table.Caption("Judges score these texts, and only a site has them: here a match has a score only if a fault decides it.");
    }

    private static string Letter(int at) => ((char)('a' + at)).ToString();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Points(double elo) => double.IsInfinity(elo) ? elo > 0 ? "∞" : "−∞" : elo.ToString("+0;−0;0", CultureInfo.InvariantCulture);
}
