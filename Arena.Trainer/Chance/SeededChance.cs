namespace Arena.Trainer.Chance;

/// <summary>
/// xoshiro256** seeded through SplitMix64 (Blackman and Vigna, public domain): fast, the same on every machine and
/// .NET version, and its state can be stored in a checkpoint. All randomness of the trainer comes from here; torch's
/// own generator is not used. Not thread-safe.
/// </summary>
public sealed class SeededChance
{
    private ulong _s0, _s1, _s2, _s3;

    /// <param name="seed">Any number.</param>
    /// <param name="stream">Separates uses of one seed: equal pairs give equal sequences.</param>
    public SeededChance(ulong seed, ulong stream = 0)
    {
        var mixer = seed ^ (stream * 0xD1342543DE82EF95UL);
        _s0 = SplitMix(ref mixer);
        _s1 = SplitMix(ref mixer);
        _s2 = SplitMix(ref mixer);
        _s3 = SplitMix(ref mixer);
    }

    private SeededChance(ulong[] state) => (_s0, _s1, _s2, _s3) = (state[0], state[1], state[2], state[3]);

    /// <summary>The four words of state, for a checkpoint.</summary>
    public ulong[] State => [_s0, _s1, _s2, _s3];

    /// <param name="state">What <see cref="State"/> gave.</param>
    public static SeededChance FromState(IReadOnlyList<ulong> state)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Count, 4);
        return new SeededChance([.. state]);
    }

    /// <summary>A uniform 64-bit word.</summary>
    public ulong NextWord()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextWord() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, <paramref name="bound"/>), without bias.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var range = (ulong)bound;
        var limit = ulong.MaxValue - (ulong.MaxValue % range + 1) % range;
        ulong word;
        do { word = NextWord(); } while (word > limit);
        return (int)(word % range);
    }

    /// <summary>A standard normal number (Box-Muller, one of the pair).</summary>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Fisher-Yates, in place.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
