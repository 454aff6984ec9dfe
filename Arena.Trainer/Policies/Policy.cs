using System.Security.Cryptography;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>A model that can play: configuration, tokenizer, base weights and perhaps an adapter, as they lie in a folder.</summary>
public sealed class Policy : IDisposable
{
    public const string WeightsFile = "model.safetensors";

    /// <summary>The text files that are copied unchanged from a base to what is trained from it.</summary>
    public static IReadOnlyList<string> TextFiles { get; } = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"];

    private readonly Dictionary<string, string> _texts;

    private Policy(string name, string? baseName, ModelConfig config, Tokenizer tokenizer, FlatWeights weights, LoraAdapter? adapter, string weightsHash, Dictionary<string, string> texts)
    {
        (Name, BaseName, Config, Tokenizer, Weights, Adapter, WeightsHash, _texts) = (name, baseName, config, tokenizer, weights, adapter, weightsHash, texts);
        Decoder = new Decoder(config, weights.Flat.dtype);
    }

    public string Name { get; }

    /// <summary>The policy whose weights the adapter corrects, or null without one.</summary>
    public string? BaseName { get; }

    public ModelConfig Config { get; }

    public Tokenizer Tokenizer { get; }

    public FlatWeights Weights { get; }

    public LoraAdapter? Adapter { get; }

    /// <summary>SHA-256, lower-case hex, of the file that makes this policy what it is: the adapter's weights, or the model's.</summary>
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
        var tokenizer = Tokenizer.Load(Path.Combine(baseFolder, "tokenizer.json"));
        if (tokenizer.VocabSize > config.VocabSize)
        {
            throw new TrainerException($"{baseFolder}: the tokenizer has {tokenizer.VocabSize} tokens, the model only {config.VocabSize}.");
        }
        var texts = TextFiles.Where(f => File.Exists(Path.Combine(baseFolder, f))).ToDictionary(f => f, f => File.ReadAllText(Path.Combine(baseFolder, f)));
        var weights = new FlatWeights(DecoderLayout.Slots(config));
        LoraAdapter? adapter = null;
        try
        {
            using (var file = SafeTensorsReader.Open(Path.Combine(baseFolder, WeightsFile)))
            {
                WeightFiles.Fill(weights, file, n => n);
            }
            adapter = isAdapter ? PeftAdapter.Load(folder, config) : null;
            var hash = HashFile(Path.Combine(folder, isAdapter ? PeftAdapter.WeightsFile : WeightsFile));
            return new Policy(name, baseName, config, tokenizer, weights, adapter, hash, texts);
        }
        catch
        {
            adapter?.Dispose();
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes a policy's folder: configuration, tokenizer and either full weights or an adapter over <paramref name="baseName"/>.</summary>
    public void SaveAs(string folder, FlatWeights? weights, LoraAdapter? adapter, string baseName)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "config.json"), Config.ToJson());
        foreach (var (file, text) in _texts)
        {
            AtomicFile.Write(Path.Combine(folder, file), text);
        }
        if (weights is not null)
        {
            WeightFiles.Save(weights, Path.Combine(folder, WeightsFile));
        }
        if (adapter is not null)
        {
            PeftAdapter.Save(folder, adapter, baseName);
        }
    }

    /// <summary>The tensors of a forward pass, as views in the caller's dispose scope.</summary>
    public DecoderWeights Bind() => DecoderWeights.Bind(Config, Weights.Views(), Adapter?.Weights.Views(), Adapter?.Config.Scale ?? 0);

    /// <summary>Base weights with the adapter merged in; a copy that the caller owns.</summary>
    public FlatWeights MergedWeights() => Adapter?.MergeInto(Weights) ?? Weights.Copy();

    public void Dispose()
    {
        Decoder.Dispose();
        Adapter?.Dispose();
        Weights.Dispose();
    }

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
