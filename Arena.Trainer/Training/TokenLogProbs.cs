using Arena.Trainer.Decoding;
using Arena.Trainer.Models.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>
/// Log-probabilities of given tokens: the head and its softmax in one operation. A vocabulary's worth of numbers per position is the largest
/// thing in a training step; here it is written once, read once, and turned into its own gradient in place, where the usual chain of operations
/// copies it eight times.
/// </summary>
internal sealed unsafe class TokenLogProbs : autograd.SingleTensorFunction<TokenLogProbs>
{
    public override string Name => nameof(TokenLogProbs);

    /// <param name="hidden">(N, C).</param>
    /// <param name="head">(V, C).</param>
    /// <param name="targets">(N) token ids.</param>
    /// <returns>(N). Backward may run once only.</returns>
    public static Tensor Of(Tensor hidden, Tensor head, long[] targets)
    {
        if (hidden.dtype == ScalarType.Float32 && hidden.device_type == DeviceType.CPU && RowProducts.IsSupported)
        {
            return apply(hidden, head, targets);
        }
        var logits = nn.functional.linear(hidden, head);
        logits = logits.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? logits.to_type(ScalarType.Float32) : logits;
        return logits.gather(1, tensor(targets, device: hidden.device).unsqueeze(1)).squeeze(1) - logits.logsumexp(1);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (hidden, head, targets) = ((Tensor)vars[0], (Tensor)vars[1], (long[])vars[2]);
        var logits = nn.functional.linear(hidden, head); // (N, V)
        var (rows, width) = (targets.Length, (int)logits.shape[1]);
        var (values, sums) = (new float[rows], new double[rows]);
        var data = (nint)RawData.Of(logits);
        RowThreads.Run(rows, 8 * width, row =>
        {
            var (highest, sum) = RowMath.ExponentialSum(new ReadOnlySpan<float>((float*)data + row * width, width));
            sums[row] = highest + Math.Log(sum);
            values[row] = (float)(((float*)data)[row * width + targets[row]] - sums[row]);
        });
        ctx.save_for_backward([hidden, head, logits]);
        ctx.save_data("targets", targets);
        ctx.save_data("sums", sums);
        ctx.save_data("head", head.requires_grad);
        return tensor(values);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (hidden, head, logits) = (saved[0], saved[1], saved[2]);
        var (targets, sums) = ((long[])ctx.get_data("targets"), (double[])ctx.get_data("sums"));
        var gradient = grad_output.contiguous().data<float>().ToArray();
        var width = (int)logits.shape[1];
        var data = (nint)RawData.Of(logits);
        RowThreads.Run(targets.Length, 8 * width, row =>
        {
            // d log p(target) / d logit = [is target] - p.
            var at = (float*)data + row * width;
            RowMath.Shares(at, (float)sums[row], -gradient[row], width);
            at[targets[row]] += gradient[row];
        });
        var dHead = (bool)ctx.get_data("head") ? logits.t().mm(hidden) : null;
        return HandedGradients.Hand(grad_output, logits.mm(head), dHead, null);
    }
}
