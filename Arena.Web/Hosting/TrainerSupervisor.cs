using Arena.Engine.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Arena.Web.Hosting;

/// <summary>
/// Keeps one Arena.Trainer running beside the site: starts it once the site listens, starts it again when it ends, ends
/// it with the site. They meet over HTTP only; the worker token lies in a file that only this user can read.
/// </summary>
internal sealed partial class TrainerSupervisor(
    IOptions<TrainerHosting> options,
    DataFolder data,
    Parts parts,
    IServiceScopeFactory scopes,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<TrainerSupervisor> log) : BackgroundService
{
    private const string TokenFile = "worker-token.txt";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            Report(PartState.Off, "The trainer is switched off: policy agents don't play and nothing is trained.");
            return;
        }
        var program = FindProgram();
        if (program is null)
        {
            Report(PartState.Off, "The trainer is not built (dotnet build -c Release Arena.Trainer): policy agents don't play and nothing is trained.");
            return;
        }
        await ListeningAsync(stoppingToken);
        var site = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var token = await TokenAsync(stoppingToken);
        await using var lines = new StreamWriter(LogFile()) { AutoFlush = true };

        var pause = options.Value.RestartAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = time.GetUtcNow();
            await using var child = ChildProcess.Start(
                "dotnet",
                [program, "work", "--site", site, "--token-file", token, "--data", data.File("trainer"), "--serve-port", $"{options.Value.ServePort}"],
                data.Path,
                line => { lock (lines) { lines.WriteLine(line); } });
            Log.Started(log, options.Value.ServePort);
            Report(PartState.On, "Policies are served and training jobs are taken.");
            int status;
            try
            {
                status = await child.EndedAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                await child.StopAsync(Grace, time);
                return;
            }
            pause = time.GetUtcNow() - started > LongestPause ? options.Value.RestartAfter : Min(pause * 2, LongestPause);
            Log.Ended(log, status, pause);
            Report(PartState.Down, $"The trainer ended (status {status}) and is started again; policy agents wait. Its last words are in logs/trainer.log.");
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Report(PartState state, string words) => parts.Report("trainer", "The trainer", state, words);

    private string? FindProgram()
    {
        // Arena.Web/bin/Release/net10.0 beside Arena.Trainer/bin/Release/net10.0
        var beside = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../Arena.Trainer/bin/Release/net10.0/Arena.Trainer.dll"));
        var program = options.Value.Program is { Length: > 0 } named ? Path.GetFullPath(named) : beside;
        return File.Exists(program) ? program : null;
    }

    private async Task ListeningAsync(CancellationToken ct)
    {
        var listening = new TaskCompletionSource();
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(ct);
    }

    /// <summary>The file with a valid worker token; a new one is issued when the old is gone or revoked.</summary>
    private async Task<string> TokenAsync(CancellationToken ct)
    {
        var file = data.File(TokenFile);
        await using var scope = scopes.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<TokenDesk>();
        var old = File.Exists(file) ? (await File.ReadAllTextAsync(file, ct)).Trim() : "";
        if (await tokens.FindAsync(old, ct) is not { Scope: TokenScope.Worker })
        {
            var issued = await tokens.IssueAsync(Owner.HouseId, null, TokenScope.Worker, "The site's own trainer", ct);
            data.WriteSecret(TokenFile, issued.Secret + "\n");
        }
        return file;
    }

    private string LogFile()
    {
        Directory.CreateDirectory(data.File("logs"));
        return Path.Combine(data.File("logs"), "trainer.log");
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "The trainer is running; it serves policies on port {Port}.")]
        public static partial void Started(ILogger logger, int port);

        [LoggerMessage(7002, LogLevel.Warning, "The trainer ended with status {Status}; it is started again in {Pause}.")]
        public static partial void Ended(ILogger logger, int status, TimeSpan pause);
    }
}
