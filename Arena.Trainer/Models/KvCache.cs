using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// Keys and values of the positions seen so far, for rows that advance in lock step. Rows with shorter prompts are
/// padded on the left; <see cref="Padding"/> says by how much.
/// </summary>
public sealed partial class KvCache : IDisposable
{
    private Tensor[] _keys;
    private Tensor[] _values;
    private nint[] _keyData;
    private nint[] _valueData;
    private float[] _logits = [];

    /// <param name="rows">Sequences.</param>
    /// <param name="capacity">Most positions.</param>
    /// <param name="padding">Empty positions on the left of each row, or null where no row has any.</param>
    public KvCache(ModelConfig config, int rows, int capacity, IReadOnlyList<int>? padding = null, ScalarType dtype = ScalarType.Float32)
    {
        Rows = rows;
        Capacity = capacity;
        Padding = padding is not null && padding.Any(p => p > 0) ? [.. padding] : null;
        Tensor Block() => zeros([rows, config.KvHeads, capacity, config.HeadDim], dtype).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Block())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Block())];
        (_keyData, _valueData) = (Data(_keys), Data(_values));
    }

    private KvCache(Tensor[] keys, Tensor[] values, int rows, int capacity, int length, int[]? padding) =>
        (_keys, _values, _keyData, _valueData, Rows, Capacity, Length, Padding) = (keys, values, Data(keys), Data(values), rows, capacity, length, padding);

    public int Rows { get; private set; }

    public int Capacity { get; }

    /// <summary>Positions filled.</summary>
    public int Length { get; private set; }

    /// <summary>Empty positions on the left of each row, or null.</summary>
    public int[]? Padding { get; private set; }

    /// <summary>Positions of the longest row: what must fit the model, however far to the right the rows stand.</summary>
    internal int Longest => Padding is null ? Length : Length - LeastPadding;

    /// <summary>Stores the new positions of one layer; gives all positions so far, (B, Hkv, S, D).</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var count = keys.shape[2];
        if (Length + count > Capacity)
        {
            throw new InvalidOperationException($"The cache holds {Capacity} positions; {Length + count} were asked for.");
        }
        var (allKeys, allValues) = (_keys[layer].narrow(0, 0, Rows), _values[layer].narrow(0, 0, Rows));
        allKeys.narrow(2, Length, count).copy_(keys);
        allValues.narrow(2, Length, count).copy_(values);
        return (allKeys.narrow(2, 0, Length + count), allValues.narrow(2, 0, Length + count));
    }

    internal void Advance(int count) => Length += count;

    /// <summary>Where one layer's keys lie, (rows, Hkv, capacity, D) in 32-bit numbers, for as long as the cache lives.</summary>
    internal unsafe float* KeyData(int layer) => (float*)_keyData[layer];

    /// <summary>Where one layer's values lie, as its keys.</summary>
    internal unsafe float* ValueData(int layer) => (float*)_valueData[layer];

    /// <summary>(rows, V) for the logits of a step, which the next step overwrites: at thousands of steps a second fresh arrays would keep the collector busy.</summary>
    internal float[] LogitsRoom(int vocabulary) => _logits.Length >= Rows * vocabulary ? _logits : _logits = new float[Rows * vocabulary];

    private static nint[] Data(Tensor[] blocks) => [.. blocks.Select(b => { unsafe { return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(b.bytes)); } })];

    /// <summary>A cache with the given rows of this one, in that order; a row may occur many times (forks).</summary>
    public KvCache Select(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.Select(r => (long)r).ToArray());
        Tensor Pick(Tensor block) => block.index_select(0, index).DetachFromDisposeScope();
        return new([.. _keys.Select(Pick)], [.. _values.Select(Pick)], rows.Count, Capacity, Length, Padding is null ? null : [.. rows.Select(r => Padding[r])]);
    }

    public void Dispose()
    {
        foreach (var block in _keys.Concat(_values))
        {
            block.Dispose();
        }
        _keys = _values = [];
        _keyData = _valueData = [];
    }
}
