using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

/// <summary>The real trainer against the real site over TCP: killed while its weights are on the way, and started again.</summary>
public sealed class KilledTrainerTests
{
    [Fact]
    public async Task ATrainerKilledInTheMiddleOfAnUploadLeavesTheOldVersionServingAndTheRunIsTakenUpAgainAndFinished()
    {
        var data = Directory.CreateTempSubdirectory("arena-worker-");
        await using var site = new SiteFixture();
        site.Settings["Training:SweepEvery"] = "00:00:00.2";
        site.UseKestrel(0);
        site.StartServer();
        var (agent, run) = await QueueAsync(site);
        await using var scope = site.Services.CreateAsyncScope();
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "token"), (await scope.ServiceProvider.GetRequiredService<TokenDesk>().IssueAsync(Owner.HouseId, null, TokenScope.Worker, "test")).Secret);
        try
        {
            byte[] sent;
            await using (var relay = new CuttingRelay(site.ClientOptions.BaseAddress.Port, "/files/model.safetensors", letThrough: 20_000))
            using (var worker = Work(relay.Port, data.FullName))
            {
                await WaitAsync(worker, relay.Cut);
                // It waits for the answer to its upload, of which the site has a part.
                worker.Kill();
                await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(137, worker.ExitCode);
                sent = await File.ReadAllBytesAsync(Path.Combine(data.FullName, "jobs", run.Value.ToString("N"), "result", "model.safetensors"));
                Assert.True(sent.Length > 100_000);
            }
            await using (var db = await DbAsync(site))
            {
                var stopped = await db.TrainingRuns.SingleAsync(r => r.Id == run);
                Assert.Equal((RunStatus.Training, 1), (stopped.Status, stopped.Attempt));
                Assert.Contains(await db.TrainingFiles.Where(f => f.RunId == run).Select(f => f.Name).ToListAsync(), n => n == "config.json");
                Assert.False(await db.TrainingFiles.AnyAsync(f => f.RunId == run && f.Name == "model.safetensors"), "half a file counts as one");
                Assert.Equal(1, await db.AgentVersions.CountAsync(v => v.AgentId == agent));
                // A minute later.
                await db.TrainingRuns.Where(r => r.Id == run).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, DateTimeOffset.UnixEpoch));
            }
            await Until.TrueAsync(async () => await StatusAsync(site, run) == RunStatus.Queued, "the run is in the queue again");

            using var again = Work(site.ClientOptions.BaseAddress.Port, data.FullName);
            try
            {
                var serving = await ServingAsync(again);
                // The old version answers while the new one is on its way.
                using var http = new HttpClient { BaseAddress = new(serving) };
                using var answer = await http.PostAsJsonAsync("/v1/completions", new { model = "arena-tiny", prompt = "tic-tac-toe:519", max_tokens = 1 });
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                await Until.TrueAsync(async () => await StatusAsync(site, run) == RunStatus.Gate, "the second attempt has handed in its result");
            }
            finally
            {
                again.Kill();
                await again.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
            await using var after = await DbAsync(site);
            Assert.Equal(2, (await after.TrainingRuns.SingleAsync(r => r.Id == run)).Attempt);
            var versions = await after.AgentVersions.Where(v => v.AgentId == agent).OrderBy(v => v.Number).ToListAsync();
            Assert.Equal(versions[0].Id, (await after.Agents.SingleAsync(a => a.Id == agent)).CurrentVersionId);
            Assert.Equal(VersionStatus.Candidate, versions[1].Status);
            // What the killed attempt had trained is what arrived: the second one trained nothing anew.
            var weights = Assert.IsType<PolicyConfig>(AgentConfig.FromJson(versions[1].Config)).Files.Single(f => f.Name == "model.safetensors");
            Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(sent)), sent.Length), (weights.Sha256, weights.Bytes));
            Assert.Contains(await after.TrainingLog.Where(l => l.RunId == run).Select(l => l.Text).ToListAsync(), t => t.Contains("fell silent in attempt 1", StringComparison.Ordinal));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static Process Work(int site, string data) => Process.Start(new ProcessStartInfo("dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Arena.Trainer.dll"), "work", "--site", $"http://127.0.0.1:{site}", "--token-file", Path.Combine(data, "token"), "--data", data, "--serve-port", "0"])
    {
        RedirectStandardOutput = true,
    })!;

    /// <summary>The address at which a worker says that it serves.</summary>
    private static async Task<string> ServingAsync(Process worker)
    {
        while (await worker.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("Serving on ", StringComparison.Ordinal))
            {
                return line["Serving on ".Length..];
            }
        }
        throw new InvalidOperationException($"The worker ended with {worker.ExitCode} and served nothing.");
    }

    private static async Task WaitAsync(Process worker, Task cut) =>
        Assert.Same(cut, await Task.WhenAny(cut, worker.WaitForExitAsync(TestContext.Current.CancellationToken)));

    private static async Task<RunStatus> StatusAsync(SiteFixture site, RunId run)
    {
        await using var db = await DbAsync(site);
        return await db.TrainingRuns.Where(r => r.Id == run).Select(r => r.Status).SingleAsync();
    }

    private static Task<ArenaDb> DbAsync(SiteFixture site) => site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();

    /// <summary>An owner's policy with a queued run, as the desk writes it where a trainer is there.</summary>
    private static async Task<(AgentId Agent, RunId Run)> QueueAsync(SiteFixture site)
    {
        var owner = new Browser(new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.ClientOptions.BaseAddress });
        await owner.GetAsync("/register");
        await owner.SubmitAsync("register", new() { ["Sent.Name"] = "patient", ["Sent.Password"] = "correct horse battery" });
        var made = await owner.Client.PostAsJsonAsync("/api/v1/agents", new { name = "Worked on", kind = "policy", config = new { model = "arena-tiny", files = Array.Empty<object>(), temperature = 0.3 } });
        var agent = new AgentId((await made.Content.ReadFromJsonAsync<JsonObject>())!["agentId"]!.GetValue<Guid>());
        await using var db = await DbAsync(site);
        var owned = await db.Agents.SingleAsync(a => a.Id == agent);
        var run = new TrainingRun
        {
            Id = RunId.New(TimeProvider.System),
            AgentId = owned.Id,
            OwnerId = owned.OwnerId,
            ParentVersionId = owned.CurrentVersionId!.Value,
            Space = "tic-tac-toe",
            Status = RunStatus.Queued,
            // The trainer measures for seconds what nobody looks at here.
            Options = new TrainOptions(Rounds: 1, RootsPerOpening: 2, RolloutsPerRoot: 4).ToJson().Replace("{", """{"evaluationGames":0,""", StringComparison.Ordinal),
            Pairs = [],
            PairsHash = "",
            PairCount = 0,
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Opponents = "[]",
        };
        db.TrainingRuns.Add(run);
        await db.SaveChangesAsync();
        return (agent, run.Id);
    }

    /// <summary>Passes bytes between clients and a port, until a request for a path has sent so many of its body: then that connection stands still, and the site's side of it ends.</summary>
    private sealed class CuttingRelay : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _accepting;
        private readonly int _target, _letThrough;
        private readonly string _path;

        public CuttingRelay(int target, string path, int letThrough)
        {
            (_target, _path, _letThrough) = (target, path, letThrough);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>The upload stands still, half through.</summary>
        public Task Cut => _cut.Task;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await _accepting;
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var connections = new List<Task>();
            try
            {
                while (true)
                {
                    connections.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(connections);
            }
        }

        private async Task PassAsync(TcpClient client)
        {
            using var own = client;
            using var site = new TcpClient();
            try
            {
                await site.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Task.WhenAny(UpAsync(client.GetStream(), site.GetStream()), site.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // One of the two has gone.
            }
        }

        private async Task UpAsync(NetworkStream client, NetworkStream site)
        {
            var buffer = new byte[4096];
            var left = int.MaxValue;
            int read;
            while ((read = await client.ReadAsync(buffer, _stop.Token)) > 0)
            {
                if (left == int.MaxValue && Encoding.ASCII.GetString(buffer, 0, read) is var text && text.StartsWith("PUT ", StringComparison.Ordinal) && text.Split('\r')[0].Contains(_path, StringComparison.Ordinal))
                {
                    left = _letThrough;
                }
                await site.WriteAsync(buffer.AsMemory(0, Math.Min(read, left)), _stop.Token);
                left -= left == int.MaxValue ? 0 : Math.Min(read, left);
                if (left == 0)
                {
                    _cut.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                }
            }
        }
    }
}
