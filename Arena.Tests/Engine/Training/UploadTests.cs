using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Training;

/// <summary>Bad results and trainers that die while they hand one in: the reason is told, nothing is half there, and the old version goes on serving.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();
    private AgentCreated _agent = null!;
    private RunId _run;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        _agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));
        _run = Assert.IsType<Started>(await DoAsync<TrainingDesk, StartResult>(d => d.StartAsync(_agent.Agent.OwnerId, _agent.Agent.Id, "tic-tac-toe", new()))).Run.Id;
        await DoAsync<WorkerDesk, LeasedRun?>(d => d.LeaseAsync("test", default));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<T> DoAsync<TService, T>(Func<TService, Task<T>> use)
        where TService : notnull
    {
        using var scope = _engine.Scope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    private Task<WorkerResult> PutAsync(string name, byte[] bytes) => DoAsync<WorkerDesk, WorkerResult>(d => d.PutFileAsync(_run, name, new MemoryStream(bytes), default));

    private async Task<WorkerResult> CompleteAsync(Func<PolicyFile, PolicyFile>? change = null, int attempt = 1)
    {
        await using var db = await _engine.DbAsync();
        var files = await db.TrainingFiles.Where(f => f.RunId == _run).Select(f => new PolicyFile(f.Name, f.Sha256, f.Bytes)).ToListAsync();
        return await DoAsync<WorkerDesk, WorkerResult>(d => d.CompleteAsync(_run, attempt, [.. files.Select(f => change?.Invoke(f) ?? f)], new JsonObject { ["seed"] = 1 }, default));
    }

    /// <summary>The agent plays with its old version, no candidate was made, and the run still waits for its worker.</summary>
    private async Task AssertNothingChangedAsync()
    {
        await using var db = await _engine.DbAsync();
        Assert.Equal(_agent.Version.Id, (await db.Agents.SingleAsync(a => a.Id == _agent.Agent.Id)).CurrentVersionId);
        Assert.Equal(1, await db.AgentVersions.CountAsync(v => v.AgentId == _agent.Agent.Id));
        Assert.Equal(RunStatus.Training, (await db.TrainingRuns.SingleAsync(r => r.Id == _run)).Status);
    }

    private string[] Stored()
    {
        var folder = Path.Combine(_engine.Get<IOptions<ArenaOptions>>().Value.DataFolder, "policies");
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(Path.GetFileName).Order()!] : [];
    }

    private async Task GoodAsync()
    {
        await PutAsync("config.json", "{}"u8.ToArray());
        await PutAsync("model.safetensors", Encoding.ASCII.GetBytes(MadeWeights.Text()));
    }

    [Fact]
    public async Task ABodyThatBreaksOffLeavesNothingBehindAndTheFileCanBeSentAgain()
    {
        using var scope = _engine.Scope();
        await Assert.ThrowsAsync<IOException>(() => scope.ServiceProvider.GetRequiredService<WorkerDesk>().PutFileAsync(_run, "model.safetensors", new BreaksOff(200_000), default));
        Assert.Empty(Stored());
        Assert.Equal("policy-incomplete", Assert.IsType<WorkerRefused>(await CompleteAsync()).Code);
        await AssertNothingChangedAsync();
        await GoodAsync();
        Assert.IsType<Heard>(await CompleteAsync());
    }

    [Fact]
    public async Task AWorkerThatDiesBetweenItsFilesLosesTheLeaseAndTheNextOneFinishes()
    {
        await PutAsync("config.json", "{}"u8.ToArray());
        _engine.Time.Advance(TimeSpan.FromMinutes(2));
        await _engine.Get<RunSweeper>().SweepAsync(default);
        await using (var db = await _engine.DbAsync())
        {
            Assert.Equal(RunStatus.Queued, (await db.TrainingRuns.SingleAsync(r => r.Id == _run)).Status);
            Assert.Equal(_agent.Version.Id, (await db.Agents.SingleAsync(a => a.Id == _agent.Agent.Id)).CurrentVersionId);
            Assert.Contains("fell silent in attempt 1", (await db.TrainingLog.OrderBy(l => l.Id).LastAsync()).Text, StringComparison.Ordinal);
        }
        await DoAsync<WorkerDesk, LeasedRun?>(d => d.LeaseAsync("another", default));
        Assert.IsType<LeaseLost>(await CompleteAsync());
        await GoodAsync();
        Assert.IsType<Heard>(await CompleteAsync(attempt: 2));
    }

    [Fact]
    public async Task AWrongHashAMissingFileAndAWrongSizeAreNamed()
    {
        await GoodAsync();
        foreach (var lie in new Func<PolicyFile, PolicyFile>[] { f => f with { Sha256 = new string('0', 64) }, f => f with { Bytes = f.Bytes + 1 }, f => f with { Name = "other-" + f.Name } })
        {
            var refused = Assert.IsType<WorkerRefused>(await CompleteAsync(lie));
            Assert.Equal("file-missing", refused.Code);
            Assert.Contains("has not arrived with this hash and size", refused.Reason, StringComparison.Ordinal);
        }
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task AFileThatVanishedFromTheDiskIsAskedForAgain()
    {
        await GoodAsync();
        var folder = Path.Combine(_engine.Get<IOptions<ArenaOptions>>().Value.DataFolder, "policies");
        foreach (var name in Stored())
        {
            File.Delete(Path.Combine(folder, name));
        }
        Assert.Equal("file-missing", Assert.IsType<WorkerRefused>(await CompleteAsync()).Code);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task WeightsThatLieOrAreNotNumbersAreRefused()
    {
        await GoodAsync();
        await PutAsync("model.safetensors", MadeWeights.File("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", MadeWeights.Floats(1, float.NaN)));
        var refused = Assert.IsType<WorkerRefused>(await CompleteAsync());
        Assert.Equal("weights-invalid", refused.Code);
        Assert.Contains("w holds a number that is not finite", refused.Reason, StringComparison.Ordinal);
        await PutAsync("model.safetensors", "PK\u0003\u0004 a pickle in a zip"u8.ToArray());
        Assert.Equal("weights-invalid", Assert.IsType<WorkerRefused>(await CompleteAsync()).Code);
        foreach (var name in (string[])["pytorch_model.bin", "model.PT", "weights.pkl"])
        {
            Assert.Equal("file-kind", Assert.IsType<WorkerRefused>(await PutAsync(name, [1])).Code);
        }
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task AnOversizedFileAndTooManyFilesAreRefusedAndLeaveNothing()
    {
        _engine.Get<IOptions<TrainingSettings>>().Value.MostFileBytes = 2_000;
        _engine.Get<IOptions<TrainingSettings>>().Value.MostFiles = 2;
        Assert.Equal("file-too-large", Assert.IsType<WorkerRefused>(await PutAsync("model.safetensors", new byte[100_000])).Code);
        Assert.Empty(Stored());
        await GoodAsync();
        Assert.Equal("too-many-files", Assert.IsType<WorkerRefused>(await PutAsync("more.json", [1])).Code);
        await AssertNothingChangedAsync();
    }

    [Fact]
    public async Task NobodyPlaysWithWeightsOfAnotherOwner()
    {
        await GoodAsync();
        await CompleteAsync();
        await using var db = await _engine.DbAsync();
        var trained = (PolicyConfig)AgentConfig.FromJson((await db.AgentVersions.SingleAsync(v => v.Number == 2 && v.AgentId == _agent.Agent.Id)).Config);
        Task<AgentResult> Make(Guid owner, PolicyConfig config, string name) => DoAsync<AgentDesk, AgentResult>(d => d.CreateAsync(owner, new(name, AgentKind.Policy, "", config)));
        var stranger = await _engine.OwnerAsync();
        Assert.Equal("model-invalid", Assert.IsType<AgentRefused>(await Make(stranger, trained, "Thief")).Code);
        Assert.Equal("model-invalid", Assert.IsType<AgentRefused>(await Make(stranger, trained with { Files = [] }, "Thief")).Code);
        Assert.Equal("model-invalid", Assert.IsType<AgentRefused>(await Make(_agent.Agent.OwnerId, trained with { Files = [] }, "Own, but other files")).Code);
        Assert.IsType<AgentCreated>(await Make(_agent.Agent.OwnerId, trained with { Temperature = 0.1 }, "Own again"));
    }

    /// <summary>A body whose sender is gone after some bytes.</summary>
    private sealed class BreaksOff(int after) : MemoryStream(new byte[after])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The sender is gone.");
    }
}
