using System.Net;
using System.Net.Sockets;
using Arena.Engine.Agents;
using Arena.Engine.Ledger;
using Arena.Engine.Matches;
using Arena.Engine.Matchmaking;
using Arena.Engine.Preferences;
using Arena.Engine.Ratings;
using Arena.Engine.Settlement;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Engine.Training;
using Arena.Engine.Verdicts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Arena.Engine;

/// <summary>The engine's wiring on one page.</summary>
public static class EngineServices
{
    /// <summary>Adds the whole engine with its embedded silo. Its settings are section "Arena" of the configuration.</summary>
    public static IHostApplicationBuilder AddArenaEngine(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ArenaOptions>().Bind(builder.Configuration.GetSection(ArenaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);

        // Hosted services start in this order and stop in the reverse one: the store comes first and goes last.
        services.AddStore();
        services.AddHostedService<StoreStart>();
        services.AddSingleton<SpaceMaterials>();
        services.AddHostedService(sp => sp.GetRequiredService<SpaceMaterials>());
        services.AddHostedService<HouseSeeder>();
        services.AddHostedService(sp => sp.GetRequiredService<GroupWriter>());
        builder.AddSilo();
        services.AddHostedService<LeaseSweeper>();
        services.AddHostedService<MatchmakingWorker>();

        services.AddAgents();
        services.AddSingleton<SpaceCatalog>();
        services.AddSingleton<LedgerDesk>();
        services.AddMatches();
        services.AddSingleton<MatchmakingDesk>();
        services.AddLearning();
        services.AddSettlement();
        return builder;
    }

    private static void AddStore(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<ArenaDb>((sp, db) => db
            .UseSqlite(SqliteStore.ConnectionString(sp.GetRequiredService<IOptions<ArenaOptions>>().Value), o => o.MigrationsAssembly("Arena.Migrations.Sqlite"))
            .AddInterceptors(new SqliteStore.OnOpen()));
        services.TryAddScoped(sp => sp.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContext());
        services.AddSingleton<StoreHealth>();
        services.AddSingleton<GroupWriter>();
        // Keys that encrypt secrets live beside the database: one without the other is of no use.
        services.AddDataProtection().SetApplicationName("Arena");
        services.AddOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>().Configure<IOptions<ArenaOptions>, Microsoft.Extensions.Logging.ILoggerFactory>((keys, arena, log) =>
            keys.XmlRepository = new Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository(Directory.CreateDirectory(Path.Combine(Path.GetFullPath(arena.Value.DataFolder), "keys")), log));
    }

    private static void AddSilo(this IHostApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(ArenaOptions.Section).Get<ArenaOptions>() ?? new ArenaOptions();
        var port = settings.SiloPort == 0 ? FreePort() : settings.SiloPort;
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(port, settings.GatewayPort, serviceId: "arena", clusterId: $"arena-{port}")
            .Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromMinutes(5)));
    }

    private static void AddAgents(this IServiceCollection services)
    {
        services.AddScoped<AgentDesk>();
        services.AddScoped<TokenDesk>();
        services.AddSingleton<ScriptSandbox>();
        services.AddSingleton<SecretVault>();
        services.AddSingleton<PolicyBases>();
        services.AddSingleton<AgentClients>();
        services.AddSingleton<IAgentClientSource, HouseClientSource>();
        services.AddSingleton<IAgentClientSource, ScriptClientSource>();
    }

    private static void AddMatches(this IServiceCollection services)
    {
        services.AddSingleton<MatchNode>();
        services.AddSingleton<MatchFeed>();
        services.AddSingleton<ReplyLog>();
        services.AddSingleton<MatchRunner>();
        services.AddSingleton<MatchCloser>();
        services.AddSingleton<MatchHost>();
        services.AddSingleton<MatchScheduler>();
        services.AddSingleton<MatchReader>();
        services.AddSingleton<MatchStyles>();
        services.AddSingleton<RatingHistory>();
        services.AddSingleton<Ladders>();
        services.AddSingleton<LadderKeeper>();
        services.AddHostedService(sp => sp.GetRequiredService<LadderKeeper>());
        services.AddSingleton<LeaderboardQuery>();
        services.AddScoped<FlagDesk>();
        services.AddSingleton<BotBoard>();
        services.AddSingleton<IAgentClientSource, BotClientSource>();
        services.AddSingleton<DryRunner>();
        services.AddScoped<EntryDesk>();
    }

    /// <summary>Chat and policy agents, verdicts, pairs, training. The judges themselves are Arena.Judges'.</summary>
    private static void AddLearning(this IServiceCollection services)
    {
        services.AddOptions<ChatOptions>().BindConfiguration(ChatOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PolicyServing>().BindConfiguration(PolicyServing.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ForkOptions>().BindConfiguration(ForkOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TrainingSettings>().BindConfiguration(TrainingSettings.Section).ValidateDataAnnotations().ValidateOnStart();

        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<ChatSpend>();
        services.AddSingleton<ChatCheck>();
        services.AddSingleton<IAgentClientSource, ChatClientSource>();
        services.AddSingleton<PolicyServer>();
        services.AddSingleton<IAgentClientSource, PolicyClientSource>();

        services.AddSingleton<PlayedMatches>();
        services.AddSingleton<RatingRebuild>();
        services.AddSingleton<ProbeBook>();
        services.AddHostedService<ProbeWorker>();
        services.AddSingleton<ScrutinyWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<ScrutinyWorker>());
        services.AddSingleton<ForkWork>();
        services.AddSingleton<PairWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<PairWorker>());
        services.AddScoped<PairExport>();
        services.AddScoped<PairImport>();

        services.AddSingleton<PolicyStore>();
        services.AddScoped<PoolQuery>();
        services.AddScoped<TrainingDesk>();
        services.AddScoped<VersionDesk>();
        services.AddScoped<LineageQuery>();
        services.AddScoped<StrengthQuery>();
        services.AddScoped<WorkerDesk>();
        services.AddSingleton<RunSweeper>();
        services.AddHostedService(sp => sp.GetRequiredService<RunSweeper>());
        services.AddSingleton<GateWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<GateWorker>());
        services.AddSingleton<TrainerHealth>();
        services.AddHostedService(sp => sp.GetRequiredService<TrainerHealth>());
    }

    private static void AddSettlement(this IServiceCollection services)
    {
        services.AddOptions<SettlementOptions>().BindConfiguration(SettlementOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EpochBuilder>();
        services.AddSingleton<EpochFollower>();
        services.AddSingleton<CorrectionDesk>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Payouts>();
        services.AddSingleton<DepositWatcher>();
        services.AddSingleton<SettlementWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<SettlementWorker>());
    }

    /// <summary>A port that nobody uses now, so that tests and several instances run side by side.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
