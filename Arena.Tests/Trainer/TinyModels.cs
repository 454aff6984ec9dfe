using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer;

/// <summary>Torch tests share one process-wide thread setting and one counter of live tensors, so they run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchCollection : ICollectionFixture<TorchFixture>
{
    public const string Name = "torch";
}

public sealed class TorchFixture
{
    public TorchFixture() => TorchBootstrap.Start(threads: 1);
}

internal static class TinyModels
{
    /// <summary>Odd sizes, so that mixed-up dimensions don't fit.</summary>
    public static ModelConfig Config(int kvHeads = 2, bool tied = true) => new(
        VocabSize: 26, HiddenSize: 24, IntermediateSize: 20, Layers: 2, Heads: 4, KvHeads: kvHeads, HeadDim: 6, MaxPositions: 32,
        RmsNormEps: 1e-5, RopeTheta: 10000, TieWordEmbeddings: tied, BosId: 0, EosId: 1, PadId: 2);

    /// <summary>Names for <see cref="Kind"/>: everything that a supported config.json can ask for.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["llama", "llama, no groups", "llama, untied, one key head", "llama, biases", "llama, rope llama3", "llama, rope linear", "llama, wide heads", "qwen2", "qwen3", "qwen3, biases"];

    public static ModelConfig Kind(string name) => name switch
    {
        "llama" => Config(),
        "llama, no groups" => Config(kvHeads: 4),
        "llama, untied, one key head" => Config(kvHeads: 1, tied: false),
        "llama, biases" => Config() with { QkvBias = true, OutputBias = true, MlpBias = true },
        // Short enough that all three bands of frequencies occur within six numbers a head.
        "llama, rope llama3" => Config(tied: false) with { RopeScaling = new(RopeScalingKind.Llama3, 8, 1, 4, 16), RopeTheta = 50 },
        "llama, rope linear" => Config() with { RopeScaling = new(RopeScalingKind.Linear, 3) },
        "llama, wide heads" => Config() with { HeadDim = 10 },
        "qwen2" => Config() with { Kind = ModelKind.Qwen2, QkvBias = true },
        "qwen3" => Config() with { Kind = ModelKind.Qwen3, HeadDim = 8, RopeTheta = 1e6 },
        "qwen3, biases" => Config(tied: false) with { Kind = ModelKind.Qwen3, QkvBias = true, OutputBias = true },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>An adapter whose A and B are both nonzero.</summary>
    public static LoraAdapter Adapter(ModelConfig config, LoraConfig lora, ulong seed = 6)
    {
        var adapter = LoraAdapter.Initialise(config, lora, new SeededChance(2), ScalarType.Float64);
        Randomise(adapter.Weights, seed, 0.3);
        return adapter;
    }

    /// <summary>Fills everything, norms and biases too, so that nothing is 1 or 0 by chance.</summary>
    public static void Randomise(FlatWeights weights, ulong seed, double size = 0.2)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var chance = new SeededChance(seed);
        weights.Flat.copy_(tensor(Enumerable.Range(0, (int)weights.Flat.NumberOfElements).Select(_ => size * chance.NextNormal() + 0.1).ToArray()));
    }

    public static FlatWeights Weights(ModelConfig config, ScalarType dtype = ScalarType.Float64, ulong seed = 7) =>
        DecoderLayout.Initialise(config, new SeededChance(seed), dtype);

    /// <summary>A folder with an untrained model of the shipped sizes.</summary>
    public static string UntrainedFolder(string parent)
    {
        var folder = Path.Combine(parent, "untrained");
        using var weights = DecoderLayout.Initialise(PretrainOptions.Tiny, new SeededChance(3));
        PretrainRun.Save(folder, PretrainOptions.Tiny, weights);
        return folder;
    }

    public static Policy Shipped() => ShippedModel.Load(ShippedModel.Name);

    public static long[] Ids(int count, int vocabulary, ulong seed)
    {
        var chance = new SeededChance(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (long)chance.Next(vocabulary))];
    }
}

/// <summary>A folder that goes away with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("arena-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
