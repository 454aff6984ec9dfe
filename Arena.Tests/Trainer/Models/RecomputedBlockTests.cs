using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

/// <summary>Gradient checkpointing: the same numbers and gradients, and nothing kept of a block's inside.</summary>
[Collection(TorchCollection.Name)]
public sealed class RecomputedBlockTests
{
    [Theory]
    [InlineData(ScalarType.Float64, false, 1e-12)]
    [InlineData(ScalarType.Float64, true, 1e-12)]
    [InlineData(ScalarType.Float32, false, 1e-6)]
    [InlineData(ScalarType.Float32, true, 1e-6)]
    public void Gradients_are_those_without_it(ScalarType type, bool adapted, double within)
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Config() with { HeadDim = 20 };
        using var weights = TinyModels.Weights(config, type);
        using var adapter = adapted ? Adapter(config, type) : null;
        using var decoder = new Decoder(config, type);
        var trained = (adapter?.Weights ?? weights).Flat.requires_grad_();
        var batch = Enumerable.Range(0, 3).Select(n => Sequence(TinyModels.Ids(9 + n, config.VocabSize, (ulong)n))).ToList();
        var (plain, plainGradient) = Run(false);
        var (again, againGradient) = Run(true);
        // Sums of some ten log-probabilities, or gradients, of this size: relative to the largest. In single precision one rounding of a sum near 30 is 2e-6.
        var largestSum = plain.Max(Math.Abs);
        Assert.True(Worst(plain, again) / largestSum < within, $"numbers differ by {Worst(plain, again)} of {largestSum}");
        var largest = plainGradient.Max(Math.Abs);
        Assert.True(largest > 0.1);
        Assert.True(Worst(plainGradient, againGradient) / largest < within, $"gradients differ by {Worst(plainGradient, againGradient)} of {largest}");

        (double[], double[]) Run(bool recompute)
        {
            var bound = DecoderWeights.Bind(config, weights.Views(), adapter) with { Recompute = recompute };
            var sums = SequenceScorer.Score(decoder, bound, batch).PerSequence();
            (sums * tensor(new[] { 1f, -2f, 0.5f }).to_type(type)).sum().backward();
            var gradient = trained.grad!.to_type(ScalarType.Float64).data<double>().ToArray();
            using (no_grad()) { trained.grad!.zero_(); }
            return (sums.to_type(ScalarType.Float64).data<double>().ToArray(), gradient);
        }
    }

    [Fact]
    public void A_blocks_inside_is_computed_again_and_not_kept()
    {
        // Weights that change between the two ways, behind autograd's back: what was kept still has the old numbers, what is computed again the new ones.
        Assert.Equal(ChangedInBetween(false), ChangedInBetween(false));
        Assert.True(Worst(ChangedInBetween(false), ChangedInBetween(true)) > 1e-3);

        static double[] ChangedInBetween(bool recompute)
        {
            using var scope = NewDisposeScope();
            var config = TinyModels.Config();
            using var weights = TinyModels.Weights(config);
            using var decoder = new Decoder(config, ScalarType.Float64);
            weights.Flat.requires_grad_();
            var hidden = decoder.Hidden(DecoderWeights.Bind(config, weights.Views()) with { Recompute = recompute }, tensor(TinyModels.Ids(6, config.VocabSize, 1), [1, 6]));
            using (no_grad())
            {
                var numbers = weights.Flat.detach().data<double>();
                for (var i = 0; i < numbers.Count; i++)
                {
                    numbers[i] += 0.05;
                }
            }
            hidden.sum().backward();
            return weights.Flat.grad!.data<double>().ToArray();
        }
    }

    private static LoraAdapter Adapter(ModelConfig config, ScalarType type)
    {
        var adapter = LoraAdapter.Initialise(config, new LoraConfig(3, 6, LoraConfig.AllTargets), new SeededChance(2), type);
        using var _ = no_grad();
        adapter.Weights.Flat.add_(0.05);
        return adapter;
    }

    private static MarkedSequence Sequence(long[] ids) => new([.. ids.Select(i => (int)i)], [.. ids.Select((_, t) => t >= 3)]);

    private static double Worst(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
