using Arena.Trainer.Decoding;
using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>y = x Wᵀ with its gradients, by <see cref="MatrixProducts"/>.</summary>
internal sealed class FusedLinear : autograd.SingleTensorFunction<FusedLinear>
{
    // Below this packing costs more than a faster product saves.
    private const int FewRows = 16;

    public override string Name => nameof(FusedLinear);

    /// <param name="x">(…, in), 32-bit numbers.</param>
    /// <param name="weight">(out, in).</param>
    /// <returns>(…, out).</returns>
    public static Tensor Of(Tensor x, Tensor weight) => Pays(x) ? apply(x, weight) : nn.functional.linear(x, weight);

    /// <summary>Whether there are rows enough.</summary>
    /// <param name="x">(…, in).</param>
    public static bool Pays(Tensor x) => x.NumberOfElements >= FewRows * x.shape[^1];

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous());
        ctx.save_for_backward([x, weight]);
        ctx.save_data("input", ((Tensor)vars[0]).requires_grad);
        ctx.save_data("weight", ((Tensor)vars[1]).requires_grad);
        return Forward(x, weight);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (x, weight, dy) = (saved[0], saved[1], grad_output.contiguous());
        return HandedGradients.Hand(grad_output, (bool)ctx.get_data("input") ? Input(dy, weight) : null, (bool)ctx.get_data("weight") ? Weight(dy, x) : null);
    }

    /// <summary>x Wᵀ.</summary>
    /// <param name="x">(…, in), row after row, as all here.</param>
    public static unsafe Tensor Forward(Tensor x, Tensor weight)
    {
        var (rows, depth, width) = ((int)(x.NumberOfElements / x.shape[^1]), (int)x.shape[^1], (int)weight.shape[0]);
        var y = empty([.. x.shape[..^1], width]);
        MatrixProducts.Multiply(new(RawData.Of(x), depth), new Strided(RawData.Of(weight), depth).Transposed, RawData.Of(y), rows, depth, width);
        return y;
    }

    /// <summary>dy W: the input's gradient.</summary>
    public static unsafe Tensor Input(Tensor dy, Tensor weight)
    {
        var (width, depth) = ((int)weight.shape[1], (int)weight.shape[0]);
        var dx = empty([.. dy.shape[..^1], width]);
        MatrixProducts.Multiply(new(RawData.Of(dy), depth), new(RawData.Of(weight), width), RawData.Of(dx), (int)(dy.NumberOfElements / depth), depth, width);
        return dx;
    }

    /// <summary>dyᵀ x: the weight's gradient.</summary>
    public static unsafe Tensor Weight(Tensor dy, Tensor x)
    {
        var (rows, width) = ((int)dy.shape[^1], (int)x.shape[^1]);
        var dw = empty(rows, width);
        MatrixProducts.Multiply(new Strided(RawData.Of(dy), rows).Transposed, new(RawData.Of(x), width), RawData.Of(dw), rows, (int)(x.NumberOfElements / width), width);
        return dw;
    }
}
