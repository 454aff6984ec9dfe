using Arena.Engine.Agents;
using Arena.Engine.Matches;
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
