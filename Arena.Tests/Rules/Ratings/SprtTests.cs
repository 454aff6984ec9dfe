using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class SprtTests
{
    // Obtained by running fishtest's statistics.
    [Fact]
    public void ThePentanomialVectorComesOut()
    {
        var standing = new Sprt(-3, 1).Test([10789, 19328, 33806, 19402, 10543]);
        Assert.Equal(2.1310678117940807, standing.Llr, 1e-9);
        Assert.Equal(SprtState.Running, standing.State);
    }

    [Fact]
    public void TheTrinomialVectorComesOut() =>
        Assert.Equal(1.0698877257140003, new Sprt(0, 5).Test([80, 200, 120]).Llr, 1e-9);

    [Fact]
    public void TheVectorInNormalizedEloComesOut()
    {
        var standing = new Sprt(0, 2, Normalized: true).Test([10789, 19328, 33806, 19402, 10543]);
        Assert.Equal(-6.070429067588585, standing.Llr, 1e-9);
        Assert.Equal(SprtState.AcceptsLower, standing.State);
        Assert.Equal(Sprt.PerDeviation, 800 / Math.Log(10), 1e-12);
    }

    [Fact]
    public void NormalizedAndLogisticEloAgreeOnWinsAndLossesAlone()
    {
        // Without draws a game's deviation near 1/2 is 1/2: one point of logistic Elo is ln 10 / 1600 of score, so 2 ln 10 / 1600 * 800 / ln 10 = 1 point of normalised Elo.
        long[] games = [480, 0, 520];
        Assert.Equal(new Sprt(0, 5).Test(games).Llr, new Sprt(0, 5, Normalized: true).Test(games).Llr, 2e-3);
        Assert.Throws<ArgumentException>(() => new Sprt(0, 5, Normalized: true).Test([1, 2, 3, 4, 5, 4, 3, 2, 1]));
    }

    [Fact]
    public void TheAnalysisOfAStoppedTestComesOut()
    {
        var analysis = SprtAnalysis.Of(new Sprt(-3, 1), [10789, 19328, 33806, 19402, 10543]);
        Assert.Equal(-0.9925, analysis.Elo, 5.01e-5);
        Assert.Equal(-3.4885, analysis.Low, 5.01e-5);
        Assert.Equal(1.4886, analysis.High, 5.01e-5);
        Assert.Equal(0.18803, analysis.Superiority, 5.01e-6);
    }

    [Fact]
    public void TheAnalysisTakesTheLuckOutOfAnEarlyPass()
    {
        // Simulated tests of a true 20 points against (0, 30): the plain estimate of those that pass is too high on average, the analysis's median over all is right.
        var random = new TestNumbers(31);
        var (plain, corrected) = (new List<double>(), new List<double>());
        var test = new Sprt(0, 30);
        for (var run = 0; run < 120; run++)
        {
            var cells = new long[3];
            do
            {
                var draw = random.Uniform();
                cells[draw < 0.3 - 0.0287 ? 0 : draw < 0.7 - 0.0287 ? 1 : 2]++;
            }
            while (cells.Sum() < 20 || test.Test(cells).State == SprtState.Running);
            if (test.Test(cells).State == SprtState.AcceptsUpper)
            {
                plain.Add(Sprt.Estimate(cells).Elo);
            }
            corrected.Add(SprtAnalysis.Of(test, cells).Elo);
        }
        Assert.True(plain.Average() > 24, $"{plain.Average()}");
        Assert.InRange(corrected.Order().ElementAt(60), 14, 26);
    }

    [Fact]
    public void TheBoundsAreThoseOfFivePercent()
    {
        Assert.Equal(-2.9444389791664403, new Sprt(0, 5).LowerBound, 1e-12);
        Assert.Equal(2.9444389791664403, new Sprt(0, 5).UpperBound, 1e-12);
    }

    [Fact]
    public void AClearDifferenceIsDecidedEitherWay()
    {
        Assert.Equal(SprtState.AcceptsUpper, new Sprt(0, 50).Test([0, 2, 10, 30, 30]).State);
        Assert.Equal(SprtState.AcceptsLower, new Sprt(0, 50).Test([30, 30, 10, 2, 0]).State);
        Assert.Equal(SprtState.Running, new Sprt(0, 50).Test([0, 0, 0, 0, 0]).State);
    }

    [Fact]
    public void TheEstimateLiesInItsInterval()
    {
        var estimate = Sprt.Estimate([10789, 19328, 33806, 19402, 10543]);
        Assert.Equal(-0.7735773359, estimate.Elo, 1e-6);
        Assert.Equal(-2.0511676917, estimate.Low, 1e-6);
        Assert.Equal(0.5039920998, estimate.High, 1e-6);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(250_000, 1)]
    [InlineData(500_000, 2)]
    [InlineData(750_000, 3)]
    [InlineData(1_000_000, 4)]
    public void AMirroredPairFallsIntoItsCell(long score, int cell) => Assert.Equal(cell, Sprt.PairCell(score));
}
