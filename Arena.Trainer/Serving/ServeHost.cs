using Arena.Trainer.Policies;
using Microsoft.AspNetCore.Diagnostics;

namespace Arena.Trainer.Serving;

/// <summary>Builds the web host of `serve` and `work`: loopback only, no other configuration.</summary>
public static class ServeHost
{
    /// <summary>How long a server that is asked to end lets running answers go on.</summary>
    public static readonly TimeSpan LastWords = TimeSpan.FromSeconds(20);

    /// <param name="port">0 = any free port.</param>
    /// <param name="folders">Where policies lie.</param>
    /// <param name="say">Told in words when a policy is replaced, or can't be.</param>
    /// <param name="rewards">Folders of reward models by name, for /v1/score; null for none.</param>
    public static WebApplication Build(int port, PolicyFolders folders, TimeProvider time, ServeOptions? options = null, Action<string>? say = null, IReadOnlyDictionary<string, string>? rewards = null)
    {
        options ??= new ServeOptions();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = options.BodyBytes;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LastWords);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(new ServeCounts());
        builder.Services.AddSingleton(_ => new BaseCatalog(folders));
        builder.Services.AddSingleton(_ => new PolicyShelf(folders, time, options, say: say));
        builder.Services.AddSingleton(services => new GenerationLoop(options, services.GetRequiredService<ServeCounts>()));
        builder.Services.AddSingleton<CompletionDesk>();
        builder.Services.AddSingleton(_ => new RewardShelf(rewards ?? new Dictionary<string, string>(), options.MaxWaiting, time));
        builder.Services.AddHostedService<GenerationWorker>();
        var app = builder.Build();
        app.UseExceptionHandler(errors => errors.Run(http =>
        {
            var error = http.Features.Get<IExceptionHandlerFeature>()?.Error;
            return CompletionEndpoints.Error(500, $"The server had an error: {error?.Message}", null, null).ExecuteAsync(http);
        }));
        app.RefuseLargeBodies(options.BodyBytes);
        app.MapScores();
        app.MapCompletions();
        // Answers under way go on while the server drains; requests that still arrive are turned away.
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<GenerationLoop>().Close);
        return app;
    }

    /// <summary>Runs the generation loop for as long as the host runs. The web server is stopped first, and waits for its requests.</summary>
    private sealed class GenerationWorker(GenerationLoop loop) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await Task.Run(() => loop.RunAsync(stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Asked to end.
            }
        }
    }
}
