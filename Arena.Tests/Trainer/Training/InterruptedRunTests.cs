using System.Diagnostics;
using Arena.Trainer.Training;

namespace Arena.Tests.Trainer.Training;

/// <summary>Runs that end in the middle of a round: inside this process at every step, and as the real program, killed and interrupted.</summary>
[Collection(TorchCollection.Name)]
public sealed class InterruptedRunTests : IDisposable
{
    // Enough rounds that no machine is through with them before a signal arrives.
    private const string Options = """{"rounds":8,"rootsPerOpening":3,"rolloutsPerRoot":8,"evaluationGames":0,"batchPairs":4,"epochs":2,"seed":3,"loraRank":0}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dpo")]
    [InlineData("grpo")]
    public void A_run_stopped_at_any_step_and_continued_leaves_the_same_bytes(string method)
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: method, Rounds: 2, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: method == "dpo" ? 4 : 8, Seed: 3);
        var steps = 0;
        new TrainingRun(start, options, "tic-tac-toe", "", _folder.File("whole")).Execute(p => steps += p.Metrics.Count == 0 && p.Phase == "round" ? 1 : 0, default);
        Assert.True(steps > 6, $"{steps} steps");
        foreach (var at in new[] { 1, steps / 3, steps - 2 })
        {
            var folder = _folder.File($"stopped-{at}");
            using var stop = new CancellationTokenSource();
            var taken = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => new TrainingRun(start, options, "tic-tac-toe", "", folder).Execute(p =>
            {
                if (p.Metrics.Count == 0 && p.Phase == "round" && ++taken == at)
                {
                    stop.Cancel();
                }
            }, stop.Token));
            Assert.True(File.Exists(Path.Combine(folder, "checkpoint-within", "trainer_state.json")));
            var again = 0;
            new TrainingRun(start, options, "tic-tac-toe", "", folder).Execute(p => again += p.Metrics.Count == 0 && p.Phase == "round" ? 1 : 0, default);
            Assert.Equal(steps - at, again);
            AssertSame(folder);
        }
    }

    /// <summary>A kill can come between any two deletions, so none is made while the folder bears a name that is read.</summary>
    [Fact]
    public async Task No_file_goes_from_a_checkpoint_that_would_still_be_read()
    {
        var gone = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var folder = _folder.File("watched");
        Directory.CreateDirectory(folder);
        using (var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName })
        {
            watcher.Deleted += (_, e) => gone.Enqueue(Path.GetRelativePath(folder, e.FullPath));
            watcher.EnableRaisingEvents = true;
            using var start = TinyModels.Shipped();
            new TrainingRun(start, new TrainOptions(Method: "dpo", Rounds: 4, RootsPerOpening: 2, RolloutsPerRoot: 4, EvaluationGames: 0, BatchPairs: 4, Seed: 3), "tic-tac-toe", "", folder)
                .Execute(_ => { }, default);
            Assert.False(Directory.Exists(Path.Combine(folder, "checkpoint.removed")));
            for (var wait = 0; !gone.Contains("checkpoint.removed") && wait < 1_000; wait++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
        Assert.Contains("checkpoint.removed", gone);
        Assert.DoesNotContain(gone, name => name.StartsWith("checkpoint/", StringComparison.Ordinal) || name.StartsWith("checkpoint.old/", StringComparison.Ordinal));
    }

    /// <summary>Killed, interrupted, each in the middle of its rounds, and continued both times.</summary>
    [Theory]
    [InlineData("dpo", 0)]
    [InlineData("grpo", 2)]
    public async Task The_program_killed_and_interrupted_leaves_policies_and_continues_to_the_same_bytes(string method, int rank)
    {
        var (file, folder) = (rank > 0 ? "adapter_model.safetensors" : "model.safetensors", _folder.File("broken"));
        string[] arguments = ["--method", method, "--options", Options.Replace("\"loraRank\":0", $"\"loraRank\":{rank}", StringComparison.Ordinal), "--keep-every", "5"];
        Assert.Equal(0, (await RunAsync("whole", arguments)).Status);

        using (var killed = Start("broken", arguments))
        {
            await ReadToRoundAsync(killed, 2);
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(137, killed.ExitCode);
        }
        Assert.False(File.Exists(Path.Combine(folder, "result", file)), "it was at its end already");
        await AssertPlaysAsync(folder);

        using (var interrupted = Start("broken", arguments))
        {
            await ReadToRoundAsync(interrupted, 4);
            using var signal = Process.Start("kill", ["-INT", $"{interrupted.Id}"]);
            await interrupted.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(130, interrupted.ExitCode);
        }
        Assert.False(File.Exists(Path.Combine(folder, "result", file)), "it was at its end already");
        await AssertPlaysAsync(folder);

        var (status, printed) = await RunAsync("broken", arguments);
        Assert.Equal(0, status);
        Assert.DoesNotMatch("round [1-3] ", printed);
        Assert.Contains("round 8 ", printed, StringComparison.Ordinal);
        AssertSame(folder);
    }

    /// <summary>What a stopped run leaves can be loaded, measured and served like any policy, without being continued first.</summary>
    private async Task AssertPlaysAsync(string folder)
    {
        // A kill between two renames leaves the last one under its other name.
        var left = new[] { "checkpoint", "checkpoint.old", "checkpoint-within", "checkpoint-within.old" }.Select(c => Path.Combine(folder, c)).Where(Directory.Exists).ToList();
        Assert.NotEmpty(left);
        foreach (var path in left)
        {
            AssertMeasures(path);
            var folders = new Arena.Trainer.Policies.PolicyFolders(_folder.File("data"), null, new Dictionary<string, string> { ["left"] = path });
            await using var app = Arena.Trainer.Serving.ServeHost.Build(0, folders, TimeProvider.System);
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            using var answer = await http.PostAsync("/v1/completions", new StringContent("""{"model":"left","prompt":"tic-tac-toe:519","max_tokens":1}"""), TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    private void AssertSame(string folder)
    {
        foreach (var path in Directory.GetFiles(_folder.File("whole/result")))
        {
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, "result", Path.GetFileName(path))));
        }
    }

    // Apart from everything that awaits: scopes and switches of torch belong to a thread.
    private static void AssertMeasures(string folder)
    {
        using var policy = Arena.Trainer.Policies.Policy.Load("left", folder, Arena.Trainer.Policies.ShippedModel.Resolve);
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var _ = TorchSharp.torch.no_grad();
        Assert.Equal(20, RoundSources.For("tic-tac-toe", policy)!.Evaluate(policy.Bind(), "random", 20)!.Games);
    }

    /// <summary>Reads until a round is under way or done; the checkpoints of those before it are then on disk.</summary>
    private static async Task ReadToRoundAsync(Process process, int round)
    {
        string? line;
        do
        {
            Assert.NotNull(line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        }
        while (!line.Contains($"round {round} ", StringComparison.Ordinal));
    }

    private async Task<(int Status, string Printed)> RunAsync(string name, string[] arguments)
    {
        using var process = Start(name, arguments);
        var printed = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, printed);
    }

    // A test run started in the background of a script is deaf to SIGINT, and so would be its children.
    private Process Start(string name, string[] arguments) => Process.Start(new ProcessStartInfo("env",
        ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "Arena.Trainer.dll"), "train", "--space", "tic-tac-toe", "--out", _folder.File(name), .. arguments])
    {
        RedirectStandardOutput = true,
    })!;
}
