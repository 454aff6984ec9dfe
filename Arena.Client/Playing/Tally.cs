namespace Arena.Client.Playing;

/// <summary>One agent's results.</summary>
/// <param name="Wins">Matches in which its score was the best, and nobody else's as good.</param>
/// <param name="Draws">Matches in which it shared the best score.</param>
/// <param name="Points">Sum of its scores, 1 a match at most.</param>
/// <param name="Places">Sum of its places, 1 the best; equal scores share the mean of their places.</param>
/// <param name="Unscored">Matches that only judges could score.</param>
/// <param name="Faults">Turns that went wrong.</param>
internal sealed record Tally(int Wins, int Draws, int Losses, double Points, double Places, int Unscored, int Faults)
{
    private const double Z95 = 1.959963984540054;

    public static Tally None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Matches that have a score.</summary>
    public int Matches => Wins + Draws + Losses;

    /// <summary>Mean score, 0 to 1.</summary>
    public double Score => Matches == 0 ? 0 : Points / Matches;

    /// <summary>Mean place, from 1.</summary>
    public double Place => Matches == 0 ? 0 : Places / Matches;

    /// <summary>
    /// 95 % interval of the mean score by Wilson's formula, which holds at 0 and 1 too; with draws, and with scores between a win and a loss, it is a little wide.
    /// </summary>
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

    /// <summary>Elo difference that a score between two players stands for; infinite at 0 and 1.</summary>
    public static double Elo(double score) => 400 * Math.Log10(score / (1 - score));

    /// <summary>With one match more.</summary>
    /// <param name="scores">Every player's, micro-points; null where judges would have to decide.</param>
    /// <param name="player">Whose results these are.</param>
    public Tally Add(IReadOnlyList<long>? scores, int player, int faults)
    {
        if (scores is null)
        {
            return this with { Unscored = Unscored + 1, Faults = Faults + faults };
        }
        var (mine, better, equal) = (scores[player], scores.Count(s => s > scores[player]), scores.Count(s => s == scores[player]));
        return this with
        {
            Wins = Wins + (better == 0 && equal == 1 ? 1 : 0),
            Draws = Draws + (better == 0 && equal > 1 ? 1 : 0),
            Losses = Losses + (better > 0 ? 1 : 0),
            Points = Points + mine / 1e6,
            Places = Places + 1 + better + (equal - 1) / 2.0,
            Faults = Faults + faults,
        };
    }
}
