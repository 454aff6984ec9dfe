using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class ProbeStartTests
{
    [Fact]
    public void WithoutProbesItIsANewcomers()
    {
        Assert.Equal(PanelModel.Newcomer, ProbeStart.Of(20, 20, 0, 0));
        Assert.Equal(PanelModel.Newcomer, ProbeStart.Of(0, 0, 0, 0));
    }

    [Fact]
    public void ProbesCountAQuarterBesideFourObservationsOfANewcomer()
    {
        // 4 x 0.817574 + 16 / 4 = 7.270297 right of 4 + 24 / 4 = 10: log(0.7270297 / 0.2729703).
        Assert.Equal(0.979605, ProbeStart.Of(20, 20, 16, 24), 5);
        Assert.True(ProbeStart.Of(15, 20, 20, 24) > ProbeStart.Of(15, 20, 19, 24));
    }

    [Fact]
    public void ProbesAloneLiftNobodyAndLiftNobodyWhoseGoldFails()
    {
        Assert.Equal(PanelModel.Newcomer, ProbeStart.Of(0, 0, 32, 32));
        Assert.Equal(PanelModel.Newcomer, ProbeStart.Of(10, 20, 32, 32));
        Assert.Equal(PanelModel.Newcomer, ProbeStart.Of(2, 20, 32, 32));
        Assert.Equal(ProbeStart.Highest, ProbeStart.Of(18, 20, 32, 32));
    }

    [Fact]
    public void ProbesAloneBringAJudgeDownToACoinAndNeverTurnItRound()
    {
        Assert.Equal(0, ProbeStart.Of(0, 0, 0, 32));
        Assert.Equal(0, ProbeStart.Of(20, 20, 0, 32));
        Assert.InRange(ProbeStart.Of(0, 0, 16, 32), 0.1, 0.8);
    }

    [Fact]
    public void AStartMovesAWeightAndGoldWashesItOut()
    {
        List<GoldItem> Gold(int n) => [.. Enumerable.Range(0, n).Select(i => new GoldItem(new($"g{i}", 0, [i % 2 == 0 ? 1 : -1]), i % 2 == 0 ? 1 : 0))];
        double Weight(int gold, double start) => PanelModel.Fit(1, 1, Gold(gold), starts: [start]).Weight(0, 0);
        Assert.Equal(0.5, Weight(0, 0.5), 12);
        // Right on all gold: the low start is left behind the more, the more gold there is.
        Assert.True(Weight(8, 0) > 0.5);
        Assert.True(Weight(8, 0) < Weight(8, 1.5));
        Assert.True(Weight(60, 0) > Weight(8, 0));
        Assert.Equal(PanelModel.Fit(1, 1, Gold(20)).Weight(0, 0), Weight(20, PanelModel.Newcomer));
        Assert.Throws<ArgumentException>(() => PanelModel.Fit(2, 1, [], starts: [1.5]));
    }
}
