using System.Text;
using Arena.Engine.Verdicts;
using Arena.Rules.Ratings;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Verdicts;

public sealed class PanelTests
{
    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static PanelJudge[] Judges(int n) => [.. Enumerable.Range(0, n).Select(i => new PanelJudge(Id(i), $"Judge {i}"))];

    /// <summary>Each judge as what it preferred when player 0, then player 1, was shown first; null is a tie. Nobody was measured.</summary>
    private static PanelDecision Decide(params (int? Shown0, int? Shown1)[] judges) =>
        Panel.Decide(Judges(judges.Length), Votes(judges), new Dictionary<Guid, string>(), PanelBelief.Unmeasured([.. judges.Select((_, i) => Id(i))]), new());

    private static PanelVote[] Votes(params (int? Shown0, int? Shown1)[] judges) =>
        [.. judges.SelectMany((j, i) => (PanelVote[])[new(Id(i), 0, j.Shown0), new(Id(i), 1, j.Shown1)])];

    /// <summary>Judges whose answers to three hundred gold cases were right with these chances.</summary>
    private static PanelBelief Measured(params double[] right)
    {
        var numbers = new TestNumbers(5);
        List<GoldItem> gold = [.. Enumerable.Range(0, 300).Select(i => new GoldItem(new($"g{i}", 0, [.. right.Select(r => (numbers.Uniform() < r) == (i % 2 == 0) ? 1.0 : -1)]), i % 2 == 0 ? 1 : 0))];
        return new(PanelModel.Fit(right.Length, 1, gold), [.. right.Select((_, i) => Id(i))], 0);
    }

    [Fact]
    public void NewcomersThatAgreeWin()
    {
        var decision = Decide((1, 1), (1, 1), (0, 1));
        Assert.Equal(1, decision.Winner);
        // Two to one among judges of whom nothing is known is not enough.
        Assert.Null(Decide((1, 1), (1, 1), (0, 0)).Winner);
        Assert.Equal([0, 1_000_000], decision.Scores);
        Assert.Equal(1 - 2 * decision.Chance, decision.Margin, 12);
        Assert.Equal(0, Decide((0, 0)).Winner);
    }

    [Fact]
    public void AJudgeThatFollowsTheSeatAbstains()
    {
        var decision = Decide((0, 1), (1, 1));
        Assert.Equal("abstains", decision.Seats[0].Stance);
        Assert.Contains("player 1 when player 1 was shown first, player 2 when player 2 was", decision.Seats[0].Why, StringComparison.Ordinal);
        Assert.Equal(1, decision.Winner);
    }

    [Fact]
    public void UnderThePosteriorItIsADraw()
    {
        Assert.Null(Decide((0, 0), (1, 1)).Winner);
        Assert.Null(Decide((0, 1)).Winner);
        Assert.Null(Decide((0, null)).Winner);
        Assert.Equal([500_000, 500_000], Decide((null, null)).Scores);
        Assert.Equal(0, Decide((0, 0), (1, 1)).Margin);
    }

    [Fact]
    public void MeasuredReliabilityOutweighsTheCount()
    {
        var belief = Measured(0.95, 0.5, 0.5);
        var decision = Panel.Decide(Judges(3), Votes((0, 0), (1, 1), (1, 1)), new Dictionary<Guid, string>(), belief, new());
        Assert.Equal(0, decision.Winner);
        Assert.True(decision.Seats[0].Weight > 2 * Math.Abs(decision.Seats[1].Weight));
    }

    [Fact]
    public void AJudgeThatIsUsuallyWrongCountsForTheOther()
    {
        var decision = Panel.Decide(Judges(1), Votes((1, 1)), new Dictionary<Guid, string>(), Measured(0.05), new());
        Assert.True(decision.Seats[0].Weight < 0);
        Assert.Equal(0, decision.Winner);
    }

    [Fact]
    public void AnExcludedJudgeCountsNothingWhateverItSaid()
    {
        PanelJudge[] judges = [new(Id(0), "Kin", "Of a contestant's model family (llama)."), new(Id(1), "Other")];
        var decision = Panel.Decide(judges, Votes((0, 0), (1, 1)), new Dictionary<Guid, string>(), PanelBelief.Unmeasured([Id(0), Id(1)]), new());
        Assert.Equal(("excluded", 1), (decision.Seats[0].Stance, decision.Winner));
    }

