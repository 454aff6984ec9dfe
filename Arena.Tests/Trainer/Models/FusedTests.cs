using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

/// <summary>The operations written out by hand for training against chains of tensor operations, numbers and gradients.</summary>
[Collection(TorchCollection.Name)]
public sealed class FusedTests
{
    [Theory]
    [InlineData(2, true, false)]
    [InlineData(4, false, false)]
    [InlineData(2, true, true)]
    public void A_fused_decoder_has_the_numbers_and_gradients_of_a_plain_one(int kvHeads, bool tied, bool adapted)
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; the chains are used.");
        using var scope = NewDisposeScope();
        // Heads of 20 numbers: whole vectors and a rest in every loop.
        var config = TinyModels.Config(kvHeads, tied) with { HeadDim = 20 };
        using var weights = DecoderLayout.Initialise(config, new SeededChance(7));
        using var adapter = adapted ? LoraAdapter.Initialise(config, new LoraConfig(3, 6, LoraConfig.AllTargets), new SeededChance(2)) : null;
        using (no_grad())
        {
            weights.Flat.add_(0.05);
            adapter?.Weights.Flat.add_(0.05);
        }
        var trained = (adapter?.Weights ?? weights).Flat.requires_grad_();
        var batch = Enumerable.Range(0, 3).Select(n => Sequence(TinyModels.Ids(9 + n, config.VocabSize, (ulong)n), from: 3)).ToList();
        var (fused, fusedGradient) = Run(new Decoder(config));
        var (plain, plainGradient) = Run(new Decoder(config) { Fused = false });
        Assert.True(Worst(fused, plain) < 1e-5, $"numbers differ by {Worst(fused, plain)}");
        Assert.True(Worst(fusedGradient, plainGradient) < 1e-4, $"gradients differ by {Worst(fusedGradient, plainGradient)}");
        Assert.True(plainGradient.Max(MathF.Abs) > 0.1);

        (float[], float[]) Run(Decoder decoder)
        {
            using var owned = decoder;
            var bound = DecoderWeights.Bind(config, weights.Views(), adapter);
            var sums = SequenceScorer.Score(decoder, bound, batch).PerSequence();
            (sums * tensor(new[] { 1f, -2f, 0.5f })).sum().backward();
            var gradient = trained.grad!.data<float>().ToArray();
            using (no_grad()) { trained.grad!.zero_(); }
            return (sums.data<float>().ToArray(), gradient);
        }
    }

    [Fact]
    public void Log_probabilities_in_one_operation_are_those_of_the_chain()
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; the chain is used.");
        using var scope = NewDisposeScope();
        var chance = new SeededChance(4);
        Tensor Random(long rows, long columns) => tensor(Enumerable.Range(0, (int)(rows * columns)).Select(_ => chance.NextNormal()).ToArray(), [rows, columns]);
        var (hidden, head, pull) = (Random(5, 12), Random(37, 12), Random(1, 5).squeeze(0));
        long[] targets = [3, 36, 0, 3, 17];
        var (exact, exactHidden, exactHead) = Run(ScalarType.Float64);
        var (fused, fusedHidden, fusedHead) = Run(ScalarType.Float32);
        Assert.True((exact - fused).abs().max().item<double>() < 1e-5);
        Assert.True((exactHidden - fusedHidden).abs().max().item<double>() < 1e-5);
        Assert.True((exactHead - fusedHead).abs().max().item<double>() < 1e-5);

        (Tensor, Tensor, Tensor) Run(ScalarType type)
        {
            var (h, w) = (hidden.to_type(type, copy: true).requires_grad_(), head.to_type(type, copy: true).requires_grad_());
            var values = TokenLogProbs.Of(h, w, targets);
            (values * pull.to_type(type)).sum().backward();
            return (values.detach().to_type(ScalarType.Float64), h.grad!.to_type(ScalarType.Float64), w.grad!.to_type(ScalarType.Float64));
        }
    }

    private static MarkedSequence Sequence(long[] ids, int from) => new([.. ids.Select(i => (int)i)], [.. ids.Select((_, t) => t >= from)]);

    private static float Worst(float[] a, float[] b) => a.Zip(b, (x, y) => MathF.Abs(x - y)).Max();
}
