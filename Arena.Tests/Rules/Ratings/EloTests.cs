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

    // scalachess's vectors (whole points). Where FIDE's rounded table differs from the exact curve (gap 400), the curve's number stands.
    [Theory]
    [InlineData(1500, 40, 1500, 1_000_000, 20)]
    [InlineData(1500, 40, 1900, 1_000_000, 36)]
    [InlineData(1500, 40, 1900, 0, -4)]
    [InlineData(1500, 40, 1600, 1_000_000, 26)]
    [InlineData(1500, 40, 1600, 500_000, 6)]
    [InlineData(2000, 20, 1900, 500_000, -3)]
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
