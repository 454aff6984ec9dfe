using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Arena.Web.Matches;

namespace Arena.Tests.Web;

public sealed class RatingStoryTests
{
    [Fact]
    public void TheStoryGivesTheSameSumAsTheMatch()
    {
        // 1500 against 1600: expected 1 / (1 + 10^(100/400)) = 0.360; a win at K 40 gives 40 * 0.640 = +25.6.
        var story = RatingStory.Of(Line(Seat(0, 1_500_000, 1_525_600, 40, 3, 1_000_000), Seat(1, 1_600_000, 1_587_200, 20, 200, 0)));
        Assert.Equal(2, story.Count);
        Assert.Contains("was rated 1500.0 and met B (1600.0), so it was expected to score 0.36. It scored 1", story[0].Sentence);
        Assert.Contains("3 rated matches of the first 30", story[0].Sentence);
        Assert.Equal("40 × (1 − 0.36) = +25.6", Assert.Single(story[0].Formula));
        Assert.Contains("established version (200 rated matches before)", story[1].Sentence);
        Assert.Equal("20 × (0 − 0.64) = −12.8", Assert.Single(story[1].Formula));
    }

    [Fact]
    public void AMatchThatMovedNoRatingHasNoStory() =>
        Assert.Empty(RatingStory.Of(Line(Seat(0, null, null, null, null, 500_000), Seat(1, null, null, null, null, 500_000))));

    [Fact]
    public void TheRankingSaysWhereBothWouldStandWithoutTheMatch()
    {
        var (a, b) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        var book = new LadderBook();
        for (var i = 0; i < 20; i++)
        {
            book.Add([a, b], i % 4 == 0 ? [0, 1] : [1, 0]);
        }
        var ladder = SpaceLadder.Of(book, new HashSet<Guid>(), DateTimeOffset.UnixEpoch.AddDays(1));
        var line = Between(a, b);
        var (stories, none) = RankingStory.Of(line, ladder, [1_000_000, 0]);
        Assert.Null(none);
        var moved = ladder.Fit.Moved(a, b, 1)!.Value;
        Assert.True(moved.First > 0 && moved.First == -moved.Second);
        Assert.Equal(((double)(ladder.Fit.Places[a].Milli - moved.First), (double)ladder.Fit.Places[a].Milli, RankingStory.Fitted), (stories[0].Without, stories[0].With, stories[0].Unit));
        Assert.Contains(FormattableString.Invariant($"A stands at {ladder.Fit.Places[a].Milli / 1000.0:0.0} in the ranking today"), stories[0].Sentence, StringComparison.Ordinal);
        Assert.EndsWith($": {Arena.Web.Site.Words.Change(moved.Second)}.", stories[1].Sentence, StringComparison.Ordinal);
        // As an appeal decided.
        Assert.True(RankingStory.Of(line, ladder, [0, 1_000_000]).Stories[0] is { } lost && lost.With < lost.Without);
    }

    [Fact]
    public void WhereMoreThanTwoPlayTheStoryIsTheSkillBeforeAndAfter()
    {
        var (a, b) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        var (book, skills) = (new LadderBook(), new SkillBook());
        var line = Between(a, b, "liars-dice");
        book.Add([a, b], [0, 1]);
        skills.Add(DateTimeOffset.UnixEpoch, line.Match.Id.Value, [a, b], [0, 1]);
        var ladder = SpaceLadder.Of(book, new HashSet<Guid>(), DateTimeOffset.UnixEpoch.AddDays(1)).With(skills, null);
        var (stories, none) = RankingStory.Of(line, ladder, [0, 1_000_000]);
        Assert.Null(none);
        // openskill's vector for a first game of two (reference): 27.6354 and 22.3646, sigma 8.0659; here without tau.
        Assert.Equal((RankingStory.BySkill, 25.0, 25.0 / 3), (stories[1].Unit, stories[1].Without, stories[1].SigmaBefore!.Value));
        Assert.InRange(stories[1].With, 27.6, 27.7);
        Assert.InRange(stories[0].With, 22.3, 22.4);
        Assert.InRange(stories[0].SigmaAfter!.Value, 8.0, 8.1);
        Assert.Contains("A's skill went from 25.00 (σ 8.33) to 22.3", stories[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void AMatchThatTheRankingDoesNotCountSaysWhy()
    {
        var (a, b) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        var book = new LadderBook();
        book.Add([a, b], [0, 1]);
        var at = DateTimeOffset.UnixEpoch.AddDays(1);
        Assert.Contains("next fit", None(Between(a, b), SpaceLadder.Of(book, new HashSet<Guid>(), DateTimeOffset.UnixEpoch.AddDays(-1))), StringComparison.Ordinal);
        var flagged = new LadderTerms(new HashSet<Guid>(), Uncounted: new HashSet<(Guid, Guid)> { (a, b) });
        Assert.Contains("flag", None(Between(a, b), SpaceLadder.Of(book, flagged, at)), StringComparison.Ordinal);
        Assert.Contains("list is full", None(Between(a, new Guid(3, 0, 0, new byte[8])), SpaceLadder.Of(book, new HashSet<Guid>(), at)), StringComparison.Ordinal);
        Assert.Contains("sat twice", None(Between(a, a), SpaceLadder.Of(book, new HashSet<Guid>(), at)), StringComparison.Ordinal);

        static string None(MatchLine line, SpaceLadder ladder)
        {
            var (stories, none) = RankingStory.Of(line, ladder, [0, 1_000_000]);
            Assert.Empty(stories);
            return none!;
        }
    }

    private static MatchLine Between(Guid a, Guid b, string space = "tic-tac-toe")
    {
        var line = Line(Seat(0, 1_500_000, 1_520_000, 40, 3, 1_000_000), Seat(1, 1_500_000, 1_480_000, 40, 3, 0));
        var match = new Match
        {
            Id = new MatchId(new Guid(9, 0, 0, new byte[8])),
            Space = space,
            RulesVersion = 1,
            Kind = MatchKind.Rated,
            Tier = "free",
            Status = MatchStatus.Closed,
            Seed = new byte[32],
            Commitment = "",
            PaceMs = 0,
            CreatedAt = default,
            ClosedAt = DateTimeOffset.UnixEpoch,
            Seats = [.. line.Match.Seats],
        };
        return line with { Match = match, Players = [line.Players[0] with { VersionId = new(a) }, line.Players[1] with { VersionId = new(b) }] };
    }

    private static MatchLine Line(params MatchSeat[] seats) => new(
        new Match
        {
            Id = default,
            Space = "tic-tac-toe",
            RulesVersion = 1,
            Kind = MatchKind.Rated,
            Tier = "free",
            Status = MatchStatus.Closed,
            Seed = new byte[32],
            Commitment = "",
            PaceMs = 0,
            CreatedAt = default,
            Seats = [.. seats],
        },
        "Tic-tac-toe",
        [.. seats.Select(s => new PlayerLine(s.Player, s.AgentId, s.VersionId, s.Player == 0 ? "A" : "B", AgentKind.Script, 1, Guid.Empty, "", s.Score, s.RatingBefore, s.RatingAfter, null))]);

    private static MatchSeat Seat(int player, long? before, long? after, int? k, int? games, long score) => new()
    {
        MatchId = default,
        Player = player,
        AgentId = default,
        VersionId = default,
        OwnerId = default,
        Score = score,
        RatingBefore = before,
        RatingAfter = after,
        K = k,
        GamesBefore = games,
    };
}
