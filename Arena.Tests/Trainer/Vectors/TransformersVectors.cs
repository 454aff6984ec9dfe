using System.Text.Json.Nodes;
using Arena.Trainer.Decoding;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Vectors;

/// <summary>
/// Compares one folder of vectors with the trainer. Bounds: 32-bit results to 1e-4 of logits of about 1; 64-bit ones to 1e-5, because
/// transformers computes rotary angles in 32 bits in every case.
/// </summary>
internal static class TransformersVectors
{
    private const double Single = 1e-4;
    private const double Double = 1e-5;

    public static void CheckForward(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        using var io = SafeTensorsReader.Open(Path.Combine(folder, "io.safetensors"));
        var (ids, mask) = (io.Read("input_ids"), io.Read("attention_mask"));
        foreach (var (type, name, bound) in new[] { (ScalarType.Float32, "logits_f32", Single), (ScalarType.Float64, "logits_f64", Double) })
        {
            using var weights = Load(folder, config, type);
            using var decoder = new Decoder(config, type);
            var bind = DecoderWeights.Bind(config, weights.Views());
            var hidden = decoder.Hidden(bind, ids);
            var logits = Decoder.Logits(bind, hidden);
            Close(logits, io.Read(name), mask, bound, name);
            if (type == ScalarType.Float64)
            {
                var own = logits.narrow(1, 0, ids.shape[1] - 1).log_softmax(-1).gather(2, ids.narrow(1, 1, ids.shape[1] - 1).unsqueeze(2));
                Close(own, io.Read("logps_f64").unsqueeze(2), mask.narrow(1, 1, ids.shape[1] - 1), bound, "logps_f64");
                continue;
            }
            Close(bind.Embedding.index_select(0, ids.view(-1)).view(hidden.shape), io.Read("hidden_0"), mask, 0, "hidden_0");
            Close(hidden, io.Read($"hidden_{config.Layers}"), mask, bound, $"hidden_{config.Layers}");
            for (var layers = 1; layers < config.Layers; layers++)
            {
                // Between layers the stream is not normed; a decoder that ends there norms it.
                using var shorter = new Decoder(config with { Layers = layers }, type);
                var stream = io.Read($"hidden_{layers}");
                var normed = stream * (stream.square().mean([-1], keepdim: true) + config.RmsNormEps).rsqrt() * bind.Norm;
                Close(shorter.Hidden(bind with { Layers = [.. bind.Layers.Take(layers)] }, ids), normed, mask, bound, $"hidden_{layers}");
            }
        }
    }

    public static void CheckCopies(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        using var weights = Load(folder, config, ScalarType.Float32);
        Assert.True(File.Exists(Path.Combine(folder, "sharded", HfCheckpoint.IndexFile)));
        using var sharded = Load(Path.Combine(folder, "sharded"), ModelConfig.Load(Path.Combine(folder, "sharded", "config.json")), ScalarType.Float32);
        Assert.Equal(weights.Flat.data<float>().ToArray(), sharded.Flat.data<float>().ToArray());
        var half = ModelConfig.Load(Path.Combine(folder, "bf16", "config.json"));
        Assert.Equal(config with { FileType = ScalarType.BFloat16 }, half);
        using var rounded = Load(Path.Combine(folder, "bf16"), half, ScalarType.Float32);
        Assert.Equal(weights.Flat.bfloat16().to_type(ScalarType.Float32).data<float>().ToArray(), rounded.Flat.data<float>().ToArray());
    }

