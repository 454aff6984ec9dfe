using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

[Collection(TorchCollection.Name)]
public sealed class DecoderTests
{
    [Theory]
    [InlineData(4, true, false)]
    [InlineData(2, true, false)]
    [InlineData(1, false, false)]
    [InlineData(2, false, true)]
    public void The_decoder_computes_what_plain_loops_compute(int kvHeads, bool tied, bool adapted)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config(kvHeads, tied);
        using var weights = TinyModels.Weights(config);
        Randomise(weights, 5);
        using var adapter = adapted ? Adapter(config) : null;
        using var decoder = new Decoder(config, ScalarType.Float64);
        var ids = TinyModels.Ids(9, config.VocabSize, 11);
        var bound = DecoderWeights.Bind(config, weights.Views(), adapter?.Weights.Views(), adapter?.Config.Scale ?? 0);
        var actual = Decoder.Logits(bound, decoder.Hidden(bound, tensor(ids, [1, 9]))).data<double>().ToArray();
        var expected = Plain(config, weights, adapter).Logits(ids).SelectMany(r => r).ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(Worst(expected, actual) < 1e-12, $"worst difference {Worst(expected, actual)}");
    }

    [Fact]
    public void Merging_an_adapter_changes_no_logit()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config);
        using var adapter = Adapter(config);
        using var merged = adapter.MergeInto(weights);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var ids = tensor(TinyModels.Ids(12, config.VocabSize, 2), [2, 6]);
        var apart = DecoderWeights.Bind(config, weights.Views(), adapter.Weights.Views(), adapter.Config.Scale);
        var together = DecoderWeights.Bind(config, merged.Views());
        var a = Decoder.Logits(apart, decoder.Hidden(apart, ids)).data<double>().ToArray();
        var b = Decoder.Logits(together, decoder.Hidden(together, ids)).data<double>().ToArray();
        Assert.True(Worst(a, b) < 1e-12);
        var plain = DecoderWeights.Bind(config, weights.Views());
        Assert.True(Worst(a, Decoder.Logits(plain, decoder.Hidden(plain, ids)).data<double>().ToArray()) > 1e-3, "the adapter should matter");
    }

    [Fact]
    public void Feeding_tokens_one_by_one_through_the_cache_gives_what_one_pass_gives()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views());
        var ids = TinyModels.Ids(20, config.VocabSize, 4);
        var whole = Decoder.Logits(bound, decoder.Hidden(bound, tensor(ids, [2, 10])));
        using var cache = new KvCache(config, 2, 10, dtype: ScalarType.Float64);
        decoder.Hidden(bound, tensor(ids, [2, 10]).narrow(1, 0, 3), cache);
        decoder.Hidden(bound, tensor(ids, [2, 10]).narrow(1, 3, 4), cache);
        for (var t = 7; t < 10; t++)
        {
            var step = Decoder.Logits(bound, decoder.Hidden(bound, tensor(ids, [2, 10]).narrow(1, t, 1), cache));
            Assert.True((step.squeeze(1) - whole.select(1, t)).abs().max().item<double>() < 1e-12);
        }
    }

    [Fact]
    public void Padding_on_the_left_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views());
        var ids = TinyModels.Ids(6, config.VocabSize, 9);
        var alone = Decoder.Logits(bound, decoder.Hidden(bound, tensor(ids, [1, 6])));
        long[] padded = [config.PadId, config.PadId, .. ids, .. TinyModels.Ids(8, config.VocabSize, 10)];
        using var cache = new KvCache(config, 2, 8, [2, 0], ScalarType.Float64);
        decoder.Hidden(bound, tensor(padded, [2, 8]).narrow(1, 0, 7), cache);
        var last = Decoder.Logits(bound, decoder.Hidden(bound, tensor(padded, [2, 8]).narrow(1, 7, 1), cache));
        Assert.True((last[0, 0] - alone[0, 5]).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void Gradients_of_an_adapter_equal_central_differences()
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config);
        using var adapter = Adapter(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var ids = tensor(TinyModels.Ids(10, config.VocabSize, 8), [2, 5]);
        Tensor Loss()
        {
            var bound = DecoderWeights.Bind(config, weights.Views(), adapter.Weights.Views(), adapter.Config.Scale);
            return Decoder.Logits(bound, decoder.Hidden(bound, ids)).log_softmax(-1).select(-1, 3).sum();
        }
        var flat = adapter.Weights.Flat.requires_grad_();
        Loss().backward();
        var gradient = flat.grad!.data<double>().ToArray();
        flat.requires_grad_(false);
        var chance = new SeededChance(1);
        for (var probe = 0; probe < 40; probe++)
        {
            var at = chance.Next(gradient.Length);
            var slope = (Shifted(at, 1e-5) - Shifted(at, -1e-5)) / 2e-5;
            Assert.Equal(slope, gradient[at], 1e-6 * Math.Max(1, Math.Abs(slope)));
        }

        double Shifted(int at, double by)
        {
            using var inner = NewDisposeScope();
            using var _ = no_grad();
            flat[at] += by;
            var value = Loss().item<double>();
            flat[at] -= by;
            return value;
        }
    }

    private static LoraAdapter Adapter(ModelConfig config)
    {
        var adapter = LoraAdapter.Initialise(config, new LoraConfig(3, 6, LoraConfig.AllTargets), new SeededChance(2), ScalarType.Float64);
        Randomise(adapter.Weights, 6, 0.3);
        return adapter;
    }

    /// <summary>Fills everything, norms too, so that nothing is 1 or 0 by chance.</summary>
    private static void Randomise(FlatWeights weights, ulong seed, double size = 0.2)
    {
        using var _ = no_grad();
        var chance = new SeededChance(seed);
        weights.Flat.copy_(tensor(Enumerable.Range(0, (int)weights.Flat.NumberOfElements).Select(_ => size * chance.NextNormal() + 0.1).ToArray()));
    }

    private static PlainDecoder Plain(ModelConfig config, FlatWeights weights, LoraAdapter? adapter)
    {
        var views = weights.Views().ToDictionary(v => v.Key, v => v.Value.contiguous().data<double>().ToArray());
        var parts = adapter?.Weights.Views().ToDictionary(v => v.Key, v => v.Value.contiguous().data<double>().ToArray());
        return new(config, name => views[name], path => parts is null ? null : (parts[path + ".lora_A"], parts[path + ".lora_B"], adapter!.Config.Rank, adapter.Config.Scale));
    }

    private static double Worst(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
