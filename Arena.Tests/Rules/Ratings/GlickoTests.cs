using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class GlickoTests
{
    // Glickman's worked example.
    private static readonly GlickoGame[] Example = [new(1400, 30, 1), new(1550, 100, 0), new(1700, 300, 0)];

    [Fact]
    public void GlickmansExampleComesOutInFullPrecision()
    {
        var after = Glicko.Rate(new GlickoPlayer(1500, 200, 0.06), Example);
        Assert.Equal(1464.0506705, after.Rating, 5.01e-8);
        Assert.Equal(151.5165241, after.Deviation, 5.01e-8);
        Assert.Equal(0.0599959844, after.Volatility, 5.01e-11);
        var (v, delta) = Glicko.Estimate(new GlickoPlayer(1500, 200, 0.06), Example);
        Assert.Equal(1.7789770897, v, 5.01e-11);
        Assert.Equal(-0.4839332610, delta, 5.01e-11);
    }

    [Fact]
    public void GlickmansExampleComesOutInTheFirstGlickoToo()
    {
        var (rating, deviation) = Glicko.RateFirst(1500, 200, Example);
        Assert.Equal(1464.106, rating, 5e-4);
        Assert.Equal(151.399, deviation, 5e-4);
    }

    [Fact]
    public void APeriodWithoutGamesOnlyWidensTheDeviation()
    {
        var after = Glicko.Rate(new GlickoPlayer(1500, 200, 0.06), []);
        Assert.Equal((1500, 0.06), (after.Rating, after.Volatility));
        Assert.Equal(Math.Sqrt(200 * 200 + Math.Pow(0.06 * Glicko.Scale, 2)), after.Deviation, 1e-9);
    }

    // scalachess's GlickoCalculatorTest, tau 0.75, no growth of the deviation. Where it gives no new volatility, it must have stayed near the old one.
    [Theory]
    [InlineData(1500, 350, 0.06, 1500, 350, 0.06, 1.0, 1662.21, 1337.79, 290.2305, 290.2305, 0.0599993, 0.0599993, 5.01e-8)]
    [InlineData(1500, 350, 0.06, 1500, 350, 0.06, 0.5, 1500, 1500, 290.2305, 290.2305, 0.0599977, 0.0599977, 5.01e-8)]
    [InlineData(1400, 79, 0.06, 1550, 110, 0.065, 1.0, 1422.63, 1506.32, 77.4956, 105.8706, 0.06, 0.065, 1e-5)]
    [InlineData(1400, 79, 0.06, 1550, 110, 0.065, 0.0, 1389.99, 1568.90, 77.4956, 105.8706, 0.06, 0.065, 1e-5)]
    [InlineData(1400, 79, 0.06, 1550, 110, 0.065, 0.5, 1406.31, 1537.61, 77.4956, 105.8706, 0.06, 0.065, 1e-5)]
    [InlineData(1200, 60, 0.053, 1850, 200, 0.062, 1.0, 1216.73, 1635.99, 59.9006, 196.9873, 0.053013, 0.062028, 5.01e-7)]
    [InlineData(1200, 60, 0.053, 1850, 200, 0.062, 0.0, 1199.29, 1855.42, 59.9006, 196.9873, 0.053, 0.062, 1e-5)]
    [InlineData(1200, 60, 0.053, 1850, 200, 0.062, 0.5, 1208.01, 1745.71, 59.9006, 196.9873, 0.053, 0.062, 1e-5)]
    public void LichessGamesComeOut(
        double r1, double d1, double v1, double r2, double d2, double v2, double score, double first, double second, double dev1, double dev2, double vol1, double vol2, double volatilityDigits)
    {
        var (a, b) = LichessGlicko.Game(new(r1, d1, v1), new(r2, d2, v2), score);
        Assert.Equal(first, a.Rating, 0.00501);
        Assert.Equal(second, b.Rating, 0.00501);
        Assert.Equal(dev1, a.Deviation, 0.0000501);
        Assert.Equal(dev2, b.Deviation, 0.0000501);
        Assert.Equal(vol1, a.Volatility, volatilityDigits);
        Assert.Equal(vol2, b.Volatility, volatilityDigits);
    }

    [Fact]
    public void TheFirstMoveIsWorthSomething()
    {
        var start = new GlickoPlayer(1500, 350, 0.06);
        var (first, second) = LichessGlicko.Game(start, start, 1, LichessGlicko.ChessAdvantage);
        Assert.Equal(1658.56, first.Rating, 0.00501);
        Assert.Equal(1341.44, second.Rating, 0.00501);
        Assert.Equal(290.2538, first.Deviation, 0.0000501);
    }

    [Fact]
    public void NewcomersMoveFar()
    {
        var (first, second) = LichessGlicko.RatedGame(LichessGlicko.Start, LichessGlicko.Start, 1);
        Assert.Equal((1741, 1258), ((int)first.Rating, (int)second.Rating));
        Assert.Equal(396, (int)first.Deviation);
        Assert.Equal(0.0899983, first.Volatility, 5.01e-8);
        Assert.True(LichessGlicko.Clueless(first) && LichessGlicko.Provisional(first) && !LichessGlicko.Rankable(first));
    }

    [Fact]
    public void AYearWithoutGamesMakesASettledRatingProvisional()
    {
        // lila: "RD 60 to 110 in a year".
        var after = LichessGlicko.DeviationAfter(new GlickoPlayer(1500, 60, 0.06), TimeSpan.FromDays(365));
        Assert.Equal(110, after, 1.0);
    }

    [Fact]
    public void CapsHold()
    {
        var (strong, weak) = LichessGlicko.RatedGame(new(3990, 500, 0.1), new(3990, 500, 0.1), 1);
        Assert.Equal(LichessGlicko.MaximumRating, strong.Rating);
        Assert.InRange(weak.Rating, 3990 - LichessGlicko.MaximumChange, 3990);
        Assert.Equal(LichessGlicko.MinimumDeviation, LichessGlicko.RatedGame(new(1500, 45, 0.06), new(1500, 45, 0.06), 0.5).First.Deviation);
    }
}
