using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Decoding;

/// <summary>The hand-written decoding step against the tensor path, and its promise that a row's result does not depend on its neighbours.</summary>
[Collection(TorchCollection.Name)]
public sealed class DecodeStepTests
{
    public DecodeStepTests() => Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; the tensor path is used.");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_computes_what_the_tensor_path_computes(string kind, int adapters)
    {
        using var model = new Model(TinyModels.Kind(kind), adapters);
        // A prompt of three, one of five with two positions of padding, then single tokens.
        var rows = Enumerable.Range(0, 4).Select(n => TinyModels.Ids(9, model.Config.VocabSize, (ulong)n)).ToArray();
        int[] padding = [0, 2, 0, 1];
        using var byHand = new KvCache(model.Config, 4, 9, padding);
        using var tensors = new KvCache(model.Config, 4, 9, padding);
        foreach (var (from, count) in new[] { (0, 3), (3, 3), (6, 1), (7, 1), (8, 1) })
        {
            long[] ids = [.. rows.SelectMany(r => r[from..(from + count)])];
            var expected = model.ByTensors(tensors, ids);
            var actual = model.ByHand(byHand, ids);
            Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() < 1e-5, $"at position {from}: {expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max()}");
        }
        Assert.Equal(9, byHand.Length);
    }

    /// <summary>Every kind of model alone, with an adapter, and with another adapter (or none) for each row.</summary>
    public static TheoryData<string, int> Kinds() => [.. TinyModels.Kinds.SelectMany(k => new[] { (k, 0), (k, 1), (k, 2) })];

    [Fact]
    public void A_row_gets_the_same_bits_alone_in_a_batch_and_on_several_threads()
    {
        using var model = new Model(PretrainedSizes(), adapters: 0);
        var rows = Enumerable.Range(0, 37).Select(n => TinyModels.Ids(8, model.Config.VocabSize, (ulong)n)).ToArray();
        var together = Decode(rows, threads: 1);
        Assert.Equal(together, Decode(rows, threads: 3));
        Assert.Equal(together.AsSpan(5 * model.Config.VocabSize, model.Config.VocabSize).ToArray(), Decode([rows[5]], threads: 1));

        float[] Decode(long[][] batch, int threads)
        {
            using var cache = new KvCache(model.Config, batch.Length, 8);
            model.ByHand(cache, [.. batch.SelectMany(r => r[..6])], threads);
            model.ByHand(cache, [.. batch.Select(r => r[6])], threads);
            return model.ByHand(cache, [.. batch.Select(r => r[7])], threads);
        }
    }

    [Fact]
    public void Changed_weights_are_seen_without_binding_again()
    {
        using var model = new Model(TinyModels.Config(), adapters: 0);
        using var cache = new KvCache(model.Config, 1, 4);
        var before = model.ByHand(cache, [3]);
        using (no_grad()) { model.Weights.Flat.mul_(1.5); }
        using var fresh = new KvCache(model.Config, 1, 4);
        Assert.NotEqual(before, model.ByHand(fresh, [3]));
    }

    [Fact]
    public void Ids_outside_the_vocabulary_and_full_caches_are_refused()
    {
        using var model = new Model(TinyModels.Config(), adapters: 0);
        using var cache = new KvCache(model.Config, 1, 2);
        Assert.Throws<TrainerException>(() => model.ByHand(cache, [26]));
        Assert.Throws<TrainerException>(() => model.ByHand(cache, [-1]));
        model.ByHand(cache, [1, 2]);
        Assert.Throws<TrainerException>(() => model.ByHand(cache, [3]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 3)]
    [InlineData(4, 172, 9)]
    [InlineData(130, 24, 26)]
    public void Row_products_are_matrix_products(int rows, int width, int outputs)
    {
        var chance = new SeededChance(1);
        var x = Enumerable.Range(0, rows * width).Select(_ => (float)chance.NextNormal()).ToArray();
        var w = Enumerable.Range(0, outputs * width).Select(_ => (float)chance.NextNormal()).ToArray();
        var y = Enumerable.Repeat(1f, rows * outputs).ToArray();
        unsafe
        {
            fixed (float* px = x, pw = w, py = y)
            {
                RowProducts.Multiply(px, rows, width, pw, outputs, width, py, outputs, add: true);
            }
        }
        for (var r = 0; r < rows; r++)
        {
            for (var o = 0; o < outputs; o++)
            {
                var sum = 1.0;
                for (var k = 0; k < width; k++) { sum += (double)x[r * width + k] * w[o * width + k]; }
                Assert.Equal(sum, y[r * outputs + o], 1e-4);
            }
        }
    }

    private static ModelConfig PretrainedSizes() => TinyModels.Config() with { VocabSize = 101, HiddenSize = 64, IntermediateSize = 172, HeadDim = 16 };

    private sealed class Model : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly IDisposable _noGrad = no_grad();
        private readonly Decoder _decoder;
        private readonly DecoderWeights _bound;

        public Model(ModelConfig config, int adapters)
        {
            Config = config;
            Weights = DecoderLayout.Initialise(config, new SeededChance(7));
            TinyModels.Randomise(Weights, 5);
            LoraAdapter Adapter(int rank, params string[] targets)
            {
                var adapter = LoraAdapter.Initialise(config, new LoraConfig(rank, 6, targets), new SeededChance(2));
                adapter.Weights.Flat.add_(0.05);
                return adapter;
            }
            var (wide, narrow) = (Adapter(3, [.. LoraConfig.AllTargets]), Adapter(2, "q_proj", "down_proj"));
            var bank = new AdapterBank(config, Weights.Views());
            _decoder = new Decoder(config);
            _bound = adapters switch { 0 => bank.Base, 1 => bank.For(wide), _ => bank.ForRows([narrow, wide, null, wide]).Weights };
        }

        public ModelConfig Config { get; }

        public FlatWeights Weights { get; }

        public float[] ByTensors(KvCache cache, long[] ids)
        {
            using var scope = NewDisposeScope();
            var hidden = _decoder.Hidden(_bound, tensor(ids, [cache.Rows, ids.Length / cache.Rows]), cache);
            return Decoder.Logits(_bound, hidden.select(1, hidden.shape[1] - 1)).contiguous().data<float>().ToArray();
        }

        public float[] ByHand(KvCache cache, long[] ids, int threads = 1)
        {
            Assert.True(DecodeStep.Fits(_decoder, _bound));
            var logits = new float[cache.Rows * Config.VocabSize];
            DecodeStep.For(_decoder, _bound).Run(cache, ids, logits, threads);
            return logits;
        }

        public void Dispose()
        {
            _decoder.Dispose();
            Weights.Dispose();
            _noGrad.Dispose();
            _scope.Dispose();
        }
    }
}
