using System.CommandLine;
using Arena.Client;
using Arena.Client.Commands;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A log or a pipe has no width; at the default of 80 tables lose their columns. And nobody watches a bar there.
    AnsiConsole.Profile.Width = 200;
    AnsiConsole.Profile.Capabilities.Interactive = false;
}

var root = new RootCommand("arena: play, measure and verify on your own machine, with the rules of the site.")
{
    PlayCommand.Create(AnsiConsole.Console),
    SpacesCommand.Create(),
    PairsCommand.Create(),
    VerifyCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ClientException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
