using Arena.Trainer.Models.Fused;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// Gradient checkpointing (Chen et al., arXiv 1604.06174): a block runs without keeping what its gradient needs, and runs again, from what came in, when
/// its gradient is asked for. Memory is then one tensor a block and one block's inside; the price is a second forward pass. The numbers are the same.
/// </summary>
internal sealed class RecomputedBlock : autograd.SingleTensorFunction<RecomputedBlock>
{
    public override string Name => nameof(RecomputedBlock);

    /// <param name="x">(B, T, C).</param>
    /// <param name="run">The block; pure, and run twice.</param>
    /// <returns>(B, T, C).</returns>
    public static Tensor Of(Tensor x, LayerWeights layer, Func<Tensor, LayerWeights, Tensor> run)
    {
        // Autograd asks for gradients of what it is given: the tensors of the layer that learn go in one by one.
        var learning = new List<Tensor>();
        layer.With(t =>
        {
            if (t.requires_grad)
            {
                learning.Add(t);
            }
            return t;
        });
        return learning.Count == 0 && !x.requires_grad ? run(x, layer) : apply([x, layer, run, .. learning]);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, layer, run) = ((Tensor)vars[0], (LayerWeights)vars[1], (Func<Tensor, LayerWeights, Tensor>)vars[2]);
        ctx.save_for_backward([x]);
        ctx.save_data("layer", layer);
        ctx.save_data("run", run);
        ctx.save_data("input", x.requires_grad);
        using var scope = NewDisposeScope();
        return run(x, layer).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var (layer, run, input) = ((LayerWeights)ctx.get_data("layer"), (Func<Tensor, LayerWeights, Tensor>)ctx.get_data("run"), (bool)ctx.get_data("input"));
        var x = ctx.get_saved_variables()[0].detach().requires_grad_(input);
        var leaves = new List<Tensor>();
        using var on = enable_grad();
        var again = layer.With(t =>
        {
            if (!t.requires_grad)
            {
                return t;
            }
            // A leaf of its own: the way back ends here, and goes on outside.
            leaves.Add(t.detach().requires_grad_());
            return leaves[^1];
        });
        var y = run(x, again);
        var gradients = autograd.grad([y], input ? [x, .. leaves] : leaves, [grad_output]);
        return HandedGradients.Hand(grad_output, [input ? gradients[0] : null, null, null, .. gradients.Skip(input ? 1 : 0)]);
    }
}
