using System.Globalization;
using Arena.Judges;
using Arena.Rules.Ratings;

namespace Arena.Bench;

/// <summary>
/// The panel on real verdicts with known truth. Five folds, fixed by the hash of the item's id; each fold is predicted by a panel that
/// was fitted on the other four, whose priors count by their evidence and whose temperature comes from inner folds of those four: nothing is chosen by
/// looking at what is predicted. Quality, not speed: the same file gives the same figures on every machine.
/// </summary>
internal static class JudgesBench
{
    private const int Folds = 5;
    private const string Usage = "usage: judges [--full] [--verdicts FILE] [--strategy NAME|all] [--data FOLDER]";

    internal static readonly double[] Coverages = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

    public static int Run(string[] args)
    {
        string? file = null, strategy = null, data = null;
        var full = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--full": full = true; break;
                case "--verdicts" when i + 1 < args.Length: file = args[++i]; break;
                case "--strategy" when i + 1 < args.Length: strategy = args[++i]; break;
                case "--data" when i + 1 < args.Length: data = args[++i]; break;
                default: return Fail($"Unknown argument {args[i]}. {Usage}");
            }
        }
        data ??= DataFolder();
        var lines = new List<string>();
        if ((file ?? (data is null ? null : Path.Combine(data, "llmbar", "llmbar_verdicts.csv.gz"))) is { } verdicts)
        {
            try
            {
                using var stream = File.OpenRead(verdicts);
                LlmBar(VerdictFile.Read(stream), strategy, full, lines);
            }
            catch (Exception e) when (e is VerdictFileException or IOException or UnauthorizedAccessException)
            {
                return Fail($"{verdicts}: {e.Message}");
            }
        }
        else
        {
            return Fail("There is no shared/data beside the repository; name a file with --verdicts or a folder with --data.");
        }
        if (file is null)
        {
            PandaBench.Run(Path.Combine(data!, "pandalm"), Folds, lines);
        }
        Console.WriteLine();
        lines.ForEach(Console.WriteLine);
        return 0;
    }

    private static void LlmBar(IReadOnlyList<FiledVerdict> all, string? strategy, bool full, List<string> lines)
    {
        // As published figures: one judge a model, with its plain prompt, unless told otherwise or the file has no such prompt.
        var chosen = strategy ?? (all.Any(v => v.Strategy == "Vanilla") ? "Vanilla" : "all");
        var panel = FiledPanel.Of(chosen == "all" ? all : Picked(all, chosen));
        Console.WriteLine($"prompts: {chosen}; {panel.Judges.Count} judges, {panel.Gold.Count} items, {panel.Spaces.Count} subsets, {Folds} folds by the hash of subset/item");
        Show("llmbar", panel, lines, full ? 20 : 0, nested: true);
        if (full && chosen != "all")
        {
            var every = FiledPanel.Of(all);
            Console.WriteLine();
            Console.WriteLine($"every prompt a judge of its own: {every.Judges.Count} judges");
            Show("llmbar-all", every, lines, 0, nested: false);
        }
    }

    private static IEnumerable<FiledVerdict> Picked(IReadOnlyList<FiledVerdict> all, string strategy) => all.Any(v => v.Strategy == strategy)
        ? all.Where(v => v.Strategy == strategy)
        : throw new VerdictFileException($"No verdict has the strategy \"{strategy}\"; there are {string.Join(", ", all.Select(v => v.Strategy).Distinct().Order(StringComparer.Ordinal))}.");

    private static void Show(string name, FiledPanel panel, List<string> lines, int resplits, bool nested)
    {
        if (panel.Gold.Count < 2 * Folds)
        {
            throw new VerdictFileException($"{panel.Gold.Count} items are too few for {Folds} folds.");
        }
        var forecasts = Predicted(panel, "");
        var gold = panel.Gold;
        double Single(int judge, Func<GoldItem, bool> of) => gold.Where(of).Average(g => (1 + (2 * g.Truth - 1) * g.Item.Votes[judge]) / 2);
        double Over(IReadOnlyList<Forecast> f, int space) => Calibration.Accuracy([.. f.Where((_, i) => gold[i].Item.Space == space)]);
        var majority = gold.Select(g => new Forecast(0.5 + Math.Sign(g.Item.Votes.Sum()) * 0.5, g.Truth)).ToList();
        var anchored = DawidSkeneForecasts(panel, anchored: true);
        var unanchored = DawidSkeneForecasts(panel, anchored: false);

        Console.WriteLine();
        Console.WriteLine($"{"accuracy",-30}{"n",6}{"panel",9}{"best judge",12}  {"",-28}{"majority",9}{"DS gold",9}{"DS",9}");
        var worst = double.PositiveInfinity;
        foreach (var space in Enumerable.Range(0, panel.Spaces.Count))
        {
            var (best, score) = Best(panel, j => Single(j, g => g.Item.Space == space));
            worst = Math.Min(worst, Over(forecasts, space) - score);
            Table(panel.Spaces[space], gold.Count(g => g.Item.Space == space), Over(forecasts, space), score, best, Over(majority, space), Over(anchored, space), Over(unanchored, space));
        }
        var (topName, top) = Best(panel, j => Single(j, _ => true));
        Table("all", gold.Count, Calibration.Accuracy(forecasts), top, topName, Calibration.Accuracy(majority), Calibration.Accuracy(anchored), Calibration.Accuracy(unanchored));

        Console.WriteLine();
        Console.WriteLine($"coverage   {string.Concat(Coverages.Select(c => $"{c,8:P0}"))}");
        Console.WriteLine($"accuracy   {string.Concat(Coverages.Select(c => Number(Calibration.AccuracyAt(forecasts, c), 8)))}");
        Console.WriteLine("confidence " + string.Join("  ", Calibration.Bins(forecasts).Select(b => $"{Number(b.Confidence)} right {Number(b.Accuracy)} of {b.Count}")));

        Line(lines, $"{name}/accuracy", Calibration.Accuracy(forecasts), gold.Count);
        Line(lines, $"{name}/accuracy-at-70", Calibration.AccuracyAt(forecasts, 0.7), gold.Count);
        Line(lines, $"{name}/ece", Calibration.ExpectedError(forecasts), gold.Count);
        Line(lines, $"{name}/worst-subset-over-best-judge", worst, panel.Spaces.Count);
        if (nested)
        {
            var (chosen, forms) = Chosen(panel);
            Console.WriteLine();
            Console.WriteLine($"form of the model chosen within each fold's own training items ({string.Join(", ", forms)}): accuracy {Number(Calibration.Accuracy(chosen))}, at 70 % {Number(Calibration.AccuracyAt(chosen, 0.7))}, ECE {Number(Calibration.ExpectedError(chosen))}");
            Line(lines, $"{name}-nested/accuracy", Calibration.Accuracy(chosen), gold.Count);
            Line(lines, $"{name}-nested/accuracy-at-70", Calibration.AccuracyAt(chosen, 0.7), gold.Count);
            Line(lines, $"{name}-nested/ece", Calibration.ExpectedError(chosen), gold.Count);
        }
        Line(lines, $"{name}/majority", Calibration.Accuracy(majority), gold.Count);
        if (resplits > 0)
        {
            var others = Enumerable.Range(1, resplits).Select(s => Predicted(panel, $"split {s}/")).ToList();
            Line(lines, $"{name}/accuracy-other-splits", others.Average(Calibration.Accuracy), resplits);
            Line(lines, $"{name}/accuracy-at-70-other-splits", others.Average(f => Calibration.AccuracyAt(f, 0.7)), resplits);
            Line(lines, $"{name}/ece-other-splits", others.Average(f => Calibration.ExpectedError(f)), resplits);
        }
    }

    /// <summary>
    /// The same folds, the model's form chosen for each by inner folds of its training items alone: the one under which these are likeliest. What is predicted takes no
    /// part in the choice.
    /// </summary>
    private static (Forecast[] Forecasts, PanelForm[] Forms) Chosen(FiledPanel panel)
    {
        var (forecasts, forms) = (new Forecast[panel.Gold.Count], new PanelForm[Folds]);
        PanelModel Fit(IEnumerable<GoldItem> gold, PanelForm form) => PanelModel.Fit(panel.Judges.Count, panel.Spaces.Count, [.. gold], form: form);
        Parallel.For(0, Folds, fold =>
        {
            var training = panel.Gold.Where(g => PanelModel.Fold(g.Item.Id, Folds) != fold).ToList();
            static int Inner(GoldItem g) => PanelModel.Fold($"form/{g.Item.Id}", Folds);
            forms[fold] = Enum.GetValues<PanelForm>().MaxBy(form => Enumerable.Range(0, Folds).Sum(inner =>
            {
                var model = Fit(training.Where(g => Inner(g) != inner), form);
                return training.Where(g => Inner(g) == inner).Sum(g => LogScore(model.Chance(g.Item), g.Truth));
            }));
            var best = Fit(training, forms[fold]);
            for (var i = 0; i < forecasts.Length; i++)
            {
                if (PanelModel.Fold(panel.Gold[i].Item.Id, Folds) == fold)
                {
                    forecasts[i] = new(best.Chance(panel.Gold[i].Item), panel.Gold[i].Truth);
                }
            }
        });
        return (forecasts, forms);
    }

    private static double LogScore(double chance, double truth) => truth * Math.Log(chance) + (1 - truth) * Math.Log(1 - chance);

    /// <param name="salt">Empty for the fixed folds; else other folds, to see how much hangs on them.</param>
    private static Forecast[] Predicted(FiledPanel panel, string salt)
    {
        var forecasts = new Forecast[panel.Gold.Count];
        int Fold(GoldItem g) => PanelModel.Fold(salt + g.Item.Id, Folds);
        Parallel.For(0, Folds, fold =>
        {
            var model = PanelModel.Fit(panel.Judges.Count, panel.Spaces.Count, [.. panel.Gold.Where(g => Fold(g) != fold)]);
            for (var i = 0; i < forecasts.Length; i++)
            {
                if (Fold(panel.Gold[i]) == fold)
                {
                    forecasts[i] = new(model.Chance(panel.Gold[i].Item), panel.Gold[i].Truth);
                }
            }
        });
        return forecasts;
    }

    /// <summary>Dawid and Skene within each subset, every order of a judge a judge of its own; anchored: the items outside the fold are clamped to their truth.</summary>
    private static Forecast[] DawidSkeneForecasts(FiledPanel panel, bool anchored)
    {
        var forecasts = new Forecast[panel.Gold.Count];
        foreach (var space in Enumerable.Range(0, panel.Spaces.Count))
        {
            int[] items = [.. Enumerable.Range(0, forecasts.Length).Where(i => panel.Gold[i].Item.Space == space)];
            var labels = items.SelectMany((item, at) => panel.ByOrder[item].SelectMany((said, judge) =>
                ((double, int)[])[(said.Original, 2 * judge), (said.Swapped, 2 * judge + 1)]).Where(s => s.Item1 != 0).Select(s => new JudgeLabel(at, s.Item2, s.Item1 > 0 ? 0 : 1))).ToArray();
            foreach (var fold in Enumerable.Range(0, anchored ? Folds : 1))
            {
                int FoldOf(int item) => anchored ? PanelModel.Fold(panel.Gold[item].Item.Id, Folds) : 0;
                int[] known = [.. items.Select(i => FoldOf(i) == fold ? -1 : 1 - (int)panel.Gold[i].Truth)];
                var fit = DawidSkene.Fit(items.Length, 2 * panel.Judges.Count, 2, labels, known, smoothing: 0.5);
                for (var at = 0; at < items.Length; at++)
                {
                    if (FoldOf(items[at]) == fold)
                    {
                        forecasts[items[at]] = new(fit.Posteriors[at, 0], panel.Gold[items[at]].Truth);
                    }
                }
            }
        }
        return forecasts;
    }

    private static (string Name, double Score) Best(FiledPanel panel, Func<int, double> score) =>
        Enumerable.Range(0, panel.Judges.Count).Select(j => (panel.Judges[j], score(j))).MaxBy(j => j.Item2);

    private static void Table(string name, int n, double panel, double best, string judge, double majority, double anchored, double unanchored) =>
        Console.WriteLine($"{name,-30}{n,6}{Number(panel, 9)}{Number(best, 12)}  {judge,-28}{Number(majority, 9)}{Number(anchored, 9)}{Number(unanchored, 9)}");

    internal static void Line(List<string> lines, string name, double value, int n) => lines.Add(string.Create(CultureInfo.InvariantCulture,
        $$"""{"bench":"judges","case":"{{name}}","value":{{value:0.0000}},"unit":"{{(name.Contains("ece", StringComparison.Ordinal) ? "error" : "share")}}","ceiling":null,"ratio":null,"n":{{n}}}"""));

    internal static string Number(double value, int width = 0) => value.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(width);

    private static string? DataFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(Path.Combine(path, "llmbar")))
            {
                return path;
            }
        }
        return null;
    }

    private static int Fail(string why)
    {
        Console.Error.WriteLine(why);
        return 2;
    }
}
