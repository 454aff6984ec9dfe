using System.IO.Compression;
using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class DawidSkeneTests
{
    // Dawid and Skene (1979), Table 1: 45 patients, 5 observers, the first of them three times.
    [Fact]
    public void TheAnaesthetistsComeOut()
    {
        var labels = File.ReadLines(PublicData.File("dawid_skene", "ds1979_table1.csv")).Skip(1)
            .Select(line => line.Split(',').Select(int.Parse).ToArray()).Select(row => new JudgeLabel(row[0] - 1, row[1] - 1, row[2] - 1)).ToArray();
        var fit = DawidSkene.Fit(45, 5, 4, labels);
        Assert.True(fit.Converged);
        double[] prior = [0.3996, 0.4220, 0.1118, 0.0667];
        Assert.All(prior.Zip(fit.Prior), p => Assert.Equal(p.First, p.Second, 5.1e-5));
        double[,] first = { { 0.889, 0.111, 0, 0 }, { 0.071, 0.876, 0.053, 0 }, { 0, 0.339, 0.661, 0 }, { 0, 0, 0.556, 0.444 } };
        for (var truth = 0; truth < 4; truth++)
        {
            for (var said = 0; said < 4; said++)
            {
                Assert.Equal(first[truth, said], fit.Confusion[0, truth, said], 5.1e-4);
            }
        }
    }

    // Six chat models as judges, both seat orders; accuracy of the reference's own computation.
    [Theory]
    [InlineData("LLMBar/Natural", 0.960)]
    [InlineData("LLMBar/Adversarial/Neighbor", 0.127)]
    [InlineData("LLMBar/Adversarial/GPTInst", 0.109)]
    public void WithoutGoldSharedMistakesBecomeTheTruth(string subset, double accuracy)
    {
        var (labels, gold, judges) = Verdicts(subset);
        var fit = DawidSkene.Fit(gold.Length, judges, 2, labels, smoothing: 0.5);
        var right = Enumerable.Range(0, gold.Length).Count(i => fit.Decide(i) == gold[i]);
        Assert.Equal(accuracy, right / (double)gold.Length, 5.1e-4);
    }

    [Theory]
    [InlineData("LLMBar/Adversarial/Neighbor")]
    [InlineData("LLMBar/Adversarial/GPTInst")]
    public void HalfOfTheGoldTurnsThePanelRound(string subset)
    {
        var (labels, gold, judges) = Verdicts(subset);
        var known = gold.Select((g, i) => i % 2 == 0 ? g : -1).ToArray();
        var fit = DawidSkene.Fit(gold.Length, judges, 2, labels, known, smoothing: 0.5);
        var hidden = Enumerable.Range(0, gold.Length).Where(i => known[i] < 0).ToArray();
        Assert.True(hidden.Count(i => fit.Decide(i) == gold[i]) / (double)hidden.Length > 0.75);
        Assert.All(Enumerable.Range(0, gold.Length).Where(i => known[i] >= 0), i => Assert.Equal(1, fit.Posteriors[i, gold[i]]));
    }

    [Fact]
    public void AJudgeWhoAlwaysLiesIsTurnedRoundByGold()
    {
        // Items 0 to 9 gold; judge 0 lies always, judge 1 guesses the first class.
        var labels = Enumerable.Range(0, 20).SelectMany(i => new JudgeLabel[] { new(i, 0, 1 - i % 2), new(i, 1, 0) }).ToArray();
        var gold = Enumerable.Range(0, 20).Select(i => i < 10 ? i % 2 : -1).ToArray();
        var fit = DawidSkene.Fit(20, 2, 2, labels, gold, smoothing: 0.5);
        Assert.All(Enumerable.Range(10, 10), i => Assert.Equal(i % 2, fit.Decide(i, 0.75)));
    }

    [Fact]
    public void AnItemNobodyLabelledIsUndecided()
    {
        var fit = DawidSkene.Fit(3, 1, 2, [new(0, 0, 0), new(1, 0, 1)], smoothing: 0.5);
        Assert.Equal(-1, fit.Decide(2, 0.75));
    }

    private static (JudgeLabel[] Labels, int[] Gold, int Judges) Verdicts(string subset)
    {
        using var stream = new GZipStream(File.OpenRead(PublicData.File("llmbar", "llmbar_verdicts.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        var rows = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.TrimEnd('\r').Split(','))
            .Where(r => r[0] == subset && r[4] == "Vanilla" && r[5] == "0").ToArray();
        var judges = rows.Select(r => r[3]).Distinct().Order(StringComparer.Ordinal).ToArray();
        var gold = new int[rows.Max(r => int.Parse(r[1])) + 1];
        var labels = new List<JudgeLabel>();
        foreach (var row in rows)
        {
            var item = int.Parse(row[1]);
            gold[item] = int.Parse(row[2]) - 1;
            labels.AddRange(row[6..8].Where(w => w.Length > 0).Select(w => new JudgeLabel(item, Array.IndexOf(judges, row[3]), int.Parse(w) - 1)));
        }
        return ([.. labels], gold, judges.Length);
    }
}
