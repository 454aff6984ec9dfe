using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Arena.Tests.Engine.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

/// <summary>The worker protocol over HTTP: what a job carries, and what becomes of a result that is broken.</summary>
[Collection("site")]
public sealed class WorkerEndpointTests(SiteFixture site)
{
    [Fact]
    public async Task AJobCarriesItsOpponentsAndABrokenResultIsRefusedWhileTheOldVersionStays()
    {
        var owner = await site.JoinAsync("worker-owner");
        var agent = await AgentAsync(owner);
        var run = await QueueAsync(agent);
        var worker = await WorkerAsync();

        // Only workers lease, and an owner's session is none.
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Browse().Client.PostAsJsonAsync("/api/v1/worker/jobs/lease", new { worker = "x" })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Client.PostAsJsonAsync("/api/v1/worker/jobs/lease", new { worker = "x" })).StatusCode);
        var job = (await (await worker.PostAsJsonAsync("/api/v1/worker/jobs/lease", new { worker = "test" })).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(run, job["id"]!.GetValue<Guid>());
        var opponent = Assert.Single(job["opponents"]!.AsArray())!;
        Assert.Equal(("house", "greedy", 1.0), (opponent["kind"]!.GetValue<string>(), opponent["name"]!.GetValue<string>(), opponent["weight"]!.GetValue<double>()));

        var progress = await worker.PostAsJsonAsync($"/api/v1/worker/jobs/{run}/progress", new { attempt = 1, phase = "round", done = 0.5, metrics = new[] { new { step = 3, loss = 0.5 } }, log = new[] { "loading \u001b[31mweights" } });
        Assert.Equal(HttpStatusCode.OK, progress.StatusCode);
        var log = (await worker.GetFromJsonAsync<JsonArray>($"/api/v1/training-runs/{run}/log"))!.Select(l => l!["text"]!.GetValue<string>()).ToList();
        Assert.Equal(["loading  [31mweights", "Now playing and learning in rounds.", "step 3, loss 0.5"], log.TakeLast(3));

        // The trainer is killed in the middle of an upload.
        await Assert.ThrowsAnyAsync<Exception>(() => worker.PutAsync($"/api/v1/worker/jobs/{run}/files/model.safetensors", new StreamContent(new BreaksOff())));
        Assert.Equal("policy-incomplete", await CodeAsync(await CompleteAsync(worker, run, [])));
        byte[] weights = Encoding.ASCII.GetBytes(MadeWeights.Text());
        byte[] nan = MadeWeights.File("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", MadeWeights.Floats(float.NaN));
        await PutAsync(worker, run, "config.json", "{}"u8.ToArray());
        await PutAsync(worker, run, "model.safetensors", nan);
        Assert.Equal("weights-invalid", await CodeAsync(await CompleteAsync(worker, run, [("config.json", "{}"u8.ToArray()), ("model.safetensors", nan)])));
        Assert.Equal("file-missing", await CodeAsync(await CompleteAsync(worker, run, [("config.json", "{}"u8.ToArray()), ("model.safetensors", weights)])));
        Assert.Equal("file-kind", await CodeAsync(await worker.PutAsync($"/api/v1/worker/jobs/{run}/files/pytorch_model.bin", new ByteArrayContent([1]))));
        Assert.Equal("record-invalid", await CodeAsync(await worker.PostAsJsonAsync($"/api/v1/worker/jobs/{run}/complete", new { attempt = 1 })));
        await using (var db = await DbAsync())
        {
            Assert.Equal(1, await db.AgentVersions.CountAsync(v => v.AgentId == new AgentId(agent)));
            Assert.Equal(RunStatus.Training, (await db.TrainingRuns.SingleAsync(r => r.Id == new RunId(run))).Status);
        }

        // Sent whole, it is a candidate; the old version is still the one that plays, until a gate says otherwise.
        await PutAsync(worker, run, "model.safetensors", weights);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync(worker, run, [("config.json", "{}"u8.ToArray()), ("model.safetensors", weights)])).StatusCode);
        await using var after = await DbAsync();
        var versions = await after.AgentVersions.Where(v => v.AgentId == new AgentId(agent)).OrderBy(v => v.Number).ToListAsync();
        Assert.Equal(versions[0].Id, (await after.Agents.SingleAsync(a => a.Id == new AgentId(agent))).CurrentVersionId);
        Assert.Equal(VersionStatus.Candidate, versions[1].Status);
        Assert.Equal(weights, await worker.GetByteArrayAsync($"/api/v1/worker/policies/{versions[1].Id}/files/model.safetensors"));
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Client.GetAsync($"/api/v1/worker/policies/{versions[1].Id}/files/model.safetensors")).StatusCode);
        // No trainer here: the gate would wait for ever.
        Assert.Equal(HttpStatusCode.OK, (await owner.Client.PostAsJsonAsync($"/api/v1/training-runs/{run}/cancel", new { })).StatusCode);
    }

    private Task<ArenaDb> DbAsync() => site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();

    private static async Task<Guid> AgentAsync(Browser owner)
    {
        var made = await owner.Client.PostAsJsonAsync("/api/v1/agents", new { name = "Worked on", kind = "policy", config = new { model = "arena-tiny", files = Array.Empty<object>(), temperature = 0.3 } });
        return (await made.Content.ReadFromJsonAsync<JsonObject>())!["agentId"]!.GetValue<Guid>();
    }

    /// <summary>A queued run, as the desk writes it where a trainer is there.</summary>
    private async Task<Guid> QueueAsync(Guid agent)
    {
        var house = await site.HouseAsync("tic-tac-toe", "greedy");
        await using var db = await DbAsync();
        var owned = await db.Agents.SingleAsync(a => a.Id == new AgentId(agent));
        var run = new TrainingRun
        {
            Id = RunId.New(TimeProvider.System),
            AgentId = owned.Id,
            OwnerId = owned.OwnerId,
            ParentVersionId = owned.CurrentVersionId!.Value,
            Space = "tic-tac-toe",
            Status = RunStatus.Queued,
            Options = new TrainOptions().ToJson(),
            Pairs = [],
            PairsHash = "",
            PairCount = 0,
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Opponents = PoolMember.ToJson([new("house", "greedy", 1, "house", "Greedy", Guid.Empty, house.Value, 1500, false, 0.5, null, null)]),
        };
        db.TrainingRuns.Add(run);
        await db.SaveChangesAsync();
        return run.Id.Value;
    }

    private async Task<HttpClient> WorkerAsync()
    {
        await using var scope = site.Services.CreateAsyncScope();
        var issued = await scope.ServiceProvider.GetRequiredService<TokenDesk>().IssueAsync(Owner.HouseId, null, TokenScope.Worker, "test");
        var client = site.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", issued.Secret);
        return client;
    }

    private static async Task PutAsync(HttpClient worker, Guid run, string name, byte[] bytes) =>
        Assert.Equal(HttpStatusCode.OK, (await worker.PutAsync($"/api/v1/worker/jobs/{run}/files/{name}", new ByteArrayContent(bytes))).StatusCode);

    private static Task<HttpResponseMessage> CompleteAsync(HttpClient worker, Guid run, (string Name, byte[] Bytes)[] files) => worker.PostAsJsonAsync(
        $"/api/v1/worker/jobs/{run}/complete",
        new { attempt = 1, files = files.Select(f => new { name = f.Name, sha256 = Convert.ToHexStringLower(SHA256.HashData(f.Bytes)), bytes = f.Bytes.Length }), record = new { seed = 1 } });

    private static async Task<string> CodeAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>();

    /// <summary>A body whose sender is gone after some bytes.</summary>
    private sealed class BreaksOff() : MemoryStream(new byte[100_000])
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The sender is gone.");
    }
}
