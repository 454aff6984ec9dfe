namespace Arena.Rules.Ratings;

/// <summary>
/// Elo by FIDE's rating regulations (B02, 2024, 8.1 and 8.3): expectation from the published table in hundredths, whole points. The site doesn't use it; it stands here beside
/// <see cref="Elo"/>, whose exact curve gives other last digits, because its results are published everywhere.
/// </summary>
public static class FideElo
{
    private const int Clamped = 400, StrongFrom = 2650;

    /// <summary>Table 8.1.2: the largest difference, in points, at which the stronger player's expectation is 50, 51, ... 99 hundredths; above the last, 100.</summary>
    private static readonly int[] Steps =
    [
        3, 10, 17, 25, 32, 39, 46, 53, 61, 68, 76, 83, 91, 98, 106, 113, 121, 129, 137, 145, 153, 162, 170, 179, 188,
        197, 206, 215, 225, 235, 245, 256, 267, 278, 290, 302, 315, 328, 344, 357, 374, 391, 411, 432, 456, 484, 517, 559, 619, 735,
    ];

    /// <summary>Table 8.1.1: the difference in rating, points, that a score of 50, 51, ... 100 hundredths shows.</summary>
    private static readonly int[] Differences =
    [
        0, 7, 14, 21, 29, 36, 43, 50, 57, 65, 72, 80, 87, 95, 102, 110, 117, 125, 133, 141, 149, 158, 166, 175, 184,
        193, 202, 211, 220, 230, 240, 251, 262, 273, 284, 296, 309, 322, 336, 351, 366, 383, 401, 422, 444, 470, 501, 538, 589, 677, 800,
    ];

    /// <summary>Expected score in hundredths of a point.</summary>
    /// <param name="rating">Points.</param>
    /// <param name="rapid">Differences above 400 count as 400 for everybody; in standard chess only for players below 2650.</param>
    public static int Expected(int rating, int opponent, bool rapid = false)
    {
        var gap = Math.Abs(rating - opponent);
        gap = rapid || rating < StrongFrom ? Math.Min(gap, Clamped) : gap;
        var stronger = 50 + (Array.FindIndex(Steps, s => gap <= s) is >= 0 and var step ? step : Steps.Length);
        return rating >= opponent ? stronger : 100 - stronger;
    }

    /// <summary>The change of one game in whole points, halves away from zero.</summary>
    /// <param name="halves">0, 1 or 2 half points.</param>
    public static int Change(int rating, int k, int opponent, int halves, bool rapid = false) =>
        (int)Math.Round(k * (50 * halves - Expected(rating, opponent, rapid)) / 100.0, MidpointRounding.AwayFromZero);

    /// <summary>The rating that these games show: the opponents' mean and the difference that the score stands for, whole points.</summary>
    /// <param name="games">Opponent's rating and half points of each, at least one.</param>
    public static int Performance(IReadOnlyList<(int Opponent, int Halves)> games)
    {
        var hundredths = (int)Math.Round(50.0 * games.Sum(g => g.Halves) / games.Count, MidpointRounding.AwayFromZero);
        var difference = hundredths >= 50 ? Differences[hundredths - 50] : -Differences[50 - hundredths];
        return (int)Math.Round(games.Average(g => g.Opponent) + difference, MidpointRounding.AwayFromZero);
    }
}
