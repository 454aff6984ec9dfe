using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>Weights in memory that answers can share a batch over: a model of its own, or a base with the adapters over it.</summary>
public sealed class LaneModel : IDisposable
{
    private readonly FlatWeights _weights;
    private readonly Dictionary<string, Tensor> _views;

    /// <param name="weights">Owned from now on, as is <paramref name="decoder"/>.</param>
    internal LaneModel(Decoder decoder, FlatWeights weights)
    {
        using var _ = no_grad();
        (Decoder, _weights) = (decoder, weights);
        _views = weights.Views().ToDictionary(v => v.Key, v => v.Value.DetachFromDisposeScope());
        Bank = new AdapterBank(decoder.Config, _views);
        Products = Bank.Base.Layers.Sum(l => new[] { l.Q, l.K, l.V, l.O, l.Gate, l.Up, l.Down }.Sum(w => (double)w.Weight.NumberOfElements)) + Bank.Base.Head.NumberOfElements;
    }

    public Decoder Decoder { get; }

    public ScalarType Type => _weights.Flat.dtype;

    internal long ElementSize => _weights.Flat.ElementSize;

    /// <summary>Multiplications of one position.</summary>
    internal double Products { get; }

    /// <summary>No policy uses it any more; no request for it will come.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>The adapters over it.</summary>
    internal AdapterBank Bank { get; }

    /// <summary>A copy of the weights with an adapter merged in.</summary>
    internal FlatWeights Merged(LoraAdapter adapter) => adapter.MergeInto(_weights);

    public void Dispose()
    {
        IsRetired = true;
        Bank.Dispose();
        foreach (var view in _views.Values)
        {
            view.Dispose();
        }
        _weights.Dispose();
        Decoder.Dispose();
    }
}
