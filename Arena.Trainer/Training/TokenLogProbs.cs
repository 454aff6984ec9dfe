using Arena.Trainer.Decoding;
using Arena.Trainer.Models.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>What the head says where a token counts, for metrics: numbers of whole distributions, which are gone after the step. In the order of tokens.</summary>
/// <param name="MeanLogit">Mean over the vocabulary.</param>
/// <param name="Entropy">Of the distribution, nats.</param>
/// <param name="Hit">The counted token is the likeliest.</param>
public sealed record HeadNumbers(float[] MeanLogit, float[] Entropy, bool[] Hit)
{
    public HeadNumbers(int tokens) : this(new float[tokens], new float[tokens], new bool[tokens])
    {
    }
}

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
    /// <param name="numbers">(N) to be filled; null where nobody reads them.</param>
    /// <returns>(N). Backward may run once only.</returns>
    public static Tensor Of(Tensor hidden, Tensor head, long[] targets, HeadNumbers? numbers = null)
    {
        if (hidden.dtype == ScalarType.Float32 && hidden.device_type == DeviceType.CPU && RowProducts.IsSupported)
        {
            return numbers is null ? apply(hidden, head, targets) : apply(hidden, head, targets, numbers);
        }
        var logits = nn.functional.linear(hidden, head);
        logits = logits.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? logits.to_type(ScalarType.Float32) : logits;
        var values = logits.gather(1, tensor(targets, device: hidden.device).unsqueeze(1)).squeeze(1) - logits.logsumexp(1);
        if (numbers is not null)
        {
            Fill(numbers, logits, targets);
        }
        return values;
    }

    private static void Fill(HeadNumbers numbers, Tensor logits, long[] targets)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var log = logits.log_softmax(1);
        logits.mean([1L]).to_type(ScalarType.Float32).data<float>().ToArray().CopyTo(numbers.MeanLogit, 0);
        (log.exp() * log).sum(1).neg().to_type(ScalarType.Float32).data<float>().ToArray().CopyTo(numbers.Entropy, 0);
        var best = logits.argmax(1).data<long>().ToArray();
        for (var i = 0; i < targets.Length; i++)
        {
            numbers.Hit[i] = best[i] == targets[i];
        }
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (hidden, head, targets) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), (long[])vars[2]);
        var logits = FusedLinear.Forward(hidden, head); // (N, V)
        var (rows, width) = (targets.Length, (int)logits.shape[1]);
        var (values, sums) = (new float[rows], new double[rows]);
        var data = (nint)RawData.Of(logits);
        var numbers = vars.Length > 3 ? (HeadNumbers)vars[3] : null;
        RowThreads.Run(rows, 8 * width, row =>
        {
            var all = new ReadOnlySpan<float>((float*)data + row * width, width);
            var own = all[(int)targets[row]];
            float highest;
            double sum;
            if (numbers is null)
            {
                (highest, sum) = RowMath.ExponentialSum(all);
            }
            else
            {
                (highest, sum, numbers.MeanLogit[row], numbers.Entropy[row]) = RowMath.Describe(all);
                numbers.Hit[row] = own == highest;
            }
            sums[row] = highest + Math.Log(sum);
            values[row] = (float)(own - sums[row]);
        });
        ctx.save_for_backward([hidden, head, logits]);
        ctx.save_data("targets", targets);
        ctx.save_data("sums", sums);
        ctx.save_data("head", ((Tensor)vars[1]).requires_grad);
        ctx.save_data("inputs", vars.Length);
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
        var dHead = (bool)ctx.get_data("head") ? FusedLinear.Weight(logits, hidden) : null;
        var dHidden = FusedLinear.Input(logits, head);
        return (int)ctx.get_data("inputs") == 3
            ? HandedGradients.Hand(grad_output, dHidden, dHead, null)
            : HandedGradients.Hand(grad_output, dHidden, dHead, null, null);
    }
}
