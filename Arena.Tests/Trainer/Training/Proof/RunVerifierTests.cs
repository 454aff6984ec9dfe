using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Training.Proof;

namespace Arena.Tests.Trainer.Training.Proof;

/// <summary>One honest run, copied and forged in many ways. A forger who does not relink is caught without arithmetic; one who does, by replaying.</summary>
[Collection(TorchCollection.Name)]
public sealed class RunVerifierTests : IDisposable
{
    private const string Given = """
        {"prompt":"tic-tac-toe:519","chosen":"3","rejected":"7"}
        {"prompt":"tic-tac-toe:","chosen":"5","rejected":"2"}
        {"prompt":"tic-tac-toe:15","chosen":"9","rejected":"1"}
        """;

    private static readonly TrainOptions Options = new(Method: "mix", Rounds: 2, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 8, Seed: 3, ProofEvery: 5, FinalRate: 0.5);

    private readonly TemporaryFolder _folder = new();
    private readonly Policy _start = TinyModels.Shipped();

    public RunVerifierTests() => new TrainingRun(_start, Options, "tic-tac-toe", Given, _folder.Path).Execute(_ => { }, default);

    public void Dispose()
    {
        _start.Dispose();
        _folder.Dispose();
    }

    private string StepsFile => _folder.File("proof/steps.jsonl");

    private string BatchesFile => _folder.File("proof/batches.jsonl");

    private int Count => File.ReadAllLines(StepsFile).Length;

    [Fact]
    public void An_honest_run_passes_with_every_step_replayed()
    {
        var report = Verify();
        Assert.True(report.Ok, string.Join("\n", report.Verdicts));
        Assert.True(report.Steps > 8);
        Assert.Equal(report.Steps, report.Verdicts.Count(v => v.Replayed));
        // A step alone costs at most the way from the checkpoint before it.
        var one = new RunVerifier(_folder.Path, _start).Verify(1, 7);
        Assert.True(one.Ok);
        Assert.InRange(one.Verdicts.Count, 1, Options.ProofEvery);
    }

