using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class EloTests
{
    private static long Change(long rating, int k, long opponent, long score)
    {
        var games = k == Elo.ProvisionalK ? 0 : 100;
        var player = new EloPlayer(rating * 1000, games, Anchor: k == Elo.AnchorK);
        return Elo.Rate([player, new EloPlayer(opponent * 1000, 0)], [score, 1_000_000 - score])[0].Change;
    }

    // scalachess's vectors of FIDE's rounded table (whole points).
    [Theory]
    [InlineData(1500, 40, 1500, 2, 20)]
    [InlineData(1500, 40, 1900, 2, 37)]
    [InlineData(1500, 40, 1900, 0, -3)]
    [InlineData(1500, 40, 1600, 2, 26)]
    [InlineData(1500, 40, 1600, 1, 6)]
    [InlineData(2000, 40, 1900, 1, -6)]
    [InlineData(2800, 10, 1800, 2, 0)]
    public void FidesTableGivesThePublishedPoints(int rating, int k, int opponent, int halves, int points) => Assert.Equal(points, FideElo.Change(rating, k, opponent, halves));

    [Fact]
    public void FidesRapidClampAndPerformanceComeOut()
    {
        Assert.Equal(1, FideElo.Change(2600, 10, 1900, 2, rapid: true));
        // 2650 and above, standard chess: the gap counts in full; in rapid chess never.
        Assert.Equal((100, 92), (FideElo.Expected(2700, 1900), FideElo.Expected(2700, 1900, rapid: true)));
        Assert.Equal(1600, FideElo.Performance([(1500, 2), (1700, 0)]));
        Assert.Equal(1693, FideElo.Performance([(1500, 2), (1500, 1)]));
        Assert.Equal((2300, 700), (FideElo.Performance([(1500, 2)]), FideElo.Performance([(1500, 0)])));
        // The table rounds a normal curve to hundredths; ours is logistic: they are never two hundredths apart.
        Assert.All(Enumerable.Range(0, 400), gap => Assert.InRange(FideElo.Expected(1000 + gap, 1000) - Elo.Expected(1_000_000 + 1000 * gap, 1_000_000) / 1e4, -2, 2));
        Assert.All(Enumerable.Range(0, 900), gap => Assert.Equal(100, FideElo.Expected(2700 + gap, 2700) + FideElo.Expected(2700, 2700 + gap)));
    }

    // The same games by the exact curve. Where FIDE's rounded table differs from it (gap 400), the curve's number stands.
    [Theory]
    [InlineData(1500, 40, 1500, 1_000_000, 20)]
    [InlineData(1500, 40, 1900, 1_000_000, 36)]
    [InlineData(1500, 40, 1900, 0, -4)]
    [InlineData(1500, 40, 1600, 1_000_000, 26)]
    [InlineData(1500, 40, 1600, 500_000, 6)]
    [InlineData(2000, 40, 1900, 500_000, -6)]
    [InlineData(2800, 10, 1800, 1_000_000, 0)]
    public void PublishedExamplesRoundToTheirPoints(long rating, int k, long opponent, long score, long points) =>
        Assert.Equal(points, Math.Round(Change(rating, k, opponent, score) / 1000.0));

    [Fact]
    public void AGapOfFourHundredIsTenToOne()
    {
        Assert.Equal(90_909, Elo.Expected(1_500_000, 1_900_000));
        Assert.Equal(909_091, Elo.Expected(1_900_000, 1_500_000));
        Assert.Equal(-3_636, Change(1500, 40, 1900, 0));
        // 36,363.64 before rounding.
        Assert.Equal(36_364, Change(1500, 40, 1900, 1_000_000));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void EqualKsMoveNoPointsInOrOut(int players)
    {
        EloPlayer[] field = [.. Enumerable.Range(0, players).Select(i => new EloPlayer(1_432_109 + 31_337 * i * i, 3))];
        long[] scores = [.. Enumerable.Range(0, players).Select(i => i * 333_333L % 1_000_001)];
        Assert.Equal(0, Elo.Rate(field, scores).Sum(e => e.Change));
    }

    [Fact]
    public void AnExplanationAddsUp()
    {
        var rated = Elo.Rate([new(1_500_000, 0), new(1_600_000, 50), new(1_400_000, 500, Anchor: true)], [1_000_000, 250_000, 250_000]);
        Assert.Equal([40, 20, 10], rated.Select(r => r.K));
        Assert.Equal([true, false, false], rated.Select(r => r.Provisional));
        Assert.All(rated, r => Assert.Equal(r.After - r.Before, r.Shares.Sum(s => s.Change)));
        Assert.Equal(500_000, rated[1].Shares.Single(s => s.Opponent == 2).Score);
    }

    [Fact]
    public void TwoFaultingPlayersDraw() => Assert.Equal(500_000, Elo.PairScore(0, 0, 2));
}
