using Arena.Trainer.Chance;
using Arena.Trainer.Training;

namespace Arena.Tests.Trainer.Training;

public sealed class BatchOrderTests
{
    /// <summary>Lengths as answers have them: many short ones, a long tail.</summary>
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 1003).Select(i => new SeededChance(5, (ulong)i)).Select(c => 8 + (int)(-60 * Math.Log(1 - c.NextDouble())))];

    /// <summary>Share of positions that are padding when each batch is as wide as its longest.</summary>
    private static double Padding(List<int[]> batches) => 1 - batches.Sum(b => b.Sum(i => (double)Lengths[i])) / batches.Sum(b => (double)b.Length * b.Max(i => Lengths[i]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_pass_holds_every_item_once(bool byLength)
    {
        var batches = BatchOrder.Draw(new SeededChance(1), Lengths, 16, byLength);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(b => b).Order());
        // Only one batch may be short: as many steps as without buckets.
        Assert.Equal(63, batches.Count);
        Assert.Equal(62, batches.Count(b => b.Length == 16));
    }

    [Fact]
    public void The_seed_alone_decides_and_passes_differ()
    {
        var chance = new SeededChance(1);
        var (first, second) = (BatchOrder.Draw(chance, Lengths, 16, true), BatchOrder.Draw(chance, Lengths, 16, true));
        Assert.Equal(first, BatchOrder.Draw(new SeededChance(1), Lengths, 16, true));
        Assert.NotEqual(first, second);
        // Not only another order of the same batches.
        Assert.NotEqual(first.Select(b => b.Order().First()).Order(), second.Select(b => b.Order().First()).Order());
    }

    [Fact]
    public void Buckets_leave_a_fraction_of_the_padding()
    {
        var (mixed, sorted) = (Padding(BatchOrder.Draw(new SeededChance(1), Lengths, 16, false)), Padding(BatchOrder.Draw(new SeededChance(1), Lengths, 16, true)));
        Assert.True(mixed > 0.5, $"{mixed:P0} padding without buckets");
        Assert.True(sorted < 0.2, $"{sorted:P0} padding with buckets");
        TestContext.Current.TestOutputHelper?.WriteLine($"padding {mixed:P1} without buckets, {sorted:P1} with them");
    }

    [Fact]
    public void Batches_do_not_come_from_long_to_short()
    {
        var longest = BatchOrder.Draw(new SeededChance(1), Lengths, 16, true).Select(b => b.Max(i => Lengths[i])).ToList();
        var falls = longest.Zip(longest.Skip(1)).Count(p => p.Second < p.First);
        Assert.InRange(falls, 15, 47);
    }
}
