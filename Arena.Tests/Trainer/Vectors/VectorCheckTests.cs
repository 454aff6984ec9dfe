using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Tests.Trainer.Models;
using Arena.Trainer.Chance;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Vectors;

/// <summary>
/// The comparison with vectors is itself tried, on a folder of the same layout whose numbers come from the plain loops of <see cref="PlainDecoder"/>:
/// it passes there, and fails where one number is changed. This says nothing about transformers.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class VectorCheckTests : IDisposable
{
    private readonly ModelConfig _config = TinyModels.Kind("qwen3") with { MaxPositions = 64 };
    private readonly TemporaryFolder _folder = new();

    public VectorCheckTests() => Make();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_passes_on_plain_loops_and_fails_on_a_changed_number()
    {
        TransformersVectors.CheckForward(_folder.Path);
        TransformersVectors.CheckCopies(_folder.Path);
        TransformersVectors.CheckGreedy(_folder.Path);
        TransformersVectors.CheckAdapters(_folder.Path);
        TransformersVectors.CheckTraining(_folder.Path);

        Spoil("io.safetensors", "hidden_1");
        Assert.ThrowsAny<Exception>(() => TransformersVectors.CheckForward(_folder.Path));
        Spoil("lora_qv/io.safetensors", "logits_on");
        Assert.ThrowsAny<Exception>(() => TransformersVectors.CheckAdapters(_folder.Path));
        Edit("greedy.json", json => json["cache"]![3] = (json["cache"]![3]!.GetValue<int>() + 1) % _config.VocabSize);
        Assert.ThrowsAny<Exception>(() => TransformersVectors.CheckGreedy(_folder.Path));
        Edit("dpo.json", json => json["adamw_accumulation_2"]![4]!["grad_norm"] = 1.0);
        Assert.ThrowsAny<Exception>(() => TransformersVectors.CheckTraining(_folder.Path));
    }

    private void Make()
    {
        using var scope = NewDisposeScope();
        using var weights = DecoderLayout.Initialise(_config, new SeededChance(4), ScalarType.Float64);
        TinyModels.Randomise(weights, 5);
        // What a file in 32 bits holds.
        using (no_grad()) { weights.Flat.copy_(weights.Flat.to_type(ScalarType.Float32).to_type(ScalarType.Float64)); }
        Save("", ScalarType.Float32, long.MaxValue);
        Save("sharded", ScalarType.Float32, 4000);
        Save("bf16", ScalarType.BFloat16, long.MaxValue);
        var ids = TinyModels.Ids(24, _config.VocabSize, 1);
        var rows = ids.Chunk(12).ToList();
        var mask = Enumerable.Range(0, 24).Select(i => i < 21 ? 1L : 0).ToArray();
        var plain = Plain(null);
        var logits = rows.SelectMany(r => plain.Logits(r)).ToArray();
        var hidden = rows.Select(r => plain.Streams(r)).ToList();
        var vectors = new Dictionary<string, Tensor>
        {
            ["input_ids"] = tensor(ids, [2, 12]),
            ["attention_mask"] = tensor(mask, [2, 12]),
            ["logits_f32"] = Stack(logits).to_type(ScalarType.Float32),
            ["logits_f64"] = Stack(logits),
            ["logps_f64"] = tensor(rows.SelectMany((r, n) => Enumerable.Range(0, 11).Select(t => LogProbability(logits[12 * n + t], r[t + 1]))).ToArray(), [2, 11]),
        };
        for (var n = 0; n <= _config.Layers; n++)
        {
            vectors[$"hidden_{n}"] = Stack([.. hidden.SelectMany(h => h[n])]).to_type(ScalarType.Float32);
        }
        SafeTensorsWriter.Write(_folder.File("io.safetensors"), vectors);

        var answer = new List<long>();
        while (answer.Count < 20)
        {
            var last = plain.Logits([.. rows[0][..6], .. answer])[^1];
            answer.Add(Array.IndexOf(last, last.Max()));
        }
        File.WriteAllText(_folder.File("greedy.json"), JsonSerializer.Serialize(new { prompt = rows[0][..6], cache = answer, no_cache = answer }));

        foreach (var (label, targets) in new[] { ("lora_all", LoraConfig.AllTargets), ("lora_qv", ["q_proj", "v_proj"]) })
        {
            using var adapter = LoraAdapter.Initialise(_config, new LoraConfig(4, 8, targets), new SeededChance(2));
            using (no_grad()) { adapter.Weights.Flat.add_(0.02); }
            PeftAdapter.Save(_folder.File(label), adapter, "base");
            var on = Stack([.. rows.SelectMany(r => Plain(adapter).Logits(r))]).to_type(ScalarType.Float32);
            SafeTensorsWriter.Write(_folder.File(label + "/io.safetensors"), new Dictionary<string, Tensor> { ["logits_on"] = on, ["logits_merged"] = on });
        }
        File.WriteAllText(_folder.File("dpo.json"), Training().ToJsonString());

        void Save(string name, ScalarType type, long shardBytes)
        {
            HfCheckpoint.Save(Path.Combine(_folder.Path, name), weights, type, shardBytes);
            File.WriteAllText(Path.Combine(_folder.Path, name, "config.json"), (_config with { FileType = type }).ToJson());
        }

        PlainDecoder Plain(LoraAdapter? adapter)
        {
            using var inner = NewDisposeScope();
            var views = weights.Views().ToDictionary(v => v.Key, v => v.Value.contiguous().data<double>().ToArray());
            var parts = adapter?.Weights.Views().ToDictionary(v => v.Key, v => v.Value.to_type(ScalarType.Float64).contiguous().data<double>().ToArray());
            return new(_config, name => views[name], path => parts is null || !parts.ContainsKey(path + ".lora_A") ? null : (parts[path + ".lora_A"], parts[path + ".lora_B"], 4, 2));
        }

        // Four pairs of six tokens. Sums and losses by hand; gradients and steps by the trainer's own operations, as only their reading back is tried here.
        JsonObject Training()
        {
            var pairs = TinyModels.Ids(48, _config.VocabSize, 9).Chunk(6).ToArray();
            int[] lengths = [3, 2, 3, 3, 1, 3, 2, 3];
            bool[][] counted = [.. lengths.Select(l => Enumerable.Range(0, 6).Select(t => t >= 3 && t < 3 + l).ToArray())];
            double[] sums = [.. pairs.Select((r, n) => plain.Logits(r) is var l ? Enumerable.Range(1, 5).Where(t => counted[n][t]).Sum(t => LogProbability(l[t - 1], r[t])) : 0)];
            double[] reference = [.. sums.Select((s, n) => s + .1 * (n - 4))];
            double[] z = [.. Enumerable.Range(0, 4).Select(i => .1 * (sums[i] - reference[i] - sums[i + 4] + reference[i + 4]))];
            static double Ls(double x) => -Math.Log(1 + Math.Exp(-x));
            var json = new JsonObject
            {
                ["rows"] = JsonSerializer.SerializeToNode(pairs),
                ["completion_mask"] = JsonSerializer.SerializeToNode(counted.Select(r => r.Select(c => c ? 1 : 0))),
                ["beta"] = .1,
                ["epsilon"] = .1,
                ["reference_logps"] = JsonSerializer.SerializeToNode(reference),
                ["policy_logps"] = JsonSerializer.SerializeToNode(sums),
                ["losses"] = new JsonObject { ["sigmoid"] = z.Average(x => -Ls(x)), ["cdpo"] = z.Average(x => -.9 * Ls(x) - .1 * Ls(-x)), ["robust"] = z.Average(x => (-.9 * Ls(x) + .1 * Ls(-x)) / .8), ["hinge"] = z.Average(x => Math.Max(0, 1 - x)) },
            };
            using var decoder = new Decoder(_config, ScalarType.Float64);
            Tensor Loss(FlatWeights own)
            {
                var bind = DecoderWeights.Bind(_config, own.Views());
                var ids = tensor([.. pairs.SelectMany(r => r)], [8, 6]);
                var perToken = Decoder.Logits(bind, decoder.Hidden(bind, ids)).narrow(1, 0, 5).log_softmax(-1).gather(2, ids.narrow(1, 1, 5).unsqueeze(2)).squeeze(2);
                var own8 = (perToken * tensor([.. counted.SelectMany(r => r.Skip(1)).Select(c => c ? 1.0 : 0)], [8, 5])).sum(1);
                return new PreferenceLoss().PerPair(new(own8.narrow(0, 0, 4), own8.narrow(0, 4, 4), tensor(reference[..4]), tensor(reference[4..]), ones(4), ones(4))).mean();
            }
            foreach (var accumulation in new[] { 1, 2 })
            {
                using var own = weights.Copy();
                using var optimizer = new FlatAdamW(own, weightDecay: .01);
                var steps = new JsonArray();
                for (var step = 0; step < 10; step++)
                {
                    // The mean over both halves is the mean over all, so both accumulations agree.
                    Loss(own).backward();
                    if (step == 0 && accumulation == 1)
                    {
                        using var gradient = new FlatWeights(own.Slots, ScalarType.Float64);
                        using (no_grad()) { gradient.Flat.copy_(own.Flat.grad!); }
                        json["gradient_norms"] = new JsonObject(gradient.Views().Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value.norm().item<double>())));
                    }
                    var norm = optimizer.Step(1e-3, 1);
                    using var _ = no_grad();
                    steps.Add(new JsonObject { ["grad_norm"] = norm, ["sum"] = own.Flat.sum().item<double>(), ["sum_squares"] = own.Flat.square().sum().item<double>() });
                }
                json[$"adamw_accumulation_{accumulation}"] = steps;
            }
            return json;
        }
    }

    private static Tensor Stack(double[][] rows) => tensor([.. rows.SelectMany(r => r)], [2, rows.Length / 2, rows[0].Length]);

    private static double LogProbability(double[] logits, long id) => logits[id] - Math.Log(logits.Sum(l => Math.Exp(l - logits.Max()))) - logits.Max();

    private void Spoil(string file, string name)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors;
        using (var read = SafeTensorsReader.Open(_folder.File(file))) { tensors = read.Entries.Keys.ToDictionary(k => k, k => read.Read(k)); }
        tensors[name][0, 2, 1] += 0.01;
        SafeTensorsWriter.Write(_folder.File(file), tensors);
    }

    private void Edit(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder.File(file)))!;
        change(json);
        File.WriteAllText(_folder.File(file), json.ToJsonString());
    }
}
