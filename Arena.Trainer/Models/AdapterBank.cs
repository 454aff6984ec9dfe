using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// Several adapters over one base at once: the rows of a batch may use different ones, or none. The base's products are made once for all rows;
/// each adapter adds its correction to its own rows. Ranks and covered layers may differ. Gradients reach each adapter's own weights, so one
/// batch can serve or train many. Owns nothing; its views live in the caller's dispose scope.
/// </summary>
public sealed class AdapterBank
{
    private readonly ModelConfig _config;
    private readonly IReadOnlyDictionary<string, Tensor> _base;
    private readonly IReadOnlyList<LoraAdapter> _adapters;
    private readonly Dictionary<string, Tensor>[] _views;
    private readonly DecoderWeights?[] _whole;

    /// <param name="views">Base weights by Hugging Face name.</param>
    public AdapterBank(ModelConfig config, IReadOnlyDictionary<string, Tensor> views, IReadOnlyList<LoraAdapter> adapters)
    {
        (_config, _base, _adapters) = (config, views, adapters);
        _views = [.. adapters.Select(a => a.Weights.Views())];
        _whole = new DecoderWeights?[adapters.Count + 1];
    }

    public int Count => _adapters.Count;

    /// <summary>Weights with one adapter for every row; always the same object for the same adapter.</summary>
    /// <param name="adapter">Its place in the list, or -1 for the base alone.</param>
    public DecoderWeights For(int adapter)
    {
        if (adapter < -1 || adapter >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(adapter), adapter, $"the bank holds {Count} adapters");
        }
        return _whole[adapter + 1] ??= adapter < 0 ? DecoderWeights.Bind(_config, _base) : DecoderWeights.Bind(_config, _base, _adapters[adapter], _views[adapter]);
    }

    /// <summary>Weights for a batch whose rows use these adapters. Where all rows use the same one this is <see cref="For"/>.</summary>
    /// <param name="adapterOfRow">(B): places in the list, -1 for the base alone.</param>
    public DecoderWeights ForRows(IReadOnlyList<int> adapterOfRow)
    {
        var groups = adapterOfRow.Index().GroupBy(r => r.Item, r => (long)r.Index).OrderBy(g => g.Key).ToList();
        foreach (var group in groups)
        {
            For(group.Key);
        }
        if (groups.Count == 1)
        {
            return For(groups[0].Key);
        }
        var indices = groups.Where(g => g.Key >= 0).Select(g => (Adapter: g.Key, Rows: tensor(g.ToArray(), device: _base["model.norm.weight"].device))).ToList();
        return DecoderWeights.Bind(_config, _base, (module, linear) => linear with { Rows = [.. indices.Where(i => _views[i.Adapter].ContainsKey(module + ".lora_A")).Select(i => Correction(module, i.Adapter, i.Rows))] })
            with
        { PerRow = true };
    }

    private RowCorrection Correction(string module, int adapter, Tensor rows) =>
        new(rows, _views[adapter][module + ".lora_A"], _views[adapter][module + ".lora_B"], _adapters[adapter].Config.ScaleOf(module));
}
