using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>
/// Frees what an operation of ours gave to autograd. The engine takes its own reference when backward returns, but ours would keep the memory until the
/// step's scope ends: gradients of all layers at once, in ever new memory. So each backward frees what the one before it returned.
/// </summary>
internal static class HandedGradients
{
    [ThreadStatic]
    private static List<Tensor>? _before;

    /// <param name="received">The gradient that came in; its handle is ours too.</param>
    /// <param name="gradients">In the order of inputs; null where an input gets none.</param>
    public static List<Tensor> Hand(Tensor received, params Tensor?[] gradients)
    {
        _before?.ForEach(t => t?.Dispose());
        received.Dispose();
        foreach (var gradient in gradients)
        {
            gradient?.DetachFromDisposeScope();
        }
        return _before = [.. gradients.Select(g => g!)];
    }
}
