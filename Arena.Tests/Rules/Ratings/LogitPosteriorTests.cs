using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class LogitPosteriorTests
{
    [Fact]
    public void OneWeightMatchesTheEquationOfItsTop()
    {
        // 8 right of 10, prior variance 1: the top solves 8 - 10 s(w) = w, by bisection below.
        double[][] rows = [.. Enumerable.Repeat<double[]>([1], 10)];
        var fit = LogitPosterior.Fit(rows, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0], [1], new double[10]);
        var (low, high) = (0.0, 3.0);
        for (var i = 0; i < 60; i++)
        {
            var w = (low + high) / 2;
            (low, high) = 8 - 10 / (1 + Math.Exp(-w)) > w ? (w, high) : (low, w);
        }
        Assert.Equal(low, fit.Weights[0], 8);
        var s = 1 / (1 + Math.Exp(-low));
        var (mean, variance) = fit.LogOdds([2]);
        Assert.Equal(2 * low, mean, 7);
        Assert.Equal(4 / (1 + 10 * s * (1 - s)), variance, 7);
        Assert.Equal(8 * Math.Log(s) + 2 * Math.Log(1 - s) - low * low / 2 - Math.Log(1 + 10 * s * (1 - s)) / 2, fit.LogEvidence, 7);
    }

    [Fact]
    public void UncertainWeightsDrawTheChanceToTheMiddle()
    {
        var fit = LogitPosterior.Fit([[1, 0], [1, 0], [1, 0]], [1, 1, 1], [4, 4], new double[3]);
        var sure = 1 / (1 + Math.Exp(-fit.Weights[0]));
        Assert.InRange(fit.Chance([1, 0]), 0.5, sure - 0.01);
        Assert.Equal(0.5, fit.Chance([0, 1]), 12);
        Assert.Equal(0, fit.Weights[1], 12);
    }

    [Fact]
    public void AnOffsetIsWhatTheRowHasAlready()
    {
        var fit = LogitPosterior.Fit([[1], [1]], [0.75, 0.75], [1e6], [Math.Log(3), Math.Log(3)]);
        Assert.Equal(0, fit.Weights[0], 6);
        Assert.True(fit.Chance([0], 2) > 0.88);
    }

    [Fact]
    public void PerfectlySeparatedRowsStayFinite()
    {
        var fit = LogitPosterior.Fit([[30], [-30], [25]], [1, 0, 1], [2], new double[3]);
        Assert.True(double.IsFinite(fit.LogEvidence));
        Assert.InRange(fit.Chance([30]), 0.6, 1);
        Assert.Throws<ArgumentException>(() => LogitPosterior.Fit([[1]], [1], [0], [0]));
        Assert.Throws<ArgumentException>(() => LogitPosterior.Fit([[1]], [1], [1], []));
    }
}
