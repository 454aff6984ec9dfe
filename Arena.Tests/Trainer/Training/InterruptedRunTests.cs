using System.Diagnostics;
using Arena.Trainer.Training;

namespace Arena.Tests.Trainer.Training;

/// <summary>Runs that end in the middle of a round: inside this process at every step, and as the real program, killed and interrupted.</summary>
[Collection(TorchCollection.Name)]
public sealed class InterruptedRunTests : IDisposable
{
    private const string Options = """{"rounds":2,"rootsPerOpening":2,"rolloutsPerRoot":6,"evaluationGames":0,"batchPairs":2,"epochs":2,"seed":3}""";

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

    [Fact]
    public async Task The_program_killed_in_the_middle_of_a_round_continues_to_the_same_bytes()
    {
        await RunAsync("whole");
        using (var killed = Start("killed", "--keep-every", "1"))
        {
            // The first line comes after the first pass of the first round.
            Assert.NotNull(await killed.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await RunAsync("killed");
        AssertSame(_folder.File("killed"));
    }

    [Fact]
    public async Task The_program_interrupted_leaves_a_checkpoint_and_continues_to_the_same_bytes()
    {
        await RunAsync("whole");
        using (var interrupted = Start("interrupted"))
        {
            Assert.NotNull(await interrupted.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            using var signal = Process.Start("kill", ["-INT", $"{interrupted.Id}"]);
            await interrupted.WaitForExitAsync(TestContext.Current.CancellationToken);
            // It may have come to its end first; else it says that it was interrupted.
            Assert.Contains(interrupted.ExitCode, new[] { 0, 130 });
            Assert.True(Directory.Exists(_folder.File("interrupted/checkpoint")));
        }
        await RunAsync("interrupted");
        AssertSame(_folder.File("interrupted"));
    }

    private void AssertSame(string folder)
    {
        foreach (var path in Directory.GetFiles(_folder.File("whole/result")))
        {
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, "result", Path.GetFileName(path))));
        }
    }

    private async Task RunAsync(string name)
    {
        using var process = Start(name);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private Process Start(string name, params string[] more) => Process.Start(new ProcessStartInfo("dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Arena.Trainer.dll"), "train", "--space", "tic-tac-toe", "--method", "dpo", "--out", _folder.File(name), "--options", Options, .. more])
    {
        RedirectStandardOutput = true,
    })!;
}
