using System.CommandLine;
using Arena.Trainer;
using Arena.Trainer.Commands;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A log or a pipe has no width; at the default of 80 tables lose their columns.
    AnsiConsole.Profile.Width = 200;
}

var root = new RootCommand("Arena.Trainer: serves policies, trains them on preference pairs and by playing themselves, measures them.")
{
    DoctorCommand.Create(),
    PretrainCommand.Create(),
    EvalCommand.Create(),
    TrainCommand.Create(),
    LearnCommand.Create(),
    VerifyRunCommand.Create(),
    BenchCommand.Create(),
    TokenizerCommand.Create(),
    RewardCommand.Create(),
    VectorsCommand.Create(),
    ServeCommand.Create(),
    WorkCommand.Create(),
};
try
{
    // Ctrl-C waits for the step that runs and the checkpoint after it.
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
}
catch (TrainerException e)
{
    // Standard error, without markup: messages hold paths with brackets.
    AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).WriteLine(e.Message, new Style(Color.Red));
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
