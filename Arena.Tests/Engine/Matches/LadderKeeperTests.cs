using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Matches;

public sealed class LadderKeeperTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "tic-tac-toe";

    [Fact]
    public async Task EveryRatedMatchIsCountedOnceHoweverLateItTurnsUp()
    {
        var ct = TestContext.Current.CancellationToken;
        var (random, perfect) = (await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "perfect"));
        var keeper = engine.Get<LadderKeeper>();
        for (var i = 0; i < 3; i++)
        {
            await engine.PlayedAsync(Space, random, perfect);
        }
        await keeper.TickAsync(ct);
        Assert.Equal(3, engine.Get<Ladders>().Of(Space).Fit.Matches);
        await using (var db = await engine.DbAsync())
        {
            // As when its commit came after that of a match that closed later.
            var late = (await engine.PlayedAsync(Space, perfect, random)).Plan.Id;
            var moment = engine.Time.GetUtcNow() - TimeSpan.FromSeconds(30);
            await db.Matches.Where(m => m.Id == late).ExecuteUpdateAsync(set => set.SetProperty(m => m.ClosedAt, moment), ct);
        }
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.TickAsync(ct);
        await keeper.TickAsync(ct);
        var ladder = engine.Get<Ladders>().Of(Space);
        Assert.Equal(4, ladder.Fit.Matches);
        Assert.True(ladder.Fit.Places[perfect.Value].Milli > ladder.Fit.Places[random.Value].Milli);
        Assert.Equal(3_000_000, ladder.Fit.Places[perfect.Value].Milli + ladder.Fit.Places[random.Value].Milli);

        var rows = await engine.Get<LeaderboardQuery>().OfAsync(Space, ct: ct);
        Assert.Equal(perfect, rows[0].VersionId);
        Assert.All(rows, r => Assert.InRange(r.Rank, r.BestRank, r.WorstRank));
    }

    [Fact]
    public async Task RatingsAreMadeAgainFromThePapersToTheLastBitAndAnyOtherNumberIsFound()
    {
        var ct = TestContext.Current.CancellationToken;
        string[] players = ["random", "greedy", "alpha-beta-4"];
        var versions = new List<Arena.Engine.Agents.VersionId>();
        foreach (var slug in players)
        {
            versions.Add(await engine.HouseAsync("connect-four", slug));
        }
        for (var i = 0; i < 6; i++)
        {
            await engine.PlayedAsync("connect-four", versions[i % 3], versions[(i + 1) % 3]);
        }
        var rebuild = engine.Get<RatingRebuild>();
        var report = await rebuild.RunAsync(null, ct);
        Assert.Empty(report.Differences);
        Assert.True(report.Matches >= 6 && report.Ratings.Count >= 3 && report.Ladders >= 1);

        await using var db = await engine.DbAsync();
        await db.Ratings.Where(r => r.VersionId == versions[1]).ExecuteUpdateAsync(set => set.SetProperty(r => r.MilliElo, r => r.MilliElo + 1), ct);
        var wrong = await rebuild.RunAsync(null, ct);
        Assert.Contains(versions[1].ToString(), Assert.Single(wrong.Differences), StringComparison.Ordinal);
        await rebuild.WriteAsync(wrong, ct);
        Assert.Empty((await rebuild.RunAsync(null, ct)).Differences);
        var forged = await db.MatchSeats.Where(s => s.VersionId == versions[2] && s.Score > 0).Select(s => s.MatchId).FirstAsync(ct);
        await db.MatchSeats.Where(s => s.MatchId == forged && s.VersionId == versions[2]).ExecuteUpdateAsync(set => set.SetProperty(s => s.Score, 0), ct);
        Assert.Contains((await rebuild.RunAsync(null, ct)).Differences, d => d.Contains("other scores", StringComparison.Ordinal));
    }
}
