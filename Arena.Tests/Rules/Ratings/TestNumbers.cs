namespace Arena.Tests.Rules.Ratings;

/// <summary>Repeatable numbers for simulations in tests (SplitMix64).</summary>
internal sealed class TestNumbers(ulong seed)
{
    private ulong state = seed * 0xD1342543DE82EF95 + 1;

    public double Uniform()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (((z ^ (z >> 31)) >> 12) + 0.5) / (1L << 52);
    }

    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());
}
