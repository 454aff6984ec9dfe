using System.Security.Cryptography;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Policies;

/// <summary>A model that can play: configuration, tokenizer, base weights and perhaps an adapter, as they lie in a folder.</summary>
public sealed class Policy : IDisposable
{
    public const string WeightsFile = HfCheckpoint.SingleFile;

    /// <summary>The files of tokenizer, chat and sampling that are copied unchanged from a base to what is trained from it.</summary>
    public static IReadOnlyList<string> CompanionFiles { get; } =
        ["tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", GenerationConfig.File];

    private readonly Dictionary<string, byte[]> _companions;

    private Policy(string name, string? baseName, ModelConfig config, GenerationConfig generation, Tokenizer tokenizer, FlatWeights weights, LoraAdapter? adapter, string baseHash, string weightsHash, Dictionary<string, byte[]> companions)
    {
        (Name, BaseName, Config, Generation, Tokenizer, Weights, Adapter, BaseHash, WeightsHash, _companions) = (name, baseName, config, generation, tokenizer, weights, adapter, baseHash, weightsHash, companions);
        Decoder = new Decoder(config, weights.Flat.dtype);
    }

    public string Name { get; }

    /// <summary>The policy whose weights the adapter corrects, or null without one.</summary>
    public string? BaseName { get; }

    public ModelConfig Config { get; }

    /// <summary>How its makers mean it to be sampled; its end tokens.</summary>
    public GenerationConfig Generation { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>How the model reads conversations and plain text: chat template, beginning and end tokens.</summary>
    public required ChatFormat Chat { get; init; }

    public FlatWeights Weights { get; }

    public LoraAdapter? Adapter { get; }

    /// <summary>The files of <see cref="CompanionFiles"/> that the base has, by name.</summary>
    public IReadOnlyDictionary<string, byte[]> Companions => _companions;

    /// <summary>SHA-256 of the base's weights, as <see cref="HfCheckpoint.Hash"/>.</summary>
    public string BaseHash { get; }

    /// <summary>SHA-256, lower-case hex, of what makes this policy what it is: the adapter's weights, or the model's (<see cref="HfCheckpoint.Hash"/>).</summary>
    public string WeightsHash { get; }

    public Decoder Decoder { get; }

    /// <param name="findBase">The folder of the base that an adapter names.</param>
    /// <exception cref="TrainerException">A file is absent or broken; the message says which and how.</exception>
    public static Policy Load(string name, string folder, Func<string, string> findBase)
    {
        var isAdapter = File.Exists(Path.Combine(folder, PeftAdapter.ConfigFile));
        var baseName = isAdapter ? PeftAdapter.BaseName(folder) : null;
        var baseFolder = baseName is null ? folder : findBase(baseName);
        if (baseName is not null && File.Exists(Path.Combine(baseFolder, PeftAdapter.ConfigFile)))
        {
            throw new TrainerException($"{folder} is an adapter over \"{baseName}\", which is an adapter itself; merge that one first.");
        }
        var config = ModelConfig.Load(Path.Combine(baseFolder, "config.json"));
        var tokenizer = Tokenizer.LoadFolder(baseFolder);
        if (tokenizer.VocabSize > config.VocabSize)
        {
            throw new TrainerException($"{baseFolder}: the tokenizer has {tokenizer.VocabSize} tokens, the model only {config.VocabSize}.");
        }
        var companions = ReadCompanions(baseFolder);
        var generation = GenerationConfig.Load(baseFolder, config);
        FlatWeights weights;
        using (var files = HfCheckpoint.Open(baseFolder))
        {
            weights = files.Load(config);
        }
        LoraAdapter? adapter = null;
        try
        {
            var baseHash = HfCheckpoint.Hash(baseFolder);
            adapter = isAdapter ? PeftAdapter.Load(folder, config, baseHash) : null;
            return new Policy(name, baseName, config, generation, tokenizer, weights, adapter, baseHash, HashFolder(folder), companions) { Chat = ChatFormat.Load(baseFolder, tokenizer, TimeProvider.System) };
        }
        catch
        {
            adapter?.Dispose();
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes a policy's folder: configuration, tokenizer and either full weights or an adapter over <paramref name="baseName"/>.</summary>
    /// <param name="dtype">Element type in the files: weights are computed in 32 bits and written so unless told otherwise, whatever the base's files held.</param>
    public void SaveAs(string folder, FlatWeights? weights, LoraAdapter? adapter, string baseName, ScalarType dtype = ScalarType.Float32)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "config.json"), (Config with { FileType = dtype }).ToJson());
        foreach (var (file, bytes) in _companions)
        {
            AtomicFile.Write(Path.Combine(folder, file), stream => stream.Write(bytes));
        }
        if (weights is not null)
        {
            HfCheckpoint.Save(folder, weights, dtype);
        }
        if (adapter is not null)
        {
            PeftAdapter.Save(folder, adapter, baseName, BaseHash, dtype);
        }
    }

    /// <summary>The tensors of a forward pass, as views in the caller's dispose scope.</summary>
    public DecoderWeights Bind() => DecoderWeights.Bind(Config, Weights.Views(), Adapter);

    /// <summary>Base weights with the adapter merged in; a copy that the caller owns.</summary>
    public FlatWeights MergedWeights() => Adapter?.MergeInto(Weights) ?? Weights.Copy();

    public void Dispose()
    {
        Decoder.Dispose();
        Adapter?.Dispose();
        Weights.Dispose();
    }

    internal static Dictionary<string, byte[]> ReadCompanions(string folder) =>
        CompanionFiles.Where(f => File.Exists(Path.Combine(folder, f))).ToDictionary(f => f, f => File.ReadAllBytes(Path.Combine(folder, f)));

    /// <summary>The hash that a folder's policy has as <see cref="WeightsHash"/>.</summary>
    public static string HashFolder(string folder) =>
        File.Exists(Path.Combine(folder, PeftAdapter.ConfigFile)) ? HashFile(Path.Combine(folder, PeftAdapter.WeightsFile)) : HfCheckpoint.Hash(folder);

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
