using System.Diagnostics;
using System.Text.Json.Nodes;
using Arena.Trainer.Commands;
using Arena.Trainer.Training;
using Spectre.Console;

namespace Arena.Tests.Trainer.Commands;

/// <summary>The trainer's program as people and scripts meet it: exit codes, bars, names of cases.</summary>
[Collection(TorchCollection.Name)]
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_doctor_ends_with_0_on_a_machine_that_works_and_with_1_where_something_is_missing()
    {
        var (status, printed, _) = await RunAsync([], "doctor");
        Assert.Equal(0, status);
        foreach (var check in new[] { "libtorch", "system", "processor", "threads", "bfloat16", "memory", "disk", "CUDA", "arithmetic", "shipped model", "keys and values", "temporary files" })
        {
            Assert.Contains($"│ {check} ", printed, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("missing", printed, StringComparison.Ordinal);
        // No folder can be made within a file.
        await File.WriteAllTextAsync(_folder.File("full"), "", TestContext.Current.CancellationToken);
        (status, printed, _) = await RunAsync(new() { ["TMPDIR"] = _folder.File("full/absent") }, "doctor");
        Assert.Equal(1, status);
        Assert.Matches("│ temporary files +│ missing +│ .*absent", printed);
        Assert.Matches("│ disk +│ note +│ 0.0 GiB free", printed);
    }

    [Fact]
    public async Task The_bench_names_its_cases_and_prints_one_as_a_line_of_JSON()
    {
        var (status, _, wrong) = await RunAsync([], "bench", "--only", "speed");
        Assert.Equal(1, status);
        Assert.Contains(
            "There are: matmul-f32, matmul-own-f32, dpo-full-f32, dpo-lora-f32, dpo-lora-bf16, prompt-sharing, prompt-sharing-plain, prompt-sharing-1, length-buckets, checkpointing, sampling-1, sampling-32, sampling-128.",
            wrong.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        (status, var printed, _) = await RunAsync([], "bench", "--only", "matmul-f32");
        Assert.Equal(0, status);
        var line = JsonNode.Parse(Assert.Single(printed.Split('\n'), l => l.StartsWith('{')))!.AsObject();
        Assert.Equal(["bench", "case", "ceiling", "n", "note", "ratio", "unit", "value"], line.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("trainer", "matmul-f32", "GFLOP/s"), (line["bench"]!.GetValue<string>(), line["case"]!.GetValue<string>(), line["unit"]!.GetValue<string>()));
        Assert.True(line["value"]!.GetValue<double>() > 0);
    }

    [Fact]
    public async Task The_learning_experiment_prints_start_each_method_and_the_recommended_one_against_each_opponent()
    {
        var (status, printed, _) = await RunAsync([], "learn", "--space", "tic-tac-toe", "--seeds", "2", "--games", "20", "--methods", "dpo,grpo", "--options", """{"rounds":1,"rootsPerOpening":1,"rolloutsPerRoot":4}""");
        Assert.Equal(0, status);
        var lines = printed.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var expected = new[] { "start", "dpo", "grpo", "best" }.SelectMany(m => new[] { "random", "greedy", "perfect" }.Select(o => $"tic-tac-toe/{m}/{o}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Select(l => l["case"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.All(lines, l =>
        {
            Assert.Equal(["bench", "case", "draws", "high", "illegal", "low", "n", "unit", "value"], l.Select(p => p.Key).Order(StringComparer.Ordinal));
            Assert.Equal(("learning", 2), (l["bench"]!.GetValue<string>(), l["n"]!.GetValue<int>()));
            Assert.InRange(l["value"]!.GetValue<double>(), 0, 1);
        });
    }

    [Fact]
    public void On_a_terminal_there_is_a_bar_for_each_run_and_in_a_log_a_line_for_each_pass()
    {
        StepMetrics Line(int round, double loss) => new(10 * round, round, new Dictionary<string, double> { ["loss"] = loss, ["rewards/margins"] = 0.25 });
        int Work(Action<int, RunProgress> report)
        {
            report(0, new("round", 0.5, [Line(1, 0.6)]));
            report(1, new("round", 0.25, [Line(1, 0.7)]));
            report(0, new("round", 1, [Line(2, 0.5)]));
            return 7;
        }
        var shown = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(shown) });
        terminal.Profile.Width = 200;
        Assert.Equal(7, RunDisplay.Follow(terminal, isLog: false, ["a[b]", "b"], Work));
        Assert.Contains("a[b]  round 2  step 20  loss 0.500  rewards/margins 0.250", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("100%", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains('━', shown.ToString());

        var written = new StringWriter();
        var log = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(written) });
        RunDisplay.Follow(log, isLog: true, ["a", "b"], Work);
        Assert.Equal(
            ["a  50%  round 1  step 10  loss 0.600  rewards/margins 0.250", "b  25%  round 1  step 10  loss 0.700  rewards/margins 0.250", "a  100%  round 2  step 20  loss 0.500  rewards/margins 0.250"],
            written.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(l => l.Replace(" %", "%", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task On_a_pseudo_terminal_the_program_draws_its_bar()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no 'script' (util-linux) to make a pseudo-terminal.");
        // A new pseudo-terminal has no size.
        var train = $"stty cols 160 rows 40; dotnet {Path.Combine(AppContext.BaseDirectory, "Arena.Trainer.dll")} train --space tic-tac-toe --method dpo --out {_folder.File("run")} --options '{{\"rounds\":1,\"rootsPerOpening\":1,\"rolloutsPerRoot\":4,\"evaluationGames\":0}}'";
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/script", ["-qec", train, "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true, Environment = { ["TERM"] = "xterm" } })!;
        var shown = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("100%", shown, StringComparison.Ordinal);
        Assert.Contains("\u001b[", shown, StringComparison.Ordinal);
        Assert.Contains("━", shown, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("run/result/model.safetensors")));
    }

    [Fact]
    public async Task Several_adapters_and_a_type_of_numbers_are_asked_for_on_the_command_line()
    {
        foreach (var (name, good) in new[] { ("a", 1), ("b", 5) })
        {
            await File.WriteAllTextAsync(_folder.File($"{name}.jsonl"), $$"""{"prompt":"tic-tac-toe:2","chosen":"{{good}}","rejected":"{{6 - good}}"}""", TestContext.Current.CancellationToken);
        }
        string[] train = ["train", "--out", _folder.File("runs"), "--method", "dpo", "--threads", "2", "--save-dtype", "bf16", "--adapter", $"a={_folder.File("a.jsonl")}", "--adapter", $"b={_folder.File("b.jsonl")}"];
        var (status, printed, _) = await RunAsync([], [.. train, "--options", """{"rounds":0,"loraRank":2,"evaluationGames":0}"""]);
        Assert.Equal(0, status);
        foreach (var name in new[] { "a", "b" })
        {
            Assert.Contains($"The new adapter \"{name}\" is in {_folder.File($"runs/{name}/result")}", printed, StringComparison.Ordinal);
            Assert.True(File.Exists(_folder.File($"runs/{name}/result/training-record.json")));
            using var adapter = Arena.Trainer.Policies.ShippedModel.Load(_folder.File($"runs/{name}/result"));
            Assert.NotNull(adapter.Adapter);
        }
        foreach (var (more, reason) in new (string[], string)[] { (["--pairs", _folder.File("a.jsonl")], "--pairs is for one run"), (["--adapter", "c"], "NAME=PAIRS"), (["--save-dtype", "f8"], "f32, f16 or bf16"), ([], "loraRank above 0") })
        {
            (status, _, var wrong) = await RunAsync([], [.. train.Where(t => !more.Contains("--save-dtype") || t is not ("--save-dtype" or "bf16")), .. more, "--options", """{"rounds":0,"evaluationGames":0}"""]);
            Assert.Equal(1, status);
            Assert.Contains(reason, wrong, StringComparison.Ordinal);
        }
    }

    private static async Task<(int Status, string Printed, string Errors)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Arena.Trainer.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var (printed, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await printed, await errors);
    }
}
