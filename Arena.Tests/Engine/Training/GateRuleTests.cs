using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class GateRuleTests
{
    private static readonly GateSettings Settings = new() { Elo1 = 30, MostPairs = 400 };

    /// <summary>Pairs whose mean scores (micro-points) repeat a pattern.</summary>
    private static GateStanding Decide(int pairs, params long[] pattern) =>
        GateRule.Decide([.. Enumerable.Range(0, pairs).Select(i => pattern[i % pattern.Length])], Settings);

    [Fact]
    public void AClearWinnerIsPromotedAndTheTestEndsWithThePairThatCrossedTheBound()
    {
        var standing = Decide(400, 1_000_000, 750_000, 500_000);
        Assert.Equal(GateDecision.Promote, standing.Decision);
        Assert.InRange(standing.Pairs, 2, 200);
        Assert.True(standing.Llr >= standing.Upper);
        Assert.Equal(standing.Pairs, standing.Wins + standing.Draws + standing.Losses);
        // What is played on meanwhile changes nothing.
        Assert.Equal(standing.Pairs, Decide(300, 1_000_000, 750_000, 500_000).Pairs);
    }

    [Fact]
    public void AClearLoserIsRejected() => Assert.Equal(GateDecision.Reject, Decide(400, 0, 250_000, 500_000).Decision);

    [Fact]
    public void WithoutADecisionTheLowerEndOfTheEstimateDecidesAtTheLimit()
    {
        var undecided = new GateSettings { Elo0 = 0, Elo1 = 30, MostPairs = 40, Error = 0.001 };
        long[] even = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 500_000L : i % 4 == 1 ? 750_000 : 250_000)];
        var standing = GateRule.Decide(even, undecided);
        Assert.Equal((GateDecision.Reject, 40), (standing.Decision, standing.Pairs));
        Assert.Contains("is not above 0", standing.Why, StringComparison.Ordinal);
        long[] good = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0 ? 750_000L : i % 3 == 1 ? 250_000 : 750_000)];
        var better = GateRule.Decide(good, undecided);
        Assert.Equal((GateDecision.Promote, 40), (better.Decision, better.Pairs));
        Assert.True(better.EloLow > 0);
    }

    [Fact]
    public void NothingPlayedIsRunningAndGoesThroughJson()
    {
        var standing = GateRule.Decide([], Settings);
        Assert.Equal((GateDecision.Running, 0, null), (standing.Decision, standing.Pairs, standing.EloLow));
        Assert.Equal(standing.ToJson(), GateStanding.FromJson(standing.ToJson()).ToJson());
        Assert.Contains("+30 Elo", GateRule.InWords(Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void ACandidateIsPromotedOnlyIfItBeatsItsParentAndIsNoWorseAgainstThePool()
    {
        var settings = new TrainingSettings();
        long[] wins = [.. Enumerable.Repeat(1_000_000L, 100)];
        PoolDraw[] fine = [.. Enumerable.Range(0, 100).Select(i => new PoolDraw(0, 500_000, 500_000))];
        PoolDraw[] worse = [.. Enumerable.Range(0, 100).Select(i => new PoolDraw(0, i % 2 == 0 ? 250_000 : 500_000, 500_000))];
        Assert.Equal(GateDecision.Promote, GateRule.Decide(wins, fine, ["A"], settings).Decision);
        var stopped = GateRule.Decide(wins, worse, ["A"], settings);
        Assert.Equal(GateDecision.Reject, stopped.Decision);
        Assert.StartsWith("Rejected: it beat its parent in", stopped.Why, StringComparison.Ordinal);
        var waiting = GateRule.Decide(wins, [], ["A"], settings);
        Assert.Equal((GateDecision.Running, 0L), (waiting.Decision, waiting.Pool!.Draws));
        // Whoever does not beat its parent never meets the pool; without a pool the parent alone decides.
        Assert.Null(GateRule.Decide([.. Enumerable.Repeat(0L, 100)], fine, ["A"], settings).Pool);
        Assert.Equal(GateDecision.Promote, GateRule.Decide(wins, [], [], settings).Decision);
        Assert.Equal(stopped.ToJson(), GateStanding.FromJson(stopped.ToJson()).ToJson());
    }
}
