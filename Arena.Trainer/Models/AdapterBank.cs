using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// Several adapters over one base at once: the rows of a batch may use different ones, or none. The base's products are made once for all rows;
/// each adapter adds its correction to its own rows. Ranks and covered layers may differ. Adapters come and go while the bank stands. Made where gradients
/// are on, gradients reach each adapter's own weights, for one backward pass. Owns neither base nor adapters.
/// </summary>
public sealed class AdapterBank : IDisposable
{
    private readonly ModelConfig _config;
    private readonly IReadOnlyDictionary<string, Tensor> _views;
    private readonly Dictionary<LoraAdapter, (Dictionary<string, Tensor> Views, DecoderWeights Weights)> _known = [];

    /// <param name="views">Base weights by Hugging Face name; they must outlive the bank.</param>
    public AdapterBank(ModelConfig config, IReadOnlyDictionary<string, Tensor> views) =>
        (_config, _views, Base) = (config, views, DecoderWeights.Bind(config, views));

    /// <summary>Weights without an adapter.</summary>
    public DecoderWeights Base { get; }

    /// <summary>Weights with one adapter for every row, or the base alone; the same object until the adapter is forgotten.</summary>
    public DecoderWeights For(LoraAdapter? adapter)
    {
        if (adapter is null)
        {
            return Base;
        }
        lock (_known)
        {
            if (!_known.TryGetValue(adapter, out var known))
            {
                var views = adapter.Weights.Views().ToDictionary(v => v.Key, v => v.Value.DetachFromDisposeScope());
                _known[adapter] = known = (views, DecoderWeights.Bind(_config, _views, adapter, views));
            }
            return known.Weights;
        }
    }

    /// <summary>Weights for a batch whose rows use these adapters (null = the base alone). Where all rows use the same one these are <see cref="For"/>'s.</summary>
    /// <param name="adapterOfRow">(B).</param>
    public RowWeights ForRows(IReadOnlyList<LoraAdapter?> adapterOfRow)
    {
        if (adapterOfRow.All(a => a == adapterOfRow[0]))
        {
            return new(For(adapterOfRow[0]), []);
        }
        var device = _views["model.norm.weight"].device;
        var groups = adapterOfRow.Index().Where(r => r.Item is not null).GroupBy(r => r.Item!, r => (long)r.Index)
            .Select(g => (Weights: For(g.Key), Rows: tensor(g.ToArray(), device: device).DetachFromDisposeScope())).ToList();
        var layers = new LayerWeights[Base.Layers.Count];
        for (var n = 0; n < layers.Length; n++)
        {
            LinearWeight Mix(Func<LayerWeights, LinearWeight> pick) => pick(Base.Layers[n]) with
            {
                Rows = [.. groups.Select(g => (g.Rows, Own: pick(g.Weights.Layers[n]))).Where(g => g.Own.A is not null && g.Own.B is not null).Select(g => new RowCorrection(g.Rows, g.Own.A!, g.Own.B!, g.Own.Scale))],
            };
            layers[n] = Base.Layers[n] with { Q = Mix(l => l.Q), K = Mix(l => l.K), V = Mix(l => l.V), O = Mix(l => l.O), Gate = Mix(l => l.Gate), Up = Mix(l => l.Up), Down = Mix(l => l.Down) };
        }
        return new(Base with { Layers = layers, PerRow = true }, [.. groups.Select(g => g.Rows)]);
    }

    /// <summary>Lets go of an adapter's views; weights bound for it are good no more.</summary>
    public void Forget(LoraAdapter adapter)
    {
        lock (_known)
        {
            if (_known.Remove(adapter, out var known))
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
        foreach (var adapter in _known.Keys.ToList())
        {
            Forget(adapter);
        }
    }
}

/// <summary>Weights bound for the rows of one batch.</summary>
public sealed record RowWeights(DecoderWeights Weights, IReadOnlyList<Tensor> Indices) : IDisposable
{
    public void Dispose()
    {
        foreach (var index in Indices)
        {
            index.Dispose();
        }
    }
}
