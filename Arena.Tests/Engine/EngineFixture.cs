using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Arena.Tests.Engine;

/// <summary>The engine as it is wired for the site, on a real SQLite file in a folder of its own, with a clock that stands still. The silo is not started.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("arena-engine-").FullName;
    private readonly IHost _host;
    private int _planned;

    public EngineFixture()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Arena:DataFolder"] = _folder });
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddArenaEngine();
        _host = builder.Build();
    }

    /// <summary>The data folder, for what runs as a second program.</summary>
    public string Folder => _folder;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        foreach (var service in _host.Services.GetServices<IHostedService>().Where(s => s is StoreStart or HouseSeeder or GroupWriter))
        {
            await service.StartAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Get<GroupWriter>().DisposeAsync();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    public Task<ArenaDb> DbAsync() => Get<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();

    /// <summary>A scope for the desks that pages use.</summary>
    public IServiceScope Scope() => _host.Services.CreateScope();

    /// <summary>An owner with an account.</summary>
    public async Task<Guid> OwnerAsync()
    {
        await using var db = await DbAsync();
        var id = Guid.CreateVersion7(Time.GetUtcNow());
        db.Users.Add(new Owner { Id = id, UserName = $"owner-{id:N}", NormalizedUserName = $"OWNER-{id:N}", CreatedAt = Time.GetUtcNow() });
        await db.SaveChangesAsync();
        return id;
    }

    /// <summary>A new agent of a new owner.</summary>
    public async Task<AgentCreated> AgentAsync(AgentKind kind, AgentConfig config, Guid? owner = null)
    {
        var id = owner ?? await OwnerAsync();
        using var scope = Scope();
        var result = await scope.ServiceProvider.GetRequiredService<AgentDesk>()
            .CreateAsync(id, new NewAgent($"Agent {Guid.CreateVersion7(Time.GetUtcNow()).ToString("N")[20..]}", kind, "", config));
        return Assert.IsType<AgentCreated>(result);
    }

    /// <summary>The version of a house agent.</summary>
    public async Task<VersionId> HouseAsync(string space, string slug)
    {
        await using var db = await DbAsync();
        var config = new HouseConfig(space, slug).ToJson();
        return await db.AgentVersions.Where(v => v.Config == config).Select(v => v.Id).SingleAsync();
    }

    /// <summary>A match's seed: another for each match of a test, the same ones in every run of it.</summary>
    public byte[] NextSeed() => SHA256.HashData(Encoding.UTF8.GetBytes($"match {_planned++}"));

    /// <summary>A match as the scheduler writes it, leased to this node.</summary>
    internal async Task<MatchLease> WrittenAsync(string space, MatchKind kind, int paceMs, params VersionId[] versions)
    {
        var plan = await Get<MatchScheduler>().PlanAsync(space, kind, "free", [.. versions.Select(v => (v, (Guid?)null))], paceMs, null, default, NextSeed());
        return await WriteAsync(plan);
    }

    internal async Task<MatchLease> WriteAsync(MatchPlan plan)
    {
        await Get<GroupWriter>().WriteAsync(session =>
        {
            Get<MatchScheduler>().Insert(session, plan);
            return true;
        });
        return new MatchLease(plan, 1);
    }

    /// <summary>Writes and plays a match among house agents.</summary>
    internal async Task<MatchLease> PlayedAsync(string space, params VersionId[] versions)
    {
        var lease = await WrittenAsync(space, MatchKind.Rated, 0, versions);
        Get<MatchHost>().Keep(lease.Plan);
        await Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        return lease;
    }

    /// <summary>Lets the standing clock run until the work is done; between steps what really runs (a server, a thread) gets a moment.</summary>
    public async Task<T> RunAsync<T>(Task<T> work, TimeSpan step)
    {
        while (!work.IsCompleted)
        {
            Time.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
        return await work;
    }

    public async Task RunAsync(Task work, TimeSpan step) => await RunAsync(work.ContinueWith(t => t.IsCompletedSuccessfully ? true : throw t.Exception!, TaskScheduler.Default), step);

    /// <summary>Every row of every table as text, for before and after.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DumpAsync()
    {
        await using var db = await DbAsync();
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync();
        var tables = new Dictionary<string, string>();
        using var names = connection.CreateCommand();
        names.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using var reader = await names.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var table = reader.GetString(0);
            using var rows = connection.CreateCommand();
            rows.CommandText = $"SELECT * FROM \"{table}\" ORDER BY 1, 2";
            using var row = await rows.ExecuteReaderAsync();
            var text = new StringBuilder();
            while (await row.ReadAsync())
            {
                for (var i = 0; i < row.FieldCount; i++)
                {
                    var value = row.GetValue(i);
                    text.Append(CultureInfo.InvariantCulture, $"{row.GetName(i)}={(value is byte[] bytes ? Convert.ToHexString(bytes) : value)};");
                }
                text.Append('\n');
            }
            tables[table] = text.ToString();
        }
        return tables;
    }
}
