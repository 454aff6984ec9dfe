using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>A linear layer y = x Wᵀ, with a low-rank correction when an adapter covers it: + scale (x Aᵀ) Bᵀ.</summary>
/// <param name="Weight">(out, in).</param>
/// <param name="A">(rank, in), or null.</param>
/// <param name="B">(out, rank), or null.</param>
/// <param name="Scale">alpha / rank.</param>
public sealed record LinearWeight(Tensor Weight, Tensor? A, Tensor? B, double Scale)
{
    public Tensor Apply(Tensor x)
    {
        var y = nn.functional.linear(x, Weight);
        return A is null || B is null ? y : y + nn.functional.linear(nn.functional.linear(x, A), B) * Scale;
    }
}

/// <summary>The weights of one block.</summary>
public sealed record LayerWeights(Tensor InputNorm, Tensor PostNorm, LinearWeight Q, LinearWeight K, LinearWeight V, LinearWeight O, LinearWeight Gate, LinearWeight Up, LinearWeight Down);

/// <summary>Every tensor that a forward pass needs, bound once for many passes. Owns nothing.</summary>
public sealed record DecoderWeights(Tensor Embedding, IReadOnlyList<LayerWeights> Layers, Tensor Norm, Tensor Head)
{
    /// <param name="views">Base weights by Hugging Face name.</param>
    /// <param name="adapter">A and B by "layers.N.path.lora_A", or null.</param>
    /// <param name="scale">alpha / rank of the adapter.</param>
    public static DecoderWeights Bind(ModelConfig config, IReadOnlyDictionary<string, Tensor> views, IReadOnlyDictionary<string, Tensor>? adapter = null, double scale = 0)
    {
        var layers = new LayerWeights[config.Layers];
        for (var n = 0; n < layers.Length; n++)
        {
            LinearWeight Linear(string path)
            {
                var name = $"layers.{n}.{path}";
                return new(views[$"model.{name}.weight"], adapter?.GetValueOrDefault(name + ".lora_A"), adapter?.GetValueOrDefault(name + ".lora_B"), scale);
            }
            layers[n] = new(
                views[$"model.layers.{n}.input_layernorm.weight"], views[$"model.layers.{n}.post_attention_layernorm.weight"],
                Linear("self_attn.q_proj"), Linear("self_attn.k_proj"), Linear("self_attn.v_proj"), Linear("self_attn.o_proj"),
                Linear("mlp.gate_proj"), Linear("mlp.up_proj"), Linear("mlp.down_proj"));
        }
        var embedding = views["model.embed_tokens.weight"];
        return new(embedding, layers, views["model.norm.weight"], config.TieWordEmbeddings ? embedding : views["lm_head.weight"]);
    }
}
