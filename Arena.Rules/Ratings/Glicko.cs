namespace Arena.Rules.Ratings;

/// <summary>A Glicko-2 player. Units are rating points.</summary>
/// <param name="Rating">Points.</param>
/// <param name="Deviation">Standard deviation of the rating, points.</param>
/// <param name="Volatility">Expected change of the rating a period, in the model's own scale (about 0.06).</param>
public sealed record GlickoPlayer(double Rating, double Deviation, double Volatility);

/// <summary>One game of a rating period, seen from the player.</summary>
/// <param name="OpponentRating">Points, at the start of the period.</param>
/// <param name="OpponentDeviation">Points, at the start of the period.</param>
/// <param name="Score">0 loss, 1/2 draw, 1 win.</param>
/// <param name="Advantage">Points that the player's seat is worth over the opponent's.</param>
public readonly record struct GlickoGame(double OpponentRating, double OpponentDeviation, double Score, double Advantage = 0);

/// <summary>
/// Glicko-2 as in Glickman's paper (glicko2.pdf, 2022 edition; the volatility by the Illinois method), and Glicko-1.
/// </summary>
public static class Glicko
{
    /// <summary>Points in one unit of the model's scale.</summary>
    public const double Scale = 173.7178;

    private const double Zero = 1500;

    /// <summary>
    /// The player after a period. Without games only the deviation grows.
    /// </summary>
    /// <param name="player">At the start of the period.</param>
    /// <param name="games">All games of the period.</param>
    /// <param name="tau">How much volatility may change, 0.3 to 1.2.</param>
    /// <param name="periods">Length of the period: 1 in the paper, fractions and 0 (no growth of the deviation) in lichess's form.</param>
    public static GlickoPlayer Rate(GlickoPlayer player, ReadOnlySpan<GlickoGame> games, double tau = 0.5, double periods = 1)
    {
        if (games.IsEmpty)
        {
            return player with { Deviation = Grow(player.Deviation, player.Volatility, periods) };
        }
        var mu = (player.Rating - Zero) / Scale;
        var phi = player.Deviation / Scale;
        var (information, surprise) = Evidence(mu, games);
        var v = 1 / information;
        var volatility = Volatility(player.Volatility, phi, v, v * surprise, tau);
        var grown = phi * phi + periods * volatility * volatility;
        var deviation = 1 / Math.Sqrt(1 / grown + information);
        return new GlickoPlayer(Zero + Scale * (mu + deviation * deviation * surprise), Scale * deviation, volatility);
    }

    /// <summary>Steps 3 and 4 of the paper: the variance v of the rating by these games alone, and the improvement Δ that they show; in the model's own scale.</summary>
    /// <param name="games">At least one.</param>
    public static (double Variance, double Improvement) Estimate(GlickoPlayer player, ReadOnlySpan<GlickoGame> games)
    {
        var (information, surprise) = Evidence((player.Rating - Zero) / Scale, games);
        return (1 / information, surprise / information);
    }

    /// <summary>A deviation (points) after periods without games: sqrt(phi² + periods sigma²).</summary>
    public static double Grow(double deviation, double volatility, double periods)
    {
        var phi = deviation / Scale;
        return Scale * Math.Sqrt(Math.Max(0, phi * phi + periods * volatility * volatility));
    }

    /// <summary>Glicko-1 (Glickman's glicko.pdf): rating and deviation after a period; deviations as at its start, already grown.</summary>
    public static (double Rating, double Deviation) RateFirst(double rating, double deviation, ReadOnlySpan<GlickoGame> games)
    {
        var q = Math.Log(10) / 400;
        double information = 0, surprise = 0;
        foreach (var game in games)
        {
            var g = 1 / Math.Sqrt(1 + 3 * q * q * game.OpponentDeviation * game.OpponentDeviation / (Math.PI * Math.PI));
            var expected = 1 / (1 + Math.Exp(-q * g * (rating + game.Advantage - game.OpponentRating)));
            information += q * q * g * g * expected * (1 - expected);
            surprise += g * (game.Score - expected);
        }
        var precision = 1 / (deviation * deviation) + information;
        return (rating + q / precision * surprise, Math.Sqrt(1 / precision));
    }

    /// <summary>1 / v and Δ / v.</summary>
    private static (double Information, double Surprise) Evidence(double mu, ReadOnlySpan<GlickoGame> games)
    {
        double information = 0, surprise = 0;
        foreach (var game in games)
        {
            var g = Weight(game.OpponentDeviation / Scale);
            var gap = mu - (game.OpponentRating - Zero - game.Advantage) / Scale;
            var expected = 1 / (1 + Math.Exp(-g * gap));
            information += g * g * expected * (1 - expected);
            surprise += g * (game.Score - expected);
        }
        return (information, surprise);
    }

    private static double Weight(double phi) => 1 / Math.Sqrt(1 + 3 * phi * phi / (Math.PI * Math.PI));

    /// <summary>Step 5 of the paper: the root of f by regula falsi with the Illinois halving.</summary>
    private static double Volatility(double sigma, double phi, double v, double delta, double tau)
    {
        const double tolerance = 1e-10;
        var start = Math.Log(sigma * sigma);
        double F(double x)
        {
            var e = Math.Exp(x);
            var sum = phi * phi + v + e;
            return e * (delta * delta - sum) / (2 * sum * sum) - (x - start) / (tau * tau);
        }
        var a = start;
        double b;
        if (delta * delta > phi * phi + v)
        {
            b = Math.Log(delta * delta - phi * phi - v);
        }
        else
        {
            var k = 1;
            while (F(start - k * tau) < 0)
            {
                k++;
            }
            b = start - k * tau;
        }
        var (fa, fb) = (F(a), F(b));
        for (var i = 0; i < 200 && Math.Abs(b - a) > tolerance; i++)
        {
            var c = a + (a - b) * fa / (fb - fa);
            var fc = F(c);
            if (fc * fb <= 0)
            {
                (a, fa) = (b, fb);
            }
            else
            {
                fa /= 2;
            }
            (b, fb) = (c, fc);
        }
        return Math.Exp(a / 2);
    }
}
