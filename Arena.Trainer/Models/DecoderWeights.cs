using Arena.Trainer.Models.Fused;
using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>A linear layer y = x Wᵀ + bias, with a low-rank correction when an adapter covers it: + scale (x Aᵀ) Bᵀ.</summary>
/// <param name="Weight">(out, in).</param>
/// <param name="A">(rank, in), or null.</param>
/// <param name="B">(out, rank), or null.</param>
/// <param name="Scale">alpha / rank.</param>
public sealed record LinearWeight(Tensor Weight, Tensor? A, Tensor? B, double Scale)
{
    /// <summary>(out), or null.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>Corrections of single rows of a batch, in place of <see cref="A"/> and <see cref="B"/>; see <see cref="AdapterBank"/>. Null = all rows alike.</summary>
    public IReadOnlyList<RowCorrection>? Rows { get; init; }

    /// <summary>Nothing but the weight.</summary>
    public bool IsPlain => A is null && B is null && Bias is null && Rows is null;

    /// <param name="x">(B, …, in).</param>
    /// <param name="fused">By our own products; x is of 32-bit numbers then.</param>
    /// <returns>(B, …, out).</returns>
    public Tensor Apply(Tensor x, bool fused)
    {
        if (Rows is null && A is not null && B is not null && A.requires_grad && !Weight.requires_grad && is_grad_enabled())
        {
            var adapted = AdaptedProduct.Of(x, Weight, A, B, Scale, fused);
            return Bias is null ? adapted : adapted.Plus(Bias);
        }
        var y = fused ? FusedLinear.Of(x, Weight) : nn.functional.linear(x, Weight, Bias!);
        if (fused && Bias is not null)
        {
            y = y.Plus(Bias);
        }
        if (Rows is not null)
        {
            foreach (var rows in Rows)
            {
                y = y.AddRows(rows.Index, Correction(x.index_select(0, rows.Index), rows.A, rows.B, rows.Scale));
            }
            return y;
        }
        return A is null || B is null ? y : y.Plus(Correction(x, A, B, Scale));
    }

    /// <summary>The same layer over other tensors.</summary>
    internal LinearWeight With(Func<Tensor, Tensor> map) => this with
    {
        Weight = map(Weight),
        A = A is null ? null : map(A),
        B = B is null ? null : map(B),
        Bias = Bias is null ? null : map(Bias),
        Rows = Rows is null ? null : [.. Rows.Select(r => r with { A = map(r.A), B = map(r.B) })],
    };

    private static Tensor Correction(Tensor x, Tensor a, Tensor b, double scale) => nn.functional.linear(nn.functional.linear(x, a), b).Times(scale);
}

/// <summary>A low-rank correction of some rows of a batch.</summary>
/// <param name="Index">(rows) int64.</param>
/// <param name="A">(rank, in).</param>
/// <param name="B">(out, rank).</param>
/// <param name="Scale">alpha / rank.</param>
public sealed record RowCorrection(Tensor Index, Tensor A, Tensor B, double Scale);

/// <summary>The weights of one block.</summary>
public sealed record LayerWeights(Tensor InputNorm, Tensor PostNorm, LinearWeight Q, LinearWeight K, LinearWeight V, LinearWeight O, LinearWeight Gate, LinearWeight Up, LinearWeight Down)
{
    /// <summary>(head_dim): the norm of each head of queries; null where the model has none.</summary>
    public Tensor? QNorm { get; init; }

    /// <summary>(head_dim): the norm of each head of keys.</summary>
    public Tensor? KNorm { get; init; }

    /// <summary>The same block over other tensors; also a way to see all of them.</summary>
    internal LayerWeights With(Func<Tensor, Tensor> map) => new(
        map(InputNorm), map(PostNorm), Q.With(map), K.With(map), V.With(map), O.With(map), Gate.With(map), Up.With(map), Down.With(map))
    {
        QNorm = QNorm is null ? null : map(QNorm),
        KNorm = KNorm is null ? null : map(KNorm),
    };
}

/// <summary>Every tensor that a forward pass needs, bound once for many passes. Owns nothing.</summary>
public sealed record DecoderWeights(Tensor Embedding, IReadOnlyList<LayerWeights> Layers, Tensor Norm, Tensor Head)
{
    /// <summary>Whether rows of a batch have corrections of their own; such weights fit only batches of that many rows.</summary>
    public bool PerRow { get; init; }

    /// <summary>Gradient checkpointing: a training step keeps what goes into each block and computes the inside again on the way back.</summary>
    public bool Recompute { get; init; }

    /// <param name="views">Base weights by Hugging Face name.</param>
    /// <param name="adapter">Null = the base alone.</param>
    /// <param name="adapterViews">The adapter's weights by slot name; null = fresh views, in the caller's dispose scope.</param>
    public static DecoderWeights Bind(ModelConfig config, IReadOnlyDictionary<string, Tensor> views, LoraAdapter? adapter = null, IReadOnlyDictionary<string, Tensor>? adapterViews = null)
    {
        adapterViews ??= adapter?.Weights.Views();
        return Bind(config, views, (module, linear) => adapter is null ? linear : linear with
        {
            A = adapterViews!.GetValueOrDefault(module + ".lora_A"),
            B = adapterViews!.GetValueOrDefault(module + ".lora_B"),
            Scale = adapter.Config.ScaleOf(module),
        });
    }

    /// <param name="adapt">Gets "layers.N.path" and the plain layer; gives the layer as it is to be.</param>
    internal static DecoderWeights Bind(ModelConfig config, IReadOnlyDictionary<string, Tensor> views, Func<string, LinearWeight, LinearWeight> adapt)
    {
        var layers = new LayerWeights[config.Layers];
        for (var n = 0; n < layers.Length; n++)
        {
            var prefix = $"model.layers.{n}.";
            LinearWeight Linear(string path) =>
                adapt($"layers.{n}.{path}", new(views[$"{prefix}{path}.weight"], null, null, 0) { Bias = config.HasBias(path) ? views[$"{prefix}{path}.bias"] : null });
            layers[n] = new(
                views[prefix + "input_layernorm.weight"], views[prefix + "post_attention_layernorm.weight"],
                Linear("self_attn.q_proj"), Linear("self_attn.k_proj"), Linear("self_attn.v_proj"), Linear("self_attn.o_proj"),
                Linear("mlp.gate_proj"), Linear("mlp.up_proj"), Linear("mlp.down_proj"))
            {
                QNorm = config.QkNorm ? views[prefix + "self_attn.q_norm.weight"] : null,
                KNorm = config.QkNorm ? views[prefix + "self_attn.k_norm.weight"] : null,
            };
        }
        var embedding = views["model.embed_tokens.weight"];
        return new(embedding, layers, views["model.norm.weight"], config.TieWordEmbeddings ? embedding : views["lm_head.weight"]);
    }
}
