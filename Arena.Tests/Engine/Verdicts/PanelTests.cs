using System.Text;
using Arena.Engine.Verdicts;

namespace Arena.Tests.Engine.Verdicts;

public sealed class PanelTests
{
    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    /// <summary>Each judge as what it preferred when player 0, then player 1, was shown first; null is a tie.</summary>
    private static PanelDecision Decide(params (int? Shown0, int? Shown1)[] judges) => Panel.Decide(
        [.. judges.Select((_, i) => (Id(i), $"Judge {i}"))],
        [.. judges.SelectMany((j, i) => (PanelVote[])[new(Id(i), 0, j.Shown0), new(Id(i), 1, j.Shown1)])],
        new Dictionary<Guid, string>());

    [Fact]
    public void AConsistentMajorityWins()
    {
        var decision = Decide((1, 1), (1, 1), (0, 0));
        Assert.Equal(1, decision.Winner);
        Assert.Equal([0, 1_000_000], decision.Scores);
        Assert.Equal(1.0 / 3, decision.Margin, 12);
    }

    [Fact]
    public void AJudgeThatFollowsTheSeatAbstains()
    {
        var decision = Decide((0, 1), (1, 1));
        Assert.Equal("abstains", decision.Seats[0].Stance);
        Assert.Contains("player 1 when player 1 was shown first, player 2 when player 2 was", decision.Seats[0].Why, StringComparison.Ordinal);
        Assert.Equal(1, decision.Winner);
        Assert.Equal(0.5, decision.Margin);
    }

    [Fact]
    public void WithoutAMajorityItIsADraw()
    {
        Assert.Null(Decide((0, 0), (1, 1)).Winner);
        Assert.Null(Decide((null, null), (0, 0)).Winner);
        Assert.Null(Decide((0, 1)).Winner);
        Assert.Null(Decide((0, null)).Winner);
        Assert.Equal([500_000, 500_000], Decide((null, null)).Scores);
        Assert.Equal(0, Decide((null, null), (0, 0)).Margin);
        Assert.Equal(0, Decide((null, null), (0, 0), (0, 0)).Winner);
    }

    [Fact]
    public void AJudgeWithoutBothOrdersCountsAsFailedWithItsReason()
    {
        var decision = Panel.Decide([(Id(0), "A"), (Id(1), "B")], [new(Id(0), 0, 1), new(Id(0), 1, 1), new(Id(1), 0, 0)], new Dictionary<Guid, string> { [Id(1)] = "silent for 60 s" });
        Assert.Equal(("failed", "silent for 60 s"), (decision.Seats[1].Stance, decision.Seats[1].Why));
        Assert.Equal(1, decision.Winner);
        Assert.Equal(1, decision.Margin);
        Assert.Equal("failed", (string?)decision.ToJson()["judges"]![1]!["stance"]);
    }

    [Fact]
    public void TheVerdictsBytesAreCanonicalAndNameEverything()
    {
        Judgment Row(int judge, int first) => new()
        {
            Id = Guid.Empty,
            MatchId = new(Guid.Empty),
            JudgeId = Id(judge),
            First = first,
            Preferred = first == 0 ? 1 : null,
            Scores = """{"0":{"style":3},"1":{"style":9}}""",
            Reason = "r",
            Model = "m",
            PromptHash = "p",
            RawReply = "hello",
            LatencyMs = 5,
            CostMicroUsd = 0,
            Tries = 1,
            At = DateTimeOffset.UnixEpoch,
        };
        var bytes = VerdictRecord.Bytes(new(Guid.Empty), "pitch", "rub", [0, 1_000_000], [Row(2, 1), Row(1, 1), Row(2, 0), Row(1, 0)]);
        var again = VerdictRecord.Bytes(new(Guid.Empty), "pitch", "rub", [0, 1_000_000], [Row(1, 0), Row(1, 1), Row(2, 0), Row(2, 1)]);
        Assert.Equal(bytes, again);
        var text = Encoding.UTF8.GetString(bytes);
        Assert.StartsWith("""{"arena":"arena-verdict-v1","judgments":[{"first":0,"judge":"00000001-0000-0000-0000-000000000000","model":"m","preferred":1,"prompt":"p","reply":"2cf24dba5fb0a30e""", text, StringComparison.Ordinal);
        Assert.Equal(64, VerdictRecord.Sha256(bytes).Length);
    }
}
