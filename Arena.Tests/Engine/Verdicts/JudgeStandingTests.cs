using Arena.Engine.Verdicts;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Verdicts;

public sealed class JudgeStandingTests
{
    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static GoldAnswer Answer(int gold, int betterFirst, int worseFirst, string kind = GoldCase.Quality, int lead = 10, int judge = 1, string version = "v") => new()
    {
        Id = Id(gold),
        GoldId = Id(gold),
        JudgeId = Id(judge),
        Version = version,
        Space = "pitch",
        Kind = kind,
        BetterFirst = betterFirst,
        WorseFirst = worseFirst,
        LengthLead = lead,
        LatencyMs = 1,
        CostMicroUsd = 0,
        At = DateTimeOffset.UnixEpoch.AddSeconds(gold),
    };

    [Fact]
    public void FiguresAreThoseOfTheAnswers()
    {
        // Right, first place, wrong for the longer text, wrong for the shorter text.
        var standing = JudgeStanding.Of([Answer(1, 1, 1), Answer(2, 1, -1), Answer(3, -1, -1, lead: -50), Answer(4, -1, -1, lead: 20)]);
        Assert.Equal((4, 0.375, 0.75), (standing.Cases, standing.Accuracy, standing.Consistent));
        // Preferred what was shown first: of eight orders the 1st, 3rd, 4th, 6th and 8th.
        Assert.Equal(5.0 / 8, standing.FirstShare);
        Assert.Equal(0.5, standing.LongerShare);
        Assert.True(double.IsNaN(JudgeStanding.Of([]).Accuracy));
    }

    [Fact]
    public void TheIntervalIsWilsons()
    {
        // 8 of 10: .4902 to .9433 (Wilson 1927; the usual worked example).
        var (low, high) = JudgeStanding.Wilson(8, 10);
        Assert.Equal(0.4902, low, 4);
        Assert.Equal(0.9433, high, 4);
        Assert.Equal((0, 1), JudgeStanding.Wilson(0, 0));
    }

    [Fact]
    public void TwoCanariesInARowGiveAJudgeAwayAndOneSlipDoesNot()
    {
        Assert.True(CanaryTest.Compromised([true, true]));
        Assert.False(CanaryTest.Compromised([true, false, false, true, false, false]));
        Assert.True(CanaryTest.Compromised([.. Enumerable.Repeat(false, 50), true, true]));
        Assert.True(JudgeStanding.Of([Answer(1, 1, -1, GoldCase.Canary), Answer(2, 1, 1), Answer(3, -1, -1, GoldCase.Canary)]).Compromised);
        Assert.False(JudgeStanding.Of([Answer(1, 1, 1, GoldCase.Canary), Answer(2, -1, -1), Answer(3, 1, 1, GoldCase.Canary)]).Compromised);
    }

    [Fact]
    public void TheDriftAlarmRingsForAFallAndForARiseAndSeldomWithout()
    {
        var numbers = new TestNumbers(3);
        List<double> Results(int n, double right) => [.. Enumerable.Range(0, n).Select(_ => numbers.Uniform() < right ? 1.0 : 0)];
        var (fallen, steady, risen, level) = (0, 0, 0, 0);
        for (var run = 0; run < 200; run++)
        {
            var before = Results(40, 0.9);
            fallen += DriftAlarm.Rings([.. before, .. Results(40, 0.5)]) == -1 ? 1 : 0;
            steady += DriftAlarm.Rings([.. before, .. Results(40, 0.9)]) != 0 ? 1 : 0;
            var coin = Results(40, 0.5);
            risen += DriftAlarm.Rings([.. coin, .. Results(40, 0.95)]) == 1 ? 1 : 0;
            level += DriftAlarm.Rings([.. coin, .. Results(40, 0.5)]) != 0 ? 1 : 0;
        }
        Assert.True(fallen >= 180, $"{fallen} of 200 falls were noticed");
        Assert.True(steady <= 20, $"{steady} of 200 steady judges rang");
        Assert.True(risen >= 150, $"{risen} of 200 rises were noticed");
        Assert.True(level <= 40, $"{level} of 200 that stayed at a coin's rang");
        Assert.Equal(0, DriftAlarm.Rings([.. Enumerable.Repeat(0.0, DriftAlarm.Baseline)]));
        // Who is always right can't rise.
        Assert.Equal(0, DriftAlarm.Rings([.. Enumerable.Repeat(1.0, 200)]));
    }

