using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>Steps in bfloat16 over 32-bit weights.</summary>
[Collection(TorchCollection.Name)]
public sealed class NarrowRunTests
{
    private static readonly string Given = string.Join('\n', Enumerable.Range(1, 8).Select(n => $$"""{"prompt":"tic-tac-toe:{{n}}","chosen":"9","rejected":"{{n % 8 + 1}}"}"""));

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void The_loss_falls_and_stays_near_that_of_32_bits(int rank)
    {
        var (wide, narrow) = (Losses("f32", rank), Losses("bf16", rank));
        Assert.Equal(Math.Log(2), narrow[0], 1e-3);
        Assert.True(narrow[^1] < .4, $"{narrow[^1]}");
        // Eight bits of fraction: a log-probability is off by some hundredths, and losses follow.
        Assert.All(wide.Zip(narrow), pair => Assert.Equal(pair.First, pair.Second, .06));
        // It is really another arithmetic.
        Assert.Contains(wide.Zip(narrow), pair => Math.Abs(pair.First - pair.Second) > 1e-5);
    }

    [Fact]
    public void Weights_stay_in_32_bits_so_that_steps_below_bfloat16s_resolution_add_up()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.For(start, new TrainOptions(Method: "dpo", Dtype: "bf16"));
        using var optimizer = new FlatAdamW(policy.Trained);
        var before = policy.Trained.Flat.detach().clone();
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, new TrainOptions(Method: "dpo", Dtype: "bf16"));
        var (chosen, rejected) = update.Reference(pairs);
        update.Step(pairs, chosen, rejected, rate: 1e-6);
        Assert.Equal(ScalarType.Float32, policy.Trained.Flat.dtype);
        // A weight near 0.1 has neighbours 5e-4 apart in bfloat16.
        Assert.InRange((policy.Trained.Flat - before).abs().max().item<float>(), 1e-7f, 2e-6f);
    }

    private static List<double> Losses(string dtype, int rank)
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "dpo", LoraRank: rank, Dtype: dtype, LearningRate: rank > 0 ? 3e-3 : 1e-3);
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        var pairs = PreferenceData.Parse(Given, "given", start.Tokenizer, start.Config);
        var update = new PairUpdate(policy, optimizer, options);
        var (chosen, rejected) = update.Reference(pairs);
        return [.. Enumerable.Range(0, 20).Select(_ => update.Step(pairs, chosen, rejected)["loss"])];
    }
}
