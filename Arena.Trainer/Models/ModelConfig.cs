using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Models;

/// <summary>
/// The sizes of a Llama-architecture causal decoder, as Hugging Face's config.json names them.
/// </summary>
/// <param name="VocabSize">Rows of the embedding.</param>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="IntermediateSize">Width of the SwiGLU feed-forward.</param>
/// <param name="Layers">Decoder blocks.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; divides <paramref name="Heads"/> (grouped-query attention).</param>
/// <param name="HeadDim">Width of one head; even.</param>
/// <param name="MaxPositions">Longest sequence, tokens.</param>
/// <param name="RmsNormEps">Added to the mean square.</param>
/// <param name="RopeTheta">Base of the rotary frequencies.</param>
/// <param name="TieWordEmbeddings">The head shares the embedding's weights.</param>
/// <param name="BosId">Token before every text.</param>
/// <param name="EosId">Token that ends an answer.</param>
/// <param name="PadId">Token that fills rows of a batch.</param>
public sealed record ModelConfig(
    int VocabSize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KvHeads,
    int HeadDim,
    int MaxPositions,
    double RmsNormEps,
    double RopeTheta,
    bool TieWordEmbeddings,
    int BosId,
    int EosId,
    int PadId)
{
    /// <summary>Reads config.json.</summary>
    /// <exception cref="TrainerException">The file is absent, is not JSON, or describes a model that is not supported.</exception>
    public static ModelConfig Load(string path)
    {
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainerException($"There is no {path}: a model folder needs config.json, model.safetensors and tokenizer.json.", e);
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{path} is not JSON: {e.Message}", e);
        }
        try
        {
            return Parse(json as JsonObject ?? throw new TrainerException($"{path} holds no JSON object."), path);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new TrainerException($"{path}: a field has the wrong type ({e.Message})", e);
        }
    }

    /// <summary>The text of config.json.</summary>
    public string ToJson() => new JsonObject
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["attention_bias"] = false,
        ["attention_dropout"] = 0.0,
        ["bos_token_id"] = BosId,
        ["eos_token_id"] = EosId,
        ["head_dim"] = HeadDim,
        ["hidden_act"] = "silu",
        ["hidden_size"] = HiddenSize,
        ["intermediate_size"] = IntermediateSize,
        ["max_position_embeddings"] = MaxPositions,
        ["mlp_bias"] = false,
        ["model_type"] = "llama",
        ["num_attention_heads"] = Heads,
        ["num_hidden_layers"] = Layers,
        ["num_key_value_heads"] = KvHeads,
        ["pad_token_id"] = PadId,
        ["rms_norm_eps"] = RmsNormEps,
        ["rope_theta"] = RopeTheta,
        ["tie_word_embeddings"] = TieWordEmbeddings,
        ["torch_dtype"] = "float32",
        ["use_cache"] = true,
        ["vocab_size"] = VocabSize,
    }.ToJsonString(JsonStyle.Indented) + "\n";

    private static ModelConfig Parse(JsonObject json, string path)
    {
        int Need(string field) => json[field]?.GetValue<int>() ?? throw new TrainerException($"{path} has no \"{field}\".");
        var type = json["model_type"]?.GetValue<string>();
        Require(type == "llama", $"model_type is \"{type}\"; supported: llama");
        Require(json["hidden_act"]?.GetValue<string>() is null or "silu", "hidden_act must be silu");
        Require(json["rope_scaling"] is null, "rope_scaling is not supported");
        Require(json["attention_bias"]?.GetValue<bool>() is null or false, "attention_bias is not supported");
        Require(json["mlp_bias"]?.GetValue<bool>() is null or false, "mlp_bias is not supported");
        var hidden = Need("hidden_size");
        var heads = Need("num_attention_heads");
        var config = new ModelConfig(
            Need("vocab_size"), hidden, Need("intermediate_size"), Need("num_hidden_layers"), heads,
            json["num_key_value_heads"]?.GetValue<int>() ?? heads,
            json["head_dim"]?.GetValue<int>() ?? hidden / Math.Max(1, heads),
            Need("max_position_embeddings"),
            json["rms_norm_eps"]?.GetValue<double>() ?? 1e-6,
            json["rope_theta"]?.GetValue<double>() ?? 10000,
            json["tie_word_embeddings"]?.GetValue<bool>() ?? false,
            json["bos_token_id"]?.GetValue<int>() ?? 0,
            FirstId(json["eos_token_id"]) ?? 0,
            json["pad_token_id"]?.GetValue<int>() ?? FirstId(json["eos_token_id"]) ?? 0);
        Require(config is { VocabSize: > 0, HiddenSize: > 0, IntermediateSize: > 0, Layers: > 0, Heads: > 0, KvHeads: > 0, HeadDim: > 0, MaxPositions: > 0 }, "sizes must be positive");
        Require(heads % config.KvHeads == 0, "num_key_value_heads must divide num_attention_heads");
        Require(config.HeadDim % 2 == 0, "head_dim must be even");
        return config;

        void Require(bool holds, string message)
        {
            if (!holds) { throw new TrainerException($"{path}: {message}."); }
        }
    }

    private static int? FirstId(JsonNode? node) => node is JsonArray many ? many[0]?.GetValue<int>() : node?.GetValue<int>();
}
