using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Training;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>The learning experiment: the same start, several fresh seeds, DPO beside GRPO, scores before and after with intervals.</summary>
internal static class LearnCommand
{
    public static Command Create()
    {
        var (model, space, games, threads) = (CommonOptions.Model(), CommonOptions.Space(), CommonOptions.Games(1000), CommonOptions.Threads());
        var seeds = new Option<int>("--seeds") { Description = "Fresh seeds", DefaultValueFactory = _ => 3 };
        // Seeds below 100 were used while choosing the defaults.
        var seedBase = new Option<ulong>("--seed-base") { Description = "First seed", DefaultValueFactory = _ => 101 };
        var methods = new Option<string>("--methods") { Description = "Comma-separated: dpo, grpo", DefaultValueFactory = _ => "dpo,grpo" };
        var overrides = new Option<string?>("--options") { Description = "Training options as JSON, e.g. {\"rounds\":40}" };
        var full = new Option<bool>("--full") { Description = "Five seeds, 2000 games an evaluation" };
        var command = new Command("learn", "Shows whether policies get better: trains on fresh seeds and measures before and after") { model, space, seeds, seedBase, methods, games, overrides, full, threads };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            var slug = parse.GetRequiredValue(space);
            var all = parse.GetValue(full);
            var numbers = Enumerable.Range(0, all ? 5 : parse.GetValue(seeds)).Select(i => parse.GetValue(seedBase) + (ulong)i).ToList();
            var cases = new List<Case>();
            var clock = Stopwatch.StartNew();
            foreach (var method in parse.GetRequiredValue(methods).Split(','))
            {
                foreach (var seed in numbers)
                {
                    var options = SpaceDefaults.For(slug, method, JsonOption.Read(parse.GetValue(overrides), "--options")) with { Seed = seed, EvaluationGames = all ? 2000 : parse.GetValue(games) };
                    AnsiConsole.MarkupLineInterpolated($"[grey]{clock.Elapsed:mm\\:ss} {method}, seed {seed}[/]");
                    cases.Add(Run(policy, options.Checked(), slug, cancel));
                }
            }
            Print(slug, cases);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Case Run(Policy policy, TrainOptions options, string space, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("arena-learn-").FullName;
        var clock = Stopwatch.StartNew();
        try
        {
            var result = new TrainingRun(policy, options, space, "", folder).Execute(_ => { }, cancel);
            return new(options, result, clock.Elapsed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string space, List<Case> cases)
    {
        var table = new Table().AddColumns("method", "seed", "vs random before", "after", "95 % interval", "illegal", "vs greedy", "vs perfect (drawn)", "seconds");
        foreach (var (options, result, took) in cases)
        {
            var after = result.RandomAfter!;
            table.AddRow(
                options.Method, $"{options.Seed}", $"{result.RandomBefore!.Value:F3}", $"{after.Value:F3}", $"{after.Low:F3} – {after.High:F3}", $"{after.Illegal:F3}",
                result.GreedyAfter is { } greedy ? $"{greedy.Value:F3}" : "–", result.PerfectAfter is { } perfect ? $"{perfect.Value:F3} ({perfect.Draws:F3})" : "–", $"{took.TotalSeconds:F0}");
        }
        AnsiConsole.Write(table);
        foreach (var (options, result, _) in cases)
        {
            var name = $"{space}/{options.Method}/seed-{options.Seed}";
            Line($"{name}/before", "score vs random", result.RandomBefore!);
            Line($"{name}/after", "score vs random", result.RandomAfter!);
            if (result.GreedyAfter is { } greedy)
            {
                Line($"{name}/after-greedy", "score vs greedy", greedy);
            }
            if (result.PerfectAfter is { } perfect)
            {
                Line($"{name}/after-perfect", "score vs perfect", perfect);
            }
        }
        foreach (var group in cases.GroupBy(c => c.Options.Method))
        {
            // Between seeds, so that the interval covers what training itself varies.
            var mean = Score.Of([.. group.Select(c => c.Result.RandomAfter!.Value)], 0, 0);
            Line($"{space}/{group.Key}/mean/after", "mean score vs random over seeds", mean);
        }
    }

    private static void Line(string name, string unit, Score score) => Console.WriteLine(new JsonObject
    {
        ["bench"] = "learning",
        ["case"] = name,
        ["value"] = Math.Round(score.Value, 4),
        ["unit"] = unit,
        ["low"] = Math.Round(score.Low, 4),
        ["high"] = Math.Round(score.High, 4),
        ["n"] = score.Games,
    }.ToJsonString(JsonStyle.Wire));

    private sealed record Case(TrainOptions Options, RunResult Result, TimeSpan Took);
}
