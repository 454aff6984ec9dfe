using static Arena.Rules.Ratings.ChoiceModel;

namespace Arena.Tests.Rules.Ratings;

// choix's test data.
public sealed class ChoiceModelTests
{
    // choix stopped early here: at its printed digits the gradient is still 2e-5 (and not along them, so no penalty explains it), at ours it is 0 (next test).
    private static readonly int[][] Rankings = [[0, 1, 2], [3, 2, 0], [1, 3]];

    [Fact]
    public void RankingsComeOut() =>
        Check([-0.44328117, 0.69506219, -0.67061442, 0.4188334], Fit(4, [.. Rankings.SelectMany(Choices)]), 3e-5);

    [Fact]
    public void TheGradientOfRankingsIsZero()
    {
        var theta = Fit(4, [.. Rankings.SelectMany(Choices)])!;
        var gradient = new double[4];
        foreach (var choice in Rankings.SelectMany(Choices))
        {
            int[] set = [choice.Winner, .. choice.Losers];
            gradient[choice.Winner]++;
            foreach (var i in set)
            {
                gradient[i] -= Math.Exp(theta[i]) / set.Sum(j => Math.Exp(theta[j]));
            }
        }
        Assert.All(gradient, g => Assert.Equal(0, g, 1e-12));
    }

    [Fact]
    public void TopOnesComeOut() =>
        Check([0.16040395, -0.32080789, 0.16040394], Fit(3, [new(0, [1]), new(1, [2]), new(2, [0, 1])]));

    [Fact]
    public void PairsComeOutAsInBradleyTerry() =>
        Check([0.419617624, -0.419617624, 0], Fit(3, [new(0, [1]), new(0, [1]), new(1, [2]), new(2, [0])]));

    [Fact]
    public void TheSpectralGuessComesOut() =>
        Check([0.23104906, -0.46209812, 0.23104906], Spectral(3, [new(0, [1]), new(0, [1]), new(1, [2]), new(2, [0])]));

    [Fact]
    public void SomebodyWhoAlwaysWinsHasNoFiniteStrengthWithoutAPrior()
    {
        Choice[] choices = [new(0, [1, 2]), new(1, [2]), new(2, [1])];
        Assert.Null(Fit(3, choices));
        Assert.Null(Spectral(3, choices));
        Assert.True(Fit(3, choices, priorPrecision: 0.1)![0] > 0);
    }

    private static void Check(double[] expected, double[]? fitted, double tolerance = 2e-8)
    {
        Assert.NotNull(fitted);
        Assert.All(expected.Zip(fitted), p => Assert.Equal(p.First, p.Second, tolerance));
    }
}
