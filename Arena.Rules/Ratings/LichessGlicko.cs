namespace Arena.Rules.Ratings;

/// <summary>
/// Glicko-2 in lichess's form: every game is its own period, the deviation grows with fractional time instead, and everything is capped.
/// Constants of lila's Glicko.scala and scalachess's rating/glicko.
/// </summary>
public static class LichessGlicko
{
    public const double Tau = 0.75;
    public const double PeriodsPerDay = 0.21436;
    public const double MinimumDeviation = 45;
    public const double MaximumDeviation = 500;
    public const double MaximumVolatility = 0.1;
    public const double MinimumRating = 400;
    public const double MaximumRating = 4000;

    /// <summary>The most that one game may move a rating, points.</summary>
    public const double MaximumChange = 700;

    /// <summary>What the first move is worth at chess, points; half is given to one side and half taken from the other.</summary>
    public const double ChessAdvantage = 11.782457;

    public static GlickoPlayer Start { get; } = new(1500, 500, 0.09);

    public static GlickoPlayer BotStart { get; } = new(2000, 500, 0.09);

    /// <summary>Whether the deviation is too wide to show the rating without a question mark.</summary>
    public static bool Provisional(GlickoPlayer player) => player.Deviation >= 110;

    /// <summary>Whether next to nothing is known.</summary>
    public static bool Clueless(GlickoPlayer player) => player.Deviation >= 230;

    /// <summary>Whether the player may stand on a leaderboard.</summary>
    public static bool Rankable(GlickoPlayer player) => player.Deviation <= 75;

    /// <summary>Both players after one game, uncapped: scalachess's computeGame with skipDeviationIncrease.</summary>
    /// <param name="first">Who had the first move.</param>
    /// <param name="second">The other.</param>
    /// <param name="score">The first player's: 0, 1/2 or 1.</param>
    /// <param name="advantage">Points that the first move is worth.</param>
    public static (GlickoPlayer First, GlickoPlayer Second) Game(GlickoPlayer first, GlickoPlayer second, double score, double advantage = 0) =>
        (Glicko.Rate(first, [new(second.Rating, second.Deviation, score, advantage)], Tau, periods: 0),
         Glicko.Rate(second, [new(first.Rating, first.Deviation, 1 - score, -advantage)], Tau, periods: 0));

    /// <summary>Both players after one game, as lichess stores them: within the caps.</summary>
    public static (GlickoPlayer First, GlickoPlayer Second) RatedGame(GlickoPlayer first, GlickoPlayer second, double score, double advantage = 0)
    {
        var (a, b) = Game(first, second, score, advantage);
        return (Cap(first, a), Cap(second, b));
    }

    /// <summary>The player's deviation after a time without games.</summary>
    public static double DeviationAfter(GlickoPlayer player, TimeSpan idle) =>
        Math.Clamp(Glicko.Grow(player.Deviation, player.Volatility, idle.TotalDays * PeriodsPerDay), MinimumDeviation, MaximumDeviation);

    private static GlickoPlayer Cap(GlickoPlayer before, GlickoPlayer after) => new(
        Math.Clamp(Math.Clamp(after.Rating, before.Rating - MaximumChange, before.Rating + MaximumChange), MinimumRating, MaximumRating),
        Math.Clamp(after.Deviation, MinimumDeviation, MaximumDeviation),
        Math.Min(after.Volatility, MaximumVolatility));
}
