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

    [Fact]
    public async Task WhereMoreThanTwoPlayTheListIsRankedByFinishingOrderAndMadeAgainToTheLastBit()
    {
        var ct = TestContext.Current.CancellationToken;
        const string space = "liars-dice";
        var versions = new List<Arena.Engine.Agents.VersionId>();
        foreach (var house in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(4))
        {
            versions.Add(await engine.HouseAsync(space, house.Slug));
        }
        Assert.True(versions.Count >= 3);
        var keeper = engine.Get<LadderKeeper>();
        for (var i = 0; i < 6; i++)
        {
            await engine.PlayedAsync(space, [.. versions.Skip(i % 2).Concat(versions.Take(i % 2)).Take(2 + i % (versions.Count - 1))]);
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            if (i % 2 == 0)
            {
                await keeper.TickAsync(ct);
            }
        }
        await using (var db = await engine.DbAsync())
        {
            // One that turns up late, among those that were counted already.
            var late = (await engine.PlayedAsync(space, [.. versions])).Plan.Id;
            var moment = engine.Time.GetUtcNow() - TimeSpan.FromSeconds(4.5);
            await db.Matches.Where(m => m.Id == late).ExecuteUpdateAsync(set => set.SetProperty(m => m.ClosedAt, moment), ct);
        }
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.TickAsync(ct);
        var skills = engine.Get<Ladders>().Of(space).Skills;
        Assert.Equal(versions.Select(v => v.Value).Order(), skills.Keys.Order());

        // The same from the table, in the order in which they closed, as the rebuild does it.
        await using (var db = await engine.DbAsync())
        {
            var book = new Arena.Rules.Ratings.SkillBook();
            foreach (var match in await db.Matches.AsNoTracking().Include(m => m.Seats).Where(m => m.Space == space).ToListAsync(ct))
            {
                var seats = match.Seats.OrderBy(s => s.Player).ToList();
                book.Add(match.ClosedAt!.Value, match.Id.Value, [.. seats.Select(s => s.VersionId.Value)], [.. seats.Select(s => s.Score!.Value)]);
            }
            Assert.Equal(7, book.Matches);
            Assert.All(book.Places(), p => Assert.Equal(p.Value, skills[p.Key]));
        }
        Assert.DoesNotContain((await engine.Get<RatingRebuild>().RunAsync(null, ct)).Differences, d => d.Contains(space, StringComparison.Ordinal));

        var rows = await engine.Get<LeaderboardQuery>().OfAsync(space, ct: ct);
        Assert.Equal(rows.OrderByDescending(r => r.Skill!.Mu).Select(r => r.VersionId), rows.Select(r => r.VersionId));
        Assert.All(rows, r => Assert.InRange(r.Rank, r.BestRank, r.WorstRank));
        Assert.Empty(engine.Get<Ladders>().Of(Space).Skills);
    }
}
