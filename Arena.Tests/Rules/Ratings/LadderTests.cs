using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class LadderTests
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 6).Select(i => new Guid(i, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0]))];

    /// <summary>Everybody against everybody, the lower number winning three of four, and a table of four.</summary>
    private static List<(Guid[] Versions, long[] Scores)> Matches()
    {
        var matches = new List<(Guid[], long[])>();
        for (var i = 0; i < 5; i++)
        {
            for (var j = i + 1; j < 5; j++)
            {
                matches.AddRange([([Ids[i], Ids[j]], [1, 0]), ([Ids[j], Ids[i]], [0, 1]), ([Ids[i], Ids[j]], [1, 0]), ([Ids[i], Ids[j]], [0, 1])]);
            }
        }
        matches.Add(([Ids[3], Ids[0], Ids[4], Ids[1]], [250_000, 1_000_000, 0, 250_000]));
        return matches;
    }

    private static Ladder Fit(IEnumerable<(Guid[] Versions, long[] Scores)> matches, params Guid[] anchors)
    {
        var book = new LadderBook();
        foreach (var (versions, scores) in matches)
        {
            book.Add(versions, scores);
        }
        return Ladder.Of(book, anchors.ToHashSet());
    }

    [Fact]
    public void TheOrderOfTheMatchesChangesNotOneBit()
    {
        var matches = Matches();
        var one = Fit(matches, Ids[2]);
        var other = Fit(matches.AsEnumerable().Reverse().OrderBy(m => m.Scores[0]), Ids[2]);
        foreach (var (a, b) in Ids.SelectMany(a => Ids.Select(b => (a, b))))
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Between(a, b).Difference), BitConverter.DoubleToInt64Bits(other.Between(a, b).Difference));
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Between(a, b).Variance), BitConverter.DoubleToInt64Bits(other.Between(a, b).Variance));
        }
        Assert.Equal(one.Places.Values.OrderBy(p => p.Version), other.Places.Values.OrderBy(p => p.Version));
    }

    [Fact]
    public void TheAnchorsStandAt1500AndTheStrongerStandHigher()
    {
        var ladder = Fit(Matches(), Ids[1], Ids[3]);
        Assert.InRange(ladder.Places[Ids[1]].Milli + ladder.Places[Ids[3]].Milli, 2_999_999, 3_000_001);
        Assert.Equal(Ids.Take(5), ladder.Places.Values.OrderByDescending(p => p.Milli).Select(p => p.Version));
        Assert.All(ladder.Places.Values, p => Assert.True(p.Low < p.Milli && p.Milli < p.High));
        Assert.InRange(ladder.Expected(Ids[0], Ids[4]), 0.75, 0.99);
        // Unknown: the list's centre, as uncertain as anybody in it at the start.
        Assert.DoesNotContain(Ids[5], ladder.Places.Keys);
        Assert.True(ladder.Between(Ids[5], Ids[0]).Variance > ladder.Between(Ids[1], Ids[0]).Variance);
    }

    [Fact]
    public void ATableOfFourWeighsAsThreeMatchesOfTwo()
    {
        // The same comparisons, once as one table, once as six matches that weigh half each.
        var table = Fit([([Ids[0], Ids[1], Ids[2], Ids[3]], [3, 2, 1, 0]), ([Ids[0], Ids[1], Ids[2], Ids[3]], [3, 2, 1, 0])]);
        var matches = Fit(from i in Enumerable.Range(0, 4) from j in Enumerable.Range(i + 1, 3 - i) select (new[] { Ids[i], Ids[j] }, new long[] { 1, 0 }));
        Assert.Equal(matches.Between(Ids[0], Ids[3]).Difference, table.Between(Ids[0], Ids[3]).Difference, 1e-9);
    }

    [Fact]
    public void ALongListKeepsItsAnchorsAndWhoPlayedMost()
    {
        var book = new LadderBook();
        foreach (var (versions, scores) in Matches())
        {
            book.Add(versions, scores);
        }
        book.Add([Ids[5], Ids[0]], [0, 1]);
        Assert.Equal(new[] { Ids[0], Ids[1], Ids[5] }, Ladder.Of(book, new HashSet<Guid> { Ids[5] }, most: 3).Places.Keys.Order());
    }

    [Fact]
    public void RecordsAreReadFromBothSides()
    {
        var book = new LadderBook();
        book.Add([Ids[1], Ids[0]], [1, 0]);
        book.Add([Ids[0], Ids[1]], [1, 1]);
        Assert.Equal((Ids[0], Ids[1], new HeadToHead(0, 1, 1)), Assert.Single(book.Pairs()));
        Assert.Equal(new HeadToHead(1, 0, 1), book.Pairs()[0].Record.Turned);
    }
}