    public static void CheckGreedy(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "greedy.json")))!;
        long[] Ids(string name) => [.. json[name]!.AsArray().Select(t => t!.GetValue<long>())];
        var prompt = Ids("prompt");
        Assert.Equal(Ids("no_cache"), Ids("cache"));
        using var weights = Load(folder, config, ScalarType.Float32);
        using var decoder = new Decoder(config);
        var bind = DecoderWeights.Bind(config, weights.Views());
        foreach (var byHand in new[] { false, true })
        {
            if (byHand && !DecodeStep.Fits(decoder, bind))
            {
                continue;
            }
            using var cache = new KvCache(config, 1, prompt.Length + 20);
            var answer = new List<long>();
            var next = prompt;
            while (answer.Count < 20)
            {
                var logits = new float[config.VocabSize];
                if (byHand)
                {
                    DecodeStep.For(decoder, bind).Run(cache, next, logits, 1);
                }
                else
                {
                    logits = Decoder.Logits(bind, decoder.Hidden(bind, tensor(next, [1, next.Length]), cache))[0, next.Length - 1].data<float>().ToArray();
                }
                next = [Array.IndexOf(logits, logits.Max())];
                answer.Add(next[0]);
            }
            Assert.Equal(Ids("cache"), answer);
        }
    }

    public static void CheckAdapters(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        using var io = SafeTensorsReader.Open(Path.Combine(folder, "io.safetensors"));
        var (ids, mask) = (io.Read("input_ids"), io.Read("attention_mask"));
        using var weights = Load(folder, config, ScalarType.Float32);
        using var decoder = new Decoder(config);
        foreach (var label in new[] { "lora_all", "lora_qv" })
        {
            var place = Path.Combine(folder, label);
            using var adapter = PeftAdapter.Load(place, config);
            using var expected = SafeTensorsReader.Open(Path.Combine(place, "io.safetensors"));
            Tensor Logits(DecoderWeights bind) => Decoder.Logits(bind, decoder.Hidden(bind, ids));
            Close(Logits(DecoderWeights.Bind(config, weights.Views(), adapter)), expected.Read("logits_on"), mask, Single, label + " on");
            using var merged = adapter.MergeInto(weights);
            Close(Logits(DecoderWeights.Bind(config, merged.Views())), expected.Read("logits_merged"), mask, Single, label + " merged");
            // Two adapters in one batch: the first row has it, the second has none.
            using var bank = new AdapterBank(config, weights.Views());
            using var rows = bank.ForRows([adapter, null]);
            var mixed = Logits(rows.Weights);
            Close(mixed.narrow(0, 0, 1), expected.Read("logits_on").narrow(0, 0, 1), mask.narrow(0, 0, 1), Single, label + " in one row");
            Close(mixed.narrow(0, 1, 1), io.Read("logits_f32").narrow(0, 1, 1), mask.narrow(0, 1, 1), Single, label + " not in the other");
            // The names that we would write are the names that peft wrote.
            using var file = SafeTensorsReader.Open(Path.Combine(place, PeftAdapter.WeightsFile));
            Assert.Equal(adapter.Weights.Slots.Select(s => $"base_model.model.model.{s.Name}.weight").Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
        }
    }

    public static void CheckTraining(string folder)
    {
        using var scope = NewDisposeScope();
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "dpo.json")))!;
        long[][] rows = [.. json["rows"]!.AsArray().Select(r => r!.AsArray().Select(t => t!.GetValue<long>()).ToArray())];
        bool[][] counted = [.. json["completion_mask"]!.AsArray().Select(r => r!.AsArray().Select(t => t!.GetValue<int>() == 1).ToArray())];
        double[] Numbers(string name) => [.. json[name]!.AsArray().Select(n => n!.GetValue<double>())];
        var (reference, policySums) = (Numbers("reference_logps"), Numbers("policy_logps"));
        var (beta, epsilon) = (json["beta"]!.GetValue<double>(), json["epsilon"]!.GetValue<double>());
        using var decoder = new Decoder(config, ScalarType.Float64);

        // Sums of counted log-probabilities of rows.
        Tensor Sums(FlatWeights weights, IReadOnlyList<int> which)
        {
            var bind = DecoderWeights.Bind(config, weights.Views());
            var width = rows[0].Length;
            var ids = tensor([.. which.SelectMany(r => rows[r])], [which.Count, width]);
            var own = Decoder.Logits(bind, decoder.Hidden(bind, ids)).narrow(1, 0, width - 1).log_softmax(-1).gather(2, ids.narrow(1, 1, width - 1).unsqueeze(2)).squeeze(2);
            return (own * tensor([.. which.SelectMany(r => counted[r].Skip(1).Select(c => c ? 1.0 : 0))], [which.Count, width - 1])).sum(1);
        }
        PairLogProbs Pairs(FlatWeights weights, IReadOnlyList<int> chosen)
        {
            int[] rejected = [.. chosen.Select(i => i + rows.Length / 2)];
            var sums = Sums(weights, [.. chosen, .. rejected]);
            Tensor Of(IReadOnlyList<int> which, Func<int, double> number) => tensor(which.Select(number).ToArray());
            double Length(int row) => counted[row].Count(c => c);
            return new(sums.narrow(0, 0, chosen.Count), sums.narrow(0, chosen.Count, chosen.Count), Of(chosen, i => reference[i]), Of(rejected, i => reference[i]), Of(chosen, Length), Of(rejected, Length));
        }

        int[] all = [.. Enumerable.Range(0, rows.Length / 2)];
        var sigmoid = new PreferenceLoss(Beta: beta);
        using (var weights = Load(folder, config, ScalarType.Float64))
        {
            weights.Flat.requires_grad_();
            var pairs = Pairs(weights, all);
            var sums = Sums(weights, [.. Enumerable.Range(0, rows.Length)]).data<double>().ToArray();
            Assert.All(sums.Zip(policySums), s => Assert.Equal(s.Second, s.First, Double * 10));
            foreach (var (name, value) in json["losses"]!.AsObject())
            {
                var loss = new PreferenceLoss(PreferenceObjective.Names[name], beta, name is "robust" or "cdpo" ? epsilon : 0).PerPair(pairs).mean().item<double>();
                Assert.True(Math.Abs(loss - value!.GetValue<double>()) <= Double * Math.Max(1, Math.Abs(loss)), $"{name}: {loss} beside {value}");
            }
            sigmoid.PerPair(pairs).mean().backward();
            using var gradient = new FlatWeights(weights.Slots, ScalarType.Float64);
            using (no_grad()) { gradient.Flat.copy_(weights.Flat.grad!); }
            var norms = gradient.Views().ToDictionary(v => v.Key, v => v.Value.norm().item<double>());
            var expected = json["gradient_norms"]!.AsObject().ToDictionary(n => n.Key, n => n.Value!.GetValue<double>());
            Assert.Equal(expected.Keys.Order(), norms.Keys.Order());
            Assert.All(expected, e => Assert.Equal(e.Value, norms[e.Key], 1e-4 * Math.Max(1e-2, e.Value)));
        }
        foreach (var accumulation in new[] { 1, 2 })
        {
            using var weights = Load(folder, config, ScalarType.Float64);
            using var optimizer = new FlatAdamW(weights, weightDecay: 0.01);
            foreach (var step in json[$"adamw_accumulation_{accumulation}"]!.AsArray())
            {
                for (var part = 0; part < accumulation; part++)
                {
                    using var inner = NewDisposeScope();
                    (sigmoid.PerPair(Pairs(weights, [.. all.Where(i => i % accumulation == part)])).mean() / accumulation).backward();
                }
                var norm = optimizer.Step(1e-3, clipNorm: 1);
                double Near(string name) => step![name]!.GetValue<double>();
                Assert.Equal(Near("grad_norm"), norm, 1e-4 * Near("grad_norm"));
                using var _ = no_grad();
                Assert.Equal(Near("sum"), weights.Flat.sum().item<double>(), 1e-3 * Math.Max(1, Math.Abs(Near("sum"))));
                Assert.Equal(Near("sum_squares"), weights.Flat.square().sum().item<double>(), 1e-4 * Near("sum_squares"));
            }
        }
    }

    private static FlatWeights Load(string folder, ModelConfig config, ScalarType type)
    {
        using var files = HfCheckpoint.Open(folder);
        return files.Load(config, type);
    }

    /// <param name="mask">(B, T): positions that count; what stands on padding is nobody's business.</param>
    private static void Close(Tensor actual, Tensor expected, Tensor mask, double bound, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        var worst = ((actual - expected).abs() * mask.unsqueeze(2)).max().to_type(ScalarType.Float64).item<double>();
        Assert.True(worst <= bound, $"{what}: worst difference {worst}, allowed {bound}");
    }
}