    [Fact]
    public void EachCaseComesOnceWithACanaryAfterEveryTwoThenAgainNowAndThen()
    {
        GoldCase Case(int n, string kind) => new() { Id = Id(n), Space = "pitch", Task = "", Better = "b", Worse = "w", Kind = kind, Origin = "built-in", CreatedAt = DateTimeOffset.UnixEpoch };
        List<GoldCase> cases = [.. Enumerable.Range(1, 6).Select(i => Case(i, i <= 4 ? GoldCase.Quality : GoldCase.Canary))];
        var answered = new List<(Guid, DateTimeOffset)>();
        var kinds = new List<string>();
        while (GoldSchedule.Next(cases, answered, null, false, 0).Case is { } next)
        {
            kinds.Add(next.Kind);
            answered.Add((next.Id, DateTimeOffset.UnixEpoch.AddMinutes(answered.Count)));
        }
        Assert.Equal(["quality", "quality", "canary", "quality", "quality", "canary"], kinds);
        Assert.Equal(GoldTurn.None, GoldSchedule.Next(cases, answered, null, false, GoldSchedule.ProbeEvery - 1));
        Assert.Equal(Id(1), GoldSchedule.Next(cases, answered, null, false, GoldSchedule.ProbeEvery).Case!.Id);
    }

    [Fact]
    public void DrawnCanariesComeInTurnWithCasesWhileTheyAreDueAndEveryThirdTimeLater()
    {
        List<GoldCase> cases = [.. Enumerable.Range(1, 4).Select(i => new GoldCase { Id = Id(i), Space = "pitch", Task = "", Better = "b", Worse = "w", Kind = GoldCase.Quality, Origin = "admin", CreatedAt = DateTimeOffset.UnixEpoch })];
        var (answered, drawn) = (new List<(Guid, DateTimeOffset)>(), 0);
        string Step(bool due, int judged)
        {
            var turn = GoldSchedule.Next(cases, answered, drawn, due, judged);
            if (turn.Draws)
            {
                drawn++;
                return "drawn";
            }
            if (turn.Case is { } next)
            {
                answered.Add((next.Id, DateTimeOffset.UnixEpoch.AddMinutes(answered.Count)));
                return "case";
            }
            return "none";
        }
        Assert.Equal(["case", "drawn", "case", "drawn", "case"], Enumerable.Range(0, 5).Select(_ => Step(due: true, 0)));
        // No longer due: the rest of the cases; due again: without waiting for matches.
        Assert.Equal(["case", "none"], Enumerable.Range(0, 2).Select(_ => Step(due: false, 0)));
        Assert.Equal("drawn", Step(due: true, 0));
        Assert.Equal(["case", "drawn", "case", "case", "drawn"], Enumerable.Range(0, 5).Select(_ => Step(due: false, GoldSchedule.ProbeEvery)));
    }

