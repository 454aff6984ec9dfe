using System.CommandLine;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Training.Proof;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>Checks a run's learning proof; exit code 2 when a step fails.</summary>
internal static class VerifyRunCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The run's folder, with 'proof' and 'result'" };
        var (model, seed) = (CommonOptions.Model(), CommonOptions.Seed(1));
        var steps = new Option<int>("--steps") { Description = "Steps to replay, drawn at random", DefaultValueFactory = _ => 10 };
        var command = new Command("verify-run", "Replays randomly chosen steps of a run that left a learning proof, and checks all its records") { folder, model, steps, seed };
        command.SetAction(parse =>
        {
            TorchBootstrap.Start(threads: 1);
            using var start = ShippedModel.Load(parse.GetRequiredValue(model));
            var report = new RunVerifier(Path.GetFullPath(parse.GetRequiredValue(folder)), start).Verify(parse.GetValue(steps), parse.GetValue(seed));
            foreach (var verdict in report.Verdicts)
            {
                AnsiConsole.MarkupLineInterpolated(verdict.Field is null ? (FormattableString)$"step {verdict.Step}: [green]ok[/]" : $"step {verdict.Step}: [red]{verdict.Field}[/], {verdict.Why}");
            }
            AnsiConsole.WriteLine(report.Ok
                ? $"{report.Steps} steps: every record fits the one before it, {report.Verdicts.Count} were replayed and came out the same."
                : $"{report.Steps} steps, {report.Verdicts.Count(v => v.Field is not null)} fail.");
            return report.Ok ? 0 : 2;
        });
        return command;
    }
}
