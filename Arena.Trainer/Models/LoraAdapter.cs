using Arena.Trainer.Chance;
using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>A low-rank adapter over a decoder (Hu et al., arXiv 2106.09685).</summary>
public sealed class LoraAdapter(LoraConfig config, FlatWeights weights) : IDisposable
{
    public LoraConfig Config { get; } = config;

    public FlatWeights Weights { get; } = weights;

    /// <summary>A fresh adapter that changes nothing yet: A uniform in ±1/sqrt(fan_in), B zero.</summary>
    public static LoraAdapter Initialise(ModelConfig model, LoraConfig config, SeededChance chance, ScalarType dtype = ScalarType.Float32)
    {
        var weights = new FlatWeights(config.Slots(model), dtype);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, view) in weights.Views())
        {
            if (name.EndsWith("lora_A", StringComparison.Ordinal))
            {
                var bound = 1 / Math.Sqrt(view.shape[1]);
                var numbers = new double[view.NumberOfElements];
                for (var i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = (2 * chance.NextDouble() - 1) * bound;
                }
                view.copy_(tensor(numbers, view.shape, ScalarType.Float64));
            }
        }
        return new LoraAdapter(config, weights);
    }

    /// <summary>The base weights with this adapter's correction added in: W + scale B A.</summary>
    public FlatWeights MergeInto(FlatWeights baseWeights)
    {
        var merged = baseWeights.Copy();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var views = merged.Views();
        var parts = Weights.Views();
        foreach (var (name, a) in parts.Where(p => p.Key.EndsWith(".lora_A", StringComparison.Ordinal)))
        {
            var path = name[..^".lora_A".Length];
            views[$"model.{path}.weight"].RaisedBy(parts[path + ".lora_B"].mm(a).Times(Config.ScaleOf(path)));
        }
        return merged;
    }

    public void Dispose() => Weights.Dispose();
}
