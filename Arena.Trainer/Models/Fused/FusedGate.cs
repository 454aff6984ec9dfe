using Arena.Trainer.Decoding;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>silu(gate) * up with its gradients, each in one pass.</summary>
internal sealed unsafe class FusedGate : autograd.SingleTensorFunction<FusedGate>
{
    public override string Name => nameof(FusedGate);

    /// <param name="gate">(…, F), 32-bit numbers.</param>
    /// <param name="up">The same shape.</param>
    public static Tensor Of(Tensor gate, Tensor up) => apply(gate, up);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (gate, up) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous());
        ctx.save_for_backward([gate, up]);
        return Product(gate, up);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (dGate, dUp) = Gradients(saved[0], saved[1], grad_output.contiguous());
        return HandedGradients.Hand(grad_output, dGate, dUp);
    }

    /// <param name="gate">(…, F), row after row, as all here.</param>
    public static Tensor Product(Tensor gate, Tensor up)
    {
        var y = empty_like(gate);
        var (from, by, to, width) = ((nint)RawData.Of(gate), (nint)RawData.Of(up), (nint)RawData.Of(y), (int)gate.shape[^1]);
        RowThreads.Run(gate.NumberOfElements / width, 8 * width, row => RowMath.Gate((float*)from + row * width, (float*)by + row * width, width, (float*)to + row * width));
        return y;
    }

    public static (Tensor Gate, Tensor Up) Gradients(Tensor gate, Tensor up, Tensor dy)
    {
        var (dGate, dUp) = (empty_like(gate), empty_like(up));
        var (g, u, d, dg, du, width) = ((nint)RawData.Of(gate), (nint)RawData.Of(up), (nint)RawData.Of(dy), (nint)RawData.Of(dGate), (nint)RawData.Of(dUp), (int)gate.shape[^1]);
        RowThreads.Run(gate.NumberOfElements / width, 8 * width, row =>
        {
            var at = row * width;
            RowMath.GateGradient((float*)g + at, (float*)u + at, (float*)d + at, width, (float*)dg + at, (float*)du + at);
        });
        return (dGate, dUp);
    }
}
