using System.CommandLine;
using System.Text.Json;
using Arena.Trainer.Models;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;
using Spectre.Console;

namespace Arena.Trainer.Commands;

internal static class PretrainCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder of the new model", Required = true };
        var steps = new Option<int>("--steps") { Description = "Optimizer steps", DefaultValueFactory = _ => new PretrainOptions().Steps };
        var seed = CommonOptions.Seed(new PretrainOptions().Seed);
        var sizes = new Option<string?>("--config") { Description = "A config.json with other sizes than the shipped model's" };
        var overrides = new Option<string?>("--options") { Description = "Pretraining options as JSON, e.g. {\"ticTacToeRows\":256}" };
        var command = new Command("pretrain", "Makes the tiny base model from nothing, the same bytes every time") { output, steps, seed, sizes, overrides };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(threads: 1);
            var folder = parse.GetRequiredValue(output);
            var options = Options(parse.GetValue(overrides)) with { Seed = parse.GetValue(seed) };
            options = parse.GetResult(steps) is { Implicit: false } ? options with { Steps = parse.GetValue(steps) } : options;
            var config = parse.GetValue(sizes) is { } file ? ModelConfig.Load(file) : PretrainOptions.Tiny;
            AnsiConsole.Progress().Start(context =>
            {
                var task = context.AddTask("pretraining", maxValue: options.Steps);
                using var weights = PretrainRun.Run(config, options, (step, loss) =>
                {
                    task.Value = step + 1;
                    task.Description = $"pretraining, loss {loss:F3}";
                }, cancel);
                PretrainRun.Save(folder, config, weights);
            });
            AnsiConsole.WriteLine($"{Path.Combine(folder, Policy.WeightsFile)}  sha256 {Policy.HashFile(Path.Combine(folder, Policy.WeightsFile))}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static PretrainOptions Options(string? json)
    {
        try
        {
            return json is null ? new PretrainOptions() : JsonSerializer.Deserialize<PretrainOptions>(json, JsonStyle.Wire)!;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"--options is not a JSON object of pretraining options: {e.Message}", e);
        }
    }
}
