namespace Arena.Client.Playing;

/// <summary>One agent's results.</summary>
/// <param name="Points">Sum of its scores, 1 a match at most.</param>
/// <param name="Faults">Turns that went wrong.</param>
internal sealed record Tally(int Wins, int Draws, int Losses, double Points, int Faults)
{
    private const double Z95 = 1.959963984540054;

    public int Matches => Wins + Draws + Losses;

    /// <summary>Mean score, 0 to 1.</summary>
    public double Score => Matches == 0 ? 0 : Points / Matches;

    /// <summary>95 % interval of the mean score by Wilson's formula, which holds at 0 and 1 too; with draws it is a little wide.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            var n = Math.Max(1, Matches);
            var (p, z2) = (Score, Z95 * Z95);
            var center = (p + z2 / (2 * n)) / (1 + z2 / n);
            var reach = Z95 * Math.Sqrt(p * (1 - p) / n + z2 / (4.0 * n * n)) / (1 + z2 / n);
            return (Math.Max(0, center - reach), Math.Min(1, center + reach));
        }
    }

    /// <summary>Elo difference that a score stands for; infinite at 0 and 1.</summary>
    public static double Elo(double score) => 400 * Math.Log10(score / (1 - score));

    /// <param name="score">Of the agent, micro-points.</param>
    /// <param name="best">The best score of all players.</param>
    /// <param name="shared">Whether several have it.</param>
    public Tally Add(long score, long best, bool shared, int faults) => new(
        Wins + (score == best && !shared ? 1 : 0),
        Draws + (score == best && shared ? 1 : 0),
        Losses + (score < best ? 1 : 0),
        Points + score / 1e6,
        Faults + faults);
}
