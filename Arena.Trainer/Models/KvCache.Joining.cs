namespace Arena.Trainer.Models;

/// <summary>
/// Rows that come and go while others advance. All rows end at <see cref="Length"/>; where one begins is its padding, so a row that joins is laid
/// against the right end, and one that leaves gives its place to the last. Only what a row holds is copied.
/// </summary>
public sealed partial class KvCache
{
    internal int Places => (int)_keys[0].shape[0];

    private int KvHeads => (int)_keys[0].shape[1];

    /// <summary>Bytes of one position of one head.</summary>
    private long PositionBytes => _keys[0].shape[3] * _keys[0].ElementSize;

    private int LeastPadding
    {
        get
        {
            var least = Length;
            for (var row = 0; row < Rows; row++)
            {
                least = Math.Min(least, Padding![row]);
            }
            return least;
        }
    }

    /// <summary>An empty cache with places for rows that will join.</summary>
    internal static KvCache ForJoining(ModelConfig config, int places, int capacity, TorchSharp.torch.ScalarType dtype) =>
        new(config, places, capacity, null, dtype) { Rows = 0, Padding = new int[places] };

    /// <summary>Bytes of keys and values of one row with so many positions.</summary>
    internal static long BytesOf(ModelConfig config, int positions, long elementSize) => 2L * config.Layers * config.KvHeads * positions * config.HeadDim * elementSize;

    /// <summary>Adds the last <paramref name="count"/> positions of a row of another cache as a row of this one.</summary>
    /// <returns>The new row: always the last.</returns>
    internal int Join(KvCache from, int row, int count)
    {
        if (Rows == 0)
        {
            Length = count;
        }
        else if (count > Length)
        {
            Slide(count - Length);
        }
        var place = Rows++;
        Padding![place] = Length - count;
        Copy(from, row, from.Length - count, place, Length - count, count);
        return place;
    }

    /// <summary>Takes a row out; the last row takes its place.</summary>
    internal void Leave(int row)
    {
        var last = --Rows;
        if (row != last)
        {
            Padding![row] = Padding[last];
            Copy(this, last, Padding[row], row, Padding[row], Length - Padding[row]);
        }
    }

    /// <summary>Makes room for one more position when the right end is reached: moves all rows to the left edge.</summary>
    internal void MakeRoom()
    {
        if (Length == Capacity && Rows > 0)
        {
            Slide(-LeastPadding);
        }
    }

    /// <summary>A cache with the same rows and more room; this one is disposed.</summary>
    internal KvCache Grow(ModelConfig config, int places, int capacity)
    {
        var larger = ForJoining(config, places, capacity, _keys[0].dtype);
        (larger.Rows, larger.Length) = (Rows, Length);
        for (var row = 0; row < Rows; row++)
        {
            larger.Padding![row] = Padding![row];
            larger.Copy(this, row, Padding[row], row, Padding[row], Length - Padding[row]);
        }
        Dispose();
        return larger;
    }

    /// <summary>Moves all rows right (or left, below 0).</summary>
    private void Slide(int by)
    {
        if (Length + by > Capacity)
        {
            throw new InvalidOperationException($"The cache holds {Capacity} positions; {Length + by} were asked for.");
        }
        for (var row = 0; row < Rows; row++)
        {
            Copy(this, row, Padding![row], row, Padding[row] + by, Length - Padding[row]);
            Padding[row] += by;
        }
        Length += by;
    }

    private unsafe void Copy(KvCache from, int fromRow, int fromPosition, int toRow, int toPosition, int count)
    {
        var (heads, bytes) = (KvHeads, PositionBytes);
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            for (var head = 0; head < heads; head++)
            {
                var source = (((long)fromRow * heads + head) * from.Capacity + fromPosition) * bytes;
                var target = (((long)toRow * heads + head) * Capacity + toPosition) * bytes;
                // Both handle overlap.
                Buffer.MemoryCopy((byte*)from._keyData[layer] + source, (byte*)_keyData[layer] + target, count * bytes, count * bytes);
                Buffer.MemoryCopy((byte*)from._valueData[layer] + source, (byte*)_valueData[layer] + target, count * bytes, count * bytes);
            }
        }
    }
}
