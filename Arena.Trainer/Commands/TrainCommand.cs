using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>A run from the command line: a file of pairs, self-play, or both; stopped and started again it continues.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var (model, space, threads) = (CommonOptions.Model(), CommonOptions.Space(), CommonOptions.Threads());
        var pairs = new Option<string?>("--pairs") { Description = "JSON lines with prompt, chosen, rejected (TRL's form)" };
        var output = new Option<string>("--out") { Description = "The run's folder; the new policy is in its 'result' folder", Required = true };
        var method = new Option<string?>("--method") { Description = "dpo, grpo, mix, kto or sft; left out: what is recommended for the space, for a model with a chat template dpo" };
        var overrides = new Option<string?>("--options") { Description = "Training options as JSON, e.g. {\"rounds\":40,\"loraRank\":8}" };
        var keepEvery = new Option<int>("--keep-every") { Description = "Steps between checkpoints within a round; Ctrl-C leaves one too", DefaultValueFactory = _ => 200 };
        var command = new Command("train", "Trains a policy on a file of pairs, by playing itself, or both; continues where it was stopped") { model, space, pairs, output, method, overrides, threads, keepEvery };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            var options = SpaceDefaults.For(parse.GetRequiredValue(space), parse.GetValue(method), JsonOption.Read(parse.GetValue(overrides), "--options"), policy.Chat.HasTemplate);
            var folder = Path.GetFullPath(parse.GetRequiredValue(output));
            Directory.CreateDirectory(folder);
            var run = new TrainingRun(policy, options, parse.GetRequiredValue(space), Read(parse.GetValue(pairs)), folder, Math.Max(1, parse.GetValue(keepEvery)));
            var result = Follow(run, cancel);
            var record = TrainingRecord.Write(policy, options, Read(parse.GetValue(pairs)), result);
            AtomicFile.Write(Path.Combine(result.Folder, TrainingRecord.File), record.ToJsonString(JsonStyle.Indented) + "\n");
            AnsiConsole.WriteLine(record["evaluation"]!.ToJsonString(JsonStyle.Indented));
            AnsiConsole.WriteLine($"The new policy is in {result.Folder}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static RunResult Follow(TrainingRun run, CancellationToken cancel)
    {
        if (Console.IsOutputRedirected)
        {
            // A log gets a line a pass instead of a bar.
            return run.Execute(progress =>
            {
                foreach (var line in progress.Metrics)
                {
                    Console.WriteLine($"{progress.Done,4:P0}  {Describe(line)}");
                }
            }, cancel);
        }
        RunResult? result = null;
        AnsiConsole.Progress().AutoClear(false).Start(context =>
        {
            var task = context.AddTask("training", maxValue: 1);
            result = run.Execute(progress =>
            {
                task.Value = progress.Done;
                if (progress.Metrics.LastOrDefault() is { } line)
                {
                    task.Description = Markup.Escape(Describe(line));
                }
            }, cancel);
            task.Value = 1;
        });
        return result!;
    }

    private static string Describe(StepMetrics line)
    {
        var numbers = string.Join("  ", new[] { "loss", "rewards/margins", "rewards/accuracies", "reward" }.Where(line.Values.ContainsKey).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} {line.Values[n]:F3}")));
        return $"round {line.Round}  step {line.Step}  {numbers}";
    }

    private static string Read(string? path) => path is null ? "" : TextFile.Read(path);
}

internal static class JsonOption
{
    /// <summary>An option whose value is a JSON object; empty when it was not given.</summary>
    public static JsonObject Read(string? json, string option)
    {
        try
        {
            return json is null ? [] : JsonNode.Parse(json)!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new TrainerException($"{option} is not a JSON object: {e.Message}", e);
        }
    }
}
