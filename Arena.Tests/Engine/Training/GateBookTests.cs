using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class GateBookTests
{
    private static readonly VersionId Candidate = Version(1);
    private static readonly VersionId Parent = Version(2);
    private static readonly VersionId[] Others = [Version(11), Version(12)];
    private static readonly TrainingSettings Settings = new() { Gate = new() { MostPairs = 10 }, Pool = new() { MostDraws = 5 } };

    private static readonly PoolMember[] Members = [.. Others.Select((v, i) => new PoolMember("house", $"m{i}", i == 0 ? 0.75 : 0.25, "house", $"M{i}", Guid.Empty, v.Value, 1500, true, 0.5, null, null))];

    private static VersionId Version(int n) => new(new Guid(n, 0, 0, new byte[8]));

    private static byte[] Seed(int n) => [.. Enumerable.Repeat((byte)n, 32)];

    private static GateMatch At(int at, MatchStatus status, long? score, VersionId? first = null, VersionId? second = null, int seed = 0) =>
        new(new Guid(at, 9, 0, new byte[8]), status, DateTimeOffset.UnixEpoch.AddSeconds(at), null, Seed(seed == 0 ? 100 + at : seed), first ?? Candidate, second ?? Parent, score);

    private static GateBook Book(params GateMatch[] matches) => new(Candidate, Parent, Members, matches);

    [Fact]
    public void OnlyThePairsBeforeTheFirstOpenOneCount()
    {
        var book = Book(At(3, MatchStatus.Running, null), At(4, MatchStatus.Closed, 1), At(1, MatchStatus.Void, null), At(0, MatchStatus.Closed, 7), At(2, MatchStatus.Closed, 8));
        Assert.Equal([7, 8], book.Scores());
        Assert.Empty(book.Draws());
        Assert.Equal(6, book.Needs(againstPool: false, 8, Settings).Count);
        Assert.All(book.Needs(false, 2, Settings), n => Assert.Equal(new GateNeed(Candidate, Parent), n));
    }

    [Fact]
    public void ADrawIsTheTwoMatchesOfOneSeedAgainstOneMember()
    {
        var book = Book(
            At(1, MatchStatus.Closed, 900), At(2, MatchStatus.Closed, 5, Parent, Others[0], 1), At(3, MatchStatus.Closed, 6, Candidate, Others[0], 1),
            At(4, MatchStatus.Void, null, Candidate, Others[1], 2), At(5, MatchStatus.Closed, 3, Parent, Others[1], 2), At(6, MatchStatus.Closed, 4, Candidate, Others[1], 2),
            At(7, MatchStatus.Closed, 1, Candidate, Others[0], 3), At(8, MatchStatus.Running, null, Parent, Others[0], 3),
            At(9, MatchStatus.Closed, 2, Candidate, Others[0], 4), At(10, MatchStatus.Closed, 2, Parent, Others[0], 4));
        Assert.Equal([900], book.Scores());
        Assert.Equal([new(0, 6, 5), new PoolDraw(1, 4, 3)], book.Draws());
        // Four draws of five exist: one more, against the member that is furthest below its share.
        Assert.Equal([new GateNeed(Candidate, Others[0], Twin: Parent)], book.Needs(true, 8, Settings));
    }

    [Fact]
    public void AfterAKillBetweenTheTwoSidesOnlyTheMissingSideIsPlayedWithTheSameSeed()
    {
        var book = Book(At(1, MatchStatus.Closed, 5, Candidate, Others[0], 1), At(2, MatchStatus.Closed, 5, Parent, Others[1], 2), At(3, MatchStatus.Closed, 5, Candidate, Others[1], 2));
        var needs = book.Needs(true, 1, Settings);
        var need = Assert.Single(needs);
        Assert.Equal((Parent, Others[0], null), (need.First, need.Second, need.Twin));
        Assert.Equal(Seed(1), need.Seed);
        Assert.Empty(book.Draws());
        Assert.Empty(book.Needs(true, 0, Settings));
    }
}
