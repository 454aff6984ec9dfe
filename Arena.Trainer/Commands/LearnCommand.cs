using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Arena.Rules.Spaces;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Training;
using Spectre.Console;
using TorchSharp;

namespace Arena.Trainer.Commands;

/// <summary>The learning experiment: the same start, several fresh seeds, each method, every fixed opponent, means over seeds with intervals.</summary>
internal static class LearnCommand
{
    public static Command Create()
    {
        var (model, space, games, threads) = (CommonOptions.Model(), CommonOptions.Space(), CommonOptions.Games(1000), CommonOptions.Threads());
        var seeds = new Option<int>("--seeds") { Description = "Fresh seeds", DefaultValueFactory = _ => 5 };
        // Seeds below 100 were used while choosing the recipes; 101 to 105 for an earlier table.
        var seedBase = new Option<ulong>("--seed-base") { Description = "First seed", DefaultValueFactory = _ => 201 };
        var methods = new Option<string>("--methods") { Description = "Comma-separated: dpo, grpo, mix", DefaultValueFactory = _ => string.Join(',', TrainingRecipes.Methods) };
        var overrides = new Option<string?>("--options") { Description = "Training options as JSON, e.g. {\"rounds\":40}" };
        var full = new Option<bool>("--full") { Description = "2000 games an evaluation" };
        var parallel = new Option<int>("--parallel") { Description = "Runs at once, one thread each; the numbers do not depend on it", DefaultValueFactory = _ => Math.Min(2, Environment.ProcessorCount) };
        var command = new Command("learn", "Shows whether policies get better: trains on fresh seeds and measures before and after") { model, space, seeds, seedBase, methods, games, overrides, full, parallel, threads };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            var slug = parse.GetRequiredValue(space);
            var plan = new Plan(parse.GetRequiredValue(model), slug, parse.GetValue(full) ? 2000 : parse.GetValue(games));
            var numbers = Enumerable.Range(0, parse.GetValue(seeds)).Select(i => parse.GetValue(seedBase) + (ulong)i).ToList();
            var given = JsonOption.Read(parse.GetValue(overrides), "--options");
            var runs = new List<TrainOptions?>(numbers.Select(_ => (TrainOptions?)null));
            foreach (var method in parse.GetRequiredValue(methods).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                runs.AddRange(numbers.Select(seed => SpaceDefaults.For(slug, method, given) with { Seed = seed, EvaluationGames = 0 }));
            }
            var results = new Measured[runs.Count];
            var clock = Stopwatch.StartNew();
            // Unbuffered: each thread takes the next run when it is free, where Parallel.For would hand out blocks and leave one thread with the last of them.
            var next = Partitioner.Create(Enumerable.Range(0, runs.Count), EnumerablePartitionerOptions.NoBuffering);
            Parallel.ForEach(next, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, parse.GetValue(parallel)), CancellationToken = cancel }, i =>
            {
                var seed = numbers[i % numbers.Count];
                results[i] = Measure(plan, runs[i], seed, cancel);
                AnsiConsole.MarkupLineInterpolated($"[grey]{clock.Elapsed:h\\:mm\\:ss} {results[i].Method}, seed {seed}: {string.Join("  ", results[i].Scores.Select(s => $"{s.Opponent} {s.Score.Value.ToString("F3", CultureInfo.InvariantCulture)}"))}, {results[i].Took.TotalSeconds:F0} s[/]");
            });
            Print(slug, results);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Trains from nothing but the start and the seed, then measures; without options the start itself is measured.</summary>
    private static Measured Measure(Plan plan, TrainOptions? options, ulong seed, CancellationToken cancel)
    {
        using var start = ShippedModel.Load(plan.Model);
        if (options is null)
        {
            return new("start", seed, Scores(plan, start, seed), TimeSpan.Zero);
        }
        var folder = Directory.CreateTempSubdirectory("arena-learn-").FullName;
        var clock = Stopwatch.StartNew();
        try
        {
            var result = new TrainingRun(start, options.Checked(), plan.Space, "", folder).Execute(_ => { }, cancel);
            var took = clock.Elapsed;
            using var trained = Policy.Load("trained", result.Folder, _ => ShippedModel.Resolve(plan.Model));
            return new(options.Method, seed, Scores(plan, trained, seed), took);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<(string Opponent, Score Score)> Scores(Plan plan, Policy policy, ulong seed)
    {
        using var scope = torch.NewDisposeScope();
        using var _ = torch.no_grad();
        var source = RoundSources.For(plan.Space, policy) ?? throw new TrainerException($"Policies can't learn by rounds in \"{plan.Space}\".");
        var weights = policy.Bind();
        // The evaluation's seed is the run's, moved: its chance is fresh and not the training's.
        return [.. source.Opponents.Select(o => (o, source.Evaluate(weights, o, plan.Games, 1_000_000 + seed)!))];
    }

    private static void Print(string space, IReadOnlyList<Measured> results)
    {
        var best = TrainingRecipes.Recommended(space);
        var cases = results.GroupBy(r => r.Method).SelectMany(m => Lines(space, m.Key, [.. m])).ToList();
        if (results.Any(r => r.Method == best))
        {
            cases.AddRange(Lines(space, "best", [.. results.Where(r => r.Method == best)]));
        }
        var table = new Table().AddColumns("case", "mean", "95 % over seeds", "drawn", "illegal", "lowest seed", "highest seed", "seeds", "seconds a run");
        foreach (var line in cases)
        {
            table.AddRow(line.Name, $"{line.Mean.Value:F3}", $"{line.Mean.Low:F3} – {line.Mean.High:F3}", $"{line.Mean.Draws:F3}", $"{line.Mean.Illegal:F3}", $"{line.Lowest:F3}", $"{line.Highest:F3}", $"{line.Mean.Games}", line.Seconds > 0 ? $"{line.Seconds:F0}" : "–");
        }
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"best = {best}, the method recommended for {space}. Scores at temperature 1, a draw counts half, an illegal answer loses (no masking).");
        foreach (var line in cases)
        {
            Console.WriteLine(line.ToJson());
        }
    }

    private static IEnumerable<Line> Lines(string space, string name, List<Measured> runs) =>
        runs[0].Scores.Select((first, o) =>
        {
            var scores = runs.Select(r => r.Scores[o].Score).ToList();
            // Between seeds, so that the interval covers what training itself varies.
            var mean = SeedInterval.Of([.. scores.Select(s => s.Value)], scores.Average(s => s.Draws), scores.Average(s => s.Illegal));
            return new Line($"{space}/{name}/{first.Opponent}", mean, scores.Min(s => s.Value), scores.Max(s => s.Value), runs.Average(r => r.Took.TotalSeconds));
        });

    private sealed record Plan(string Model, string Space, int Games);

    private sealed record Measured(string Method, ulong Seed, List<(string Opponent, Score Score)> Scores, TimeSpan Took);

    private sealed record Line(string Name, Score Mean, double Lowest, double Highest, double Seconds)
    {
        public string ToJson() => new JsonObject
        {
            ["bench"] = "learning",
            ["case"] = Name,
            ["value"] = Math.Round(Mean.Value, 4),
            ["unit"] = "mean score",
            ["low"] = Math.Round(Mean.Low, 4),
            ["high"] = Math.Round(Mean.High, 4),
            ["draws"] = Math.Round(Mean.Draws, 4),
            ["illegal"] = Math.Round(Mean.Illegal, 4),
            ["n"] = Mean.Games,
        }.ToJsonString(JsonStyle.Wire);
    }
}
