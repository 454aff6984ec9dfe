namespace Arena.Bench.Games;

/// <summary>The random numbers of the workloads, the same in every run, and the place where their results go.</summary>
internal static class Chance
{
    /// <summary>Results go here so that no game can be optimised away.</summary>
    internal static long Sink;

    private static ulong _state = 1;

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014), reduced by multiplication; its bias below 2^-58 is of no matter here.</summary>
    internal static int Below(int bound)
    {
        var word = _state += 0x9E3779B97F4A7C15;
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
        word = (word ^ word >> 27) * 0x94D049BB133111EB;
        return (int)Math.BigMul(word ^ word >> 31, (ulong)bound, out _);
    }

    internal static byte[] Seed()
    {
        var seed = new byte[32];
        BitConverter.TryWriteBytes(seed, Below(int.MaxValue));
        return seed;
    }
}
