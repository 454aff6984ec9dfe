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

    /// <summary>Eight versions, each pair twelve times, the better one winning as Bradley and Terry say.</summary>
    private static List<(Guid[] Versions, long[] Scores)> Season(double cycle = 0)
    {
        var random = new TestNumbers(23);
        var ids = Enumerable.Range(1, 8).Select(i => new Guid(i, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0])).ToArray();
        return [.. from i in Enumerable.Range(0, 8) from j in Enumerable.Range(i + 1, 7 - i) from game in Enumerable.Range(0, 12)
                   let p = 1 / (1 + Math.Exp(-(0.25 * (j - i) + ((j - i) % 2 == 0 ? cycle : -cycle))))
                   let draw = random.Uniform() < 0.2
                   let first = random.Uniform() < p
                   select ((Guid[])[ids[i], ids[j]], draw ? (long[])[5, 5] : first ? (long[])[10, 0] : [0, 10])];
    }

    [Fact]
    public void WhatOneMatchMovedIsWhatASecondFitWithoutItSays()
    {
        var season = Season();
        var anchor = season[0].Versions[0];
        var whole = Fit(season, anchor);
        foreach (var at in (int[])[0, 40, 100, 200, 300])
        {
            var (versions, scores) = season[at];
            var rest = Fit(season.Where((_, i) => i != at), anchor);
            var score = scores[0] == scores[1] ? 0.5 : scores[0] > scores[1] ? 1 : 0;
            var moved = whole.Moved(versions[0], versions[1], score)!.Value;
            Assert.Equal(whole.Places[versions[0]].Milli - rest.Places[versions[0]].Milli, moved.First, 200.0);
            Assert.Equal(whole.Places[versions[1]].Milli - rest.Places[versions[1]].Milli, moved.Second, 200.0);
            Assert.True(versions[0] == anchor ? moved.First == 0 : Math.Abs(moved.First) > 500);
        }
        Assert.Null(whole.Moved(anchor, Guid.Empty, 1));
        Assert.Null(Ladder.Empty.Moved(anchor, Guid.Empty, 1));
    }

    [Fact]
    public void TheSandwichIntervalIsTheOneOfTheKernelsFitAndGivenOnlyWhereItHolds()
    {
        var season = Season();
        var versions = season.SelectMany(m => m.Versions).Distinct().Order().ToArray();
        var ladder = Fit(season, versions[0]);
        // The same table through the general fit, anchored at the same version: its sandwich has no prior, which is wide here.
        var index = versions.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        var table = BattleTable.FromIds(
            versions.Length, [.. season.Select(m => index[m.Versions[0]])], [.. season.Select(m => index[m.Versions[1]])],
            [.. season.Select(m => m.Scores[0] > m.Scores[1] ? BattleOutcome.FirstWins : m.Scores[0] < m.Scores[1] ? BattleOutcome.SecondWins : BattleOutcome.Tie)]);
        var fit = BradleyTerry.Fit(table, new(PriorDeviation: ladder.PriorDeviation, WithCovariance: true));
        for (var i = 1; i < versions.Length; i++)
        {
            var deviation = Math.Sqrt(fit.Covariance[i * 8 + i] + fit.Covariance[0] - 2 * fit.Covariance[i]);
            var place = ladder.Places[versions[i]];
            Assert.Equal(1.959963984540054 * deviation, (place.RobustHigh!.Value - place.RobustLow!.Value) / 2_000.0, 0.05);
            Assert.InRange((double)(place.RobustHigh.Value - place.RobustLow.Value) / (place.High - place.Low), 0.75, 1.1);
        }

        // A newcomer with few matches and one who won all: their few, one-sided residuals would make it far too narrow.
        var (newcomer, champion) = (Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(1)));
        season.AddRange(Enumerable.Range(0, 10).Select(i => ((Guid[])[newcomer, versions[1]], (long[])[i % 2, 1 - i % 2])));
        season.AddRange(Enumerable.Range(0, 40).Select(_ => ((Guid[])[champion, versions[2]], (long[])[1, 0])));
        var places = Fit(season, versions[0]).Places;
        Assert.Null(places[newcomer].RobustLow);
        Assert.Null(places[champion].RobustLow);
        Assert.NotNull(places[versions[3]].RobustLow);
        // Pairs of larger matches depend on each other.
        Assert.All(Fit([.. season, ([versions[0], versions[1], versions[2]], [1, 2, 3])], versions[0]).Places.Values, p => Assert.Null(p.RobustLow));
    }
}
