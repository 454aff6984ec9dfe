using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class EloOnlineTests
{
    [Fact]
    public void BattlesAreFastChatsFormulaInOrder()
    {
        int[] first = [0, 1, 2, 0];
        int[] second = [1, 2, 0, 2];
        BattleOutcome[] outcomes = [BattleOutcome.FirstWins, BattleOutcome.Tie, BattleOutcome.SecondWins, BattleOutcome.Tie];
        double[] expected = [1000, 1000, 1000];
        double[] scores = [1, 0.5, 0, 0.5];
        for (var k = 0; k < 4; k++)
        {
            var change = 4 * (scores[k] - 1 / (1 + Math.Pow(10, (expected[second[k]] - expected[first[k]]) / 400)));
            expected[first[k]] += change;
            expected[second[k]] -= change;
        }
        Assert.All(expected.Zip(EloOnline.Rate(3, first, second, outcomes)), p => Assert.Equal(p.First, p.Second, 1e-10));
    }

    [Fact]
    public void FourHundredPointsAreTenToOne()
    {
        double[] ratings = [1400, 1000];
        EloOnline.Run([0], [1], [BattleOutcome.FirstWins], ratings, k: 11);
        Assert.Equal(1401, ratings[0], 1e-9);
        Assert.Equal(999, ratings[1], 1e-9);
    }
}
