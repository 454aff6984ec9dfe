using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>The families that share this decoder; they differ in biases and in norms of queries and keys.</summary>
public enum ModelKind
{
    Llama,

    /// <summary>Biases on queries, keys and values.</summary>
    Qwen2,

    /// <summary>RMSNorm over each head of queries and keys, before they are turned.</summary>
    Qwen3,
}

/// <summary>
/// The sizes of a causal decoder of Llama's, Qwen2's or Qwen3's architecture, as Hugging Face's config.json names them.
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
/// <param name="BosId">Token before every text; null = the model has none, or its file doesn't say.</param>
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
    int? BosId,
    int EosId,
    int PadId)
{
    /// <summary>What a sequence begins with: the beginning token, or nothing.</summary>
    public IReadOnlyList<int> Beginning => BosId is { } id ? [id] : [];

    /// <summary>The family, "model_type".</summary>
    public ModelKind Kind { get; init; }

    /// <summary>Queries, keys and values have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>The attention's output has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Gate, up and down have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Each head of queries and keys is normed.</summary>
    public bool QkNorm => Kind == ModelKind.Qwen3;

    /// <summary>Null = none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Element type of the weights' files; computing may use another.</summary>
    public ScalarType FileType { get; init; } = ScalarType.Float32;

    /// <summary>Whether the linear layer at this path (one of <see cref="DecoderLayout.LinearPaths"/>) has a bias.</summary>
    public bool HasBias(string path) => path switch
    {
        "self_attn.q_proj" or "self_attn.k_proj" or "self_attn.v_proj" => QkvBias,
        "self_attn.o_proj" => OutputBias,
        _ => MlpBias,
    };

    /// <summary>Reads config.json.</summary>
    /// <exception cref="TrainerException">The file is absent, is not JSON, or describes a model that is not supported; the message names the field.</exception>
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
            return ModelConfigJson.Parse(json as JsonObject ?? throw new TrainerException($"{path} holds no JSON object."), path);
        }
        // ArgumentException: a key that occurs twice.
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new TrainerException($"{path}: a field has the wrong type ({e.Message})", e);
        }
    }

    /// <summary>The text of config.json, in the form that versions 4 and 5 of transformers read.</summary>
    public string ToJson() => ModelConfigJson.Write(this).ToJsonString(JsonStyle.Indented) + "\n";
}
