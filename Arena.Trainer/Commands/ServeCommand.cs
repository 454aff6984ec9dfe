using System.CommandLine;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Spectre.Console;

namespace Arena.Trainer.Commands;

internal static class ServeCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "On loopback", DefaultValueFactory = _ => 5081 };
        var data = new Option<string>("--data") { Description = "Folder of fetched policies", Required = true };
        var threads = CommonOptions.Threads();
        var command = new Command("serve", "Answers OpenAI-compatible requests with policies") { port, data, threads };
        command.SetAction(async (parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            await using var app = ServeHost.Build(parse.GetValue(port), new PolicyFolders(Path.GetFullPath(parse.GetRequiredValue(data)), library: null), TimeProvider.System);
            await StartAsync(app, parse.GetValue(port), cancel);
            await app.WaitForShutdownAsync(cancel);
            return 0;
        });
        return command;
    }

    /// <summary>Starts listening and says where.</summary>
    internal static async Task StartAsync(WebApplication app, int port, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            throw new TrainerException($"Port {port} can't be used: {e.Message}", e);
        }
        AnsiConsole.WriteLine($"Serving on {string.Join(", ", app.Urls)}");
    }
}
