using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>One named weight and where it lies in the flat tensor.</summary>
/// <param name="Name">As in the safetensors file.</param>
/// <param name="Shape">Row-major.</param>
public sealed record WeightSlot(string Name, long[] Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, side) => checked(product * side));
}

/// <summary>
/// All weights that are trained together, in one flat leaf tensor. Autograd then needs one gradient buffer, clipping
/// one norm and AdamW a handful of operations whatever the number of layers: small models are bound by the number of
/// operations, and a loop over twenty tensors was a quarter of a step (measured in the prototype).
/// </summary>
public sealed class FlatWeights : IDisposable
{
    private readonly long[] _counts;

    /// <param name="slots">Names and shapes, in the order in which they lie in memory.</param>
    /// <param name="dtype">Element type.</param>
    public FlatWeights(IReadOnlyList<WeightSlot> slots, ScalarType dtype = ScalarType.Float32)
    {
        Slots = slots;
        _counts = [.. slots.Select(s => s.Count)];
        Flat = zeros([_counts.Sum()], dtype).DetachFromDisposeScope();
    }

    public IReadOnlyList<WeightSlot> Slots { get; }

    /// <summary>(N): every element of every weight.</summary>
    public Tensor Flat { get; }

    /// <summary>
    /// The weights as views of <see cref="Flat"/>, by name, in the caller's dispose scope. When the flat tensor wants
    /// a gradient and gradients are on, autograd flows through the views into it.
    /// </summary>
    /// <param name="dtype">Views of a copy in this type where it is another (bfloat16 training keeps its 32-bit weights); null = as they are.</param>
    public Dictionary<string, Tensor> Views(ScalarType? dtype = null)
    {
        var parts = (dtype is { } other && other != Flat.dtype ? Flat.to_type(other) : Flat).split(_counts, 0);
        var views = new Dictionary<string, Tensor>(Slots.Count, StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            views.Add(Slots[i].Name, parts[i].view(Slots[i].Shape));
        }
        return views;
    }

    /// <summary>The same slots and numbers in a tensor of its own, perhaps of another type.</summary>
    public FlatWeights Copy(ScalarType? dtype = null)
    {
        var copy = new FlatWeights(Slots, dtype ?? Flat.dtype);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        copy.Flat.copy_(Flat);
        return copy;
    }

    public void Dispose() => Flat.Dispose();
}
