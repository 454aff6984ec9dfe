using System.CommandLine;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Weights;
using Spectre.Console;
using static TorchSharp.torch;

namespace Arena.Trainer.Commands;

/// <summary>Files for scripts/hf_vectors.py check: a model, copies of it in shards and in bfloat16, an adapter, and the logits that they give here.</summary>
internal static class VectorsCommand
{
    private const string Expected = "expected.safetensors";

    public static Command Create()
    {
        var model = CommonOptions.Model();
        var output = new Option<string>("--out") { Description = "Folder to write", Required = true };
        var command = new Command("vectors", "Writes a policy's files with their logits, for comparison in Python (scripts/hf_vectors.py check)") { model, output };
        command.SetAction(parse =>
        {
            TorchBootstrap.Start(1);
            using var policy = ShippedModel.Load(parse.GetRequiredValue(model));
            var folder = Path.GetFullPath(parse.GetRequiredValue(output));
            Write(policy, folder);
            AnsiConsole.WriteLine($"Written to {folder}. With torch, transformers and peft: python3 scripts/hf_vectors.py check {folder}");
        });
        return command;
    }

    /// <summary>Writes model, "sharded", "bfloat16" and "adapter": the policy's own, or a random one that is not nothing.</summary>
    internal static void Write(Policy policy, string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = policy.Config;
        var chance = new SeededChance(1);
        var width = Math.Min(12, config.MaxPositions);
        var ids = tensor([.. Enumerable.Range(0, 2 * width).Select(_ => (long)chance.Next(config.VocabSize))], [2, width]);
        Save("", policy.Weights, ScalarType.Float32, HfCheckpoint.DefaultShardBytes);
        Save("sharded", policy.Weights, ScalarType.Float32, Math.Max(1, policy.Weights.Flat.NumberOfElements));
        using (var half = policy.Weights.Copy(ScalarType.BFloat16))
        using (var rounded = half.Copy(ScalarType.Float32))
        {
            Save("bfloat16", rounded, ScalarType.BFloat16, HfCheckpoint.DefaultShardBytes);
        }
        var adapter = policy.Adapter;
        if (adapter is null)
        {
            adapter = LoraAdapter.Initialise(config, new LoraConfig(4, 8, LoraConfig.AllTargets), chance);
            adapter.Weights.Flat.add_(0.02);
        }
        var place = Path.Combine(folder, "adapter");
        PeftAdapter.Save(place, adapter, policy.BaseName ?? policy.Name, policy.BaseHash);
        Logits(place, DecoderWeights.Bind(config, policy.Weights.Views(), adapter));
        if (!ReferenceEquals(adapter, policy.Adapter))
        {
            adapter.Dispose();
        }

        void Save(string name, FlatWeights weights, ScalarType type, long shardBytes)
        {
            var at = Path.Combine(folder, name);
            HfCheckpoint.Save(at, weights, type, shardBytes);
            AtomicFile.Write(Path.Combine(at, "config.json"), (config with { FileType = type }).ToJson());
            Logits(at, DecoderWeights.Bind(config, weights.Views()));
        }

        void Logits(string at, DecoderWeights weights) => SafeTensorsWriter.Write(Path.Combine(at, Expected), new Dictionary<string, Tensor>
        {
            ["input_ids"] = ids,
            ["logits"] = Decoder.Logits(weights, policy.Decoder.Hidden(weights, ids)),
        });
    }
}
