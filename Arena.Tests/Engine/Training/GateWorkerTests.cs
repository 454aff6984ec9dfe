using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Training;

/// <summary>
/// A gate that is really played: silo, matches and worker as on the site. House agents stand in for the policies (an agent's kind decides
/// who answers), so that no trainer is needed: perfect play is the candidate, random play the parent.
/// </summary>
public sealed class GateWorkerTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("arena-gate-").FullName;
    private IHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ACandidateBeatsItsParentThenThePoolAndANodeThatTakesOverReplaysNothing()
    {
        using var clock = new CancellationTokenSource(Patience);
        var ct = clock.Token;
        var (run, candidate, parent) = await GateAsync("perfect", "random", "greedy", ct);

        // Until some draws against the pool are played; then the node is gone in the middle of it.
        await Until(async db => await db.Matches.CountAsync(m => m.GateRun == run.Value && m.Status == MatchStatus.Closed && m.Seats.All(s => s.VersionId != candidate), ct) >= 5, ct);
        await StopAsync();
        _host = await StartAsync();
        Dictionary<Guid, (MatchStatus Status, string? Hash)> before;
        await using (var db = await DbAsync())
        {
            before = await db.Matches.Where(m => m.GateRun == run.Value && m.Status == MatchStatus.Closed).ToDictionaryAsync(m => m.Id.Value, m => (m.Status, m.TranscriptHash), ct);
        }

        await Until(async db => await db.TrainingRuns.AnyAsync(r => r.Id == run && r.Status != RunStatus.Gate, ct), ct);
        await using var after = await DbAsync();
        var ended = await after.TrainingRuns.SingleAsync(r => r.Id == run, ct);
        var standing = GateStanding.FromJson(ended.Gate!);
        Assert.True(ended.Status == RunStatus.Promoted, standing.Why);
        Assert.True(standing.Pool!.Difference > 0);
        Assert.Equal(candidate, (await after.Agents.SingleAsync(a => a.Id == ended.AgentId, ct)).CurrentVersionId);
        var matches = await after.Matches.Include(m => m.Seats).Where(m => m.GateRun == run.Value && m.Status != MatchStatus.Void).ToListAsync(ct);
        // What was closed is as it was, every draw has two sides with one seed, and no side was played twice.
        Assert.All(before, b => Assert.Equal(b.Value.Hash, matches.Single(m => m.Id.Value == b.Key).TranscriptHash));
        var draws = matches.Where(m => m.Seats.All(s => s.VersionId != parent) || m.Seats.All(s => s.VersionId != candidate)).GroupBy(m => Convert.ToHexString(m.Seed)).ToList();
        Assert.All(draws, d => Assert.Equal(2, d.Count()));
        Assert.InRange(draws.Count, standing.Pool.Draws, standing.Pool.Draws + 8);
        Assert.Contains(await after.TrainingLog.Where(l => l.RunId == run).Select(l => l.Text).ToListAsync(ct), t => t.Contains("as good as its parent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnotherWorkerOverTheSameMatchesDecidesTheSame()
    {
        using var clock = new CancellationTokenSource(Patience);
        var ct = clock.Token;
        var (run, _, _) = await GateAsync("random", "perfect", "greedy", ct);
        await Until(async db => await db.TrainingRuns.AnyAsync(r => r.Id == run && r.Status == RunStatus.Rejected, ct), ct);
        string first;
        await using (var db = await DbAsync())
        {
            first = (await db.TrainingRuns.SingleAsync(r => r.Id == run, ct)).Gate!;
            await db.TrainingRuns.Where(r => r.Id == run).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, RunStatus.Gate).SetProperty(r => r.Gate, (string?)null), ct);
        }
        var count = await CountAsync(run, ct);
        var other = new GateWorker(
            _host.Services.GetRequiredService<IDbContextFactory<ArenaDb>>(), _host.Services.GetRequiredService<MatchScheduler>(), _host.Services.GetRequiredService<IOptions<TrainingSettings>>(), TimeProvider.System, NullLogger<GateWorker>.Instance);
        await other.LookAsync(ct);
        await using var after = await DbAsync();
        Assert.Equal(first, (await after.TrainingRuns.SingleAsync(r => r.Id == run, ct)).Gate);
        Assert.Equal(count, await CountAsync(run, ct));
        Assert.Null(GateStanding.FromJson(first).Pool);
    }

    private async Task<int> CountAsync(RunId run, CancellationToken ct)
    {
        await using var db = await DbAsync();
        return await db.Matches.CountAsync(m => m.GateRun == run.Value, ct);
    }

    /// <summary>A run that has reached its gate: a house agent of one slug, with a candidate of another.</summary>
    private async Task<(RunId Run, VersionId Candidate, VersionId Parent)> GateAsync(string candidate, string parent, string member, CancellationToken ct)
    {
        await using var db = await DbAsync();
        var time = TimeProvider.System;
        var now = time.GetUtcNow();
        async Task<AgentVersion> House(string slug)
        {
            var config = new HouseConfig("tic-tac-toe", slug).ToJson();
            return await db.AgentVersions.SingleAsync(v => v.Config == config, ct);
        }
        var agent = new Agent(AgentId.New(time), Owner.HouseId, "Stand-in", AgentKind.House, "", now);
        AgentVersion Make(int number, string slug, VersionId? from, VersionStatus status) =>
            new(VersionId.New(time), agent.Id, number, new HouseConfig("tic-tac-toe", slug).ToJson(), $"{number}", from, status, now);
        var old = Make(1, parent, null, VersionStatus.Ready);
        var young = Make(2, candidate, old.Id, VersionStatus.Candidate);
        agent.Use(old.Id);
        var other = await House(member);
        var run = new TrainingRun
        {
            Id = RunId.New(time),
            AgentId = agent.Id,
            OwnerId = Owner.HouseId,
            ParentVersionId = old.Id,
            CandidateVersionId = young.Id,
            Space = "tic-tac-toe",
            Status = RunStatus.Gate,
            Options = new TrainOptions().ToJson(),
            Pairs = [],
            PairsHash = "",
            PairCount = 0,
            Opponents = PoolMember.ToJson([new(PoolMember.House, member, 1, PoolMember.House, member, other.AgentId.Value, other.Id.Value, 1500, false, 0.5, null, null)]),
            CreatedAt = now,
        };
        db.AddRange(agent, old, young, run);
        await db.SaveChangesAsync(ct);
        return (run.Id, young.Id, old.Id);
    }

    private async Task Until(Func<ArenaDb, Task<bool>> done, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            await using var db = await DbAsync();
            if (await done(db))
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Arena:DataFolder"] = _folder,
            ["Arena:HouseShow:Enabled"] = "false",
            ["Arena:Lease:SweepEvery"] = "00:00:00.2",
            ["Trainer:Enabled"] = "false",
            ["Training:Gate:LookEvery"] = "00:00:00.05",
        });
        builder.AddArenaEngine();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private async Task StopAsync()
    {
        await _host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private Task<ArenaDb> DbAsync() => _host.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
}
