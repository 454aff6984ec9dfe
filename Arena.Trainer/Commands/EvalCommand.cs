using System.CommandLine;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Spectre.Console;
using TorchSharp;

namespace Arena.Trainer.Commands;

internal static class EvalCommand
{
    public static Command Create()
    {
        var (model, space, games, seed, threads) = (CommonOptions.Model(), CommonOptions.Space(), CommonOptions.Games(1000), CommonOptions.Seed(999), CommonOptions.Threads());
        var temperature = new Option<double>("--temperature") { Description = "0 plays the likeliest move", DefaultValueFactory = _ => 1 };
        var command = new Command("eval", "Measures a policy against fixed opponents") { model, space, games, seed, temperature, threads };
        command.SetAction(parse =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            var slug = parse.GetRequiredValue(space);
            var source = RoundSources.For(slug, policy) ?? throw new TrainerException($"\"{slug}\" has no fixed opponents here.");
            var table = new Table().AddColumns("opponent", "score", "95 % interval", "drawn", "illegal", "games");
            using var scope = torch.NewDisposeScope();
            using var _ = torch.no_grad();
            var weights = policy.Bind();
            foreach (var name in source.Opponents)
            {
                var score = source.Evaluate(weights, name, parse.GetValue(games), parse.GetValue(seed), parse.GetValue(temperature))!;
                table.AddRow(name, $"{score.Value:F3}", $"{score.Low:F3} – {score.High:F3}", $"{score.Draws:F3}", $"{score.Illegal:F3}", $"{score.Games}");
            }
            AnsiConsole.Write(table);
        });
        return command;
    }
}
