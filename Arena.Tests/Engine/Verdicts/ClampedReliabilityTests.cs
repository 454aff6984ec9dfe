using Arena.Engine.Verdicts;

namespace Arena.Tests.Engine.Verdicts;

public sealed class ClampedReliabilityTests
{
    private static readonly Guid[] Judges = [.. Enumerable.Range(1, 3).Select(Id)];

    private static Guid Id(int n) => new(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>Both orders of items of which judge 0 is right in nine of ten; judges 1 and 2 share an error in <paramref name="shared"/> of ten.</summary>
    private static List<JudgeSaid> Said(int from, int count, int shared, Dictionary<Guid, int> truths) =>
        [.. Enumerable.Range(from, count).SelectMany(i =>
        {
            var truth = i / 10 % 2;
            truths[Id(i)] = truth;
            return Enumerable.Range(0, 3).SelectMany(j =>
            {
                var wrong = j == 0 ? i % 10 == 9 : i % 10 < shared;
                return (JudgeSaid[])[new(Id(i), Judges[j], wrong ? 1 - truth : truth), new(Id(i), Judges[j], wrong ? 1 - truth : truth)];
            });
        })];

    [Fact]
    public void MatchesWidenWhatGoldSaysAndGoldKeepsASharedErrorFromBecomingTheTruth()
    {
        var truths = new Dictionary<Guid, int>();
        var gold = Said(1_000, 60, shared: 6, truths);
        var matches = Said(2_000, 30, shared: 6, []);
        var with = ClampedReliability.Of([.. gold, .. matches], truths);
        Assert.Equal((60, 30), (with[Judges[0]].Gold, with[Judges[0]].Matches));
        Assert.InRange(with[Judges[0]].Accuracy, 0.85, 1);
        Assert.InRange(with[Judges[1]].Accuracy, 0, 0.5);
        // Unclamped, two who err together would be the measure of the third.
        var few = new Dictionary<Guid, int> { [Id(1_000)] = 0 };
        var loose = ClampedReliability.Of([.. gold.Where(s => s.Item == Id(1_000)), .. matches], few);
        Assert.True(loose[Judges[0]].Accuracy < loose[Judges[1]].Accuracy);
    }

    [Fact]
    public void WithoutGoldThereIsNoneAndMatchesSeenAloneAddNothing()
    {
        var truths = new Dictionary<Guid, int>();
        var gold = Said(1_000, 20, shared: 2, truths);
        Assert.Empty(ClampedReliability.Of(gold, new Dictionary<Guid, int>()));
        var alone = Said(2_000, 30, shared: 2, []).Where(s => s.Judge == Judges[0]).ToList();
        var with = ClampedReliability.Of([.. gold, .. alone], truths);
        Assert.Equal(ClampedReliability.Of(gold, truths)[Judges[0]], with[Judges[0]]);
        Assert.Equal(0, with[Judges[0]].Matches);
    }

    [Fact]
    public void AGoldAnswersOrdersAreSidesOfTheCaseAndATieIsNone()
    {
        var answer = new GoldAnswer
        {
            Id = Id(1),
            GoldId = Id(7),
            JudgeId = Judges[0],
            Version = "v",
            Space = "pitch",
            Kind = GoldCase.Quality,
            BetterFirst = 1,
            WorseFirst = -1,
            LengthLead = 0,
            LatencyMs = 0,
            CostMicroUsd = 0,
            At = DateTimeOffset.UnixEpoch,
        };
        var better = ClampedReliability.BetterSide(Id(7));
        Assert.Equal([better, 1 - better], ClampedReliability.Sides(answer).Select(s => s.Side));
        Assert.Equal([0, 1], Enumerable.Range(0, 40).Select(i => ClampedReliability.BetterSide(Id(i))).Distinct().Order());
    }
}
