using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>Weights in memory that answers can share a batch over: a model of its own, or a base with the adapters over it.</summary>
public sealed class LaneModel : IDisposable
{
    private readonly FlatWeights _weights;
    private readonly Dictionary<string, Tensor> _views;
    private readonly DecoderWeights _base;
    private readonly Dictionary<LoraAdapter, (Dictionary<string, Tensor> Views, DecoderWeights Weights)> _adapted = [];

    /// <param name="weights">Owned from now on, as is <paramref name="decoder"/>.</param>
    internal LaneModel(Decoder decoder, FlatWeights weights)
    {
        using var _ = no_grad();
        (Decoder, _weights) = (decoder, weights);
        _views = weights.Views().ToDictionary(v => v.Key, v => v.Value.DetachFromDisposeScope());
        _base = DecoderWeights.Bind(decoder.Config, _views);
        Products = _base.Layers.Sum(l => new[] { l.Q, l.K, l.V, l.O, l.Gate, l.Up, l.Down }.Sum(w => (double)w.Weight.NumberOfElements)) + _base.Head.NumberOfElements;
    }

    public Decoder Decoder { get; }

    public ScalarType Type => _weights.Flat.dtype;

    internal long ElementSize => _weights.Flat.ElementSize;

    /// <summary>Multiplications of one position.</summary>
    internal double Products { get; }

    /// <summary>No policy uses it any more; no request for it will come.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Weights with one adapter for all rows, or the base alone; good until the adapter is forgotten.</summary>
    internal DecoderWeights For(LoraAdapter? adapter)
    {
        if (adapter is null)
        {
            return _base;
        }
        lock (_adapted)
        {
            if (!_adapted.TryGetValue(adapter, out var known))
            {
                using var _ = no_grad();
                var views = adapter.Weights.Views().ToDictionary(v => v.Key, v => v.Value.DetachFromDisposeScope());
                _adapted[adapter] = known = (views, DecoderWeights.Bind(Decoder.Config, _views, adapter, views));
            }
            return known.Weights;
        }
    }

    /// <summary>Weights for a batch whose rows use these adapters (null = the base alone): one product with the base for all rows, and each row's own correction.</summary>
    internal BatchWeights Bind(IReadOnlyList<LoraAdapter?> adapterOfRow)
    {
        if (adapterOfRow.All(a => a == adapterOfRow[0]))
        {
            return new(For(adapterOfRow[0]), []);
        }
        var groups = adapterOfRow.Index().Where(r => r.Item is not null).GroupBy(r => r.Item!, r => (long)r.Index)
            .Select(g => (Weights: For(g.Key), Rows: tensor(g.ToArray()).DetachFromDisposeScope())).ToList();
        var layers = new LayerWeights[_base.Layers.Count];
        for (var n = 0; n < layers.Length; n++)
        {
            LinearWeight Mix(Func<LayerWeights, LinearWeight> pick) => pick(_base.Layers[n]) with
            {
                Rows = [.. groups.Select(g => (g.Rows, Own: pick(g.Weights.Layers[n]))).Where(g => g.Own.A is not null && g.Own.B is not null).Select(g => new RowCorrection(g.Rows, g.Own.A!, g.Own.B!, g.Own.Scale))],
            };
            layers[n] = _base.Layers[n] with { Q = Mix(l => l.Q), K = Mix(l => l.K), V = Mix(l => l.V), O = Mix(l => l.O), Gate = Mix(l => l.Gate), Up = Mix(l => l.Up), Down = Mix(l => l.Down) };
        }
        return new(_base with { Layers = layers, PerRow = true }, [.. groups.Select(g => g.Rows)]);
    }

    /// <summary>A copy of the weights with an adapter merged in.</summary>
    internal FlatWeights Merged(LoraAdapter adapter) => adapter.MergeInto(_weights);

    /// <summary>Lets go of an adapter that no policy uses any more.</summary>
    internal void Forget(LoraAdapter adapter)
    {
        lock (_adapted)
        {
            if (_adapted.Remove(adapter, out var known))
            {
                foreach (var view in known.Views.Values)
                {
                    view.Dispose();
                }
            }
        }
    }

    public void Dispose()
    {
        IsRetired = true;
        foreach (var view in _views.Values)
        {
            view.Dispose();
        }
        _weights.Dispose();
        Decoder.Dispose();
    }
}

/// <summary>Weights bound for the rows of one batch.</summary>
internal sealed record BatchWeights(DecoderWeights Weights, IReadOnlyList<Tensor> Indices) : IDisposable
{
    public void Dispose()
    {
        foreach (var index in Indices)
        {
            index.Dispose();
        }
    }
}
