using Arena.Trainer.Decoding;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>Rotary positions with their gradient, which is the rotation back.</summary>
internal sealed unsafe class FusedRotation : autograd.SingleTensorFunction<FusedRotation>
{
    public override string Name => nameof(FusedRotation);

    /// <param name="x">(B, H, T, D), 32-bit numbers; usually a transposed view of (B, T, H, D), which is how the result lies too.</param>
    /// <param name="cos">(T, D), or (B, 1, T, D) where rows have positions of their own.</param>
    /// <param name="sin">The same, negative in the first half of D.</param>
    public static Tensor Of(Tensor x, Tensor cos, Tensor sin) => apply(x.transpose(1, 2), cos, sin).transpose(1, 2);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (cos, sin) = (((Tensor)vars[1]).contiguous(), ((Tensor)vars[2]).contiguous());
        ctx.save_for_backward([cos, sin]);
        return Turn((Tensor)vars[0], cos, sin, back: false);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        return HandedGradients.Hand(grad_output, Turn(grad_output, saved[0], saved[1], back: true), null, null);
    }

    /// <param name="x">(B, T, H, D).</param>
    private static Tensor Turn(Tensor x, Tensor cos, Tensor sin, bool back)
    {
        using var scope = NewDisposeScope();
        x = x.contiguous();
        var y = empty_like(x);
        var (steps, heads, width) = (x.shape[1], (int)x.shape[2], (int)x.shape[3]);
        var ownAngles = cos.Dimensions == 4;
        var (from, to, c, s) = ((nint)RawData.Of(x), (nint)RawData.Of(y), (nint)RawData.Of(cos), (nint)RawData.Of(sin));
        RowThreads.Run(x.shape[0] * steps, 2 * heads * width, row =>
        {
            var angle = (ownAngles ? row : row % steps) * width;
            for (var h = 0; h < heads; h++)
            {
                var at = (row * heads + h) * width;
                RowMath.Rotate((float*)from + at, (float*)c + angle, (float*)s + angle, width, (float*)to + at, back);
            }
        });
        return y.MoveToOuterDisposeScope();
    }
}
