using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class BradleyTerryPosteriorTests
{
    private static readonly (int A, int B, BattleOutcome Outcome)[] Battles =
    [
        (0, 1, BattleOutcome.FirstWins), (1, 0, BattleOutcome.Tie), (2, 1, BattleOutcome.SecondWins), (3, 0, BattleOutcome.FirstWins),
        (3, 2, BattleOutcome.FirstWins), (0, 2, BattleOutcome.FirstWins), (1, 3, BattleOutcome.SecondWins), (1, 2, BattleOutcome.FirstWins),
    ];

    private static double Score(BattleOutcome outcome) => outcome switch { BattleOutcome.FirstWins => 1, BattleOutcome.SecondWins => 0, _ => 0.5 };

    [Fact]
    public void BattleByBattleGivesWhatOneFitGives()
    {
        var posterior = new BradleyTerryPosterior(5); // the fifth has played nobody
        foreach (var (a, b, outcome) in Battles)
        {
            posterior.Add(a, b, Score(outcome));
            posterior.Refit();
        }
        posterior.RefitWithCovariance();
        var fit = BradleyTerry.Fit(
            BattleTable.FromIds(5, [.. Battles.Select(b => b.A)], [.. Battles.Select(b => b.B)], [.. Battles.Select(b => b.Outcome)]),
            new BradleyTerryOptions(Center: 0, PriorDeviation: 300, Intervals: BradleyTerryIntervals.Curvature, WithCovariance: true));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(fit.Ratings[i], posterior.PointsPerUnit * posterior.Ratings[i], 1e-6);
            for (var j = 0; j < 5; j++)
            {
                Assert.Equal(fit.Covariance[i * 5 + j], Math.Pow(posterior.PointsPerUnit, 2) * posterior.Covariance[i * 5 + j], 1e-4);
            }
        }
        Assert.Equal(0, posterior.Ratings[4], 1e-9);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(500)]
    public void ThePriorsWidthIsLearntFromTheList(int sigma)
    {
        const int Players = 60;
        // A population at the quantiles of N(0, sigma²), and as many points as expected: no chance in it.
        var truth = Enumerable.Range(0, Players).Select(i => sigma * Quantile((i + 0.5) / Players)).ToArray();
        var posterior = new BradleyTerryPosterior(Players);
        for (var i = 0; i < Players; i++)
        {
            for (var j = i + 1; j < Players; j++)
            {
                posterior.Add(i, j, 1 / (1 + Math.Pow(10, (truth[j] - truth[i]) / 400)), weight: 20);
            }
        }
        for (var step = 0; step < 20; step++)
        {
            posterior.RefitWithCovariance();
        }
        Assert.InRange(posterior.PriorDeviation, 0.95 * sigma, 1.1 * sigma);
        Assert.All(truth.Zip(posterior.Ratings.ToArray()), p => Assert.Equal(p.First, p.Second * posterior.PointsPerUnit, 0.04 * sigma));
    }

    [Fact]
    public void NobodyPlaysAgainstItself() => Assert.Throws<ArgumentException>(() => new BradleyTerryPosterior(3).Add(1, 1, 1));

    /// <summary>By adding up the density on a grid: right to about .001.</summary>
    private static double Quantile(double p)
    {
        var (x, mass) = (-8.0, 0.0);
        for (; mass < p; x += 1e-3)
        {
            mass += 1e-3 * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        }
        return x;
    }
}
