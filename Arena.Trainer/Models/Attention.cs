using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>Grouped-query attention.</summary>
internal static class Attention
{
    /// <summary>softmax(q k' / sqrt(D)) v, where each key head serves as many query heads as there are for it.</summary>
    /// <param name="q">(B, H, T, D).</param>
    /// <param name="k">(B, Hkv, S, D).</param>
    /// <param name="v">(B, Hkv, S, D).</param>
    /// <param name="mask">(B or 1, 1, T, S) bool: whether a query (third side) may look at a key. Each must see one at least. Null: at all, or at those before it.</param>
    /// <param name="causal">Without a mask: no query looks at a later key. T = S then.</param>
    /// <returns>(B, T, H, D).</returns>
    public static Tensor Of(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal)
    {
        var group = q.shape[1] / k.shape[1];
        if (group > 1)
        {
            k = k.repeat_interleave(group, 1);
            v = v.repeat_interleave(group, 1);
        }
        return nn.functional.scaled_dot_product_attention(q, k, v, mask!, 0, causal).transpose(1, 2);
    }
}
