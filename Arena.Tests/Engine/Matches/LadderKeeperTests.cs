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
        Assert.True(report.Matches >= 6 && report.Ratings.Count >= 3 && report.Ladders.ContainsKey("connect-four"));

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
    public async Task TheRunningKeepersLadderIsTheRebuiltOneToTheLastBitAndTheCommandSaysSo()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var site = new EngineFixture();
        await site.InitializeAsync();
        const string space = "kuhn-poker";
        var versions = new List<Arena.Engine.Agents.VersionId>();
        foreach (var house in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(3))
        {
            versions.Add(await site.HouseAsync(space, house.Slug));
        }
        Assert.Equal(3, versions.Count);
        var keeper = site.Get<LadderKeeper>();
        for (var i = 0; i < 45; i++)
        {
            await site.PlayedAsync(space, versions[i % 3], versions[(i + 1 + i / 3 % 2) % 3]);
            site.Time.Advance(TimeSpan.FromSeconds(1));
            if (i % 7 == 0)
            {
                await keeper.TickAsync(ct);
            }
        }
        site.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.TickAsync(ct);
        var kept = site.Get<Ladders>().Of(space).Fit;
        var report = await site.Get<RatingRebuild>().RunAsync(null, ct);
        Assert.Empty(report.Differences);
        var made = report.Ladders[space].Fit;
        Assert.Equal((3, 45L), (kept.Places.Count, kept.Matches));
        Assert.Equal(made.Places.Values.OrderBy(p => p.Version), kept.Places.Values.OrderBy(p => p.Version));
        Assert.All(kept.Places.Values, p => Assert.NotNull(p.RobustLow));
        foreach (var (a, b) in versions.SelectMany(a => versions.Select(b => (a.Value, b.Value))))
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(made.Between(a, b).Difference), BitConverter.DoubleToInt64Bits(kept.Between(a, b).Difference));
            Assert.Equal(BitConverter.DoubleToInt64Bits(made.Between(a, b).Variance), BitConverter.DoubleToInt64Bits(kept.Between(a, b).Variance));
        }

        var (code, said) = await AdminAsync(site.Folder, ct);
        Assert.Equal((0, "45 rated matches, 3 ratings, 1 ladders made again from the papers; 0 differences."), (code, said.Trim()));
        await using var db = await site.DbAsync();
        await db.Ratings.Where(r => r.VersionId == versions[0]).ExecuteUpdateAsync(set => set.SetProperty(r => r.MilliElo, r => r.MilliElo + 1), ct);
        (code, said) = await AdminAsync(site.Folder, ct, "--write");
        Assert.Equal(1, code);
        Assert.Contains($"differs: {space}, version {versions[0]}", said, StringComparison.Ordinal);
        Assert.Contains("The rebuilt ratings are in place.", said, StringComparison.Ordinal);
        Assert.Empty((await site.Get<RatingRebuild>().RunAsync(null, ct)).Differences);
    }

    [Fact]
    public async Task ReadersAlwaysSeeOneWholeLadderWhileItIsRefitted()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var site = new EngineFixture();
        await site.InitializeAsync();
        const string space = "liars-dice";
        var versions = new List<Arena.Engine.Agents.VersionId>();
        foreach (var house in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(3))
        {
            versions.Add(await site.HouseAsync(space, house.Slug));
        }
        var (keeper, ladders) = (site.Get<LadderKeeper>(), site.Get<Ladders>());
        var done = false;
        var (seen, last) = (new HashSet<long>(), 0L);
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var ladder = ladders.Of(space);
                // The fit, its book, its skills and its bookkeeping are of one and the same set of matches, and never go back.
                Assert.Equal(ladder.Fit.Matches, ladder.Book.Matches);
                Assert.True(ladder.Fit.Matches >= last);
                last = ladder.Fit.Matches;
                seen.Add(last);
                Assert.Equal(ladder.Fit.Places.Keys.Order(), ladder.Book.Versions);
                Assert.Equal(ladder.Fit.Places.Keys.Order(), ladder.Skills.Keys.Order());
                Assert.All(ladder.Fit.Places.Values, p => Assert.Equal((ladder.Book.MatchesOf(p.Version), p.Matches), (p.Matches, ladder.Skills[p.Version].Matches)));
                Assert.Equal(ladder.Book.Pairs().Sum(p => (ladder.Anchors.Contains(p.First) ? p.Record.Battles : 0) + (ladder.Anchors.Contains(p.Second) ? p.Record.Battles : 0)), ladder.AnchorMatches.Values.Sum());
            }
        }, ct);
        for (var i = 0; i < 40; i++)
        {
            await site.PlayedAsync(space, [.. versions.Take(2 + i % 2)]);
            site.Time.Advance(TimeSpan.FromMinutes(1));
            await keeper.TickAsync(ct);
        }
        Volatile.Write(ref done, true);
        await reader;
        Assert.Equal(40, ladders.Of(space).Fit.Matches);
        Assert.True(seen.Count > 1, "the reader saw no refit");
    }

    /// <summary>"./arena-admin rebuild-ratings" as an operator runs it.</summary>
    private static async Task<(int Code, string Said)> AdminAsync(string folder, CancellationToken ct, params string[] more)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Arena.Web.dll"), "admin", "rebuild-ratings", "--data", folder, .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(ct);
        var said = await process.StandardOutput.ReadToEndAsync(ct);
        await errors;
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, said);
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
