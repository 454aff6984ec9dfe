namespace Arena.Bench;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere.</summary>
internal sealed class Numbers(ulong seed)
{
    private ulong _state = seed;

    public ulong Word()
    {
        var word = _state += 0x9E3779B97F4A7C15;
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
        word = (word ^ word >> 27) * 0x94D049BB133111EB;
        return word ^ word >> 31;
    }

    public double Uniform() => (Word() >> 12) * (1.0 / (1L << 52));

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    public int Below(int limit) => (int)(Uniform() * limit);

    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
