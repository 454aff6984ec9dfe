namespace Arena.Trainer.Training;

/// <summary>The parts in which a batch goes through the model; gradients of parts add up to the whole batch's, so the step is the same.</summary>
internal static class StepParts
{
    // About as many positions of a tiny policy's activations as stay in a processor's cache: whole batches of 256 trajectories take twice as long.
    private const int Positions = 2048;

    /// <summary>Items of like length together, since each part is padded to its longest. Never an empty part.</summary>
    /// <param name="lengths">Tokens of each item.</param>
    /// <param name="least">Least number of parts, where there are so many items.</param>
    /// <returns>Places of items, a part each.</returns>
    public static IEnumerable<int[]> ByLength(IReadOnlyList<int> lengths, int least)
    {
        // OrderBy is stable, so the parts follow from the batch alone.
        var order = Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]).ToArray();
        return Even(lengths.Count, (int)Math.Max(least, (lengths.Sum(n => (long)n) + Positions - 1) / Positions)).Select(p => order[p.From..(p.From + p.Count)]);
    }

    /// <summary>Parts as even as can be, in order; never an empty one.</summary>
    public static IEnumerable<(int From, int Count)> Even(int items, int parts)
    {
        parts = Math.Min(parts, items);
        for (var n = 0; n < parts; n++)
        {
            var (from, to) = ((int)((long)items * n / parts), (int)((long)items * (n + 1) / parts));
            yield return (from, to - from);
        }
    }
}
