using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>Adapters as files of Hugging Face PEFT: adapter_config.json and adapter_model.safetensors.</summary>
public static class PeftAdapter
{
    public const string ConfigFile = "adapter_config.json";
    public const string WeightsFile = "adapter_model.safetensors";

    // What PEFT puts before the path inside the wrapped model.
    private const string Prefix = "base_model.model.model.";

    // In the weights' metadata: SHA-256 of the base, so that an adapter is not laid over other weights of the same sizes. PEFT passes it over.
    private const string BaseKey = "arena_base_sha256";

    // Each changes what an adapter computes or what it is laid over. Absent, null, false and empty mean off.
    private static readonly string[] Unsupported =
    [
        "use_dora", "use_qalora", "lora_bias", "fan_in_fan_out", "modules_to_save", "layers_to_transform", "layers_pattern", "layer_replication",
        "exclude_modules", "target_parameters", "trainable_token_indices", "alora_invocation_tokens", "megatron_config", "arrow_config",
    ];

    // These begin with changed base weights: the adapter alone is not the whole change.
    private static readonly string[] ChangedBase = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    /// <param name="baseName">Name of the policy that the adapter corrects.</param>
    /// <param name="baseHash">SHA-256 of that policy's weights, or null where it is not known.</param>
    /// <param name="dtype">Element type in the file; null = the adapter's.</param>
    public static void Save(string folder, LoraAdapter adapter, string baseName, string? baseHash = null, ScalarType? dtype = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        if (baseHash is not null)
        {
            metadata[BaseKey] = baseHash;
        }
        SafeTensorsWriter.Write(Path.Combine(folder, WeightsFile), adapter.Weights.Views().ToDictionary(v => $"{Prefix}{v.Key}.weight", v => v.Value), metadata, dtype);
        var config = adapter.Config;
        JsonObject Pattern<T>(IReadOnlyDictionary<string, T> pattern) => new(pattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));
        AtomicFile.Write(Path.Combine(folder, ConfigFile), new JsonObject
        {
            ["alpha_pattern"] = Pattern(config.AlphaPattern),
            ["base_model_name_or_path"] = baseName,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = config.Alpha,
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["rank_pattern"] = Pattern(config.RankPattern),
            ["target_modules"] = config.TargetPattern is { } pattern ? pattern : new JsonArray([.. config.Targets.Select(t => (JsonNode)t)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = config.RankStabilised,
        }.ToJsonString(JsonStyle.Indented) + "\n");
    }

    /// <summary>The name that an adapter's folder gives for its base.</summary>
    public static string BaseName(string folder)
    {
        var name = ReadConfig(folder)["base_model_name_or_path"];
        return name is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : throw new TrainerException($"{Path.Combine(folder, ConfigFile)} does not name its base.");
    }

    /// <param name="baseHash">SHA-256 of the base that it is to be laid over; null = don't compare.</param>
    /// <exception cref="TrainerException">A file is absent or broken, asks for something that is not supported, or the adapter is for another model.</exception>
    public static LoraAdapter Load(string folder, ModelConfig model, string? baseHash = null)
    {
        var config = ReadLora(ReadConfig(folder), Path.Combine(folder, ConfigFile));
        if (config.Problem(model) is { } problem)
        {
            throw new TrainerException($"{Path.Combine(folder, ConfigFile)}: {problem}.");
        }
        var weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights))
        {
            HfCheckpoint.RefusePickles(folder);
        }
        using var file = SafeTensorsReader.Open(weights);
        if (baseHash is not null && file.Metadata.TryGetValue(BaseKey, out var trained) && !trained.Equals(baseHash, StringComparison.OrdinalIgnoreCase))
        {
            throw new TrainerException($"{folder} is an adapter for another base: it was trained over weights with SHA-256 {trained}, these have {baseHash}.");
        }
        var slots = config.Slots(model);
        var known = slots.Select(s => $"{Prefix}{s.Name}.weight").ToHashSet(StringComparer.Ordinal);
        var unknown = file.Entries.Keys.Order(StringComparer.Ordinal).FirstOrDefault(k => !known.Contains(k));
        if (unknown is not null)
        {
            throw new TrainerException($"{weights} holds \"{unknown}\", which is no LoRA weight of this model: the adapter is for another base, or covers more than adapter_config.json says.");
        }
        try
        {
            foreach (var slot in slots)
            {
                WeightFiles.Check(slot, $"{Prefix}{slot.Name}.weight", file.Entries, weights);
            }
        }
        catch (TrainerException e)
        {
            throw new TrainerException($"{e.Message} The adapter is for another base.", e);
        }
        var adapter = new LoraAdapter(config, new FlatWeights(slots));
        try
        {
            Fill(adapter, file);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Takes back the numbers that <see cref="Save"/> wrote of this adapter.</summary>
    internal static void Fill(LoraAdapter adapter, string folder)
    {
        using var file = SafeTensorsReader.Open(Path.Combine(folder, WeightsFile));
        Fill(adapter, file);
    }

    private static void Fill(LoraAdapter adapter, SafeTensorsReader file) => WeightFiles.Fill(adapter.Weights, file, slot => $"{Prefix}{slot}.weight");

    private static LoraConfig ReadLora(JsonObject json, string path)
    {
        void Require(bool holds, string what)
        {
            if (!holds) { throw new TrainerException($"{path}: {what}."); }
        }
        try
        {
            Require(json["peft_type"]?.GetValue<string>() == "LORA", "only peft_type LORA is supported");
            Require(json["bias"]?.GetValue<string>() is null or "none", "bias must be none");
            Require(json["task_type"]?.GetValue<string>() is null or "CAUSAL_LM", "task_type must be CAUSAL_LM");
            var field = Unsupported.FirstOrDefault(f => json[f] is { } value && !IsOff(value));
            Require(field is null, $"{field} is not supported");
            var start = json["init_lora_weights"] is JsonValue init && init.TryGetValue<string>(out var kind) ? kind : "";
            Require(!ChangedBase.Any(c => start.StartsWith(c, StringComparison.OrdinalIgnoreCase)), $"init_lora_weights \"{start}\" also changes the base; save the adapter as a plain LoRA first");
            var targets = json["target_modules"];
            var pattern = targets is JsonValue text ? text.GetValue<string>() : null;
            Require(pattern is { Length: > 0 } || targets is JsonArray { Count: > 0 }, "target_modules must be a list of names, an expression, or \"all-linear\"");
            Dictionary<string, T> Pattern<T>(string name) => json[name] is JsonObject map ? map.ToDictionary(m => m.Key, m => m.Value!.GetValue<T>()) : [];
            return new LoraConfig(
                json["r"]?.GetValue<int>() ?? throw new TrainerException($"{path} has no \"r\"."),
                json["lora_alpha"]?.GetValue<double>() ?? throw new TrainerException($"{path} has no \"lora_alpha\"."),
                pattern is null ? [.. targets!.AsArray().Select(t => t!.GetValue<string>())] : [])
            {
                TargetPattern = pattern,
                RankStabilised = json["use_rslora"]?.GetValue<bool>() ?? false,
                RankPattern = Pattern<int>("rank_pattern"),
                AlphaPattern = Pattern<double>("alpha_pattern"),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new TrainerException($"{path} is not what PEFT writes: {e.Message}", e);
        }
    }

    private static bool IsOff(JsonNode value) => value switch
    {
        JsonArray many => many.Count == 0,
        JsonObject map => map.Count == 0,
        JsonValue one => (one.TryGetValue<bool>(out var flag) && !flag) || (one.TryGetValue<string>(out var text) && text.Length == 0),
        _ => false,
    };

    private static JsonObject ReadConfig(string folder)
    {
        var path = Path.Combine(folder, ConfigFile);
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainerException($"There is no {path}.", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new TrainerException($"{path} is not JSON: {e.Message}", e);
        }
    }
}
