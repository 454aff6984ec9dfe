using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class PanelModelTests
{
    /// <summary>Judges that are right with the given chances in the only space, on n items whose better side alternates.</summary>
    private static List<GoldItem> Items(int n, params double[] right)
    {
        var numbers = new TestNumbers(7);
        return [.. Enumerable.Range(0, n).Select(i => new GoldItem(new($"item {i}", 0, [.. right.Select(r => (numbers.Uniform() < r) == (i % 2 == 0) ? 1.0 : -1)]), i % 2 == 0 ? 1 : 0))];
    }

    [Fact]
    public void SwappingTheSidesSwapsTheChance()
    {
        var model = PanelModel.Fit(3, 2, [.. Items(60, 0.9, 0.6, 0.3).Select((g, i) => g with { Item = g.Item with { Space = i % 2 } })]);
        double[] votes = [1, -0.5, 1];
        Assert.Equal(1, model.Chance(new("x", 1, votes)) + model.Chance(new("x", 1, [.. votes.Select(v => -v)])), 12);
        Assert.Equal(0.5, model.Chance(new("x", 0, [0, 0, 0])), 12);
    }

    [Fact]
    public void AJudgeThatIsUsuallyWrongCountsAgainstWhatItSays()
    {
        var model = PanelModel.Fit(3, 1, Items(200, 0.9, 0.55, 0.1));
        Assert.True(model.Weight(0, 0) > 1.2);
        Assert.True(Math.Abs(model.Weight(1, 0)) < 0.8);
        Assert.True(model.Weight(2, 0) < -1.2);
        Assert.True(model.Chance(new("x", 0, [1, 1, -1])) > 0.95);
        Assert.True(model.Chance(new("x", 0, [-1, 1, 1])) < 0.05);
    }

    [Fact]
    public void ChancesMeanWhatTheySay()
    {
        // Votes are drawn independently, so Bayes' rule gives the true chances.
        double[] right = [0.85, 0.7, 0.7, 0.6];
        var gold = Items(1_200, right);
        var model = PanelModel.Fit(4, 1, [.. gold.Take(400)]);
        var forecasts = gold.Skip(400).Select(g => new Forecast(model.Chance(g.Item), g.Truth)).ToList();
        double Bayes(GoldItem g) => 1 / (1 + Math.Exp(-right.Select((r, j) => g.Item.Votes[j] * Math.Log(r / (1 - r))).Sum()));
        var best = gold.Skip(400).Select(g => new Forecast(Bayes(g), g.Truth)).ToList();
        Assert.True(Calibration.ExpectedError(forecasts) < 0.04, $"{Calibration.ExpectedError(forecasts)}");
        Assert.True(Calibration.Accuracy(forecasts) > Calibration.Accuracy(best) - 0.02);
        Assert.True(Calibration.Brier(forecasts) < Calibration.Brier(best) + 0.005);
    }

    [Fact]
    public void ASpaceWithFewGoldItemsBorrowsFromTheOthers()
    {
        List<GoldItem> gold = [.. Items(150, 0.9, 0.6), .. Items(4, 0.9, 0.6).Select(g => g with { Item = new($"few {g.Item.Id}", 1, g.Item.Votes) })];
        var together = PanelModel.Fit(2, 2, gold);
        Assert.True(together.Weight(0, 1) > together.Weight(1, 1) + 0.5);
    }

    [Fact]
    public void WithoutGoldJudgesAreNewcomersAndEqual()
    {
        var model = PanelModel.Fit(2, 1, []);
        Assert.Equal(model.Weight(0, 0), model.Weight(1, 0), 12);
        Assert.Equal(PanelModel.Newcomer, model.Weight(0, 0), 12);
        Assert.InRange(model.Chance(new("x", 0, [1, 0])), 0.7, 0.82);
        Assert.True(model.Chance(new("x", 0, [1, 1])) > model.Chance(new("x", 0, [1, 0])));
        Assert.Equal(0.5, model.Chance(new("x", 0, [1, -1])), 12);
    }

    [Fact]
    public void ASilencedJudgeCountsNothing()
    {
        var model = PanelModel.Fit(2, 1, Items(80, 0.9, 0.8), silenced: [1]);
        Assert.Equal(0, model.Weight(1, 0));
        Assert.Equal(model.Chance(new("x", 0, [1, -1])), model.Chance(new("x", 0, [1, 1])));
    }

    [Fact]
    public void TheOrderOfTheGoldItemsChangesNothingThatCounts()
    {
        var gold = Items(60, 0.8, 0.7);
        var (one, two) = (PanelModel.Fit(2, 1, gold), PanelModel.Fit(2, 1, [.. gold.AsEnumerable().Reverse()]));
        Assert.Equal(one.Weight(0, 0), two.Weight(0, 0), 9);
        Assert.Equal(one.Temperature, two.Temperature);
    }

    [Fact]
    public void ItemsThatDoNotFitAreRefused()
    {
        Assert.Throws<ArgumentException>(() => PanelModel.Fit(3, 1, Items(4, 0.9)));
        Assert.Throws<ArgumentException>(() => PanelModel.Fit(1, 1, [new(new("x", 1, [1]), 1)]));
    }
}
