using Arena.Engine.Agents;
using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class LineageTests
{
    private static VersionId V(int n) => new(new Guid(n, 0, 0, new byte[8]));

    [Fact]
    public void ParentsStandBeforeTheirChildrenAndABranchIsKeptTogether()
    {
        var order = Lineage.Order([(V(1), 1, null), (V(2), 2, V(1)), (V(3), 3, V(1)), (V(4), 4, V(2)), (V(5), 5, V(99)), (V(6), 6, V(6))]);
        Assert.Equal([(V(1), 0), (V(2), 1), (V(4), 2), (V(3), 1), (V(5), 0), (V(6), 0)], order);
    }

    [Fact]
    public void ALineOfTenThousandVersionsIsNoProblem()
    {
        var order = Lineage.Order([.. Enumerable.Range(1, 10_000).Select(n => (V(n), n, n == 1 ? (VersionId?)null : V(n - 1)))]);
        Assert.Equal((V(10_000), 9_999), order[^1]);
    }

    /// <summary>Wilson's interval as printed for 8 of 10 and 0 of 10 (statsmodels, proportion_confint, method "wilson").</summary>
    [Fact]
    public void ScoresHaveWilsonsInterval()
    {
        var eight = ScoreEstimate.Of(10, 0.8);
        Assert.Equal(0.4901625, eight.Low, 1e-6);
        Assert.Equal(0.9433178, eight.High, 1e-6);
        var none = ScoreEstimate.Of(10, 0);
        Assert.Equal(0, none.Low, 1e-12);
        Assert.Equal(0.2775328, none.High, 1e-6);
        Assert.Equal((0, 1), (ScoreEstimate.Of(0, 0).Low, ScoreEstimate.Of(0, 0).High));
    }

    /// <summary>Newcombe 1998, table II, column (a), method 10: 56/70 - 48/80 = 0.2, 0.0524 to 0.3339.</summary>
    [Fact]
    public void DifferencesHaveNewcombesInterval()
    {
        var diff = OpponentDiff.Of(V(1), new(Guid.Empty), "x", true, ScoreEstimate.Of(80, 0.6), ScoreEstimate.Of(70, 0.8));
        Assert.Equal(0.2, diff.Difference!.Value, 1e-12);
        Assert.Equal(0.0524, diff.Low!.Value, 5e-5);
        Assert.Equal(0.3339, diff.High!.Value, 5e-5);
        Assert.Equal("better", diff.Reading);
        Assert.Equal("not both met it", OpponentDiff.Of(V(1), new(Guid.Empty), "x", true, ScoreEstimate.Of(0, 0), ScoreEstimate.Of(70, 0.8)).Reading);
        Assert.Equal("no difference shown", OpponentDiff.Of(V(1), new(Guid.Empty), "x", true, ScoreEstimate.Of(5, 0.6), ScoreEstimate.Of(5, 0.8)).Reading);
    }

    [Fact]
    public void TheFactsOfTwoRunsStandSideBySide()
    {
        static LineageRun Run(TrainOptions options, string data) => new(new(Guid.Empty), "tic-tac-toe", options, 3, data, RunStatus.Promoted, null, []);
        var facts = StrengthQuery.Facts(Run(new(), "aa"), Run(new(Method: "grpo", Rounds: 5), "bb")).Where(f => f.Differs).Select(f => (f.Name, f.First, f.Second));
        Assert.Equal([("method", "dpo", "grpo"), ("rounds", "20", "5"), ("data (SHA-256)", "aa", "bb")], facts);
        Assert.Contains(StrengthQuery.Facts(null, Run(new(), "aa")), f => f is { Name: "method", First: null, Second: "dpo" });
    }

    [Theory]
    [InlineData(60, 0, 0.25, 180)]
    [InlineData(60, 0.5, 0.75, 60)]
    [InlineData(60, 0.5, 0.25, 180)]
    public void TheTimeLeftFollowsFromWhatWasDoneSinceTheStart(int passed, double from, double done, int left) =>
        Assert.Equal(TimeSpan.FromSeconds(left), TimeLeft.Estimate(DateTimeOffset.UnixEpoch, from, done, DateTimeOffset.UnixEpoch.AddSeconds(passed)));

    [Fact]
    public void WithTooLittleDoneNothingIsSaidAboutTheTimeLeft()
    {
        var now = DateTimeOffset.UnixEpoch.AddSeconds(60);
        Assert.Null(TimeLeft.Estimate(null, 0, 0.5, now));
        Assert.Null(TimeLeft.Estimate(DateTimeOffset.UnixEpoch, 0.5, 0.51, now));
        Assert.Null(TimeLeft.Estimate(now.AddSeconds(-4), 0, 0.5, now));
        Assert.Null(TimeLeft.Estimate(DateTimeOffset.UnixEpoch, 0, 1, now));
        Assert.Equal(["about 45 s", "about 3 min", "about 2 h"], new[] { 41, 170, 6_000 }.Select(s => TimeLeft.InWords(TimeSpan.FromSeconds(s))));
    }

    [Fact]
    public void AWorkersWordsAreOneHarmlessLine()
    {
        Assert.Equal("a  b", RunLog.Clean("a\u001b\nb\r"));
        Assert.Equal(400, RunLog.Clean(new string('x', 5_000)).Length);
    }
}
