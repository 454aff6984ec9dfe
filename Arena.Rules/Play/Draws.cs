using System.Buffers.Binary;
using Arena.Rules.Hashing;

namespace Arena.Rules.Play;

/// <summary>
/// The counter-based generator of docs/protocol.md: block i = SHA-256("arena-draws-v1" || seed (32 bytes) || stream
/// (UTF-8, length-prefixed) || i (u64 big-endian)), read as four u64 big-endian words. Same seed and stream, same
/// draws, in any language. Not thread-safe.
/// </summary>
public sealed class Draws
{
    private readonly byte[] _prefix;
    private readonly byte[] _block = new byte[32];
    private ulong _counter;
    private int _used = 4;

    /// <param name="seed">32 bytes.</param>
    /// <param name="stream">Separates uses of one seed, e.g. "deal/0" or "house/0/1".</param>
    public Draws(ReadOnlySpan<byte> seed, string stream)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, 32);
        var name = System.Text.Encoding.UTF8.GetBytes(stream);
        _prefix = new byte[14 + 32 + 4 + name.Length + 8];
        "arena-draws-v1"u8.CopyTo(_prefix);
        seed.CopyTo(_prefix.AsSpan(14));
        BinaryPrimitives.WriteUInt32BigEndian(_prefix.AsSpan(46), (uint)name.Length);
        name.CopyTo(_prefix.AsSpan(50));
    }

    /// <summary>A uniform 64-bit word.</summary>
    public ulong NextWord()
    {
        if (_used == 4)
        {
            BinaryPrimitives.WriteUInt64BigEndian(_prefix.AsSpan(_prefix.Length - 8), _counter++);
            Sha256.Hash(_prefix, _block);
            _used = 0;
        }
        return BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(8 * _used++));
    }

    /// <summary>A uniform integer in [0, <paramref name="bound"/>), by rejection, so without bias.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var range = (ulong)bound;
        var limit = ulong.MaxValue - (ulong.MaxValue % range + 1) % range;
        ulong word;
        do { word = NextWord(); } while (word > limit);
        return (int)(word % range);
    }

    /// <summary>An index, by chances that sum to 1; one draw below a million.</summary>
    public int PickBy(IReadOnlyList<double> chances)
    {
        var left = (Next(1_000_000) + 0.5) / 1_000_000;
        var last = 0;
        for (var i = 0; i < chances.Count; i++)
        {
            if (chances[i] > 0)
            {
                last = i;
                if ((left -= chances[i]) < 0)
                {
                    return i;
                }
            }
        }
        return last;
    }

    /// <summary>One element, uniformly.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];
}
