using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

// Cases of open_spiel's nash_averaging_test and alpharank_test.
public sealed class IntransitivityTests
{
    private static readonly double[,] RockPaperScissors = { { 0, -1, 1 }, { 1, 0, -1 }, { -1, 1, 0 } };

    private static void Close(double[] expected, double[] actual, double tolerance = 1e-7)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, tolerance));
    }

    [Fact]
    public void RockPaperScissorsIsSharedEvenly()
    {
        var nash = NashAveraging.Solve(RockPaperScissors);
        Assert.True(nash.Settled);
        Close([1.0 / 3, 1.0 / 3, 1.0 / 3], nash.Shares);
        Close([0, 0, 0], nash.Scores);
    }

    [Fact]
    public void AClearOrderGoesToTheBest()
    {
        var nash = NashAveraging.Solve(new double[,] { { 0, -1, -1 }, { 1, 0, -1 }, { 1, 1, 0 } });
        Assert.True(nash.Settled);
        Close([0, 0, 1], nash.Shares);
        Close([-1, -1, 0], nash.Scores);
    }

    [Fact]
    public void DominatedStrategiesHaveNoShare()
    {
        var nash = NashAveraging.Solve(new double[,] { { 0, 234, 34, -270 }, { -234, 0, -38, -464 }, { -34, 38, 0, -270 }, { 270, 464, 270, 0 } });
        Assert.True(nash.Settled);
        Close([0, 0, 0, 1], nash.Shares);
    }

    [Fact]
    public void ClonesShareOnePart()
    {
        // Rock twice: together it still is a third, split evenly (largest entropy).
        var nash = NashAveraging.Solve(new double[,] { { 0, 0, -1, 1 }, { 0, 0, -1, 1 }, { 1, 1, 0, -1 }, { -1, -1, 1, 0 } });
        Close([1.0 / 6, 1.0 / 6, 1.0 / 3, 1.0 / 3], nash.Shares);
    }

    [Fact]
    public void EqualPlayersShareEvenly() => Close([0.25, 0.25, 0.25, 0.25], NashAveraging.Solve(new double[4, 4]).Shares);

    [Fact]
    public void LargerGamesSettleAtAnEquilibrium()
    {
        var random = new TestNumbers(12);
        var payoffs = new double[60, 60];
        for (var i = 0; i < 60; i++)
        {
            for (var j = i + 1; j < 60; j++)
            {
                payoffs[i, j] = random.Normal();
                payoffs[j, i] = -payoffs[i, j];
            }
        }
        var nash = NashAveraging.Solve(payoffs);
        Assert.True(nash.Settled);
        Assert.Equal(1, nash.Shares.Sum(), 1e-12);
        Assert.All(nash.Shares, s => Assert.True(s >= 0));
        Assert.All(nash.Scores, s => Assert.True(s <= 1e-8));
    }

    [Fact]
    public void PayoffsThatAreNotZeroSumAreRefused() =>
        Assert.Throws<ArgumentException>(() => NashAveraging.Solve(new double[,] { { 0, 1 }, { 1, 0 } }));

    [Fact]
    public void LogOddsAreAntisymmetricAndZeroForUnplayedPairs()
    {
        var odds = NashAveraging.LogOdds(BattleTable.FromCounts(new[,] { { 0, 3, 0 }, { 1, 0, 0 }, { 0, 0, 0 } }));
        Assert.Equal(Math.Log(3.5 / 1.5), odds[0, 1], 1e-12);
        Assert.Equal(-odds[0, 1], odds[1, 0]);
        Assert.Equal(0, odds[0, 2]);
    }

    // Payoffs of Han et al. (2013), population 20, alpha 0.1.
    [Fact]
    public void HansFiveStrategiesComeOut()
    {
        const double r = 1, t = 2, p = 0, s = -1, delta = 4, eps = 0.25;
        double[,] payoffs =
        {
            { r - eps / 2, r - eps, 0, s + delta - eps, r - eps },
            { r, r, s, s, s },
            { 0, t, p, p, p },
            { t - delta, t, p, p, p },
            { r, t, p, p, p },
        };
        Close([0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.2206039], AlphaRank.Rank(payoffs, 20, 0.1), 1e-4);
    }

    [Fact]
    public void TheConstantSumFormIsTheGeneralForm()
    {
        var takeovers = AlphaRank.Takeovers(RockPaperScissors, 20, 0.1);
        for (var s = 0; s < 3; s++)
        {
            for (var r = 0; r < 3; r++)
            {
                if (r != s)
                {
                    Assert.Equal(AlphaRank.ConstantSumTakeover(RockPaperScissors[r, s], 0, 20, 0.1), takeovers[s, r], 1e-12);
                }
            }
        }
        Close([1.0 / 3, 1.0 / 3, 1.0 / 3], AlphaRank.Rank(RockPaperScissors, 20, 0.1), 1e-12);
    }

    [Fact]
    public void StrongSelectionKeepsTheBest() =>
        Close([0, 0, 1], AlphaRank.Rank(new double[,] { { 0, -1, -1 }, { 1, 0, -1 }, { 1, 1, 0 } }, 50, 10), 1e-9);

    [Fact]
    public void CyclesAreSeenAndOrdersAreNot()
    {
        var cycle = BattleTable.FromCounts(new[,] { { 0, 90, 10 }, { 10, 0, 90 }, { 90, 10, 0 } });
        Assert.Equal(1, Cyclicity.Index(cycle), 1e-9);
        var (order, _) = BradleyTerryTests.Simulated(10, 200_000, seed: 1, spread: 300, ties: 0);
        Assert.True(Cyclicity.Index(order) < 0.01);
        var (few, _) = BradleyTerryTests.Simulated(10, 4_000, seed: 1, spread: 300, ties: 0);
        Assert.InRange(Cyclicity.Index(few) / Cyclicity.ByChance(few), 0.4, 1.8);
    }
}
