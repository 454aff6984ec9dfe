using Arena.Trainer.Policies;
using Microsoft.AspNetCore.Diagnostics;

namespace Arena.Trainer.Serving;

/// <summary>Builds the web host of `serve` and `work`: loopback only, no other configuration.</summary>
public static class ServeHost
{
    /// <param name="port">0 = any free port.</param>
    /// <param name="folders">Where policies lie.</param>
    public static WebApplication Build(int port, PolicyFolders folders, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
        });
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(_ => new PolicyShelf(folders));
        builder.Services.AddSingleton(services => new GenerationQueue(services.GetRequiredService<PolicyShelf>()));
        builder.Services.AddHostedService<GenerationWorker>();
        var app = builder.Build();
        app.UseExceptionHandler(errors => errors.Run(http =>
        {
            var error = http.Features.Get<IExceptionHandlerFeature>()?.Error;
            return CompletionEndpoints.Error(500, $"The server had an error: {error?.Message}", null, null).ExecuteAsync(http);
        }));
        app.MapCompletions();
        return app;
    }

    /// <summary>Runs the generation loop for as long as the host runs.</summary>
    private sealed class GenerationWorker(GenerationQueue queue) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await Task.Run(() => queue.PumpAsync(stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Asked to end.
            }
        }
    }
}
