using Arena.Engine.Verdicts;
using Arena.Rules.Ratings;

namespace Arena.Tests.Engine.Verdicts;

/// <summary>What probes do to a judge's weight in a judged space, and when a judge meets them.</summary>
public sealed class ProbeWeightTests
{
    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static Judge Judge(int n, string? compromised = null) => new()
    {
        Id = Id(n),
        Name = $"j{n}",
        Endpoint = "e",
        Model = "m",
        Origin = "admin",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Version = "v",
        Compromised = compromised,
    };

    private static List<GoldAnswer> Gold(int judge, int right, int wrong, string space = "pitch") => [.. Enumerable.Range(0, right + wrong).Select(i => new GoldAnswer
    {
        Id = new(i, 1, (short)judge, new byte[8]),
        GoldId = new(i, 1, 0, [.. space.Select(c => (byte)c).Concat(new byte[8]).Take(8)]),
        JudgeId = Id(judge),
        Version = "v",
        Space = space,
        Kind = GoldCase.Quality,
        BetterFirst = i < right ? 1 : -1,
        WorseFirst = i < right ? 1 : -1,
        LengthLead = 1,
        LatencyMs = 1,
        CostMicroUsd = 0,
        At = DateTimeOffset.UnixEpoch.AddSeconds(i),
    })];

    private static List<ProbeAnswer> Probes(int judge, int right, int wrong, string version = "v", string space = "instruct", int from = 0) => [.. Enumerable.Range(0, right + wrong).Select(i => new ProbeAnswer
    {
        Id = new(from + i, 2, (short)judge, new byte[8]),
        ProbeId = new(from + i, 2, 0, new byte[8]),
        JudgeId = Id(judge),
        Version = version,
        Space = space,
        BetterFirst = i < right ? 1 : -1,
        WorseFirst = i < right ? 1 : -1,
        LatencyMs = 1,
        CostMicroUsd = 0,
        At = DateTimeOffset.UnixEpoch.AddMinutes(from + i),
    })];

    private static double Weight(List<GoldAnswer> gold, List<ProbeAnswer> probes, string space = "pitch", string? compromised = null) =>
        PanelTraining.Belief([Judge(1, compromised)], gold, space, probes).Weight(Id(1));

    [Fact]
    public void RightOnProbesGainsAndWrongOnProbesFalls()
    {
        var gold = Gold(1, 14, 6);
        Assert.True(Weight(gold, Probes(1, 24, 0)) > Weight(gold, []) + 0.05);
        Assert.True(Weight(gold, Probes(1, 4, 20)) < Weight(gold, []) - 0.2);
    }

    [Fact]
    public void WithoutGoldProbesLowerAndNeverLift()
    {
        Assert.Equal(PanelModel.Newcomer, Weight([], Probes(1, 32, 0)), 12);
        Assert.Equal(0, Weight([], Probes(1, 0, 32)), 12);
        Assert.InRange(Weight([], Probes(1, 8, 8)), 0.2, 1.2);
    }

    [Fact]
    public void AGoodProbeRecordLiftsNoJudgeThatFailsGold()
    {
        var failing = Gold(1, 6, 14);
        Assert.Equal(Weight(failing, []), Weight(failing, Probes(1, 32, 0)));
        // Failing in this space counts, however good it is in another one.
        var elsewhere = Gold(1, 20, 0, "debate").Concat(failing).ToList();
        Assert.Equal(Weight(elsewhere, []), Weight(elsewhere, Probes(1, 32, 0)));
        Assert.True(Weight(elsewhere, Probes(1, 32, 0), "debate") > Weight(elsewhere, [], "debate"));
        // A judge that is believed to be wrong stays so.
        Assert.True(Weight(Gold(1, 0, 30), Probes(1, 32, 0)) < 0);
    }

    [Fact]
    public void WhereTheyConflictGoldCountsFullAndProbesAQuarter()
    {
        var gold = Gold(1, 28, 2);
        var conflicting = Weight(gold, Probes(1, 0, 32));
        Assert.True(conflicting < Weight(gold, []));
        // Thirty gold cases outweigh any number of probes.
        Assert.True(conflicting > 0.5, $"{conflicting}");
        Assert.Equal(conflicting, Weight(gold, [.. Probes(1, 0, 32), .. Probes(1, 0, 300, from: -400)]));
    }

