using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

[Collection(TorchCollection.Name)]
public sealed class DecoderTests
{
    [Theory]
    [MemberData(nameof(Kinds), true)]
    public void The_decoder_computes_what_plain_loops_compute(string kind, bool adapted)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Kind(kind);
        using var weights = TinyModels.Weights(config);
        TinyModels.Randomise(weights, 5);
        using var adapter = adapted ? Adapter(config) : null;
        using var decoder = new Decoder(config, ScalarType.Float64);
        var ids = TinyModels.Ids(9, config.VocabSize, 11);
        var bound = DecoderWeights.Bind(config, weights.Views(), adapter);
        var actual = Decoder.Logits(bound, decoder.Hidden(bound, tensor(ids, [1, 9]))).data<double>().ToArray();
        var expected = Plain(config, weights, adapter).Logits(ids).SelectMany(r => r).ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(Worst(expected, actual) < 1e-12, $"worst difference {Worst(expected, actual)}");
    }

    /// <summary>Every kind of model, with and without an adapter over it.</summary>
    public static TheoryData<string, bool> Kinds(bool both) =>
        [.. TinyModels.Kinds.SelectMany(k => both ? new[] { (k, false), (k, true) } : [(k, true)])];

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
        var apart = DecoderWeights.Bind(config, weights.Views(), adapter);
        var together = DecoderWeights.Bind(config, merged.Views());
        var a = Decoder.Logits(apart, decoder.Hidden(apart, ids)).data<double>().ToArray();
        var b = Decoder.Logits(together, decoder.Hidden(together, ids)).data<double>().ToArray();
        Assert.True(Worst(a, b) < 1e-12);
        var plain = DecoderWeights.Bind(config, weights.Views());
        Assert.True(Worst(a, Decoder.Logits(plain, decoder.Hidden(plain, ids)).data<double>().ToArray()) > 1e-3, "the adapter should matter");
    }

    [Theory]
    [MemberData(nameof(Kinds), false)]
    public void Feeding_tokens_one_by_one_through_the_cache_gives_what_one_pass_gives(string kind, bool adapted)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Kind(kind);
        using var weights = TinyModels.Weights(config);
        TinyModels.Randomise(weights, 5);
        using var adapter = adapted ? Adapter(config) : null;
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views(), adapter);
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

    [Theory]
    [InlineData("llama, rope llama3")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Gradients_of_an_adapter_equal_central_differences(string kind)
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Kind(kind);
        using var weights = TinyModels.Weights(config);
        using var adapter = Adapter(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var ids = tensor(TinyModels.Ids(10, config.VocabSize, 8), [2, 5]);
        Tensor Loss()
        {
            var bound = DecoderWeights.Bind(config, weights.Views(), adapter);
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

    [Theory]
    [MemberData(nameof(Kinds), false)]
    public void Answers_behind_one_prompt_are_read_as_each_alone(string kind, bool adapted)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Kind(kind);
        using var weights = TinyModels.Weights(config);
        TinyModels.Randomise(weights, 5);
        using var adapter = adapted ? Adapter(config) : null;
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views(), adapter);
        // Prompts of 4, 1 and no tokens; an answer may be empty too, where only its prompt's last token predicts.
        int[] prompts = [4, 1, 0];
        (int Prompt, int Length)[] answers = [(0, 3), (0, 1), (0, 0), (1, 6), (2, 2)];
        var branches = new Branches(prompts, answers);
        Assert.Equal((17, 7), (branches.Filled, branches.Longest));
        var flat = new long[branches.Tokens];
        var whole = answers.Select((a, n) => TinyModels.Ids(prompts[a.Prompt] + a.Length, config.VocabSize, (ulong)(a.Prompt + 1)).ToArray()).ToArray();
        for (var n = 0; n < answers.Length; n++)
        {
            for (var t = 0; t < whole[n].Length; t++)
            {
                flat[Place(n, t)] = whole[n][t];
            }
        }
        var hidden = decoder.Hidden(bound, tensor(flat, [1, flat.Length]), branches);
        for (var n = 0; n < answers.Length; n++)
        {
            var alone = decoder.Hidden(bound, tensor(whole[n], [1, whole[n].Length]));
            for (var t = 0; t < whole[n].Length; t++)
            {
                Assert.True((hidden[0, Place(n, t)] - alone[0, t]).abs().max().item<double>() < 1e-12);
            }
        }

        int Place(int answer, int t)
        {
            var (prompt, _) = answers[answer];
            return t < prompts[prompt] ? branches.PlaceInPrompt(prompt, t) : branches.PlaceInAnswer(answer, t - prompts[prompt]);
        }
    }

    private static LoraAdapter Adapter(ModelConfig config) => TinyModels.Adapter(config, new LoraConfig(3, 6, LoraConfig.AllTargets));

    private static PlainDecoder Plain(ModelConfig config, FlatWeights weights, LoraAdapter? adapter)
    {
        var views = weights.Views().ToDictionary(v => v.Key, v => v.Value.contiguous().data<double>().ToArray());
        var parts = adapter?.Weights.Views().ToDictionary(v => v.Key, v => v.Value.contiguous().data<double>().ToArray());
        return new(config, name => views[name], path => parts is null ? null : (parts[path + ".lora_A"], parts[path + ".lora_B"], adapter!.Config.RankOf(path), adapter.Config.ScaleOf(path)));
    }

    private static double Worst(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
