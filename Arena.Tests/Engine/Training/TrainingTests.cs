using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Training;

/// <summary>A run from the owner's press to its promoted or rejected candidate, with a worker played by the test.</summary>
public sealed class TrainingTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<T> DoAsync<TService, T>(Func<TService, Task<T>> use)
        where TService : notnull
    {
        using var scope = _engine.Scope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    private Task<AgentCreated> PolicyAsync() => _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));

    private Task<StartResult> StartAsync(Agent agent, string space = "tic-tac-toe", TrainOptions? options = null) =>
        DoAsync<TrainingDesk, StartResult>(d => d.StartAsync(agent.OwnerId, agent.Id, space, options ?? new()));

    private Task<LeasedRun?> LeaseAsync() => DoAsync<WorkerDesk, LeasedRun?>(d => d.LeaseAsync("test", default));

    private Task<WorkerResult> ProgressAsync(RunId id, int attempt, double done, params JsonObject[] metrics) =>
        DoAsync<WorkerDesk, WorkerResult>(d => d.ProgressAsync(id, attempt, "round", done, metrics, default));

    private Task<WorkerResult> PutAsync(RunId id, string name, string text) =>
        DoAsync<WorkerDesk, WorkerResult>(d => d.PutFileAsync(id, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), default));

    private async Task<TrainingRun> RunAsync(RunId id)
    {
        await using var db = await _engine.DbAsync();
        return await db.TrainingRuns.AsNoTracking().SingleAsync(r => r.Id == id);
    }

    private Task<WorkerResult> CompleteAsync(RunId id, int attempt, params PolicyFile[] files) =>
        DoAsync<WorkerDesk, WorkerResult>(d => d.CompleteAsync(id, attempt, files, new JsonObject { ["seed"] = 1 }, default));

    /// <summary>A run that has reached its gate.</summary>
    private async Task<(AgentCreated Agent, RunId Run)> GatedAsync()
    {
        var agent = await PolicyAsync();
        var run = Assert.IsType<Started>(await StartAsync(agent.Agent)).Run.Id;
        Assert.Equal(run, (await LeaseAsync())!.Id);
        await PutAsync(run, "config.json", "{}");
        await PutAsync(run, "model.safetensors", MadeWeights.Text());
        await PutAsync(run, "training-record.json", "{\"a\":1}");
        await using var db = await _engine.DbAsync();
        var files = await db.TrainingFiles.Where(f => f.RunId == run).Select(f => new PolicyFile(f.Name, f.Sha256, f.Bytes)).ToArrayAsync();
        Assert.IsType<Heard>(await CompleteAsync(run, 1, files));
        return (agent, run);
    }

    [Fact]
    public async Task WhatCannotBeTrainedIsRefusedWithTheReason()
    {
        static async Task<string> Code(Task<StartResult> start) => Assert.IsType<Refused>(await start).Code;
        var bot = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var policy = (await PolicyAsync()).Agent;
        Assert.Equal("not-a-policy", await Code(StartAsync(bot.Agent)));
        Assert.Equal("space-unknown", await Code(StartAsync(policy, "go")));
        Assert.Equal("no-compact-notation", await Code(StartAsync(policy, "pitch")));
        Assert.Equal("option-invalid", await Code(StartAsync(policy, options: new(Rounds: 0))));
        Assert.Equal("option-invalid", await Code(StartAsync(policy, options: new(Beta: double.NaN))));
        Assert.Equal("option-invalid", await Code(StartAsync(policy, options: new(Method: "sft"))));
        Assert.Equal("agent-not-found", await Code(DoAsync<TrainingDesk, StartResult>(d => d.StartAsync(Guid.Empty, policy.Id, "tic-tac-toe", new()))));
        Assert.IsType<Started>(await StartAsync(policy));
        Assert.Equal("run-in-progress", await Code(StartAsync(policy)));
        _engine.Get<IOptions<PolicyServing>>().Value.Enabled = false;
        Assert.Equal("trainer-off", await Code(StartAsync((await PolicyAsync()).Agent)));
    }

    [Fact]
    public async Task TwoStartsAtOnceMakeOneRun()
    {
        var policy = (await PolicyAsync()).Agent;
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync(policy)));
        Assert.Single(results.OfType<Started>());
        Assert.All(results.OfType<Refused>(), r => Assert.Equal("run-in-progress", r.Code));
    }

    [Fact]
    public async Task ALostLeaseGoesToAnotherWorkerAndTheOldOneIsTurnedAway()
    {
        var run = Assert.IsType<Started>(await StartAsync((await PolicyAsync()).Agent)).Run.Id;
        var first = (await LeaseAsync())!;
        Assert.Equal((1, 60, "arena-tiny", "tic-tac-toe"), (first.Attempt, first.LeaseSeconds, first.PolicyName, first.Space));
        Assert.Null(await LeaseAsync());
        _engine.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.IsType<Heard>(await ProgressAsync(run, 1, 0.1));
        _engine.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(0, await _engine.Get<RunSweeper>().SweepAsync(default));
        _engine.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, await _engine.Get<RunSweeper>().SweepAsync(default));
        Assert.Equal(2, (await LeaseAsync())!.Attempt);
        Assert.IsType<LeaseLost>(await ProgressAsync(run, 1, 0.2));
        Assert.IsType<LeaseLost>(await CompleteAsync(run, 1));
        Assert.IsType<LeaseLost>(await DoAsync<WorkerDesk, WorkerResult>(d => d.FailAsync(run, 1, "late", default)));
        Assert.IsType<Heard>(await ProgressAsync(run, 2, 0.3));
        var now = await RunAsync(run);
        Assert.Equal((RunStatus.Training, 0.3), (now.Status, now.Done));
    }

    [Fact]
    public async Task AfterThreeSilentWorkersARunFailsWithTheReason()
    {
        var run = Assert.IsType<Started>(await StartAsync((await PolicyAsync()).Agent)).Run.Id;
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull(await LeaseAsync());
            _engine.Time.Advance(TimeSpan.FromSeconds(61));
            await _engine.Get<RunSweeper>().SweepAsync(default);
        }
        var ended = await RunAsync(run);
        Assert.Equal(RunStatus.Failed, ended.Status);
        Assert.Contains("fell silent 3 times", ended.FailedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MetricsAreKeptByStepAndAStepThatComesAgainReplacesTheOld()
    {
        var run = Assert.IsType<Started>(await StartAsync((await PolicyAsync()).Agent)).Run.Id;
        await LeaseAsync();
        await ProgressAsync(run, 1, 0.5, new JsonObject { ["step"] = 1, ["loss"] = 0.7 }, new JsonObject { ["step"] = 2, ["loss"] = 0.6 }, new JsonObject { ["loss"] = 9 }, new JsonObject { ["step"] = "x" });
        await ProgressAsync(run, 1, 0.5, new JsonObject { ["step"] = 2, ["loss"] = 0.5 });
        await using var db = await _engine.DbAsync();
        Assert.Equal(["""{"step":1,"loss":0.7}""", """{"step":2,"loss":0.5}"""], await db.TrainingMetrics.OrderBy(m => m.Step).Select(m => m.Json).ToListAsync());
    }

    [Fact]
    public async Task FilesAreStoredUnderTheirHashAndBadOnesAreRefused()
    {
        var run = Assert.IsType<Started>(await StartAsync((await PolicyAsync()).Agent)).Run.Id;
        Assert.IsType<LeaseLost>(await PutAsync(run, "config.json", "{}"));
        await LeaseAsync();
        foreach (var name in (string[])["../evil", ".hidden", "a/b", "a\\b", "", "x\n"])
        {
            Assert.Equal("file-name", Assert.IsType<WorkerRefused>(await PutAsync(run, name, "x")).Code);
        }
        _engine.Get<IOptions<TrainingSettings>>().Value.MostFileBytes = 2_000;
        Assert.Equal("file-too-large", Assert.IsType<WorkerRefused>(await PutAsync(run, "big.json", new string('x', 2_001))).Code);
        Assert.IsType<Heard>(await PutAsync(run, "config.json", "hello"));
        var store = _engine.Get<PolicyStore>();
        const string hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        Assert.True(store.Has(hello, 5));
        await using (var stream = store.Open(hello)!)
        {
            Assert.Equal(5, stream.Length);
        }
        Assert.Null(store.Open(new string('0', 64)));
        Assert.Throws<ArgumentException>(() => store.Open("../../etc/passwd"));
        Assert.Equal("file-missing", Assert.IsType<WorkerRefused>(await CompleteAsync(run, 1, new PolicyFile("model.safetensors", hello, 5))).Code);
        Assert.Equal("policy-incomplete", Assert.IsType<WorkerRefused>(await CompleteAsync(run, 1, new PolicyFile("config.json", hello, 5))).Code);
        Assert.Equal(RunStatus.Training, (await RunAsync(run)).Status);
    }

    [Fact]
    public async Task ACompletedRunIsACandidateInTheGateAndARepeatedMessageChangesNothing()
    {
        var (agent, run) = await GatedAsync();
        var gated = await RunAsync(run);
        Assert.Equal(RunStatus.Gate, gated.Status);
        await using var db = await _engine.DbAsync();
        var candidate = await db.AgentVersions.SingleAsync(v => v.Id == gated.CandidateVersionId);
        Assert.Equal((2, VersionStatus.Candidate, agent.Version.Id), (candidate.Number, candidate.Status, candidate.ParentId!.Value));
        var config = Assert.IsType<PolicyConfig>(AgentConfig.FromJson(candidate.Config));
        Assert.Equal(candidate.Id.ToString(), config.Model);
        Assert.Equal(["config.json", "model.safetensors"], config.Files.Select(f => f.Name));
        Assert.Equal(agent.Version.Id, (await db.Agents.SingleAsync(a => a.Id == agent.Agent.Id)).CurrentVersionId);
        Assert.IsType<Heard>(await CompleteAsync(run, 1));
        Assert.Equal(2, await db.AgentVersions.CountAsync(v => v.AgentId == agent.Agent.Id));
    }

    [Fact]
    public async Task AnOwnerCancelsAtAnyStage()
    {
        var agent = (await PolicyAsync()).Agent;
        var queued = Assert.IsType<Started>(await StartAsync(agent)).Run.Id;
        Assert.Null(await DoAsync<TrainingDesk, RunStatus?>(d => d.CancelAsync(Guid.Empty, queued)));
        Assert.Equal(RunStatus.Cancelled, await DoAsync<TrainingDesk, RunStatus?>(d => d.CancelAsync(agent.OwnerId, queued)));
        var training = Assert.IsType<Started>(await StartAsync(agent)).Run.Id;
        await LeaseAsync();
        Assert.Equal(RunStatus.Training, await DoAsync<TrainingDesk, RunStatus?>(d => d.CancelAsync(agent.OwnerId, training)));
        Assert.True(Assert.IsType<Heard>(await ProgressAsync(training, 1, 0.5)).Cancel);
        await DoAsync<WorkerDesk, WorkerResult>(d => d.FailAsync(training, 1, "cancelled", default));
        var ended = await RunAsync(training);
        Assert.Equal((RunStatus.Cancelled, null), (ended.Status, ended.FailedBecause));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheGatePromotesTheBetterAndRejectsTheWorse(bool better)
    {
        // The pool has tests of its own (GateWorkerTests).
        _engine.Get<IOptions<TrainingSettings>>().Value.Pool.Most = 0;
        var (agent, run) = await GatedAsync();
        var candidate = (await RunAsync(run)).CandidateVersionId!.Value;
        await using (var db = await _engine.DbAsync())
        {
            for (var i = 0; i < 60; i++)
            {
                db.Matches.Add(Played(run, agent, candidate, MatchStatus.Closed, better ? 1_000_000 : 250_000, i));
            }
            db.Matches.Add(Played(run, agent, candidate, MatchStatus.Void, 0, 61));
            await db.SaveChangesAsync();
        }
        // The worker keeps nothing: the matches are the state, as after a restart.
        await _engine.Get<GateWorker>().LookAsync(default);
        var ended = await RunAsync(run);
        Assert.Equal(better ? RunStatus.Promoted : RunStatus.Rejected, ended.Status);
        var standing = GateStanding.FromJson(ended.Gate!);
        Assert.InRange(standing.Pairs, 1, 59);
        Assert.Equal(better ? GateDecision.Promote : GateDecision.Reject, standing.Decision);
        await using var after = await _engine.DbAsync();
        Assert.Equal(better ? candidate : agent.Version.Id, (await after.Agents.SingleAsync(a => a.Id == agent.Agent.Id)).CurrentVersionId);
        Assert.Equal(better ? VersionStatus.Promoted : VersionStatus.Rejected, (await after.AgentVersions.SingleAsync(v => v.Id == candidate)).Status);
        Assert.Equal(better ? [(VersionChanges.Promoted, agent.Version.Id, candidate)] : [], (await after.VersionSwitches.ToListAsync()).Select(s => (s.Kind, s.FromVersionId, s.ToVersionId)));
    }

    [Fact]
    public async Task ThePoolHoldsTheHouseEarlierVersionsAndOnlyThosePoliciesWhoseOwnersAllowIt()
    {
        var agent = await PolicyAsync();
        var past = Assert.IsType<AgentCreated>(await DoAsync<AgentDesk, AgentResult>(d => d.AddVersionAsync(agent.Agent.OwnerId, agent.Agent.Id, new PolicyConfig("arena-tiny", [], 0.9)))).Version;
        var willing = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.1));
        await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.2));
        Assert.Null(await DoAsync<VersionDesk, SwitchRefused?>(d => d.SparAsync(willing.Agent.OwnerId, willing.Agent.Id, true)));
        Assert.Equal("agent-not-found", (await DoAsync<VersionDesk, SwitchRefused?>(d => d.SparAsync(agent.Agent.OwnerId, willing.Agent.Id, true)))!.Code);
        var bot = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        Assert.Equal("not-a-policy", (await DoAsync<VersionDesk, SwitchRefused?>(d => d.SparAsync(bot.Agent.OwnerId, bot.Agent.Id, true)))!.Code);
        await StartAsync(agent.Agent);
        var job = (await LeaseAsync())!;
        Assert.Equal(past.Id, (await RunAsync(job.Id)).ParentVersionId);
        var pool = job.Opponents;
        Assert.Equal([agent.Version.Id.Value], pool.Where(m => m.Source == PoolMember.Past).Select(m => m.VersionId));
        Assert.Equal([(willing.Version.Id.Value, "arena-tiny", 0.1)], pool.Where(m => m.Source == PoolMember.Sparring).Select(m => (m.VersionId, m.Name, m.Temperature!.Value)));
        Assert.Equal(["greedy", "perfect", "random"], pool.Where(m => m is { Source: PoolMember.House, Kind: "house" }).Select(m => m.Name).Order());
        Assert.Equal(1, pool.Sum(m => m.Weight), 1e-12);
        // An owner who takes the permission back: the weights are not handed out any more, the run's record stays.
        Assert.Null(await DoAsync<VersionDesk, SwitchRefused?>(d => d.SparAsync(willing.Agent.OwnerId, willing.Agent.Id, false)));
        _engine.Time.Advance(TimeSpan.FromMinutes(2));
        await _engine.Get<RunSweeper>().SweepAsync(default);
        var again = (await LeaseAsync())!;
        Assert.DoesNotContain(again.Opponents, m => m.Source == PoolMember.Sparring);
        Assert.Equal(1, again.Opponents.Sum(m => m.Weight), 1e-12);
        Assert.Equal(PoolMember.ToJson(pool), (await RunAsync(job.Id)).Opponents);
    }

    [Fact]
    public async Task AnOwnerGoesBackToAnOlderVersionAndForthAgainAndBothAreRecorded()
    {
        var agent = await PolicyAsync();
        var (owner, id, first) = (agent.Agent.OwnerId, agent.Agent.Id, agent.Version.Id);
        var second = Assert.IsType<AgentCreated>(await DoAsync<AgentDesk, AgentResult>(d => d.AddVersionAsync(owner, id, new PolicyConfig("arena-tiny", [], 0.9)))).Version.Id;
        Task<SwitchResult> Use(VersionId version, Guid? by = null, string? note = null) => DoAsync<VersionDesk, SwitchResult>(d => d.UseAsync(by ?? owner, id, version, note));
        Assert.Equal("unchanged", Assert.IsType<SwitchRefused>(await Use(second)).Code);
        Assert.Equal("agent-not-found", Assert.IsType<SwitchRefused>(await Use(first, Guid.Empty)).Code);
        Assert.Equal("version-not-found", Assert.IsType<SwitchRefused>(await Use(new(Guid.Empty))).Code);
        Assert.Equal("note-too-long", Assert.IsType<SwitchRefused>(await Use(first, note: new string('x', 201))).Code);
        Assert.IsType<Switched>(await Use(first, note: "it plays\nbetter"));
        Assert.IsType<Switched>(await Use(second));
        await using var db = await _engine.DbAsync();
        Assert.Equal(second, (await db.Agents.SingleAsync(a => a.Id == id)).CurrentVersionId);
        Assert.Equal(
            [(first, "it plays better"), (second, null)],
            (await db.VersionSwitches.OrderBy(s => s.Id).ToListAsync()).Select(s => (s.ToVersionId, s.Note)));
    }

    [Fact]
    public async Task AVersionThatDidNotPassItsGateCanNotBeChosenAndAPromotionDoesNotOverrideTheOwner()
    {
        _engine.Get<IOptions<TrainingSettings>>().Value.Pool.Most = 0;
        var (agent, run) = await GatedAsync();
        var candidate = (await RunAsync(run)).CandidateVersionId!.Value;
        var refused = await DoAsync<VersionDesk, SwitchResult>(d => d.UseAsync(agent.Agent.OwnerId, agent.Agent.Id, candidate));
        Assert.Equal("version-not-playable", Assert.IsType<SwitchRefused>(refused).Code);
        var chosen = Assert.IsType<AgentCreated>(await DoAsync<AgentDesk, AgentResult>(d => d.AddVersionAsync(agent.Agent.OwnerId, agent.Agent.Id, new PolicyConfig("arena-tiny", [], 0.9)))).Version.Id;
        await using (var db = await _engine.DbAsync())
        {
            db.Matches.AddRange(Enumerable.Range(0, 60).Select(i => Played(run, agent, candidate, MatchStatus.Closed, 1_000_000, i)));
            await db.SaveChangesAsync();
        }
        await _engine.Get<GateWorker>().LookAsync(default);
        Assert.Equal(RunStatus.Promoted, (await RunAsync(run)).Status);
        await using var after = await _engine.DbAsync();
        Assert.Equal(chosen, (await after.Agents.SingleAsync(a => a.Id == agent.Agent.Id)).CurrentVersionId);
        Assert.Contains("chose another version", (await after.TrainingLog.Where(l => l.RunId == run).OrderBy(l => l.Id).LastAsync()).Text, StringComparison.Ordinal);
        Assert.IsType<Switched>(await DoAsync<VersionDesk, SwitchResult>(d => d.UseAsync(agent.Agent.OwnerId, agent.Agent.Id, candidate)));
    }

    private Match Played(RunId run, AgentCreated agent, VersionId candidate, MatchStatus status, long score, int at)
    {
        var id = MatchId.New(_engine.Time);
        var now = _engine.Time.GetUtcNow() + TimeSpan.FromSeconds(at);
        return new Match
        {
            Id = id,
            Space = "tic-tac-toe",
            RulesVersion = 1,
            Kind = MatchKind.Gate,
            Tier = "free",
            Status = status,
            Seed = new byte[32],
            Commitment = "",
            PaceMs = 0,
            CreatedAt = now,
            ClosedAt = now,
            GateRun = run.Value,
            Seats =
            [
                new() { MatchId = id, Player = 0, AgentId = agent.Agent.Id, VersionId = candidate, OwnerId = agent.Agent.OwnerId, Score = score },
                new() { MatchId = id, Player = 1, AgentId = agent.Agent.Id, VersionId = agent.Version.Id, OwnerId = agent.Agent.OwnerId, Score = 1_000_000 - score },
            ],
        };
    }
}
