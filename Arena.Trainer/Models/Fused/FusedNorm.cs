using Arena.Trainer.Decoding;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>RMSNorm with its gradient, each in one pass over the rows: the chain of tensor operations passes over them fifteen times.</summary>
internal sealed unsafe class FusedNorm : autograd.SingleTensorFunction<FusedNorm>
{
    public override string Name => nameof(FusedNorm);

    /// <param name="x">(…, C), 32-bit numbers.</param>
    /// <param name="weight">(C).</param>
    public static Tensor Of(Tensor x, Tensor weight, double epsilon) => apply(x, weight, epsilon);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, epsilon) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), (double)vars[2]);
        ctx.save_for_backward([x, weight]);
        ctx.save_data("epsilon", epsilon);
        ctx.save_data("weight", ((Tensor)vars[1]).requires_grad);
        var y = empty_like(x);
        var (from, to, by, width) = ((nint)RawData.Of(x), (nint)RawData.Of(y), (nint)RawData.Of(weight), (int)x.shape[^1]);
        RowThreads.Run(x.NumberOfElements / width, width, row => RowMath.Norm((float*)from + row * width, (float*)by, epsilon, width, (float*)to + row * width));
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight, epsilon) = (saved[0], saved[1], (double)ctx.get_data("epsilon"));
        var dy = grad_output.contiguous();
        var (dx, dw) = (empty_like(x), zeros_like(weight));
        var (rows, width) = (x.NumberOfElements / x.shape[^1], (int)x.shape[^1]);
        float* px = RawData.Of(x), pw = RawData.Of(weight), pdy = RawData.Of(dy), pdx = RawData.Of(dx), pdw = RawData.Of(dw);
        // One thread: the rows add into the same gradient of the weight, and a fixed order keeps its bits.
        for (var row = 0L; row < rows; row++)
        {
            RowMath.NormGradient(px + row * width, pw, epsilon, width, pdy + row * width, pdx + row * width, pdw);
        }
        return HandedGradients.Hand(grad_output, dx, (bool)ctx.get_data("weight") ? dw : null, null);
    }
}
