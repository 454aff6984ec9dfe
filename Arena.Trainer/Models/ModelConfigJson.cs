using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// config.json to <see cref="ModelConfig"/> and back. Fields that would change what the decoder computes and that it does not know are refused by
/// name; fields that only matter elsewhere are passed over. Absent fields have the defaults of transformers' configuration classes.
/// </summary>
internal static class ModelConfigJson
{
    public static ModelConfig Parse(JsonObject json, string path)
    {
        void Require(bool holds, string message)
        {
            if (!holds) { throw new TrainerException($"{path}: {message}."); }
        }
        int Need(string field) => json[field]?.GetValue<int>() ?? throw new TrainerException($"{path} has no \"{field}\".");
        bool Flag(string field) => json[field]?.GetValue<bool>() ?? false;

        var type = json["model_type"]?.GetValue<string>();
        Require(type is "llama" or "qwen2" or "qwen3", $"model_type is \"{type}\"; supported: llama, qwen2, qwen3 (dense decoders, no mixtures of experts)");
        var kind = type switch { "qwen2" => ModelKind.Qwen2, "qwen3" => ModelKind.Qwen3, _ => ModelKind.Llama };
        foreach (var field in new[] { "num_experts", "num_local_experts", "n_routed_experts" })
        {
            Require(json[field] is null || json[field]!.GetValue<int>() == 0, $"{field}: mixtures of experts are not supported");
        }
        Require(json["quantization_config"] is null, "quantization_config: quantised weights are not supported");
        Require(json["hidden_act"]?.GetValue<string>() is null or "silu", "hidden_act must be silu");
        Require(json["partial_rotary_factor"]?.GetValue<double>() is null or 1.0, "partial_rotary_factor must be 1");
        // Qwen2 files name a window that is switched off; a Llama file that names one expects it to be used.
        Require(!Flag("use_sliding_window"), "use_sliding_window: attention through a sliding window is not supported");
        Require(json["use_sliding_window"] is not null || json["sliding_window"] is null || kind != ModelKind.Llama, "sliding_window: attention through a sliding window is not supported");
        var other = (json["layer_types"] as JsonArray)?.Select(t => t?.GetValue<string>()).FirstOrDefault(t => t != "full_attention");
        Require(other is null, $"layer_types names \"{other}\"; only full_attention is supported");

        var (hidden, heads) = (Need("hidden_size"), Need("num_attention_heads"));
        var kvHeads = json["num_key_value_heads"]?.GetValue<int>() ?? (kind == ModelKind.Llama ? heads : Need("num_key_value_heads"));
        var rope = json["rope_parameters"] as JsonObject;
        var ropeField = rope is null ? "rope_scaling" : "rope_parameters";
        rope ??= json["rope_scaling"] as JsonObject;
        Require(rope is null || !rope.Any(field => field.Value is JsonObject), $"{ropeField}: one rotation for all layers is supported, not one per kind of layer");
        var attentionBias = Flag("attention_bias");
        var config = new ModelConfig(
            Need("vocab_size"), hidden, Need("intermediate_size"), Need("num_hidden_layers"), heads, kvHeads,
            json["head_dim"]?.GetValue<int>() ?? (kind == ModelKind.Qwen3 ? 128 : hidden / Math.Max(1, heads)),
            json["max_position_embeddings"]?.GetValue<int>() ?? (kind == ModelKind.Llama ? 2048 : 32768),
            json["rms_norm_eps"]?.GetValue<double>() ?? 1e-6,
            (rope?["rope_theta"] ?? json["rope_theta"])?.GetValue<double>() ?? 10000,
            Flag("tie_word_embeddings"),
            FirstId(json["bos_token_id"]),
            FirstId(json["eos_token_id"]) ?? 0,
            FirstId(json["pad_token_id"]) ?? FirstId(json["eos_token_id"]) ?? 0)
        {
            Kind = kind,
            // Qwen2 has these biases whatever its file says, and never the others.
            QkvBias = kind == ModelKind.Qwen2 || attentionBias,
            OutputBias = kind != ModelKind.Qwen2 && attentionBias,
            MlpBias = kind == ModelKind.Llama && Flag("mlp_bias"),
            RopeScaling = rope is null ? null : RopeScaling.Parse(rope, ropeField, path),
            FileType = FileType((json["dtype"] ?? json["torch_dtype"])?.GetValue<string>(), path),
        };
        Require(config is { VocabSize: > 0, HiddenSize: > 0, IntermediateSize: > 0, Layers: > 0, Heads: > 0, KvHeads: > 0, HeadDim: > 0, MaxPositions: > 0 }, "sizes must be positive");
        Require(config is { VocabSize: < 1 << 24, HiddenSize: < 1 << 20, IntermediateSize: < 1 << 22, Layers: < 4096, Heads: < 1 << 14, HeadDim: < 1 << 14 }, "sizes are beyond any model of this kind");
        Require(heads % config.KvHeads == 0, "num_key_value_heads must divide num_attention_heads");
        Require(config.HeadDim % 2 == 0, "head_dim must be even");
        Require(config.RmsNormEps is >= 0 and < 1, "rms_norm_eps must be at least 0 and below 1");
        Require(config.RopeTheta is > 0 and < 1e12, "rope_theta must be above 0");
        return config;
    }

    public static JsonObject Write(ModelConfig config)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.Kind + "ForCausalLM"),
            ["attention_bias"] = config.Kind != ModelKind.Qwen2 && config.QkvBias,
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.BosId,
            ["eos_token_id"] = config.EosId,
            ["head_dim"] = config.HeadDim,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["mlp_bias"] = config.MlpBias,
            ["model_type"] = config.Kind.ToString().ToLowerInvariant(),
            ["num_attention_heads"] = config.Heads,
            ["num_hidden_layers"] = config.Layers,
            ["num_key_value_heads"] = config.KvHeads,
            ["pad_token_id"] = config.PadId,
            ["rms_norm_eps"] = config.RmsNormEps,
            ["rope_theta"] = config.RopeTheta,
            ["tie_word_embeddings"] = config.TieWordEmbeddings,
            ["torch_dtype"] = Name(config.FileType),
            ["use_cache"] = true,
            ["vocab_size"] = config.VocabSize,
        };
        if (config.BosId is null)
        {
            json.Remove("bos_token_id");
        }
        if (config.RopeScaling is { } scaling)
        {
            json["rope_scaling"] = scaling.ToJson();
        }
        if (config.Kind != ModelKind.Llama)
        {
            json.Remove("mlp_bias");
            json["use_sliding_window"] = false;
        }
        if (config.Kind == ModelKind.Qwen2)
        {
            json.Remove("attention_bias");
        }
        return json;
    }

    private static ScalarType FileType(string? name, string path) => name switch
    {
        null or "float32" or "auto" => ScalarType.Float32,
        "float16" => ScalarType.Float16,
        "bfloat16" => ScalarType.BFloat16,
        "float64" => ScalarType.Float64,
        _ => throw new TrainerException($"{path}: torch_dtype is \"{name}\"; supported: float32, float16, bfloat16, float64."),
    };

    private static string Name(ScalarType type) => type switch
    {
        ScalarType.Float16 => "float16",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float64 => "float64",
        _ => "float32",
    };

    private static int? FirstId(JsonNode? node) => node is JsonArray many ? many.FirstOrDefault()?.GetValue<int>() : node?.GetValue<int>();
}
