using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>Flat weights to and from safetensors files.</summary>
public static class WeightFiles
{
    /// <summary>Copies every slot's tensor out of the file, converting its type.</summary>
    /// <param name="nameOf">The name in the file of a slot.</param>
    /// <exception cref="TrainerException">A tensor is absent, has another shape, or holds numbers that are not finite.</exception>
    public static void Fill(FlatWeights weights, SafeTensorsReader file, Func<string, string> nameOf)
    {
        using var _ = no_grad();
        using var outer = NewDisposeScope();
        var views = weights.Views();
        foreach (var slot in weights.Slots)
        {
            using var scope = NewDisposeScope();
            var name = nameOf(slot.Name);
            var tensor = file.Read(name);
            if (!tensor.shape.AsSpan().SequenceEqual(slot.Shape))
            {
                throw new TrainerException($"{file.Path}: \"{name}\" has the shape [{string.Join(", ", tensor.shape)}], the configuration asks for [{string.Join(", ", slot.Shape)}].");
            }
            if (!tensor.isfinite().all().item<bool>())
            {
                throw new TrainerException($"{file.Path}: \"{name}\" holds infinite numbers or NaN.");
            }
            views[slot.Name].copy_(tensor);
        }
    }

    public static void Save(FlatWeights weights, string path)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(path, weights.Views(), new Dictionary<string, string> { ["format"] = "pt" });
    }
}
