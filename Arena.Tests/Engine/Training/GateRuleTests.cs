using Arena.Engine.Matches;
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
    public void OnlyTheMatchesBeforeTheFirstOpenOneCount()
    {
        static GateMatch At(int at, MatchStatus status, long? score) => new(new Guid(at, 0, 0, new byte[8]), status, DateTimeOffset.UnixEpoch.AddSeconds(at), null, score);
        var scores = GateWorker.Scores(
        [
            At(3, MatchStatus.Running, null), At(4, MatchStatus.Closed, 1), At(1, MatchStatus.Void, null), At(0, MatchStatus.Closed, 7), At(2, MatchStatus.Closed, 8),
        ]);
        Assert.Equal([7, 8], scores);
    }
}
