using System.Text.Json;
using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>A batch in parts takes the step of the whole batch, for every way to average; as TRL's own invariance tests compare loss and gradient norm.</summary>
[Collection(TorchCollection.Name)]
public sealed class AccumulationTests
{
    // Answers of one to five tokens: a mean of means would not be the mean.
    private const string Pairs = """
        {"prompt":"tic-tac-toe:5","chosen":"1","rejected":"7329"}
        {"prompt":"tic-tac-toe:519","chosen":"3746","rejected":"7"}
        {"prompt":"tic-tac-toe:","chosen":"5","rejected":"2"}
        {"prompt":"tic-tac-toe:15","chosen":"92","rejected":"1"}
        {"prompt":"tic-tac-toe:12","chosen":"3546","rejected":"88"}
        {"prompt":"tic-tac-toe:4","chosen":"5","rejected":"91"}
        {"prompt":"tic-tac-toe:48","chosen":"519","rejected":"6"}
        """;

    [Theory]
    [InlineData("dpo", "sigmoid", 2)]
    [InlineData("dpo", "sigmoid", 7)]
    [InlineData("dpo", "ipo", 3)]
    [InlineData("dpo", "sft", 3)]
    [InlineData("dpo", "sigmoid:1,sft:0.5", 3)]
    [InlineData("dpo", "orpo", 3)]
    [InlineData("kto", "sigmoid", 3)]
    [InlineData("sft", "sigmoid", 3)]
    [InlineData("grpo", "trajectory", 3)]
    [InlineData("grpo", "grpo", 3)]
    [InlineData("grpo", "dapo", 3)]
    public void A_batch_in_parts_takes_the_step_of_the_whole(string method, string loss, int parts)
    {
        // A short longest gradient, so that clipping each part would show.
        var options = new TrainOptions(Method: method, Beta: .5, ClipNorm: .01, KlBeta: .1) with { Loss = method == "dpo" ? loss : "sigmoid", GrpoLoss = method == "grpo" ? loss : "trajectory" };
        var (whole, moved) = Step(options);
        var (split, movedSplit) = Step(options with { AccumulationSteps = parts });
        Assert.True(whole["grad_norm"] > .02, $"{whole["grad_norm"]}");
        Assert.True(moved.Zip(movedSplit, (a, b) => MathF.Abs(a - b)).Max() < 1e-6f * moved.Max(MathF.Abs) + 1e-9f);
        Assert.Equal(whole.Keys, split.Keys);
        foreach (var (name, value) in whole)
        {
            Assert.True(Math.Abs(value - split[name]) <= 2e-5 * Math.Max(1, Math.Abs(value)), $"{name}: {value} whole, {split[name]} in parts");
        }
    }

    [Fact]
    public void More_parts_than_items_are_one_each()
    {
        Assert.Equal([(0, 1), (1, 1), (2, 1)], StepParts.Even(3, 8));
        Assert.Equal([(0, 3), (3, 4)], StepParts.Even(7, 2));
    }

    [Theory]
    [InlineData(1, 5)] // 3,600 and 6,400 positions: by the size of a part
    [InlineData(9, 9)]
    public void Parts_hold_items_of_like_length_and_each_once(int least, int expected)
    {
        int[] lengths = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 64 : 36)];
        var parts = StepParts.ByLength(lengths, least).ToList();
        Assert.Equal(expected, parts.Count);
        Assert.Equal(Enumerable.Range(0, 200), parts.SelectMany(p => p).Order());
        Assert.InRange(parts.Count(p => p.Select(i => lengths[i]).Distinct().Count() > 1), 0, 1);
        Assert.Equal([[0]], StepParts.ByLength([5_000], 3));
    }

    [Theory]
    [InlineData("""{"accumulationSteps":0}""", "accumulationSteps")]
    [InlineData("""{"method":"dpo","loss":"aot","accumulationSteps":2}""", "whole batch")]
    [InlineData("""{"schedule":"step"}""", "schedule")]
    [InlineData("""{"schedule":"cosine","rounds":3}""", "scheduleSteps")]
    [InlineData("""{"warmupRatio":0.1,"rounds":3}""", "scheduleSteps")]
    [InlineData("""{"warmupRatio":1.5,"rounds":0}""", "warmupRatio")]
    [InlineData("""{"warmupSteps":-1}""", "warmupSteps")]
    [InlineData("""{"lengthBuckets":true,"proofEvery":5}""", "lengthBuckets")]
    [InlineData("""{"dtype":"f16"}""", "dtype")]
    public void Options_that_make_no_sense_are_refused_by_name(string json, string reason)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => TrainOptions.Parse(document.RootElement)).Message);
    }

    /// <summary>Metrics of one step, and the mean gradient that the optimizer keeps of it.</summary>
    private static (Dictionary<string, double>, float[]) Step(TrainOptions options)
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(Pairs, "given", start.Tokenizer, start.Config);
        var answers = AnswerData.Of(pairs);
        Dictionary<string, double> metrics;
        switch (options.Method)
        {
            case "dpo":
                // A reference beside the policy: at the start every comparison would have the same slope.
                metrics = new PairUpdate(policy, optimizer, options).Step(pairs, [.. pairs.Select((p, i) => -1f - i)], [.. pairs.Select((p, i) => -4f + i)]);
                break;
            case "grpo":
                var trajectories = answers.Select((a, i) => new ScoredTrajectory(a.Sequence, i % 3 - 1, i)).ToList();
                var update = new TrajectoryUpdate(policy, optimizer, options);
                metrics = update.Step(trajectories, [.. update.Sampled(trajectories).Select((s, i) => s.Select(x => x + .1f * (i % 5 - 2)).ToArray())]);
                break;
            default:
                var by = new AnswerUpdate(policy, optimizer, options);
                metrics = by.Step(answers, [.. answers.Select((a, i) => (-2f - i % 4, -3f))]);
                break;
        }
        return (metrics, optimizer.First.data<float>().ToArray());
    }
}