    [Fact]
    public void PeopleMoveAnUndecidedPanel()
    {
        var belief = PanelBelief.Unmeasured([Id(0), Id(1)]);
        PanelDecision With(params int?[] people) => Panel.Decide(Judges(2), Votes((0, 0), (1, 1)), new Dictionary<Guid, string>(), belief, new(), [.. people.Select(p => new PersonSaid(p))]);
        Assert.Null(With().Winner);
        Assert.Null(With(1).Winner);
        Assert.Equal(1, With(1, 1, null).Winner);
        Assert.Null(With(0, 1, 1).Winner);
        Assert.Equal((-2, 3), With(1, 1, null).People);
    }

    [Fact]
    public void JudgesAreAskedInTheOrderOfTheirWorthUntilThePanelIsSure()
    {
        var belief = Measured(0.5, 0.95, 0.8, 0.7);
        PanelDecision Heard(params PanelVote[] votes) => Panel.Decide(Judges(4), votes, new Dictionary<Guid, string>(), belief, new());
        HashSet<Guid> two = [Id(1), Id(2)];
        Assert.Equal([Id(1), Id(2)], Panel.Next(Judges(4), new HashSet<Guid>(), Heard(), belief, new()));
        Assert.Empty(Panel.Next(Judges(4), two, Heard(new(Id(1), 0, 0), new(Id(1), 1, 0), new(Id(2), 0, 0), new(Id(2), 1, 0)), belief, new()));
        Assert.Equal([Id(3)], Panel.Next(Judges(4), two, Heard(new(Id(1), 0, 0), new(Id(1), 1, 0), new(Id(2), 0, 1), new(Id(2), 1, 1)), belief, new()));
        PanelJudge[] barred = [.. Judges(4).Select(j => j.Id == Id(1) ? j with { Excluded = "Compromised" } : j)];
        Assert.DoesNotContain(Id(1), Panel.Next(barred, new HashSet<Guid>(), Heard(), belief, new()));
    }

    [Fact]
    public void AJudgeWithoutBothOrdersCountsAsFailedWithItsReasonAndOneNotAskedSaysSo()
    {
        var decision = Panel.Decide(
            Judges(3), [new(Id(0), 0, 1), new(Id(0), 1, 1), new(Id(1), 0, 0)], new Dictionary<Guid, string> { [Id(1)] = "silent for 60 s" }, PanelBelief.Unmeasured([Id(0), Id(1), Id(2)]), new());
        Assert.Equal(("failed", "silent for 60 s"), (decision.Seats[1].Stance, decision.Seats[1].Why));
        Assert.Equal("unasked", decision.Seats[2].Stance);
        Assert.Equal(1, decision.Winner);
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
        var decision = new PanelDecision([0, 1_000_000], 1, 0.1234567, [new(Id(2), "B", "prefers", 1, -0.5, ""), new(Id(1), "A", "prefers", 1, 1.25, ""), new(Id(3), "C", "unasked", null, 2, "")], (0, 0));
        var bytes = VerdictRecord.Bytes(new(Guid.Empty), "pitch", "rub", decision, [Row(2, 1), Row(1, 1), Row(2, 0), Row(1, 0)]);
        var again = VerdictRecord.Bytes(new(Guid.Empty), "pitch", "rub", decision, [Row(1, 0), Row(1, 1), Row(2, 0), Row(2, 1)]);
        Assert.Equal(bytes, again);
        var text = Encoding.UTF8.GetString(bytes);
        Assert.StartsWith("""{"arena":"arena-verdict-v2","chance":123457,"judgments":[{"first":0,"judge":"00000001-0000-0000-0000-000000000000","model":"m","preferred":1,"prompt":"p","reply":"2cf24dba5fb0a30e""", text, StringComparison.Ordinal);
        Assert.EndsWith(""","weights":{"00000001-0000-0000-0000-000000000000":1250000,"00000002-0000-0000-0000-000000000000":-500000}}""", text, StringComparison.Ordinal);
        Assert.Equal(64, VerdictRecord.Sha256(bytes).Length);
    }
}
