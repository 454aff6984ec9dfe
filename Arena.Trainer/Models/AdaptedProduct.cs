using Arena.Trainer.Models.Fused;
using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// y = x (W + scale B A)ᵀ with gradients for x, A and B, not for W: a linear layer in the training of its adapter. The correction is added to the
/// weights, which are few, and not to the activations, which are many; backward then needs one product with the summed weights and four
/// thin ones. The same numbers as W x + scale B (A x), to rounding.
/// </summary>
internal sealed class AdaptedProduct : autograd.SingleTensorFunction<AdaptedProduct>
{
    public override string Name => nameof(AdaptedProduct);

    /// <param name="x">(…, in).</param>
    /// <param name="weight">(out, in); gets no gradient.</param>
    /// <param name="a">(rank, in).</param>
    /// <param name="b">(out, rank).</param>
    /// <param name="fused">The large products by <see cref="FusedLinear"/>; numbers are of 32 bits then.</param>
    /// <returns>(…, out).</returns>
    public static Tensor Of(Tensor x, Tensor weight, Tensor a, Tensor b, double scale, bool fused) => apply(x, weight, a, b, scale, fused);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, a, b, scale, fused) = (((Tensor)vars[0]).contiguous(), (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (double)vars[4], (bool)vars[5]);
        var whole = weight.addmm(b, a, 1, (float)scale);
        ctx.save_for_backward([x, a, b, whole]);
        ctx.save_data("scale", scale);
        ctx.save_data("fused", fused);
        ctx.save_data("input", ((Tensor)vars[0]).requires_grad);
        return fused ? FusedLinear.Forward(x, whole) : nn.functional.linear(x, whole);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, a, b, whole, scale) = (saved[0], saved[1], saved[2], saved[3], (double)ctx.get_data("scale"));
        var dy = grad_output.reshape(-1, grad_output.shape[^1]).contiguous(); // (n, out)
        var rows = x.reshape(-1, x.shape[^1]); // (n, in)
        // Thin products are several times faster with the thin side transposed in memory, or as the thin left side.
        var low = dy.mm(b.t().contiguous().t()).ScaledBy(scale); // (n, rank)
        var da = low.t().mm(rows);
        var db = rows.mm(a.t()).ScaledBy(scale).t().mm(dy).t();
        var dx = !(bool)ctx.get_data("input") ? null : ((bool)ctx.get_data("fused") ? FusedLinear.Input(dy, whole) : dy.mm(whole)).view(x.shape);
        return HandedGradients.Hand(grad_output, dx, null, da, db, null, null);
    }
}
