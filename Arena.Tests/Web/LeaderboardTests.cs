using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Engine;
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
        Assert.EndsWith(",skill,skill_sigma,skill_low,skill_high,drawn,skill_drawn", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(FormattableString.Invariant($",{best.Mu:0.000000},{best.Sigma:0.000000},{best.Low:0.000000},{best.High:0.000000},0.000,-1.250000"), csv[1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/method")).StatusCode);
        Assert.Contains("Liar's dice", browser.Text, StringComparison.Ordinal);
    }
}
