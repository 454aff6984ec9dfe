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
