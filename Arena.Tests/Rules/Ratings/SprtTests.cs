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
