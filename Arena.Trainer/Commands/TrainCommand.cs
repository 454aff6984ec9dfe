using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using Spectre.Console;
using static TorchSharp.torch;

namespace Arena.Trainer.Commands;

/// <summary>Runs from the command line: a file of pairs, self-play, or both; or several adapters over one base. Stopped and started again they continue.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var (model, space, threads) = (CommonOptions.Model(), CommonOptions.Space(), CommonOptions.Threads());
        var pairs = new Option<string?>("--pairs") { Description = "JSON lines with prompt, chosen, rejected (TRL's form)" };
        var adapters = new Option<string[]>("--adapter") { Description = "NAME=PAIRS, several times: an adapter for each file of pairs, trained at once over one copy of the base; --threads says how many at the same time, --out/NAME is its run" };
        var output = new Option<string>("--out") { Description = "The run's folder; the new policy is in its 'result' folder", Required = true };
        var method = new Option<string?>("--method") { Description = "dpo, grpo, mix, kto or sft; left out: what is recommended for the space, for a model with a chat template dpo" };
        var overrides = new Option<string?>("--options") { Description = "Training options as JSON, e.g. {\"rounds\":40,\"loraRank\":8}" };
        var keepEvery = new Option<int>("--keep-every") { Description = "Steps between checkpoints within a round; Ctrl-C leaves one too", DefaultValueFactory = _ => 200 };
        var saveType = new Option<string>("--save-dtype") { Description = "Numbers in the result's files: f32, f16 or bf16", DefaultValueFactory = _ => "f32" };
        var command = new Command("train", "Trains a policy on a file of pairs, by playing itself, or both; continues where it was stopped") { model, space, pairs, adapters, output, method, overrides, threads, keepEvery, saveType };
        command.SetAction((parse, cancel) =>
        {
            var jobs = (parse.GetValue(adapters) ?? []).Select(Adapter).ToList();
            if (jobs.Count > 0 && parse.GetValue(pairs) is not null)
            {
                throw new TrainerException("--pairs is for one run; with --adapter each adapter has its own file.");
            }
            var type = TypeOf(parse.GetRequiredValue(saveType));
            // Adapters take a thread each, and within an operation one: each leaves the bytes that it would leave alone.
            TorchBootstrap.Start(jobs.Count > 0 ? 1 : parse.GetValue(threads));
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            var (slug, folder) = (parse.GetRequiredValue(space), Path.GetFullPath(parse.GetRequiredValue(output)));
            var options = SpaceDefaults.For(slug, parse.GetValue(method), JsonOption.Read(parse.GetValue(overrides), "--options"), policy.Chat.HasTemplate);
            var every = Math.Max(1, parse.GetValue(keepEvery));
            Directory.CreateDirectory(folder);
            if (jobs.Count > 0)
            {
                var runs = new AdapterRuns(policy, options, slug, jobs, folder, every, type);
                var results = Follow([.. jobs.Select(j => j.Name)], report => runs.Execute(parse.GetValue(threads), report, cancel));
                foreach (var (job, result) in jobs.Zip(results))
                {
                    Finish(policy, options, job.PairsJsonl, result, job.Name);
                }
                return Task.FromResult(0);
            }
            var given = Read(parse.GetValue(pairs));
            var run = new TrainingRun(policy, options, slug, given, folder, every, saveType: type);
            Finish(policy, options, given, Follow(["training"], report => run.Execute(p => report(0, p), cancel)), null);
            return Task.FromResult(0);
        });
        return command;
    }

    private static T Follow<T>(IReadOnlyList<string> names, Func<Action<int, RunProgress>, T> work) => RunDisplay.Follow(AnsiConsole.Console, Console.IsOutputRedirected, names, work);

    private static void Finish(Policy policy, TrainOptions options, string pairs, RunResult result, string? name)
    {
        var record = TrainingRecord.Write(policy, options, pairs, result);
        AtomicFile.Write(Path.Combine(result.Folder, TrainingRecord.File), record.ToJsonString(JsonStyle.Indented) + "\n");
        AnsiConsole.WriteLine(record["evaluation"]!.ToJsonString(JsonStyle.Indented));
        AnsiConsole.WriteLine($"The new {(name is null ? "policy" : $"adapter \"{name}\"")} is in {result.Folder}");
    }

    private static AdapterJob Adapter(string option) => option.IndexOf('=') is > 0 and var at && at < option.Length - 1
        ? new(option[..at], TextFile.Read(option[(at + 1)..]))
        : throw new TrainerException($"--adapter is NAME=PAIRS, not \"{option}\".");

    private static ScalarType TypeOf(string name) => name switch
    {
        "f32" => ScalarType.Float32,
        "f16" => ScalarType.Float16,
        "bf16" => ScalarType.BFloat16,
        _ => throw new TrainerException($"--save-dtype is f32, f16 or bf16, not \"{name}\"."),
    };

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
