using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>Flat weights to and from safetensors files.</summary>
public static class WeightFiles
{
    /// <summary>Copies every slot's tensor out of one file, converting its type.</summary>
    /// <param name="nameOf">The name in the file of a slot.</param>
    /// <exception cref="TrainerException">A tensor is absent, has another shape, or holds numbers that are not finite.</exception>
    public static void Fill(FlatWeights weights, SafeTensorsReader file, Func<string, string> nameOf)
    {
        foreach (var slot in weights.Slots)
        {
            Check(slot, nameOf(slot.Name), file.Entries, file.Path);
        }
        Fill(weights, slot => file.Read(nameOf(slot)), file.Path, nameOf);
    }

    public static void Save(FlatWeights weights, string path)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(path, weights.Views(), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Whether a file has what a slot needs, without reading it.</summary>
    internal static void Check(WeightSlot slot, string name, IReadOnlyDictionary<string, SafeTensorEntry> entries, string source)
    {
        var entry = entries.GetValueOrDefault(name) ?? throw new TrainerException($"{source}: there is no tensor \"{name}\", which the configuration asks for.");
        if (!entry.Shape.AsSpan().SequenceEqual(slot.Shape))
        {
            throw new TrainerException($"{source}: \"{name}\" has the shape [{string.Join(", ", entry.Shape)}], the configuration asks for [{string.Join(", ", slot.Shape)}].");
        }
        if (entry.DType is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw new TrainerException($"{source}: \"{name}\" holds {entry.DType}; weights are read as F64, F32, F16 or BF16.");
        }
    }

    internal static void Fill(FlatWeights weights, Func<string, Tensor> read, string source, Func<string, string> nameOf)
    {
        using var _ = no_grad();
        using var outer = NewDisposeScope();
        var views = weights.Views();
        foreach (var slot in weights.Slots)
        {
            using var scope = NewDisposeScope();
            var view = views[slot.Name].copy_(read(slot.Name));
            // After the conversion: a number that is too large for the type in memory is caught too.
            if (!view.isfinite().all().item<bool>())
            {
                throw new TrainerException($"{source}: \"{nameOf(slot.Name)}\" holds infinite numbers or NaN.");
            }
        }
    }
}
