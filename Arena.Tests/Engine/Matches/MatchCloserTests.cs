using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Store;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Ratings;
using Arena.Rules.Results;
using Arena.Rules.Transcripts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Matches;

public sealed class MatchCloserTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "connect-four";

    [Fact]
    public async Task AClosedMatchHoldsItsResultItsPapersAndWhatItStillOwes()
    {
        var lease = await engine.PlayedAsync(Space, await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "greedy"));

        await using var db = await engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).AsNoTracking().SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Null(match.LeaseUntil);
        Assert.Equal(1_000_000, match.Seats.Sum(s => s.Score));
        Assert.True(match.Turns > 14);
        Assert.Equal(1, await db.MatchFollowUps.CountAsync(f => f.MatchId == match.Id && f.Kind == MatchFollowUp.Pairs));

        var papers = await db.MatchTranscripts.SingleAsync(t => t.MatchId == match.Id);
        var replay = TranscriptReplay.Run((await engine.Get<MatchReader>().TranscriptAsync(match.Id))!, SpaceRegistry.Find(Space)!, match.Commitment);
        Assert.True(replay.Ok, string.Join('\n', replay.Checks));
        Assert.Equal(match.TranscriptHash, Convert.ToHexStringLower(replay.Match!.Hash));
        Assert.Equal(replay.Match.Scores, match.Seats.OrderBy(s => s.Player).Select(s => s.Score!.Value));
        Assert.Equal(match.Leaf, ResultRecord.LeafOf(papers.Record));
        var (record, problem) = ResultRecord.Read(papers.Record);
        Assert.Null(problem);
        Assert.Equal(match.TranscriptHash, record!.Transcript);
    }

    [Fact]
    public async Task AMatchClosesOnceWhoeverTriesAgain()
    {
        var lease = await engine.PlayedAsync(Space, await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "greedy"));
        var before = await engine.DumpAsync();

        var again = await engine.Get<MatchCloser>().CloseAsync(lease, Replayed(lease.Plan));
        Assert.Null(again.Closing);
        Assert.False(await engine.Get<MatchCloser>().VoidAsync(lease.Plan.Id, null, "too late"));
        Assert.Equal(before, await engine.DumpAsync());
    }

    [Fact]
    public async Task AnOlderFenceIsRefusedAndTheNewerCloses()
    {
        var old = await engine.WrittenAsync(Space, MatchKind.Rated, 0, await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "greedy"));
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        var now = engine.Time.GetUtcNow();
        var taken = await engine.Get<GroupWriter>().WriteAsync(s => MatchRows.TakeLease(s, old.Plan.Id, "another node", now, now + TimeSpan.FromSeconds(10)));
        Assert.Equal(2, taken!.Fence);

        Assert.Null((await engine.Get<MatchCloser>().CloseAsync(old, Replayed(old.Plan))).Closing);
        Assert.NotNull((await engine.Get<MatchCloser>().CloseAsync(taken, Replayed(taken.Plan))).Closing);
    }

    [Fact]
    public async Task AVoidMatchChangesNothingButItsOwnStatus()
    {
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "greedy"));
        var before = await engine.DumpAsync();
        Assert.True(await engine.Get<MatchCloser>().VoidAsync(lease.Plan.Id, lease.Fence, "the trainer was down"));
        var after = await engine.DumpAsync();

        Assert.Equal(["Matches"], after.Where(t => before[t.Key] != t.Value).Select(t => t.Key));
        await using var db = await engine.DbAsync();
        var match = await db.Matches.SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal((MatchStatus.Void, "the trainer was down"), (match.Status, match.VoidReason));
    }

    [Fact]
    public async Task AMatchWithoutScoresGoesToTheJudgesAndIsClosedByThem()
    {
        var pitch = "pitch";
        var bots = new[] { await engine.AgentAsync(AgentKind.Bot, new BotConfig()), await engine.AgentAsync(AgentKind.Bot, new BotConfig()) };
        var lease = await engine.WrittenAsync(pitch, MatchKind.Rated, 0, bots[0].Version.Id, bots[1].Version.Id);
        var play = new MatchPlay(lease.Plan.Setup());
        while (!play.Over)
        {
            play.Answer(play.Pending[0].Turn, AgentReply.Said($"A pitch of player {play.Pending[0].Player}: it works, it is cheap, and you can try it today."));
        }
        var closer = engine.Get<MatchCloser>();
        var handed = await closer.CloseAsync(lease, play.Finish());
        Assert.True(handed.Judging);
        await using var db = await engine.DbAsync();
        Assert.Equal(MatchStatus.Judging, (await db.Matches.AsNoTracking().SingleAsync(m => m.Id == lease.Plan.Id)).Status);
        Assert.Null(await engine.Get<MatchReader>().TranscriptAsync(lease.Plan.Id));
        Assert.NotNull(await engine.Get<MatchReader>().PlayedAsync(lease.Plan.Id));

        var verdict = new string('c', 64);
        Assert.NotNull((await closer.CloseJudgedAsync(lease.Plan.Id, [1_000_000, 0], verdict)).Closing);
        Assert.Null((await closer.CloseJudgedAsync(lease.Plan.Id, [0, 1_000_000], verdict)).Closing);
        var record = ResultRecord.Read((await engine.Get<MatchReader>().RecordAsync(lease.Plan.Id))!).Record!;
        Assert.Equal(verdict, record.Verdict);
        Assert.Equal([1_520_000, 1_480_000], record.Ratings.Select(r => r.After));
    }

    [Fact]
    public async Task RatingsRebuiltFromResultRecordsEqualTheLiveOnes()
    {
        var versions = new List<VersionId>();
        foreach (var house in SpaceRegistry.Find("tic-tac-toe")!.House)
        {
            versions.Add(await engine.HouseAsync("tic-tac-toe", house.Slug));
        }
        for (var i = 0; i < 12; i++)
        {
            await engine.PlayedAsync("tic-tac-toe", versions[i % versions.Count], versions[(i + 1 + i / versions.Count % 2) % versions.Count]);
        }

        await using var db = await engine.DbAsync();
        var records = await db.Matches.Where(m => m.Space == "tic-tac-toe" && m.Status == MatchStatus.Closed).Join(db.MatchTranscripts, m => m.Id, t => t.MatchId, (m, t) => t.Record).ToListAsync();
        var left = records.Select(r => ResultRecord.Read(r).Record!).ToList();
        var rebuilt = new Dictionary<Guid, (long Elo, int Games, Guid? Last)>();
        // Matches link to those before them, so the order needs no clock.
        while (left.Count > 0)
        {
            var next = left.First(r => r.Ratings.All(step => rebuilt.GetValueOrDefault(step.Version).Last == step.Previous));
            left.Remove(next);
            var players = next.Ratings.Select(s => new EloPlayer(rebuilt.TryGetValue(s.Version, out var known) ? known.Elo : Elo.Start, rebuilt.GetValueOrDefault(s.Version).Games, Anchor: true)).ToList();
            var changes = Elo.Rate(players, next.Scores);
            for (var i = 0; i < changes.Count; i++)
            {
                Assert.Equal(next.Ratings[i].After, changes[i].After);
                rebuilt[next.Ratings[i].Version] = (changes[i].After, players[i].Games + 1, next.Match);
            }
        }
        foreach (var live in await db.Ratings.Where(r => r.Space == "tic-tac-toe").ToListAsync())
        {
            Assert.Equal((live.MilliElo, live.Games, live.LastMatch!.Value.Value), rebuilt[live.VersionId.Value]);
            Assert.Equal(live.Games, live.Wins + live.Losses + live.Draws);
            rebuilt.Remove(live.VersionId.Value);
        }
        Assert.Empty(rebuilt);
    }

    /// <summary>The match as its house agents play it.</summary>
    private static PlayedMatch Replayed(MatchPlan plan)
    {
        var play = new MatchPlay(plan.Setup());
        var house = SpaceRegistry.Find(plan.Space)!.House;
        while (!play.Over)
        {
            var turn = play.Pending[0];
            play.Answer(turn.Turn, play.HouseReply(turn, house[turn.Player]));
        }
        return play.Finish();
    }
}
