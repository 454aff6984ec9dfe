using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>
/// (silu(x Gᵀ) * (x Uᵀ)) Dᵀ with its gradients: the gated layers of a block as one operation. The gated product isn't kept, backward makes it again; and autograd holds
/// a buffer for every operation's result (TorchSharp's own), which the three inner ones don't need.
/// </summary>
internal sealed class FusedMlp : autograd.SingleTensorFunction<FusedMlp>
{
    public override string Name => nameof(FusedMlp);

    /// <param name="x">(…, C), 32-bit numbers.</param>
    /// <param name="gate">(F, C).</param>
    /// <param name="up">(F, C).</param>
    /// <param name="down">(C, F).</param>
    /// <returns>(…, C).</returns>
    public static Tensor Of(Tensor x, Tensor gate, Tensor up, Tensor down) => apply(x, gate, up, down);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, gate, up, down) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), ((Tensor)vars[2]).contiguous(), ((Tensor)vars[3]).contiguous());
        var (gated, raised) = (FusedLinear.Forward(x, gate), FusedLinear.Forward(x, up));
        ctx.save_for_backward([x, gate, up, down, gated, raised]);
        ctx.save_data("input", ((Tensor)vars[0]).requires_grad);
        ctx.save_data("weights", vars.Skip(1).Any(w => ((Tensor)w).requires_grad));
        using var product = FusedGate.Product(gated, raised);
        return FusedLinear.Forward(product, down);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, gate, up, down, gated, raised, dy) = (saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], grad_output.contiguous());
        var weights = (bool)ctx.get_data("weights");
        var dDown = weights ? FusedLinear.Weight(dy, FusedGate.Product(gated, raised)) : null;
        var (dGated, dRaised) = FusedGate.Gradients(gated, raised, FusedLinear.Input(dy, down));
        var dx = (bool)ctx.get_data("input") ? FusedLinear.Input(dGated, gate).RaisedBy(FusedLinear.Input(dRaised, up)) : null;
        return HandedGradients.Hand(grad_output, dx, weights ? FusedLinear.Weight(dGated, x) : null, weights ? FusedLinear.Weight(dRaised, x) : null, dDown);
    }
}
