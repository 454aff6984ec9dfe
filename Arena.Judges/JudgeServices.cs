using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arena.Judges;

/// <summary>The judges' wiring. Add it after the engine: the store must be up before judges are read.</summary>
public static class JudgeServices
{
    public static IHostApplicationBuilder AddArenaJudges(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<JudgeOptions>().BindConfiguration(JudgeOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ChatJudges>();
        services.AddSingleton<OpenJudge>(sp => sp.GetRequiredService<ChatJudges>().Open);
        services.AddScoped<JudgeDesk>();
        services.AddScoped<GoldDesk>();
        services.AddScoped<PeopleDesk>();
        services.AddScoped<AppealDesk>();
        services.AddSingleton<PanelBook>();
        services.AddHostedService<JudgeStart>();
        services.AddSingleton<PanelWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<PanelWorker>());
        services.AddSingleton<GoldWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<GoldWorker>());
        return builder;
    }

    /// <summary>Reads the configuration's judges into the database and opens or closes the judged spaces.</summary>
    private sealed class JudgeStart(IServiceScopeFactory scopes, IConfiguration configuration, ILogger<PanelWorker> log) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var configured = configuration.GetSection(ConfiguredJudge.Section).Get<List<ConfiguredJudge>>() ?? [];
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<GoldDesk>().SeedAsync(cancellationToken);
            foreach (var problem in await scope.ServiceProvider.GetRequiredService<JudgeDesk>().ApplyAsync(configured, cancellationToken))
            {
                PanelWorker.Warn(log, problem);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
