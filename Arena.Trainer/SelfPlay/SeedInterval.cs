namespace Arena.Trainer.SelfPlay;

/// <summary>The mean over independent runs with its 95 % interval by Student's t: with five runs the normal quantile would be a third too small.</summary>
public static class SeedInterval
{
    // Two-sided 95 % quantiles of Student's t for 1 to 10 degrees of freedom, from the usual tables.
    private static readonly double[] Quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

    /// <param name="values">One per run, 0 to 1.</param>
    /// <returns>The interval clamped to 0..1; all of it with a single run, which says nothing about others. Games is the number of runs.</returns>
    public static Score Of(IReadOnlyList<double> values, double draws, double illegal)
    {
        var mean = values.Average();
        if (values.Count < 2)
        {
            return new(mean, 0, 1, values.Count, draws, illegal);
        }
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        // Above ten degrees of freedom the last tabled value is kept: a little wide, never narrow.
        var margin = Quantiles[Math.Min(values.Count - 2, Quantiles.Length - 1)] * deviation / Math.Sqrt(values.Count);
        return new(mean, Math.Max(0, mean - margin), Math.Min(1, mean + margin), values.Count, draws, illegal);
    }
}
