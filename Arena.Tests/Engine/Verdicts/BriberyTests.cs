using Arena.Engine.Verdicts;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Verdicts;

/// <summary>Bribed judges against the real panel.</summary>
public sealed class BriberyTests(ITestOutputHelper output)
{
    [Fact]
    public void FortyPercentOfTheWeightInBribedHandsTurnsNoVerdictRound()
    {
        var numbers = new TestNumbers(77_001);
        var (flips, delayed, decided) = (0, 0, 0);
        for (var trial = 0; trial < 3_000; trial++)
        {
            var judges = 3 + (int)(6 * numbers.Uniform());
            var (panel, belief) = Panel(judges, 1 + trial % 40);
            var truth = trial & 1;
            var honest = panel.Select(j => numbers.Uniform() < 0.8 ? truth : 1 - truth).ToArray();
            // As many judges as fit under 40 % of the weight, in an order by chance.
            var (bribed, spent, total) = (new HashSet<int>(), 0.0, panel.Sum(j => Math.Abs(belief.Weight(j.Id))));
            foreach (var j in Enumerable.Range(0, judges).OrderBy(_ => numbers.Uniform()).ToList())
            {
                if (spent + Math.Abs(belief.Weight(panel[j].Id)) <= 0.4 * total)
                {
                    spent += Math.Abs(belief.Weight(panel[j].Id));
                    bribed.Add(j);
                }
            }
            // What the others alone say by the same rule; then the bribed say the opposite, whatever side their weight has.
            var fair = Decide([.. panel.Where((_, i) => !bribed.Contains(i))]);
            if (fair is not { } winner)
            {
                continue;
            }
            decided++;
            for (var i = 0; i < judges; i++)
            {
                honest[i] = bribed.Contains(i) ? (belief.Weight(panel[i].Id) >= 0 ? 1 - winner : winner) : honest[i];
            }
            var after = Decide(panel);
            flips += after == 1 - winner ? 1 : 0;
            delayed += after is null ? 1 : 0;

            int? Decide(IReadOnlyList<PanelJudge> seats) => Arena.Engine.Verdicts.Panel.Decide(
                seats, [.. seats.SelectMany(s => new[] { 0, 1 }.Select(first => new PanelVote(s.Id, first, honest[Array.FindIndex([.. panel], p => p.Id == s.Id)])))],
                new Dictionary<Guid, string>(), belief, new()).Winner;
        }
        output.WriteLine($"{flips} of {decided} verdicts turned round, {delayed} passed on to more judges or people");
        Assert.True(decided > 1_500);
        Assert.Equal(0, flips);
    }

    [Fact]
    public void AJudgeThatIsBribedOnProbesLosesHalfOfItsWeightWithinFiftyOfThem()
    {
        var (_, before) = Panel(4, 200, bribedProbes: 0);
        var (judges, after) = Panel(4, 200, bribedProbes: 50);
        Assert.True(after.Weight(judges[0].Id) <= before.Weight(judges[0].Id) / 2, $"{before.Weight(judges[0].Id)} to {after.Weight(judges[0].Id)}");
    }

    /// <summary>A panel measured on so many gold cases; the first judge answers the last ones wrongly.</summary>
    private static (IReadOnlyList<PanelJudge> Judges, PanelBelief Belief) Panel(int judges, int gold, int bribedProbes = 0)
    {
        var numbers = new TestNumbers((ulong)(judges * 1_000 + gold));
        var rows = Enumerable.Range(0, judges).Select(i => new Judge { Id = Id(i + 1), Name = $"Judge {i}", Endpoint = "", Model = $"m{i}", Origin = "admin", Version = "v", CreatedAt = DateTimeOffset.UnixEpoch }).ToList();
        var answers = new List<GoldAnswer>();
        for (var g = 0; g < gold; g++)
        {
            for (var j = 0; j < judges; j++)
            {
                var right = numbers.Uniform() < 0.6 + 0.35 * j / judges + 0.05;
                right &= !(j == 0 && g >= gold - bribedProbes);
                answers.Add(new GoldAnswer
                {
                    Id = Id(10_000 + g * 16 + j),
                    GoldId = Id(1_000_000 + g),
                    JudgeId = rows[j].Id,
                    Version = "v",
                    Space = "pitch",
                    Kind = GoldCase.Quality,
                    BetterFirst = right ? 1 : -1,
                    WorseFirst = right ? 1 : -1,
                    LengthLead = 0,
                    LatencyMs = 1,
                    CostMicroUsd = 0,
                    At = DateTimeOffset.UnixEpoch.AddSeconds(g),
                });
            }
        }
        return ([.. rows.Select(r => new PanelJudge(r.Id, r.Name))], PanelTraining.Belief(rows, answers, "pitch"));
    }

    private static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 2]);
}
