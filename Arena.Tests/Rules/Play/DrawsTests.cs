using Arena.Rules.Play;

namespace Arena.Tests.Rules.Play;

public sealed class DrawsTests
{
    // Computed with Python's hashlib from the description in docs/protocol.md.
    [Fact]
    public void TheFirstWordsOfAStreamAreTheDocumentedOnes()
    {
        var draws = new Draws(new byte[32], "deal/0");
        Assert.Equal([1391975673487722610UL, 11418913897967089545UL, 2577897134578632201UL, 129153036669777843UL, 5673326765568270870UL], Enumerable.Range(0, 5).Select(_ => draws.NextWord()));
    }

    [Fact]
    public void StreamsOfOneSeedDiffer() =>
        Assert.NotEqual(new Draws(new byte[32], "deal/0").NextWord(), new Draws(new byte[32], "deal/1").NextWord());

    [Fact]
    public void EveryResultBelowTheBoundComesUpEquallyOften()
    {
        var draws = new Draws(new byte[32], "x");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[draws.Next(7)]++;
        }
        // Expected 10,000 each, standard deviation 93.
        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));
        Assert.Equal(0, draws.Next(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => draws.Next(0));
    }
}
