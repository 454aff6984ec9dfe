using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class LeaderboardTests(SiteFixture site)
{
    [Fact]
    public async Task WhereMoreThanTwoPlayPageTableAndJsonAreRankedByFinishingOrder()
    {
        const string space = "liars-dice";
        var book = new LadderBook();
        var skills = new SkillBook();
        var house = new List<Guid>();
        var ids = new List<Arena.Engine.Agents.VersionId>();
        foreach (var agent in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(3))
        {
            ids.Add(await site.HouseAsync(space, agent.Slug));
            house.Add(ids[^1].Value);
        }
        for (var i = 0; i < 5; i++)
        {
            book.Add(house, [1, 3, 2]);
            skills.Add(DateTimeOffset.UnixEpoch.AddSeconds(i), Guid.CreateVersion7(), house, [1, 3, 2]);
        }
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            foreach (var version in await db.AgentVersions.Where(v => ids.Contains(v.Id)).Select(v => new { v.Id, v.AgentId }).ToListAsync())
            {
                if (!await db.Ratings.AnyAsync(r => r.Space == space && r.VersionId == version.Id))
                {
                    db.Ratings.Add(new Rating { Space = space, VersionId = version.Id, AgentId = version.AgentId, Games = 5 });
                }
            }
            await db.SaveChangesAsync();
        }
        var ladder = SpaceLadder.Of(book, house.ToHashSet(), DateTimeOffset.UnixEpoch) with { Skills = skills.Places() };
        // As if the owner of the best had more versions here.
        var moved = ladder.Skills[house[1]] with { Drawn = -1.25 };
        ladder = ladder with { Skills = new Dictionary<Guid, SkillPlace>(ladder.Skills) { [house[1]] = moved } };
        site.Services.GetRequiredService<Ladders>().Publish(space, ladder);
        var best = ladder.Skills[house[1]];

        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard?space=" + space)).StatusCode);
        Assert.Contains("Skill", browser.Text, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{best.Mu:0.0}?"), browser.Text, StringComparison.Ordinal);
        Assert.Contains("moved by -1.3 towards the owner", browser.Page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(browser.Page, "towards the owner"));
        Assert.Contains("finishing orders", browser.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard?space=connect-four")).StatusCode);
        Assert.DoesNotContain("Skill", browser.Text, StringComparison.Ordinal);

        var rows = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/leaderboard"))!.AsArray();
        Assert.Equal([house[1], house[2], house[0]], rows.Take(3).Select(r => (Guid)r!["versionId"]!));
        Assert.Equal((best.Mu, best.Sigma, best.Low), ((double)rows[0]!["skill"]!["mu"]!, (double)rows[0]!["skill"]!["sigma"]!, (double)rows[0]!["skill"]!["low"]!));
        Assert.Equal((-1.25, 0L), ((double)rows[0]!["skill"]!["drawn"]!, (long)rows[0]!["milliDrawn"]!));
        var csv = (await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/leaderboard.csv")).Split("\r\n");
        Assert.EndsWith(",skill,skill_sigma,skill_low,skill_high,drawn,skill_drawn,styled,styled_low,styled_high,robust_low,robust_high", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(FormattableString.Invariant($",{best.Mu:0.000000},{best.Sigma:0.000000},{best.Low:0.000000},{best.High:0.000000},0.000,-1.250000,,,,,"), csv[1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/method")).StatusCode);
        Assert.Contains("Liar's dice", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJudgedSpaceHasASwitchThatRanksAtEqualStyleOnPageTableAndJson()
    {
        const string space = "debate";
        var ids = new List<Guid>();
        foreach (var agent in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(2))
        {
            ids.Add((await site.HouseAsync(space, agent.Slug)).Value);
        }
        await RatedAsync(space, ids, 40);
        var (book, styles, random) = (new LadderBook(), new StyleBook(), new Arena.Tests.Rules.Ratings.TestNumbers(4));
        for (var i = 0; i < 400; i++)
        {
            // The first writes long; judges like that; without it the second is the stronger one.
            var (one, other) = (new TextStyle((int)(300 * (0.4 + random.Uniform())), 0, 0, 1), new TextStyle((int)(100 * (0.4 + random.Uniform())), 0, 0, 2));
            var first = random.Uniform() < 1 / (1 + Math.Exp(-(3 * StyleControl.Feature(one.Length, other.Length) - 0.7)));
            long[] scores = first ? [1, 0] : [0, 1];
            book.Add(ids, scores);
            styles.Add(new Guid(i + 1, 0, 0, new byte[8]), ids, scores, [one, other]);
        }
        var ladder = SpaceLadder.Of(book, new HashSet<Guid>(), DateTimeOffset.UnixEpoch).With(null, styles);
        site.Services.GetRequiredService<Ladders>().Publish(space, ladder);
        var (plain, styled) = (ladder.Fit.Places, ladder.Style!.Places);
        Assert.True(plain[ids[0]].Milli > plain[ids[1]].Milli && styled[ids[0]].Milli < styled[ids[1]].Milli);

        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard?space=" + space)).StatusCode);
        Assert.Contains("href=\"/leaderboard?space=debate&amp;style=control\">Style control<", browser.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("At equal style", browser.Text, StringComparison.Ordinal);
        Assert.Equal([ids[0], ids[1]], await RowsAsync(browser.Page, ids));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard?space=debate&style=control&kind=house")).StatusCode);
        Assert.Equal([ids[1], ids[0]], await RowsAsync(browser.Page, ids));
        Assert.Contains("At equal style", browser.Text, StringComparison.Ordinal);
        var length = ladder.Style.Effects[0];
        Assert.Contains(FormattableString.Invariant($"length {length.Coefficient:+0.000} ± {length.Error:0.000} {100 / (1 + Math.Exp(-length.Coefficient)):0.0} %"), browser.Text, StringComparison.Ordinal);
        Assert.Contains("headers never differed", browser.Text, StringComparison.Ordinal);
        Assert.Contains("400 matches", browser.Text, StringComparison.Ordinal);
        Assert.Contains("/leaderboard?space=debate&amp;kind=house\"", browser.Page, StringComparison.Ordinal);
        // Where rules decide there is no such switch, and asking for it changes nothing.
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard?space=connect-four&style=control")).StatusCode);
        Assert.DoesNotContain(">Style control<", browser.Page, StringComparison.Ordinal);

        var rows = JsonNode.Parse(await browser.Client.GetStringAsync("/api/v1/spaces/debate/leaderboard?style=control"))!.AsArray();
        Assert.Equal(ids[1], (Guid)rows[0]!["versionId"]!);
        var place = styled[ids[1]];
        Assert.Equal((place.Milli, place.Low, place.High), ((long)rows[0]!["milliStyled"]!, (long)rows[0]!["milliStyledLow"]!, (long)rows[0]!["milliStyledHigh"]!));
        Assert.Equal(plain[ids[1]].RobustLow, (long?)rows[0]!["milliRobustLow"]);
        var style = JsonNode.Parse(await browser.Client.GetStringAsync("/api/v1/spaces/debate/style-control"))!;
        Assert.Equal((400, 4), ((int)style["matches"]!, style["effects"]!.AsArray().Count));
        Assert.Equal((length.Coefficient, length.Error, length.Spread), ((double)style["effects"]![0]!["coefficient"]!, (double)style["effects"]![0]!["error"]!, (double)style["effects"]![0]!["spread"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync("/api/v1/spaces/nowhere/style-control")).StatusCode);
        Assert.Contains("not-judged", await (await browser.Client.GetAsync("/api/v1/spaces/chess/style-control")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var csv = (await browser.Client.GetStringAsync("/api/v1/spaces/debate/leaderboard.csv?style=control")).Split("\r\n");
        Assert.Contains(ids[1].ToString(), csv[1], StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($",{place.Milli / 1000.0:0.000},{place.Low / 1000.0:0.000},{place.High / 1000.0:0.000},"), csv[1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/method")).StatusCode);
        Assert.Contains("Style control", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FiltersNarrowPageTableAndJsonAndKeepEverybodysRank()
    {
        const string space = "bid-tac-toe";
        var name = "Filtering" + Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString("N")[20..];
        await site.JoinAsync(name);
        var house = new List<Guid>();
        foreach (var agent in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(2))
        {
            house.Add((await site.HouseAsync(space, agent.Slug)).Value);
        }
        await RatedAsync(space, house, 40);
        // Three agents of one owner: a script, a bot, and a policy that came out of a training run.
        Guid script, bot, policy;
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            var owner = await db.Users.SingleAsync(u => u.UserName == name);
            script = Add(db, owner.Id, "Filter script", AgentKind.Script, VersionStatus.Ready);
            bot = Add(db, owner.Id, "Filter bot", AgentKind.Bot, VersionStatus.Ready);
            policy = Add(db, owner.Id, "Filter policy", AgentKind.Policy, VersionStatus.Promoted);
            await db.SaveChangesAsync();
        }
        await RatedAsync(space, [script, bot, policy], 40);
        Guid[] all = [.. house, script, bot, policy];
        var book = new LadderBook();
        for (var i = 0; i < all.Length; i++)
        {
            for (var j = i + 1; j < all.Length; j++)
            {
                for (var game = 0; game < 30; game++)
                {
                    book.Add([all[i], all[j]], game % 3 == 0 ? [0, 1] : [1, 0]);
                }
            }
        }
        site.Services.GetRequiredService<Ladders>().Publish(space, SpaceLadder.Of(book, house.ToHashSet(), DateTimeOffset.UnixEpoch));

        var browser = site.Browse();
        foreach (var (query, shown) in (IEnumerable<(string, Guid[])>)
            [
                ("", all), ("&kind=house", [.. house]), ("&kind=bot", [bot]), ("&kind=script", [script]), ("&owner=" + name.ToUpperInvariant(), [script, bot, policy]),
                ("&division=self-hosted", [bot]), ("&division=hosted", [script, policy]), ("&trained=yes", [policy]), ("&trained=no", [.. house, script, bot]),
                ("&trained=no&division=hosted&owner=" + name[..12], [script]), ("&kind=nonsense", all), ("&owner=nobody-of-that-name", []),
            ])
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/leaderboard?space={space}{query}")).StatusCode);
            Assert.Equal(shown, await RowsAsync(browser.Page, all));
            var json = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/leaderboard?limit=500{query}"))!.AsArray();
            Assert.Equal(shown, json.Select(r => (Guid)r!["versionId"]!).Where(all.Contains));
            Assert.All(json.Where(r => all.Contains((Guid)r!["versionId"]!)), r => Assert.Equal(1 + Array.IndexOf(all, (Guid)r!["versionId"]!), (int)r!["rank"]!));
            var csv = (await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/leaderboard.csv?{query.TrimStart('&')}")).Split("\r\n");
            Assert.Equal(shown, csv.Skip(1).Where(l => l.Length > 0).Select(l => Guid.Parse(l.Split(',')[6])).Where(all.Contains));
        }
        Assert.Contains("No agent fits", browser.Text, StringComparison.Ordinal);

        // A line of the page in full: places that the intervals allow, and the share of the points (of 40 games 20 won, 8 drawn).
        await browser.GetAsync($"/leaderboard?space={space}");
        var row = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/leaderboard?kind=script"))!.AsArray().Single(r => (Guid)r!["versionId"]! == script)!;
        var (best, worst) = ((int)row["bestRank"]!, (int)row["worstRank"]!);
        Assert.True(best < 3 && worst > 3, $"{best} to {worst}");
        var line = Regex.Matches(WebUtility.HtmlDecode(browser.Page), "<tr[^>]*>.*?</tr>", RegexOptions.Singleline).Select(m => m.Value).Single(l => l.Contains("Filter script", StringComparison.Ordinal));
        Assert.Contains($">{best}–{worst}</td>", line, StringComparison.Ordinal);
        Assert.Contains(">60%</td>", line, StringComparison.Ordinal);
    }

    private static Guid Add(ArenaDb db, Guid owner, string name, AgentKind kind, VersionStatus status)
    {
        var agent = new Agent(new AgentId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), owner, name, kind, "", DateTimeOffset.UnixEpoch);
        var version = new AgentVersion(new VersionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), agent.Id, 1, "{}", $"{agent.Id.Value:N}", null, status, DateTimeOffset.UnixEpoch);
        agent.Use(version.Id);
        db.Agents.Add(agent);
        db.AgentVersions.Add(version);
        return version.Id.Value;
    }

    /// <summary>Rating rows for versions, half of the games won, a fifth drawn.</summary>
    private async Task RatedAsync(string space, IReadOnlyList<Guid> versions, int games)
    {
        await using var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        foreach (var id in versions.Select(v => new VersionId(v)))
        {
            await db.Ratings.Where(r => r.Space == space && r.VersionId == id).ExecuteDeleteAsync();
            db.Ratings.Add(new Rating
            {
                Space = space,
                VersionId = id,
                AgentId = await db.AgentVersions.Where(v => v.Id == id).Select(v => v.AgentId).SingleAsync(),
                Games = games,
                Wins = games / 2,
                Draws = games / 5,
                Losses = games - games / 2 - games / 5,
            });
        }
        await db.SaveChangesAsync();
    }

    /// <summary>Which of these versions' agents a page lists, in its order.</summary>
    private async Task<IReadOnlyList<Guid>> RowsAsync(string page, IReadOnlyList<Guid> versions)
    {
        await using var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        var ids = versions.Select(v => new VersionId(v)).ToList();
        var agents = await db.AgentVersions.Where(v => ids.Contains(v.Id)).ToDictionaryAsync(v => v.AgentId.Value, v => v.Id.Value);
        return [.. Regex.Matches(page, "<td><a href=\"/agents/([0-9a-f-]{36})\"").Select(m => Guid.Parse(m.Groups[1].Value)).Where(agents.ContainsKey).Select(a => agents[a])];
    }
}