    [Fact]
    public void ACompromisedJudgeWeighsNothingHoweverGoodItsProbes() => Assert.Equal(0, Weight(Gold(1, 20, 0), Probes(1, 32, 0), compromised: "caught"));

    [Fact]
    public void ProbesAreOfTheVersionThatAnsweredAndTheNewestCount()
    {
        var gold = Gold(1, 14, 6);
        Assert.Equal(Weight(gold, []), Weight(gold, Probes(1, 0, 32, version: "old")));
        Assert.Equal(Weight(gold, Probes(1, 32, 0)), Weight(gold, [.. Probes(1, 0, 50), .. Probes(1, 32, 0, from: 100)]));
    }

    [Fact]
    public void AnotherJudgesProbesLeaveAJudgeWhereItsOwnRecordPutsIt()
    {
        List<GoldAnswer> gold = [.. Gold(1, 15, 5), .. Gold(2, 15, 5)];
        var belief = PanelTraining.Belief([Judge(1), Judge(2)], gold, "pitch", Probes(2, 0, 32));
        Assert.True(belief.Weight(Id(2)) < belief.Weight(Id(1)) - 0.3);
    }

    [Fact]
    public void CalibrationIsMeasuredWithProbesToo()
    {
        List<GoldAnswer> gold = [.. Gold(1, 15, 5), .. Gold(1, 8, 2, "debate")];
        Assert.Equal(30, PanelTraining.Forecasts([Judge(1)], gold, Probes(1, 20, 4)).Count);
        Assert.Equal(PanelTraining.Forecasts([Judge(1)], gold), PanelTraining.Forecasts([Judge(1)], gold, []));
    }

    [Fact]
    public void AProbesRecordIsOfItsSpaceWithAnInterval()
    {
        var standings = ProbeStanding.Of([.. Probes(1, 8, 2), .. Probes(1, 1, 0, space: "countdown", from: 50)]);
        Assert.Equal(["countdown", "instruct"], standings.Select(s => s.Space));
        Assert.Equal((10, 0.8, 1.0), (standings[1].Cases, standings[1].Accuracy, standings[1].Consistent));
        Assert.Equal(0.4902, standings[1].Low, 4);
        Assert.Empty(ProbeStanding.Of([]));
    }

    [Fact]
    public void GoldComesFirstThenTheFirstProbesThenOneInTenInTurns()
    {
        List<GoldCase> cases = [.. Enumerable.Range(1, 3).Select(i => new GoldCase { Id = Id(i), Space = "pitch", Task = "", Better = "b", Worse = "w", Kind = GoldCase.Quality, Origin = "built-in", CreatedAt = DateTimeOffset.UnixEpoch })];
        List<OpenProbe> open = [.. Enumerable.Range(0, 40).Select(i => new OpenProbe(new(i, 3, 0, new byte[8]), i % 2 == 0 ? "instruct" : "code-duel", DateTimeOffset.UnixEpoch.AddMinutes(10 * i)))];
        var gold = new List<(Guid, DateTimeOffset)>();
        var probes = new List<(string Space, DateTimeOffset)>();
        var now = DateTimeOffset.UnixEpoch;
        string Step(int judged)
        {
            now += TimeSpan.FromMinutes(1);
            var trial = TrialSchedule.Next(cases, gold, null, false, open, probes, judged);
            if (trial.Gold is { } g)
            {
                gold.Add((g.Id, now));
                return "gold";
            }
            if (trial.Probe is { } p)
            {
                probes.Add((open.Single(o => o.Id == p).Space, now));
                open.RemoveAll(o => o.Id == p);
                return "probe";
            }
            return "none";
        }
        Assert.Equal(["gold", "gold", "gold", .. Enumerable.Repeat("probe", TrialSchedule.ProbesAtFirst), "none"], Enumerable.Range(0, 4 + TrialSchedule.ProbesAtFirst).Select(_ => Step(0)));
        Assert.Equal(6, probes.Count(p => p.Space == "instruct"));
        // The newest went first.
        Assert.DoesNotContain(open, o => o.Window > DateTimeOffset.UnixEpoch.AddMinutes(275));
        Assert.Equal(["none", "gold", "probe", "gold", "probe"], ((int[])[9, 10, 10, 10, 10]).Select(Step));
        open.Clear();
        Assert.Equal(["gold", "gold", "none"], ((int[])[10, 10, 9]).Select(Step));
        cases.Clear();
        Assert.Equal(Trial.None, TrialSchedule.Next(cases, gold, null, false, open, probes, 10));
    }
}
