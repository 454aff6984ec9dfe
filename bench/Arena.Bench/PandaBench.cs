using System.Text.Json;
using Arena.Rules.Ratings;

namespace Arena.Bench;

/// <summary>
/// PandaLM's test set: three people an item (tie, answer 1, answer 2), two judges with one order each. Accuracy is against the people's majority, ties
/// included, by gold-clamped Dawid-Skene with every item and its mirror image, so that neither place is favoured.
/// </summary>
internal static class PandaBench
{
    public static void Run(string folder, int folds, List<string> lines)
    {
        var people = Rows(folder, "testset-v1.json");
        var judges = ((string File, string Key)[])[("gpt-3.5-turbo-testset-v1.json", "gpt_result"), ("pandalm-7b-testset-v1.json", "pandalm_result")];
        var said = judges.Select(j => Rows(folder, j.File).ToDictionary(r => Text(r, "idx"), r => Label(Text(r, j.Key)))).ToList();
        var items = people.Select(r => (Id: Text(r, "idx"), Votes: (int[])[Label(Text(r, "annotator1")), Label(Text(r, "annotator2")), Label(Text(r, "annotator3"))]))
            .Select(r => (r.Id, r.Votes, Truth: r.Votes.GroupBy(v => v).MaxBy(g => g.Count())!)).Where(r => r.Truth.Count() >= 2)
            .Select(r => (r.Id, r.Votes, Truth: r.Truth.Key, Said: said.Select(s => s.GetValueOrDefault(r.Id, -1)).ToArray())).OrderBy(r => r.Id, StringComparer.Ordinal).ToList();

        // Item i stands at 2i as it is and at 2i + 1 with its answers swapped.
        var labels = items.SelectMany((item, i) => item.Said.SelectMany((label, judge) => label < 0 ? [] : (JudgeLabel[])[new(2 * i, judge, label), new(2 * i + 1, judge, Mirrored(label))])).ToArray();
        double right = 0;
        var forecasts = new List<Forecast>();
        var sure = new List<(double Confidence, bool Right)>();
        for (var fold = 0; fold < folds; fold++)
        {
            int[] known = [.. items.SelectMany(item => PanelModel.Fold($"pandalm/{item.Id}", folds) == fold ? (int[])[-1, -1] : [item.Truth, Mirrored(item.Truth)])];
            var fit = DawidSkene.Fit(known.Length, judges.Length, 3, labels, known, smoothing: 0.5);
            for (var i = 0; i < items.Count; i++)
            {
                if (known[2 * i] < 0)
                {
                    right += fit.Decide(2 * i) == items[i].Truth ? 1 : 0;
                    sure.Add((Enumerable.Range(0, 3).Max(label => fit.Posteriors[2 * i, label]), fit.Decide(2 * i) == items[i].Truth));
                    if (items[i].Truth != 0)
                    {
                        forecasts.Add(new(fit.Posteriors[2 * i, 1] / (fit.Posteriors[2 * i, 1] + fit.Posteriors[2 * i, 2]), items[i].Truth == 1 ? 1 : 0));
                    }
                }
            }
        }
        var counts = new int[items.Count, 3];
        for (var i = 0; i < items.Count; i++)
        {
            foreach (var vote in items[i].Votes)
            {
                counts[i, vote]++;
            }
        }
        var singles = judges.Select((_, j) => items.Average(r => r.Said[j] == r.Truth ? 1.0 : 0)).ToArray();
        // Without gold: the two judges' common word, a coin where they differ; and Dawid and Skene with nothing known.
        var majority = items.Average(r => r.Said.Count(s => s == r.Truth) / (double)r.Said.Length);
        var alone = DawidSkene.Fit(2 * items.Count, judges.Length, 3, labels, [.. Enumerable.Repeat(-1, 2 * items.Count)], smoothing: 0.5);
        var unanchored = Enumerable.Range(0, items.Count).Average(i => alone.Decide(2 * i) == items[i].Truth ? 1.0 : 0);
        var ordered = sure.OrderByDescending(s => s.Confidence).ToList();
        double At(double coverage) => ordered.Take((int)Math.Round(coverage * ordered.Count)).Average(s => s.Right ? 1.0 : 0);
        Console.WriteLine();
        Console.WriteLine($"PandaLM, {items.Count} items, ties included: panel {JudgesBench.Number(right / items.Count)}, GPT-3.5 {JudgesBench.Number(singles[0])}, PandaLM-7B {JudgesBench.Number(singles[1])}; people's Fleiss kappa {JudgesBench.Number(Agreement.FleissKappa(counts))}");
        Console.WriteLine($"without gold: majority {JudgesBench.Number(majority)}, Dawid-Skene {JudgesBench.Number(unanchored)}");
        Console.WriteLine($"coverage   {string.Concat(JudgesBench.Coverages.Select(c => $"{c,8:P0}"))}");
        Console.WriteLine($"accuracy   {string.Concat(JudgesBench.Coverages.Select(c => JudgesBench.Number(At(c), 8)))}");
        JudgesBench.Line(lines, "pandalm/accuracy", right / items.Count, items.Count);
        JudgesBench.Line(lines, "pandalm/over-best-judge", right / items.Count - singles.Max(), items.Count);
        JudgesBench.Line(lines, "pandalm/accuracy-at-70", At(0.7), items.Count);
        JudgesBench.Line(lines, "pandalm/majority", majority, items.Count);
        JudgesBench.Line(lines, "pandalm/accuracy-without-ties", Calibration.Accuracy(forecasts), forecasts.Count);
        JudgesBench.Line(lines, "pandalm/ece-without-ties", Calibration.ExpectedError(forecasts), forecasts.Count);
    }

    private static int Mirrored(int label) => label == 0 ? 0 : 3 - label;

    /// <summary>0 = tie, 1, 2, or -1 where the judge said nothing usable.</summary>
    private static int Label(string text) => text switch { "1" => 1, "2" => 2, "0" or "Tie" => 0, _ => -1 };

    private static List<JsonElement> Rows(string folder, string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, file)));
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name) is { ValueKind: JsonValueKind.String } s ? s.GetString()! : row.GetProperty(name).GetRawText();
}
