using System.CommandLine;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Arena.Trainer.Working;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>Serves policies and takes training jobs from a site until it is stopped.</summary>
internal static class WorkCommand
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var site = new Option<string>("--site") { Description = "Address of the Arena site", Required = true };
        var tokenFile = new Option<string>("--token-file") { Description = "File that holds the worker token", Required = true };
        var data = new Option<string>("--data") { Description = "Folder of fetched policies, of jobs, and of further bases (in \"bases\", a model in Hugging Face's layout each)", Required = true };
        var port = new Option<int>("--serve-port") { Description = "On loopback", DefaultValueFactory = _ => 5081 };
        var name = new Option<string>("--name") { Description = "Name of this worker", DefaultValueFactory = _ => Environment.MachineName };
        var threads = CommonOptions.Threads();
        var command = new Command("work", "Serves policies and takes training jobs from a site") { site, tokenFile, data, port, name, threads };
        command.SetAction(async (parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            if (!Uri.TryCreate(parse.GetRequiredValue(site).TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new TrainerException($"--site is not an address: {parse.GetRequiredValue(site)}");
            }
            var folder = Path.GetFullPath(parse.GetRequiredValue(data));
            Directory.CreateDirectory(folder);
            using var http = new HttpClient(new WorkerToken(Path.GetFullPath(parse.GetRequiredValue(tokenFile)))) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
            var folders = new PolicyFolders(folder, new PolicyLibrary(http));
            await using var app = ServeHost.Build(parse.GetValue(port), folders, TimeProvider.System, say: Say);
            await ServeCommand.StartAsync(app, parse.GetValue(port), cancel);
            ServeCommand.ListBases(app);
            // The site stops its children with SIGTERM, which the host turns into this token.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, app.Lifetime.ApplicationStopping);
            var client = new SiteClient(http);
            try
            {
                await WorkAsync(client, new JobRunner(client, folders, folder, TimeProvider.System, Say), parse.GetRequiredValue(name), stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                Say("Stopping; an unfinished job continues from its checkpoint next time.");
            }
            await app.StopAsync(CancellationToken.None);
            return 0;
        });
        return command;
    }

    private static async Task WorkAsync(SiteClient site, JobRunner runner, string name, CancellationToken stop)
    {
        var patience = new Patience(TimeProvider.System, Say);
        string? refused = null;
        while (true)
        {
            Job? job = null;
            try
            {
                await patience.TryAsync(async () => job = await site.LeaseAsync(name, stop), stop);
                refused = null;
            }
            catch (SiteRefusedException e)
            {
                // A wrong token, or not an Arena site: say so once and ask again, for the token may be rewritten.
                if (refused != e.Message)
                {
                    Say($"The site refuses this worker ({(int)e.Status}): {e.Message}");
                    refused = e.Message;
                }
            }
            if (job is null)
            {
                await Task.Delay(AskEvery, TimeProvider.System, stop);
                continue;
            }
            Say($"Job {job.Id}: {job.Space}, from \"{job.Policy.Name}\", attempt {job.Attempt}.");
            var end = await runner.RunAsync(job, stop);
            Say($"Job {job.Id}: {end}.");
        }
    }

    private static void Say(string line) => AnsiConsole.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");
}