    [Fact]
    public void A_run_that_was_stopped_and_continued_leaves_the_same_proof()
    {
        using var other = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new TrainingRun(_start, Options, "tic-tac-toe", Given, other.Path).Execute(progress =>
        {
            if (progress.Metrics.Any(m => m.Round == 1))
            {
                stop.Cancel();
            }
        }, stop.Token));
        new TrainingRun(_start, Options, "tic-tac-toe", Given, other.Path).Execute(_ => { }, default);
        Assert.Equal(File.ReadAllText(StepsFile), File.ReadAllText(other.File("proof/steps.jsonl")));
        Assert.Equal(File.ReadAllText(BatchesFile), File.ReadAllText(other.File("proof/batches.jsonl")));
        Assert.True(new RunVerifier(other.Path, _start).Verify(3, 1).Ok);
    }

    [Fact]
    public void A_run_with_a_schedule_in_parts_recomputed_and_in_bfloat16_is_replayed_as_it_went()
    {
        using var other = new TemporaryFolder();
        var options = Options with { Schedule = "cosine", WarmupSteps = 2, ScheduleSteps = 20, AccumulationSteps = 2, GradientCheckpointing = true, Dtype = "bf16", LoraRank = 2 };
        new TrainingRun(_start, options.Checked(), "tic-tac-toe", Given, other.Path).Execute(_ => { }, default);
        var report = new RunVerifier(other.Path, _start).Verify(1000, 1);
        Assert.True(report.Ok, string.Join("\n", report.Verdicts));
        Assert.Equal(report.Steps, report.Verdicts.Count(v => v.Replayed));
    }

    [Fact]
    public void A_tampered_batch_fails_at_its_step()
    {
        Tamper(4);
        AssertFails(4, "batch");
    }

    [Fact]
    public void A_tampered_batch_with_all_hashes_made_again_fails_at_its_step_when_replayed()
    {
        Tamper(4);
        Forge((_, _) => { });
        AssertFails(4, "newWeights");
    }

    [Fact]
    public void A_skipped_step_fails_at_its_place()
    {
        Skip(6);
        AssertFails(6, "step");
    }

    [Fact]
    public void A_skipped_step_with_numbers_and_links_made_again_fails_at_its_place()
    {
        Skip(6);
        Forge((step, number) => step["step"] = number);
        AssertFails(6, "weights");
    }

    [Fact]
    public void A_step_that_claims_weights_from_elsewhere_fails_when_replayed()
    {
        var copied = new string('a', 64);
        Forge((step, number) =>
        {
            if (number == 5) { step["newWeights"] = copied; }
            if (number == 6) { step["weights"] = copied; }
        });
        AssertFails(5, "newWeights");
    }

    [Fact]
    public void Copied_weights_as_the_result_fail_at_the_last_step()
    {
        File.Copy(Path.Combine(ShippedModel.Folder, Policy.WeightsFile), _folder.File($"result/{Policy.WeightsFile}"), overwrite: true);
        AssertFails(Count, "newWeights");
    }

    [Fact]
    public void A_changed_option_fails_at_the_first_step()
    {
        ChangeRate();
        AssertFails(1, "previous");
        // Links made again by hand: now the options' own hash tells.
        Forge((_, _) => { }, options: false);
        AssertFails(1, "options");
    }

    [Fact]
    public void A_changed_option_with_all_hashes_made_again_fails_at_the_first_step_when_replayed()
    {
        ChangeRate();
        Forge((_, _) => { });
        AssertFails(1, "newWeights");
    }

    [Fact]
    public void Another_order_than_the_generators_fails_at_its_step()
    {
        Forge((step, number) =>
        {
            if (number == 3) { step["seed"] = new string('1', 64); }
        });
        AssertFails(3, "seed");
    }

    [Fact]
    public void Another_start_fails_before_the_first_step()
    {
        using var trained = Policy.Load("other", _folder.File("result"), f => f);
        var first = new RunVerifier(_folder.Path, trained).Verify(0, 1).Verdicts.First(v => v.Field is not null);
        Assert.Equal((0, "base"), (first.Step, first.Field!));
    }

    private VerifyReport Verify() => new RunVerifier(_folder.Path, _start).Verify(1000, 1);

    private void AssertFails(int step, string field)
    {
        var first = Verify().Verdicts.First(v => v.Field is not null);
        Assert.Equal((step, field), (first.Step, first.Field!));
    }

    private void Tamper(int step)
    {
        var lines = File.ReadAllLines(BatchesFile);
        var batch = JsonNode.Parse(lines[step - 1])!;
        var item = batch["items"]![0]!;
        if (item["advantage"] is not null)
        {
            item["advantage"] = -item["advantage"]!.GetValue<double>();
        }
        else
        {
            var (chosen, rejected) = (item["chosen"]!.DeepClone(), item["rejected"]!.DeepClone());
            (item["chosen"], item["rejected"]) = (rejected, chosen);
        }
        lines[step - 1] = batch.ToJsonString();
        File.WriteAllLines(BatchesFile, lines);
    }

    private void Skip(int step)
    {
        foreach (var file in new[] { StepsFile, BatchesFile })
        {
            var lines = File.ReadAllLines(file).ToList();
            lines.RemoveAt(step - 1);
            File.WriteAllLines(file, lines);
        }
    }

    private void ChangeRate()
    {
        var header = JsonNode.Parse(File.ReadAllText(_folder.File("proof/header.json")))!;
        header["options"]!["learningRate"] = 0.002;
        File.WriteAllText(_folder.File("proof/header.json"), header.ToJsonString());
    }

    /// <summary>Changes records and makes every hash again that needs no training: batch roots, options, links.</summary>
    private void Forge(Action<JsonNode, int> change, bool options = true)
    {
        var headerText = File.ReadAllText(_folder.File("proof/header.json"));
        var header = JsonSerializer.Deserialize<ProofHeader>(headerText, new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
        var link = headerText;
        var lines = File.ReadAllLines(StepsFile);
        var batches = File.ReadAllLines(BatchesFile);
        for (var i = 0; i < lines.Length; i++)
        {
            var step = JsonNode.Parse(lines[i])!;
            change(step, i + 1);
            var batch = JsonNode.Parse(batches[i])!;
            batch["step"] = step["step"]!.GetValue<int>();
            batches[i] = batch.ToJsonString();
            using var read = JsonDocument.Parse(batches[i]);
            step["batch"] = ProofHashes.Batch(read.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));
            if (options)
            {
                step["options"] = ProofHashes.Options(header.Options);
            }
            step["previous"] = ProofHashes.Text(link);
            link = lines[i] = step.ToJsonString();
        }
        File.WriteAllLines(StepsFile, lines);
        File.WriteAllLines(BatchesFile, batches);
    }
}
