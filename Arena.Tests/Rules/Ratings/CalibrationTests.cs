using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class CalibrationTests
{
    private static readonly Forecast[] Four = [new(0.9, 1), new(0.1, 1), new(0.6, 1), new(0.35, 0)];

    [Fact]
    public void AccuracyCountsChosenSides()
    {
        Assert.Equal(0.75, Calibration.Accuracy(Four));
        Assert.Equal(0.5, new Forecast(0.5, 1).Score);
        Assert.True(double.IsNaN(Calibration.Accuracy([])));
    }

    [Fact]
    public void AtLowerCoverageTheSurestCount()
    {
        Assert.Equal(0.5, Calibration.AccuracyAt(Four, 0.5));
        Assert.Equal(2.0 / 3, Calibration.AccuracyAt(Four, 0.75), 12);
        Assert.Equal(0.75, Calibration.AccuracyAt(Four, 1));
    }

    [Fact]
    public void TheExpectedErrorIsTheWeightedGapOfTheBins()
    {
        // Bin 0.9: two of confidence 0.9, one right: gap 0.4. Bin 0.6: 0.6 and 0.65, both right: gap 0.375.
        Assert.Equal(0.5 * 0.4 + 0.5 * 0.375, Calibration.ExpectedError(Four), 12);
        Assert.Equal([2, 2], Calibration.Bins(Four).Select(b => b.Count));
        Assert.Equal((0.01 + 0.81 + 0.16 + 0.1225) / 4, Calibration.Brier(Four), 12);
    }
}
