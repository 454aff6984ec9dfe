using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>
/// A model's weights as Hugging Face lays them: model.safetensors, or shards named by model.safetensors.index.json. The files are mapped, not read,
/// until a tensor is asked for.
/// </summary>
public sealed class HfCheckpoint : IDisposable
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    /// <summary>The limit above which weights are split, bytes: what transformers has used (5 GB).</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    // Pickle files run code when they are opened.
    private static readonly string[] Pickles = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"];

    private readonly string _folder;
    private readonly List<SafeTensorsReader> _files;
    private readonly Dictionary<string, SafeTensorsReader> _home = new(StringComparer.Ordinal);

    private HfCheckpoint(string folder, List<SafeTensorsReader> files, IReadOnlyDictionary<string, string>? map)
    {
        (_folder, _files) = (folder, files);
        var entries = new Dictionary<string, SafeTensorEntry>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var (name, entry) in file.Entries)
            {
                if (!entries.TryAdd(name, entry))
                {
                    throw new TrainerException($"{folder}: \"{name}\" lies in two shards.");
                }
                if (map is not null && map.GetValueOrDefault(name) != Path.GetFileName(file.Path))
                {
                    throw new TrainerException($"{folder}: \"{name}\" lies in {Path.GetFileName(file.Path)}, where {IndexFile} does not look for it.");
                }
                _home[name] = file;
            }
        }
        var missing = map?.FirstOrDefault(m => !entries.ContainsKey(m.Key)) is { Key: not null } lost ? lost : default;
        Entries = missing.Key is null ? entries : throw new TrainerException($"{folder}: {IndexFile} places \"{missing.Key}\" in {missing.Value}, which does not hold it.");
    }

    /// <summary>By name, over all shards.</summary>
    public IReadOnlyDictionary<string, SafeTensorEntry> Entries { get; }

    /// <exception cref="TrainerException">Nothing to read, or something that contradicts itself.</exception>
    public static HfCheckpoint Open(string folder)
    {
        var index = Path.Combine(folder, IndexFile);
        var map = File.Exists(index) ? ReadIndex(index) : null;
        if (map is null && !File.Exists(Path.Combine(folder, SingleFile)))
        {
            RefusePickles(folder);
        }
        var opened = new List<SafeTensorsReader>();
        try
        {
            foreach (var file in map?.Values.Distinct().Order(StringComparer.Ordinal) ?? (IEnumerable<string>)[SingleFile])
            {
                opened.Add(SafeTensorsReader.Open(Path.Combine(folder, file)));
            }
            return new(folder, opened, map);
        }
        catch
        {
            opened.ForEach(f => f.Dispose());
            throw;
        }
    }

    /// <exception cref="TrainerException">The folder holds pickles in place of safetensors.</exception>
    internal static void RefusePickles(string folder)
    {
        var pickle = Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).FirstOrDefault(f => Pickles.Contains(Path.GetExtension(f))) : null;
        if (pickle is not null)
        {
            throw new TrainerException($"{folder} holds {pickle}, a pickle file, and no safetensors. Pickle files can run code when they are opened and are never read; save the model as safetensors (save_pretrained(..., safe_serialization=True)).");
        }
    }

    /// <summary>Copies one tensor out, in the file's element type, into the caller's dispose scope.</summary>
    public Tensor Read(string name) => (_home.GetValueOrDefault(name) ?? throw new TrainerException($"{_folder}: there is no tensor \"{name}\".")).Read(name);

    /// <summary>All weights of a model, converted. What the configuration claims is compared with the files before memory is taken for it.</summary>
    /// <param name="unused">Names of further tensors that may be there; any others are refused, as they mean that the model is another one.</param>
    /// <exception cref="TrainerException">A tensor is absent, too many, of another shape, or holds numbers that are not finite.</exception>
    public FlatWeights Load(IReadOnlyList<WeightSlot> slots, ScalarType dtype = ScalarType.Float32, Func<string, bool>? unused = null)
    {
        Check(slots, unused);
        var weights = new FlatWeights(slots, dtype);
        try
        {
            WeightFiles.Fill(weights, Read, _folder, n => n);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Whether the files hold a causal model's weights by name, shape and size; no number is read.</summary>
    /// <exception cref="TrainerException">A tensor is absent, too many or of another shape.</exception>
    public void Check(ModelConfig config) => Check(DecoderLayout.Slots(config), TiedHead(config));

    private void Check(IReadOnlyList<WeightSlot> slots, Func<string, bool>? unused)
    {
        var wanted = slots.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var slot in slots)
        {
            WeightFiles.Check(slot, slot.Name, Entries, _folder);
        }
        // Old Llama files carry the rotary frequencies, which follow from the configuration.
        var extra = Entries.Keys.Order(StringComparer.Ordinal).FirstOrDefault(n => !wanted.Contains(n) && !n.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) && unused?.Invoke(n) != true);
        if (extra is not null)
        {
            throw new TrainerException($"{_folder}: there is a tensor \"{extra}\", which a model of this config.json does not have.");
        }
    }

    /// <summary>The weights of a causal model.</summary>
    public FlatWeights Load(ModelConfig config, ScalarType dtype = ScalarType.Float32) => Load(DecoderLayout.Slots(config), dtype, TiedHead(config));

    // A tied head may be stored beside the embedding that it repeats.
    private static Func<string, bool> TiedHead(ModelConfig config) => name => config.TieWordEmbeddings && name == "lm_head.weight";

    /// <summary>Writes weights, split where they exceed a limit; a tensor is never split. What lay there before is replaced.</summary>
    /// <param name="dtype">Element type in the files.</param>
    /// <param name="shardBytes">Most bytes of numbers in one file.</param>
    /// <exception cref="TrainerException">The disk is full, or a number is too large for the type.</exception>
    public static void Save(string folder, FlatWeights weights, ScalarType dtype = ScalarType.Float32, long shardBytes = DefaultShardBytes)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var views = weights.Views();
        var size = SafeTensorsReader.ElementSize(dtype);
        var shards = new List<List<WeightSlot>> { new() };
        foreach (var slot in weights.Slots)
        {
            if (shards[^1].Count > 0 && (shards[^1].Sum(s => s.Count) + slot.Count) * size > shardBytes)
            {
                shards.Add([]);
            }
            shards[^1].Add(slot);
        }
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        Dictionary<string, Tensor> Of(List<WeightSlot> shard) => shard.ToDictionary(s => s.Name, s => views[s.Name]);
        // Without its index a set of shards is no model: a crash in between leaves nothing that would be half one and half another.
        Directory.CreateDirectory(folder);
        var (index, before) = (Path.Combine(folder, IndexFile), Written(folder));
        File.Delete(index);
        var written = new HashSet<string>(StringComparer.Ordinal);
        if (shards.Count == 1)
        {
            SafeTensorsWriter.Write(Path.Combine(folder, SingleFile), Of(shards[0]), metadata, dtype);
            written.Add(SingleFile);
        }
        else
        {
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var n = 0; n < shards.Count; n++)
            {
                var name = $"model-{n + 1:00000}-of-{shards.Count:00000}.safetensors";
                SafeTensorsWriter.Write(Path.Combine(folder, name), Of(shards[n]), metadata, dtype);
                written.Add(name);
                shards[n].ForEach(s => map[s.Name] = name);
            }
            AtomicFile.Write(index, new JsonObject
            {
                ["metadata"] = new JsonObject { ["total_size"] = weights.Slots.Sum(s => s.Count) * size },
                ["weight_map"] = new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
            }.ToJsonString(JsonStyle.Indented) + "\n");
        }
        foreach (var old in before.Where(f => !written.Contains(f)))
        {
            File.Delete(Path.Combine(folder, old));
        }
    }

    /// <summary>SHA-256, lower-case hex, of a folder's weights: of the single file, or of the lines "hash  name" of all shards in order of their names.</summary>
    public static string Hash(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        if (!File.Exists(Path.Combine(folder, IndexFile)))
        {
            return HashFile(single);
        }
        var lines = ReadIndex(Path.Combine(folder, IndexFile)).Values.Distinct().Order(StringComparer.Ordinal).Select(f => $"{HashFile(Path.Combine(folder, f))}  {f}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    private static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Names of weight files that an earlier save left.</summary>
    private static List<string> Written(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "model*.safetensors").Select(f => Path.GetFileName(f)).Where(f => f == SingleFile || f.StartsWith("model-", StringComparison.Ordinal))]
        : [];

    private static Dictionary<string, string> ReadIndex(string path)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var line in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var file = line.Value.GetString() ?? "";
                // A name from a stranger: nothing that leaves the folder, nothing but safetensors.
                if (!file.EndsWith(".safetensors", StringComparison.Ordinal) || file.StartsWith('.') || !file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                {
                    throw new TrainerException($"{path} places \"{line.Name}\" in \"{file}\": only plain names of safetensors files are read.");
                }
                if (!map.TryAdd(line.Name, file))
                {
                    throw new TrainerException($"{path}: \"{line.Name}\" occurs twice.");
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TrainerException($"{path} is not an index of shards: {e.Message}", e);
        }
        return map.Count > 0 ? map : throw new TrainerException($"{path} names no tensors.");
    }
}
