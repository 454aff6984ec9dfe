using System.CommandLine;
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
        var command = new Command("pretrain", "Makes the tiny base model from nothing, the same bytes every time") { output, steps, seed };
        command.SetAction((parse, cancel) =>
        {
            TorchBootstrap.Start(threads: 1);
            var folder = parse.GetRequiredValue(output);
            var options = new PretrainOptions(parse.GetValue(steps), Seed: parse.GetValue(seed));
            AnsiConsole.Progress().Start(context =>
            {
                var task = context.AddTask("pretraining", maxValue: options.Steps);
                using var weights = PretrainRun.Run(PretrainOptions.Tiny, options, (step, loss) =>
                {
                    task.Value = step + 1;
                    task.Description = $"pretraining, loss {loss:F3}";
                }, cancel);
                PretrainRun.Save(folder, PretrainOptions.Tiny, weights);
            });
            AnsiConsole.WriteLine($"{Path.Combine(folder, Policy.WeightsFile)}  sha256 {Policy.HashFile(Path.Combine(folder, Policy.WeightsFile))}");
            return Task.FromResult(0);
        });
        return command;
    }
}