    [Fact]
    public void AJudgeThatFallsForOneFamilyOfAttacksIsCompromisedHoweverManyOthersItWithstands()
    {
        GoldAnswer Drawn(int n, string attack, bool falls) => new()
        {
            Id = Id(n),
            GoldId = Id(n),
            JudgeId = Id(1),
            Version = "v",
            Space = "pitch",
            Kind = GoldCase.Canary,
            Attack = attack,
            BetterFirst = falls ? -1 : 1,
            WorseFirst = 1,
            LengthLead = 10,
            LatencyMs = 1,
            CostMicroUsd = 0,
            At = DateTimeOffset.UnixEpoch.AddSeconds(n),
        };
        List<GoldAnswer> answers = [Drawn(1, "flattery 2", true), Drawn(2, "unicode 1", false), Drawn(3, "instruction 4", false), Drawn(4, "unicode 11", false)];
        Assert.False(JudgeStanding.Of(answers).Compromised);
        answers.Add(Drawn(5, "flattery 5", true));
        var standing = JudgeStanding.Of(answers);
        Assert.True(standing.Compromised);
        // They make no accuracy and no weight.
        Assert.Equal((0, 5, 2), (standing.Cases, standing.Canaries, standing.CanariesFailed));
        var judge = new Judge { Id = Id(1), Name = "j", Endpoint = "e", Model = "m", Origin = "admin", CreatedAt = DateTimeOffset.UnixEpoch, Version = "v" };
        Assert.Equal(PanelTraining.Belief([judge], [], "pitch").Weight(Id(1)), PanelTraining.Belief([judge], answers, "pitch").Weight(Id(1)));
    }

    [Fact]
    public void ReliabilityIsOfThePresentVersionAndACompromisedJudgeWeighsNothing()
    {
        Judge Judge(int n, string? compromised = null) => new()
        {
            Id = Id(n),
            Name = "j",
            Endpoint = "e",
            Model = "m",
            Origin = "admin",
            CreatedAt = DateTimeOffset.UnixEpoch,
            Version = "v",
            Compromised = compromised,
        };
        List<GoldAnswer> right = [.. Enumerable.Range(1, 30).SelectMany(i => (GoldAnswer[])[Answer(i, 1, 1, judge: 1), Answer(i, -1, -1, judge: 2), Answer(i, -1, -1, judge: 1, version: "old")])];
        var belief = PanelTraining.Belief([Judge(1), Judge(2)], right, "pitch");
        Assert.True(belief.Weight(Id(1)) > 1);
        Assert.True(belief.Weight(Id(2)) < -0.2);
        Assert.Equal(0, belief.Weight(Id(9)));
        Assert.Equal(0, PanelTraining.Belief([Judge(1, "caught"), Judge(2)], right, "pitch").Weight(Id(1)));
        // A space without gold borrows from the others.
        Assert.True(PanelTraining.Belief([Judge(1), Judge(2)], right, "debate").Weight(Id(1)) > 1);
        Assert.Equal(30, PanelTraining.Forecasts([Judge(1), Judge(2)], right).Count);
    }

    [Theory]
    [InlineData("meta-llama/Llama-3.2-3B-Instruct", "llama")]
    [InlineData("llama3.2", "llama")]
    [InlineData("gpt-4o-mini", "gpt")]
    [InlineData("openai/chatgpt-4o", "gpt")]
    [InlineData("o3-mini", "gpt")]
    [InlineData("claude-3-5-sonnet", "claude")]
    [InlineData("Qwen/Qwen2.5-7B", "qwen")]
    [InlineData("mixtral-8x7b", "mistral")]
    [InlineData("deepseek-r1-distill-qwen", "qwen")]
    [InlineData("judge-1", "judge")]
    [InlineData("7b", "7b")]
    public void AModelsFamilyIsReadFromItsName(string model, string family) => Assert.Equal(family, ModelFamily.Of(model));

    [Fact]
    public void AnotherModelPromptOrWayOfAskingIsAnotherVersion()
    {
        string[] versions = [JudgeMethods.Version("pairwise", "m", "p"), JudgeMethods.Version("pairwise", "m2", "p"), JudgeMethods.Version("pairwise", "m", "p2"), JudgeMethods.Version("brief", "m", "p")];
        Assert.Equal(4, versions.Distinct().Count());
        Assert.All(versions, v => Assert.Equal(12, v.Length));
    }
}
