using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Rules.Ratings;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Verdicts;

/// <summary>The reference's table over LLMBar's real verdicts (six judges, Vanilla prompt, both orders), by the code that measures judges here.</summary>
public sealed class LlmBarTests
{
    private static readonly string[] Judges = ["GPT-4", "ChatGPT", "ChatGPT-0301", "LLaMA2", "PaLM2", "Falcon"];

    [Theory]
    [InlineData("LLMBar/Natural", 100, new[] { 0.955, 0.815, 0.840, 0.805, 0.847, 0.740 })]
    [InlineData("LLMBar/Adversarial/Neighbor", 134, new[] { 0.787, 0.194, 0.287, 0.246, 0.627, 0.504 })]
    [InlineData("LLMBar/Adversarial/GPTInst", 92, new[] { 0.864, 0.266, 0.375, 0.308, 0.742, 0.500 })]
    public void EachJudgesAccuracyComesOut(string subset, int items, double[] accuracy)
    {
        var verdicts = Read(subset);
        Assert.Equal(items, verdicts.Select(v => v.Item).Distinct().Count());
        Assert.All(Judges.Zip(accuracy), j => Assert.Equal(j.Second, JudgeStanding.Of(Answers(verdicts, j.First)).Accuracy, 5.01e-4));
    }

    [Theory]
    [InlineData("LLMBar/Natural", "GPT-4", 0.950, 0.979, 0.505)]
    [InlineData("LLMBar/Natural", "Falcon", 0.520, 0.962, 0.740)]
    [InlineData("LLMBar/Adversarial/Neighbor", "GPT-4", 0.933, 0.808, 0.511)]
    [InlineData("LLMBar/Adversarial/Neighbor", "Falcon", 0.425, 0.509, 0.772)]
    [InlineData("LLMBar/Adversarial/GPTInst", "GPT-4", 0.946, 0.885, 0.505)]
    [InlineData("LLMBar/Adversarial/GPTInst", "Falcon", 0.304, 0.500, 0.837)]
    public void ConsistencyAndPreferenceForTheFirstPositionComeOut(string subset, string judge, double consistent, double right, double first)
    {
        var answers = Answers(Read(subset), judge);
        var standing = JudgeStanding.Of(answers);
        Assert.Equal(consistent, standing.Consistent, 5.01e-4);
        Assert.Equal(first, standing.FirstShare, 5.01e-4);
        var steady = answers.FindAll(a => a.BetterFirst == a.WorseFirst);
        Assert.Equal(right, JudgeStanding.Of(steady).Accuracy, 5.01e-4);
    }

    [Theory]
    [InlineData("LLMBar/Natural", 0.930, 0.960)]
    [InlineData("LLMBar/Adversarial/Neighbor", 0.429, 0.940)]
    [InlineData("LLMBar/Adversarial/GPTInst", 0.511, 0.913)]
    public void TheMajorityComesOutAndWeightsFromGoldTurnItRound(string subset, double majority, double weighted)
    {
        var gold = FiledPanel.Of(Read(subset)).Gold;
        Assert.Equal(majority, gold.Average(g => Won(g.Item.Votes.Sum(), g.Truth)), 5.01e-4);

        // Log-odds of (right + 1) / (wrong + 1) verdicts in the four other folds. The reference doesn't say which folds it drew; the mean of twenty drawings is within an item of it.
        var random = new TestNumbers(6);
        var drawings = Enumerable.Range(0, 20).Select(_ =>
        {
            var fold = gold.Select((g, i) => (Ticket: random.Uniform(), i)).OrderBy(t => t.Ticket).Select((t, place) => (t.i, Fold: place % 5)).ToDictionary(t => t.i, t => t.Fold);
            var weights = Enumerable.Range(0, 5).Select(f => Weights([.. gold.Where((_, i) => fold[i] != f)])).ToArray();
            return gold.Select((g, i) => Won(g.Item.Votes.Zip(weights[fold[i]], (v, w) => v * w).Sum(), g.Truth)).Average();
        }).ToList();
        Assert.Equal(weighted, drawings.Average(), 1.0 / gold.Count);
        Assert.InRange(weighted, drawings.Min() - 5e-4, drawings.Max() + 5e-4);
    }

    private static double Won(double vote, double truth) => Math.Abs(vote) < 1e-9 ? 0.5 : vote > 0 == truth > 0.5 ? 1 : 0;

    private static double[] Weights(IReadOnlyList<GoldItem> gold) => [.. Enumerable.Range(0, gold[0].Item.Votes.Count).Select(judge =>
    {
        var right = gold.Sum(g => 1 + (2 * g.Truth - 1) * g.Item.Votes[judge]);
        return Math.Log((right + 1) / (2 * gold.Count - right + 1));
    })];

    private static List<FiledVerdict> Read(string subset)
    {
        using var file = File.OpenRead(PublicData.File("llmbar", "llmbar_verdicts.csv.gz"));
        return [.. VerdictFile.Read(file).Where(v => v.Subset == subset && v.Strategy == "Vanilla" && v.Trial == "0")];
    }

    /// <summary>A judge's verdicts that could be read in both orders, as answers to gold cases.</summary>
    private static List<GoldAnswer> Answers(IEnumerable<FiledVerdict> verdicts, string judge) => [.. verdicts.Where(v => v.Evaluator == judge && v.Original is not null && v.Swapped is not null).Select(v =>
    {
        var (original, swapped) = (v.Original == v.Gold ? 1 : -1, v.Swapped == v.Gold ? 1 : -1);
        return new GoldAnswer
        {
            Id = Guid.Empty,
            GoldId = Guid.Empty,
            JudgeId = Guid.Empty,
            Version = "1",
            Space = v.Subset,
            Kind = GoldCase.Quality,
            BetterFirst = v.Gold == 1 ? original : swapped,
            WorseFirst = v.Gold == 1 ? swapped : original,
            LengthLead = 0,
            LatencyMs = 0,
            CostMicroUsd = 0,
            At = DateTimeOffset.UnixEpoch,
        };
    })];
}
