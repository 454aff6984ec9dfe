using System.Net;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Arena.Web.Spaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class HeadToHeadTests(SiteFixture site)
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 4).Select(i => new Guid(i, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0]))];

    /// <summary>Rock, paper and scissors, each pair <paramref name="games"/> times, 90 of 100 to the stronger hand.</summary>
    private static LadderBook Circle(IReadOnlyList<Guid> ids, int games = 20)
    {
        var book = new LadderBook();
        for (var i = 0; i < 3; i++)
        {
            for (var game = 0; game < games; game++)
            {
                book.Add([ids[i], ids[(i + 1) % 3]], game % 10 == 0 ? [0, 1] : [1, 0]);
            }
        }
        return book;
    }

    [Fact]
    public void AFullCircleIsSharedEvenlyByBothMeasuresAndWhoLosesToAllHasNoPart()
    {
        var table = HeadToHeadTable.Of(Circle(Ids), [.. Ids.Take(3)]);
        Assert.True(table.Cyclic);
        Assert.Equal(1, table.Index, 1e-9);
        Assert.All(table.Shares, s =>
        {
            Assert.Equal(1.0 / 3, s.Nash, 1e-6);
            Assert.Equal(0, s.NashScore, 1e-6);
            Assert.Equal(1.0 / 3, s.AlphaRank, 1e-9);
        });
        Assert.Equal((new HeadToHead(18, 2, 0), new HeadToHead(2, 18, 0), default), (table.Cell(0, 1), table.Cell(1, 0), table.Cell(0, 0)));

        // A fourth that loses to all three: no part in the mix, next to none of the long run.
        var book = Circle(Ids);
        for (var i = 0; i < 3; i++)
        {
            for (var game = 0; game < 20; game++)
            {
                book.Add([Ids[3], Ids[i]], game % 10 == 0 ? [1, 0] : [0, 1]);
            }
        }
        var four = HeadToHeadTable.Of(book, Ids);
        Assert.Equal(0, four.Shares[3].Nash, 1e-6);
        Assert.True(four.Shares[3].NashScore < -1);
        Assert.True(four.Shares[3].AlphaRank < 0.01);
        Assert.Equal(1, four.Shares.Sum(s => s.AlphaRank), 1e-9);
    }

    [Fact]
    public void WhereOneListSaysItAllThereIsNoCircleAndTwoAgentsHaveNone()
    {
        var book = new LadderBook();
        for (var i = 0; i < 3; i++)
        {
            for (var j = i + 1; j < 3; j++)
            {
                for (var game = 0; game < 20; game++)
                {
                    book.Add([Ids[i], Ids[j]], game % 10 < 3 - (j - i) ? [0, 1] : [1, 0]);
                }
            }
        }
        var table = HeadToHeadTable.Of(book, [.. Ids.Take(3)]);
        Assert.False(table.Cyclic);
        Assert.Equal(3, table.Shares.Count);
        Assert.Empty(HeadToHeadTable.Of(book, [.. Ids.Take(2)]).Shares);
        Assert.False(HeadToHeadTable.Of(book, [.. Ids.Take(2)]).Cyclic);
    }

    [Fact]
    public async Task PageAndJsonShowNashAndAlphaRankWhereAgentsGoInCircles()
    {
        const string space = "breakthrough";
        var versions = new List<VersionId>();
        foreach (var agent in Arena.Rules.SpaceRegistry.Find(space)!.House.Take(3))
        {
            versions.Add(await site.HouseAsync(space, agent.Slug));
        }
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            await db.Ratings.Where(r => r.Space == space).ExecuteDeleteAsync();
            foreach (var version in versions)
            {
                db.Ratings.Add(new Rating { Space = space, VersionId = version, AgentId = await db.AgentVersions.Where(v => v.Id == version).Select(v => v.AgentId).SingleAsync(), Games = 40 });
            }
            await db.SaveChangesAsync();
        }
        Guid[] ids = [.. versions.Select(v => v.Value)];
        site.Services.GetRequiredService<Ladders>().Publish(space, SpaceLadder.Of(Circle(ids), ids.ToHashSet(), DateTimeOffset.UnixEpoch));

        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/leaderboard/head-to-head?space=" + space)).StatusCode);
        Assert.Contains("Yes: 100 % of what is known", browser.Text, StringComparison.Ordinal);
        Assert.Contains("Nash average", browser.Text, StringComparison.Ordinal);
        Assert.Contains("α-rank", browser.Text, StringComparison.Ordinal);
        Assert.Contains("33.3 % 33.3 %", browser.Text, StringComparison.Ordinal);
        Assert.Contains("18 won, 0 drawn, 2 lost; the ladder expects 50 %", WebUtility.HtmlDecode(browser.Page), StringComparison.Ordinal);
        Assert.Contains($"/api/v1/spaces/{space}/cycles", browser.Page, StringComparison.Ordinal);

        var cycles = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/cycles"))!;
        Assert.True((bool)cycles["cyclic"]!);
        Assert.Equal(1, (double)cycles["index"]!, 1e-9);
        Assert.Equal(ids.Order(), cycles["agents"]!.AsArray().Select(a => (Guid)a!["versionId"]!).Order());
        Assert.All(cycles["agents"]!.AsArray(), a =>
        {
            Assert.Equal(1.0 / 3, (double)a!["nash"]!, 1e-6);
            Assert.Equal(0, (double)a["nashScore"]!, 1e-6);
            Assert.Equal(1.0 / 3, (double)a["alphaRank"]!, 1e-9);
        });
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync("/api/v1/spaces/nowhere/cycles")).StatusCode);
        var pairs = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/spaces/{space}/head-to-head"))!.AsArray();
        Assert.Equal(3, pairs.Count);
        Assert.All(pairs, p => Assert.Equal((20, 0.5), ((int)p!["wins"]! + (int)p["losses"]! + (int)p["draws"]!, (double)p["expected"]!)));

        // One list says it all elsewhere: no shares on the page.
        await browser.GetAsync("/leaderboard/head-to-head?space=kuhn-poker");
        Assert.DoesNotContain("Nash average", browser.Text, StringComparison.Ordinal);
    }
}
