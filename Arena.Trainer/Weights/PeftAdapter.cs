using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>Adapters as files of Hugging Face PEFT: adapter_config.json and adapter_model.safetensors.</summary>
public static partial class PeftAdapter
{
    public const string ConfigFile = "adapter_config.json";
    public const string WeightsFile = "adapter_model.safetensors";

    // What PEFT puts before the path inside the wrapped model.
    private const string Prefix = "base_model.model.model.";

    /// <param name="baseName">Name of the policy that the adapter corrects.</param>
    public static void Save(string folder, LoraAdapter adapter, string baseName)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        SafeTensorsWriter.Write(
            Path.Combine(folder, WeightsFile),
            adapter.Weights.Views().ToDictionary(v => $"{Prefix}{v.Key}.weight", v => v.Value),
            new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.Write(Path.Combine(folder, ConfigFile), new JsonObject
        {
            ["base_model_name_or_path"] = baseName,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = adapter.Config.Alpha,
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = adapter.Config.Rank,
            ["target_modules"] = new JsonArray([.. adapter.Config.Targets.Select(t => (JsonNode)t)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = false,
        }.ToJsonString(JsonStyle.Indented) + "\n");
    }

    /// <summary>The name that an adapter's folder gives for its base.</summary>
    public static string BaseName(string folder) =>
        ReadConfig(folder)["base_model_name_or_path"]?.GetValue<string>() ?? throw new TrainerException($"{Path.Combine(folder, ConfigFile)} does not name its base.");

    /// <exception cref="TrainerException">A file is absent or broken, or the adapter is for another model.</exception>
    public static LoraAdapter Load(string folder, ModelConfig model)
    {
        var json = ReadConfig(folder);
        var path = Path.Combine(folder, ConfigFile);
        void Require(bool holds, string what)
        {
            if (!holds) { throw new TrainerException($"{path}: {what}."); }
        }
        LoraConfig config;
        try
        {
            Require(json["peft_type"]?.GetValue<string>() == "LORA", "only peft_type LORA is supported");
            Require(json["bias"]?.GetValue<string>() is null or "none", "bias must be none");
            Require(!(json["use_dora"]?.GetValue<bool>() ?? false) && !(json["use_rslora"]?.GetValue<bool>() ?? false), "DoRA and rsLoRA are not supported");
            Require(!(json["fan_in_fan_out"]?.GetValue<bool>() ?? false), "fan_in_fan_out is not supported");
            var targets = json["target_modules"] as JsonArray;
            Require(targets is { Count: > 0 }, "target_modules must be a list of names");
            config = new LoraConfig(json["r"]!.GetValue<int>(), json["lora_alpha"]!.GetValue<double>(), [.. targets!.Select(t => t!.GetValue<string>())]);
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new TrainerException($"{path} is not what PEFT writes: {e.Message}", e);
        }
        Require(config.Rank > 0, "r must be positive");
        Require(config.Targets.All(t => LoraConfig.AllTargets.Contains(t)), $"target_modules may name {string.Join(", ", LoraConfig.AllTargets)}");
        var adapter = new LoraAdapter(config, new FlatWeights(config.Slots(model)));
        using var file = SafeTensorsReader.Open(Path.Combine(folder, WeightsFile));
        WeightFiles.Fill(adapter.Weights, file, slot => $"{Prefix}{slot}.weight");
        var unknown = file.Entries.Keys.FirstOrDefault(k => !KnownName().IsMatch(k));
        Require(unknown is null, $"{WeightsFile} holds \"{unknown}\", which is no LoRA weight of this model");
        return adapter;
    }

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

    [GeneratedRegex(@"^base_model\.model\.model\.layers\.\d+\.(self_attn|mlp)\.[a-z]+_proj\.lora_[AB]\.weight$")]
    private static partial Regex KnownName();
}
