using System.Text.Json;
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

    [Theory]
    [InlineData("kto")]
    [InlineData("sft")]
    public void Runs_on_single_answers_continue_to_the_same_bytes_too(string method)
    {
        using var start = TinyModels.Shipped();
        var given = Given + """
            {"prompt":"tic-tac-toe:5","completion":"1","label":true}
            {"prompt":"tic-tac-toe:5","completion":"5","label":false}
            """.Insert(0, "\n");
        var options = Small with { Method = method, Rounds = 2 };
        new TrainingRun(start, options, "tic-tac-toe", given, _folder.File("whole")).Execute(_ => { }, default);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new TrainingRun(start, options, "tic-tac-toe", given, _folder.File("halved")).Execute(progress =>
        {
            if (progress.Metrics.Any(m => m.Round == 1))
            {
                stop.Cancel();
            }
        }, stop.Token));
        new TrainingRun(start, options, "tic-tac-toe", given, _folder.File("halved")).Execute(_ => { }, default);
        Assert.Equal(File.ReadAllBytes(_folder.File("whole/result/model.safetensors")), File.ReadAllBytes(_folder.File("halved/result/model.safetensors")));
        var first = JsonDocument.Parse(File.ReadLines(_folder.File("whole/result/metrics.jsonl")).First()).RootElement;
        // Three pairs make three good answers and three bad ones, and one more of each is given by itself.
        Assert.Equal(method == "kto" ? 8 : 4, first.GetProperty("answers").GetDouble());
        Assert.Equal(method == "kto", first.TryGetProperty("kl", out _));
    }

    [Theory]
    [InlineData("ipo")]
    [InlineData("robust")]
    [InlineData("simpo")]
    [InlineData("orpo")]
    [InlineData("sigmoid:1,sft:0.2")]
    public void The_loss_that_is_asked_for_decides_the_weights(string loss)
    {
        using var start = TinyModels.Shipped();
        var options = Small with { Rounds = 0, LabelSmoothing = .1 };
        new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("sigmoid")).Execute(_ => { }, default);
        new TrainingRun(start, options with { Loss = loss }, "tic-tac-toe", Given, _folder.File("other")).Execute(_ => { }, default);
        Assert.NotEqual(Policy.HashFolder(_folder.File("sigmoid/result")), Policy.HashFolder(_folder.File("other/result")));
    }

    [Theory]
    [InlineData("q_proj,v_proj", 8, 1.5)]
    [InlineData("layers.1.mlp.up_proj", 2, 1.5)]
    [InlineData("all-linear", 28, 1.5)]
    public void An_adapter_is_trained_on_the_layers_that_are_asked_for_and_the_base_stays(string targets, int tensors, double scale)
    {
        using var start = TinyModels.Shipped();
        var before = start.Weights.Flat.data<float>().ToArray();
        var options = Small with { Rounds = 0, LoraRank = 2, LoraTargets = targets, LoraAlpha = 3 };
        new TrainingRun(start, options, "tic-tac-toe", Given, _folder.File("run")).Execute(_ => { }, default);
        using var trained = Policy.Load("trained", _folder.File("run/result"), _ => ShippedModel.Folder);
        Assert.Equal(tensors, trained.Adapter!.Weights.Slots.Count);
        Assert.Equal(scale, trained.Adapter.Config.ScaleOf("layers.1.mlp.up_proj"));
        Assert.Equal(before, start.Weights.Flat.data<float>().ToArray());
        Assert.Equal(start.WeightsHash, trained.BaseHash);
    }

    [Theory]
    [InlineData("lm_head")]
    [InlineData("c_attn")]
    public void An_adapter_of_layers_that_are_not_there_is_refused(string targets)
    {
        using var start = TinyModels.Shipped();
        var run = new TrainingRun(start, Small with { LoraRank = 2, LoraTargets = targets }, "tic-tac-toe", Given, _folder.File("run"));
        Assert.Contains(targets, Assert.Throws<Arena.Trainer.TrainerException>(() => run.Execute(_ => { }, default)).Message);
    }

    [Fact]
    public void KTO_begins_at_a_half_and_learns_good_from_bad()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var answers = AnswerData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new AnswerUpdate(policy, optimizer, Small with { Method = "kto", Epochs = 1 });
        var reference = update.Reference(answers);
        var first = update.Step(answers, reference);
        Assert.Equal(.5, first["loss"], 1e-6);
        Assert.Equal(0, first["kl"], 1e-6);
        var last = first;
        for (var step = 0; step < 30; step++)
        {
            last = update.Step(answers, reference);
        }
        Assert.True(last["rewards/margins"] > 1 && last["loss"] < .4, $"{last["rewards/margins"]}, {last["loss"]}");
    }

    [Fact]
    public void SFT_learns_the_good_answers()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var answers = AnswerData.Parse("""{"prompt":"tic-tac-toe:519","completion":"3"}""", "given", start.Tokenizer, start.Config);
        var update = new AnswerUpdate(policy, optimizer, Small with { Method = "sft" });
        var first = update.Step(answers, update.Reference(answers))["loss"];
        // One token: the loss is its negative log-probability under the start.
        using (no_grad())
        {
            Assert.Equal(-SequenceScorer.Score(start.Decoder, start.Bind(), [answers[0].Sequence]).PerToken.item<float>(), first, 1e-5);
        }
        for (var step = 0; step < 20; step++)
        {
            update.Step(answers, update.Reference(answers));
        }
        Assert.True(update.Step(answers, update.Reference(answers))["loss"] < .1 * first);
    }

    [Theory]
    [InlineData("""{"loss":"nonsense"}""", "nonsense")]
    [InlineData("""{"grpoLoss":"nonsense"}""", "nonsense")]
    [InlineData("""{"method":"ppo"}""", "ppo")]
    [InlineData("""{"labelSmoothing":0.6}""", "labelSmoothing")]
    [InlineData("""{"clipHigh":0}""", "clipHigh")]
    public void Options_that_make_no_sense_are_refused_by_name(string json, string reason)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Contains(reason, Assert.Throws<Arena.Trainer.TrainerException>(() => TrainOptions.Parse(document.RootElement)).Message);
    }

    [Fact]
    public void DAPO_options_reach_the_loss()
    {
        using var document = JsonDocument.Parse("""{"method":"grpo","grpoLoss":"dapo","clipLow":0.2,"clipHigh":0.28,"scaleRewards":false,"klBeta":0.01}""");
        var loss = TrainOptions.Parse(document.RootElement).PolicyGradient();
        Assert.Equal((.2, (double?).28, Arena.Trainer.Losses.PolicyGradientMean.Tokens, .01), (loss.Clip, loss.ClipHigh, loss.Mean, loss.Beta));
        using var start = TinyModels.Shipped();
        var options = Small with { Method = "grpo", Rounds = 1 };
        new TrainingRun(start, options, "tic-tac-toe", "", _folder.File("plain")).Execute(_ => { }, default);
        new TrainingRun(start, options with { GrpoLoss = "dapo", ClipHigh = .28, ScaleRewards = false }, "tic-tac-toe", "", _folder.File("dapo")).Execute(_ => { }, default);
        Assert.NotEqual(Policy.HashFolder(_folder.File("plain/result")), Policy.HashFolder(_folder.File("dapo/result")));
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
        var options = Small with { Rounds = 8, RootsPerOpening = 16, RolloutsPerRoot = 16, EvaluationGames = 600, BatchPairs = 128 };
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
