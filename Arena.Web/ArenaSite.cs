using Arena.Engine;
using Arena.Judges;
using Arena.Web.Accounts;
using Arena.Web.Agents;
using Arena.Web.Bots;
using Arena.Web.Hosting;
using Arena.Web.Judges;
using Arena.Web.Live;
using Arena.Web.Matches;
using Arena.Web.Preferences;
using Arena.Web.Settlement;
using Arena.Web.Site;
using Arena.Web.Spaces;
using Arena.Web.Training;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Arena.Web;

/// <summary>The site's wiring, on one page: what is registered, what is mapped, in which order.</summary>
public static class ArenaSite
{
    public static WebApplicationBuilder AddArenaSite(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var configuration = SiteSettings.AddTo(builder);
        var data = new DataFolder(configuration["Arena:DataFolder"] ?? "data");
        SiteLogging.AddTo(builder);

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(data);
        services.AddSingleton<Parts>();
        services.AddArenaChain(configuration);
        builder.AddArenaEngine();
        builder.AddArenaJudges();

        services.AddArenaAccess();
        services.AddArenaLimits(configuration);
        services.AddScoped<Registration>();
        services.AddScoped<MatchVerifier>();
        services.AddHostedService<DemoOwner>();
        services.AddHostedService<PartsWatch>();
        services.AddHostedService<TrainerWatch>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<KernelFiles>();
        services.AddTrainerProcess();

        services.AddRazorComponents();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.Name = "arena-form");
        services.AddValidation();
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        services.AddApiDocument();
        services.AddSignalR();
        services.AddSingleton<MatchBroadcaster>();
        services.AddHostedService(sp => sp.GetRequiredService<MatchBroadcaster>());
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: ["ready"]);
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter("Arena.*").AddPrometheusExporter());
        return builder;
    }

    public static WebApplication UseArenaSite(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseKindFailures();
        app.UseAuthentication();
        app.UseSameOriginWrites();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();

        KernelFiles.Use(app);
        app.MapStaticAssets();
        app.MapRazorComponents<App>();
        app.MapPost("/logout", SignOut.Handle).ExcludeFromDescription();
        app.MapHub<MatchHub>("/hubs/match");
        MapApi(app);

        app.MapApiDocument();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapPrometheusScrapingEndpoint();
        return app;
    }

    /// <summary>Every endpoint under /api/v1. A feature's static class maps its own group; routes only, no policy of its own prefix.</summary>
    private static void MapApi(WebApplication app)
    {
        var api = app.MapGroup("/api/v1").RequireRateLimiting(Limits.Api);
        SpaceEndpoints.Map(api);
        AgentEndpoints.Map(api);
        MatchEndpoints.Map(api);
        EntryEndpoints.Map(api);
        BotEndpoints.Map(api);
        MeEndpoints.Map(api);
        TokenEndpoints.Map(api);
        PairEndpoints.Map(api);
        TrainingEndpoints.Map(api);
        LineageEndpoints.Map(api);
        WorkerEndpoints.Map(api);
        JudgeEndpoints.Map(api);
        FlagEndpoints.Map(api);
        SettlementEndpoints.Map(api);
        StatusEndpoints.Map(api);
    }
}
