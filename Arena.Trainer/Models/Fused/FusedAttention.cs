using Arena.Trainer.Decoding;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>Segments of tokens that lie one behind the other, all behind the same tokens. A query sees those and its own segment up to itself.</summary>
/// <param name="Before">First of the tokens that every query sees.</param>
/// <param name="BeforeLength">How many those are, from 0.</param>
/// <param name="First">First token of the first segment.</param>
/// <param name="Segments">How many.</param>
/// <param name="Stride">Tokens from a segment's first to the next one's.</param>
/// <param name="Length">Tokens of each that ask; what lies behind is padding.</param>
internal readonly record struct AttentionRun(int Before, int BeforeLength, int First, int Segments, int Stride, int Length);

/// <summary>
/// Causal attention with its gradient, also behind shared prompts, whose keys stay where they are however many answers look at them. Only the scores of a block of
/// queries and one head exist at a time; backward makes them again from the logarithm of each row's sum, as FlashAttention does (Dao et al., arXiv 2205.14135).
/// </summary>
internal sealed unsafe class FusedAttention : autograd.SingleTensorFunction<FusedAttention>
{
    public override string Name => nameof(FusedAttention);

    /// <param name="q">(N, H, D), 32-bit numbers.</param>
    /// <param name="k">(N, Hkv, D).</param>
    /// <param name="v">(N, Hkv, D).</param>
    /// <param name="runs">No token asks in two of them.</param>
    /// <returns>(N, H, D); zero where no run has a query.</returns>
    public static Tensor Of(Tensor q, Tensor k, Tensor v, IReadOnlyList<AttentionRun> runs) => apply(q, k, v, runs);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v, runs) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), ((Tensor)vars[2]).contiguous(), (IReadOnlyList<AttentionRun>)vars[3]);
        var sums = new float[q.shape[0] * q.shape[1]];
        ctx.save_for_backward([q, k, v]);
        ctx.save_data("runs", runs);
        ctx.save_data("sums", sums);
        var y = zeros_like(q);
        var shape = new AttentionShape((int)q.shape[1], (int)k.shape[1], (int)q.shape[2]);
        var (atQ, atK, atV, atY) = ((nint)RawData.Of(q), (nint)RawData.Of(k), (nint)RawData.Of(v), (nint)RawData.Of(y));
        RowThreads.Run(shape.KvHeads, shape.Cost(runs), head =>
        {
            using var work = new AttentionHead(shape, (int)head, runs);
            work.Forward((float*)atQ, (float*)atK, (float*)atV, (float*)atY, sums);
        });
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (q, k, v, dy) = (saved[0], saved[1], saved[2], grad_output.contiguous());
        var (runs, sums) = ((IReadOnlyList<AttentionRun>)ctx.get_data("runs"), (float[])ctx.get_data("sums"));
        var (dq, dk, dv) = (zeros_like(q), zeros_like(k), zeros_like(v));
        var shape = new AttentionShape((int)q.shape[1], (int)k.shape[1], (int)q.shape[2]);
        var (atQ, atK, atV, atY) = ((nint)RawData.Of(q), (nint)RawData.Of(k), (nint)RawData.Of(v), (nint)RawData.Of(dy));
        var (atDq, atDk, atDv) = ((nint)RawData.Of(dq), (nint)RawData.Of(dk), (nint)RawData.Of(dv));
        RowThreads.Run(shape.KvHeads, 2 * shape.Cost(runs), head =>
        {
            using var work = new AttentionHead(shape, (int)head, runs);
            work.Backward((float*)atQ, (float*)atK, (float*)atV, (float*)atY, sums, (float*)atDq, (float*)atDk, (float*)atDv);
        });
        return HandedGradients.Hand(grad_output, dq, dk, dv, null);
    }
}
