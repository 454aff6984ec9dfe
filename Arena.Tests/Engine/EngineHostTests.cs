using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Arena.Tests.Engine;

/// <summary>The engine with its silo and workers, as the site runs it, on the real clock.</summary>
public sealed class EngineHostTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("arena-host-").FullName;
    private IHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_host);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task TheHousePlaysByItselfAndAnEntryIsPlayedToItsEndAndAMatchWhoseNodeIsGoneIsTakenUp()
    {
        var ct = new CancellationTokenSource(Patience).Token;
        var feed = _host.Services.GetRequiredService<MatchFeed>();
        var closed = feed.SubscribeAll(ct).Where(n => n.Type == "closed" && n.Space == "tic-tac-toe").FirstAsync(ct);
        Assert.Equal("closed", (await closed).Status);
        Assert.NotEmpty(await _host.Services.GetRequiredService<LeaderboardQuery>().OfAsync("tic-tac-toe", ct: ct));

        var owner = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        Entry entry;
        await using (var scope = _host.Services.CreateAsyncScope())
        {
            var created = Assert.IsType<AgentCreated>(await scope.ServiceProvider.GetRequiredService<AgentDesk>().CreateAsync(
                owner, new NewAgent("First legal", AgentKind.Script, "", new ScriptConfig("function act(o) { return o.legal[0]; }")), ct));
            var desk = scope.ServiceProvider.GetRequiredService<EntryDesk>();
            var own = feed.SubscribeAll(ct).Where(n => n.Type == "closed" && n.Players.Any(p => p.AgentId == created.Agent.Id.Value)).FirstAsync(ct);
            entry = Assert.IsType<Entered>(await desk.EnterAsync(owner, created.Agent.Id, "tic-tac-toe", "free", 1, ct)).Entry;
            Assert.Equal("already-entered", Assert.IsType<EntryRefused>(await desk.EnterAsync(owner, created.Agent.Id, "tic-tac-toe", "free", 1, ct)).Code);
            Assert.Equal("balance-short", Assert.IsType<EntryRefused>(await desk.EnterAsync(owner, created.Agent.Id, "connect-four", "stake-100k", 1, ct)).Code);
            Assert.Equal("closed", (await own).Status);
        }
        await using (var db = await DbAsync())
        {
            Assert.Equal(EntryStatus.Done, (await db.Entries.SingleAsync(e => e.Id == entry.Id, ct)).Status);
        }

        // A node took a match and is gone; the next start finds it and plays it to its end, once.
        var scheduler = _host.Services.GetRequiredService<MatchScheduler>();
        await using var read = await DbAsync();
        var versions = await read.Ratings.Where(r => r.Space == "tic-tac-toe").Select(r => r.VersionId).Take(2).ToListAsync(ct);
        var orphan = await scheduler.PlanAsync("tic-tac-toe", MatchKind.Rated, "free", [.. versions.Select(v => (v, (Guid?)null))], 0, null, ct);
        await _host.Services.GetRequiredService<GroupWriter>().WriteAsync(
            session =>
            {
                MatchRows.Insert(session, orphan, "a node that is gone", TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(3));
                return true;
            },
            ct);
        await StopAsync(_host);
        _host = await StartAsync();
        MatchStatus status;
        do
        {
            await using var db = await DbAsync();
            status = await db.Matches.Where(m => m.Id == orphan.Id).Select(m => m.Status).SingleAsync(ct);
            await Task.Yield();
        }
        while (status == MatchStatus.Running);
        Assert.Equal(MatchStatus.Closed, status);
        await using var after = await DbAsync();
        Assert.Equal(2, (await after.Matches.SingleAsync(m => m.Id == orphan.Id, ct)).Fence);
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Arena:DataFolder"] = _folder,
            ["Arena:HouseShow:PaceMs"] = "20",
            ["Arena:HouseShow:Between"] = "00:00:00.1",
            ["Arena:Matchmaking:PaceMs"] = "1",
            ["Arena:Matchmaking:HouseAfter"] = "00:00:00.2",
            ["Arena:Matchmaking:Every"] = "00:00:00.1",
            ["Arena:Lease:SweepEvery"] = "00:00:00.2",
        });
        builder.AddArenaEngine();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)host).DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private Task<ArenaDb> DbAsync() => _host.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
}
