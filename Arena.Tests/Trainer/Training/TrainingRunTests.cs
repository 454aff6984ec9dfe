using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

[Collection(TorchCollection.Name)]
public sealed class TrainingRunTests : IDisposable
{
    private const string Given = """
        {"prompt":"tic-tac-toe:519","chosen":"3","rejected":"7"}
        {"prompt":"tic-tac-toe:","chosen":"5","rejected":"2"}
        {"prompt":"tic-tac-toe:15","chosen":"9","rejected":"1"}
        """;

    private static readonly TrainOptions Small = new(Method: "dpo", Rounds: 4, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 8, Seed: 3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dpo", 0)]
    [InlineData("grpo", 0)]
    [InlineData("dpo", 2)]
    public void A_run_that_was_stopped_and_continued_leaves_the_same_bytes(string method, int loraRank)
    {
        using var start = TinyModels.Shipped();
        var options = Small with { Method = method, LoraRank = loraRank };
        new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("whole")).Execute(_ => { }, default);

        using var stop = new CancellationTokenSource();
        var halved = new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("halved"));
        Assert.ThrowsAny<OperationCanceledException>(() => halved.Execute(progress =>
        {
            // In the middle of round 3: its work is lost and done again.
            if (progress.Metrics.Any(m => m.Round == 2))
            {
                stop.Cancel();
            }
        }, stop.Token));
        new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("halved")).Execute(_ => { }, default);

        foreach (var path in Directory.GetFiles(_folder.File("whole/result")))
        {
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(_folder.File("halved/result"), Path.GetFileName(path))));
        }
        Assert.NotEqual(start.WeightsHash, Policy.HashFile(_folder.File($"whole/result/{(loraRank == 0 ? "model" : "adapter_model")}.safetensors")));
    }

    [Fact]
    public void Another_seed_leaves_other_weights()
    {
        using var start = TinyModels.Shipped();
        new TrainingRun(start, Small with { Rounds = 1 }, "tic-tac-toe", "", _folder.File("a")).Execute(_ => { }, default);
        new TrainingRun(start, Small with { Rounds = 1, Seed = 4 }, "tic-tac-toe", "", _folder.File("b")).Execute(_ => { }, default);
        Assert.NotEqual(Policy.HashFile(_folder.File("a/result/model.safetensors")), Policy.HashFile(_folder.File("b/result/model.safetensors")));
    }

    [Fact]
    public void Training_leaves_its_start_as_it_was()
    {
        using var start = TinyModels.Shipped();
        var before = start.Weights.Flat.data<float>().ToArray();
        new TrainingRun(start, Small with { Rounds = 1 }, "tic-tac-toe", Given, _folder.File("a")).Execute(_ => { }, default);
        Assert.Equal(before, start.Weights.Flat.data<float>().ToArray());
    }

    [Fact]
    public void The_first_step_has_loss_log_two_margin_zero_and_accuracy_zero()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, Small);
        var (chosen, rejected) = update.Reference(pairs);
        var first = update.Step(pairs, chosen, rejected);
        Assert.Equal(Math.Log(2), first["loss"], 1e-6);
        Assert.Equal(0, first["rewards/margins"], 1e-6);
        // Strictly above, as TRL counts.
        Assert.Equal(0, first["rewards/accuracies"]);
    }

    [Fact]
    public void Eight_pairs_can_be_learnt_by_heart_and_swapped_pairs_the_other_way()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        var lines = string.Join('\n', Enumerable.Range(1, 8).Select(n => $$"""{"prompt":"tic-tac-toe:{{n}}","chosen":"9","rejected":"{{n % 8 + 1}}"}"""));
        Assert.True(Learn(start, lines)["rewards/margins"] > 0);
        var swapped = Learn(start, lines.Replace("chosen", "x").Replace("rejected", "chosen").Replace("\"x\"", "\"rejected\""));
        Assert.Equal(1, swapped["rewards/accuracies"]);
        Assert.True(swapped["loss"] < .1);
    }

    [Fact]
    public void Only_counted_tokens_matter()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var start = TinyModels.Shipped();
        int[] tokens = [0, 4, 8, 9, 10, 11];
        var own = new MarkedSequence(tokens, [false, false, true, false, true, false]);
        var other = new MarkedSequence([.. tokens[..5], 15], own.Counted);
        var bound = start.Bind();
        var scores = SequenceScorer.Score(start.Decoder, bound, [own, other]).PerSequence().data<float>().ToArray();
        Assert.Equal(scores[0], scores[1], 1e-6);
        Assert.Equal(2, own.CountedTokens);
    }

    [Fact]
    public void The_number_of_live_tensors_stays_the_same_over_steps()
    {
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 2, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, Small);
        var (chosen, rejected) = update.Reference(pairs);
        update.Step(pairs, chosen, rejected);
        var live = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (var step = 0; step < 100; step++)
        {
            update.Step(pairs, chosen, rejected);
        }
        Assert.Equal(live, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_broken_line_is_named_by_its_number()
    {
        using var start = TinyModels.Shipped();
        var error = Assert.Throws<Arena.Trainer.TrainerException>(() => PreferenceData.Parse(Given + "\n{\"prompt\":\"x\"}", "pairs.jsonl", start.Tokenizer, start.Config));
        Assert.Contains("pairs.jsonl, line 4", error.Message);
    }

    [Fact]
    public void A_short_run_makes_the_policy_better_against_random()
    {
        using var start = TinyModels.Shipped();
        var options = Small with { Rounds = 3, RootsPerOpening = 16, RolloutsPerRoot = 16, EvaluationGames = 600, BatchPairs = 128 };
        var result = new TrainingRun(start, options, "tic-tac-toe", "", _folder.File("run")).Execute(_ => { }, default);
        Assert.True(result.RandomAfter!.Low > result.RandomBefore!.High, $"{result.RandomBefore} then {result.RandomAfter}");
    }

    private Dictionary<string, double> Learn(Policy start, string lines)
    {
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(lines, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, Small);
        var (chosen, rejected) = update.Reference(pairs);
        Dictionary<string, double> last = [];
        for (var step = 0; step < 40; step++)
        {
            last = update.Step(pairs, chosen, rejected);
        }
        return last;
    }
}
