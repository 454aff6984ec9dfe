using Arena.Trainer.Chance;

namespace Arena.Trainer.Training;

/// <summary>The minibatches of one pass: every item once, in an order that follows from the generator.</summary>
public static class BatchOrder
{
    // As transformers' group_by_length: sorting everything would make every pass the same, so only windows of this many batches are sorted.
    private const int MostWindow = 50;

    /// <param name="chance">Its state before the call is all that decides, beside the lengths.</param>
    /// <param name="lengths">Tokens of each item.</param>
    /// <param name="size">Items a batch.</param>
    /// <param name="byLength">Windows of the shuffled order are sorted by length, so that a batch holds items of like length; the batches are then shuffled.</param>
    /// <returns>Places of items, a batch each.</returns>
    public static List<int[]> Draw(SeededChance chance, IReadOnlyList<int> lengths, int size, bool byLength)
    {
        var order = Enumerable.Range(0, lengths.Count).ToList();
        chance.Shuffle(order);
        if (!byLength)
        {
            return [.. order.Chunk(size)];
        }
        // At least four windows a pass, where there are so many batches.
        var window = size * Math.Clamp(order.Count / (4 * size), 1, MostWindow);
        // OrderBy is stable: items of one length stay as they were shuffled.
        var batches = order.Chunk(window).SelectMany(w => w.OrderByDescending(i => lengths[i]).Chunk(size)).ToList();
        chance.Shuffle(batches);
        return batches;
    }
}
