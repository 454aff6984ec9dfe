using System.Net;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class JudgePageTests(SiteFixture site)
{
    [Fact]
    public async Task TheLeaderboardShowsWhatGoldCasesSaidOfAJudge()
    {
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            // Not enabled: nobody asks it, and judged spaces stay as they are.
            var id = Guid.CreateVersion7();
            db.Judges.Add(new Judge { Id = id, Name = "Measured", Endpoint = "http://127.0.0.1:9/v1", Model = "qwen2.5", Origin = "admin", Enabled = false, Version = "abcabcabcabc", CreatedAt = DateTimeOffset.UnixEpoch });
            for (var i = 0; i < 10; i++)
            {
                db.GoldAnswers.Add(new GoldAnswer
                {
                    Id = Guid.CreateVersion7(),
                    GoldId = Guid.CreateVersion7(),
                    JudgeId = id,
                    Version = "abcabcabcabc",
                    Space = "pitch",
                    Kind = GoldCase.Quality,
                    BetterFirst = 1,
                    WorseFirst = i < 8 ? 1 : -1,
                    LengthLead = 5,
                    LatencyMs = 100,
                    CostMicroUsd = 7,
                    At = DateTimeOffset.UnixEpoch.AddSeconds(i),
                });
            }
            await db.SaveChangesAsync();
        }
        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/judges")).StatusCode);
        Assert.Contains("Measured", browser.Text, StringComparison.Ordinal);
        Assert.Contains("qwen2.5, pairwise, version abcabcabcabc", browser.Text, StringComparison.Ordinal);
        Assert.Contains("10 cases", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:9", browser.Page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<[^>]+\sstyle=", browser.Page);

        var judges = JsonNode.Parse(await browser.Client.GetStringAsync("/api/v1/judges"))!.AsArray();
        var measured = judges.Single(j => (string)j!["name"]! == "Measured")!;
        Assert.Equal(("qwen", 10, 0.9, 0.8), ((string)measured["family"]!, (int)measured["gold"]!["cases"]!, (double)measured["gold"]!["accuracy"]!, (double)measured["gold"]!["consistent"]!));
        Assert.Null(measured["endpoint"]);
        Assert.Equal(70, (long)measured["costMicroUsd"]!);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/api/v1/judges/agreement")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/api/v1/judges/calibration")).StatusCode);
    }

    [Fact]
    public async Task PeopleJudgeOnlyWhenSignedInAndGoldCasesAreForAdmins()
    {
        var nobody = site.Browse();
        Assert.Equal(HttpStatusCode.Redirect, (await nobody.GetAsync("/judges/blind")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.Client.GetAsync("/api/v1/judges/blind")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.Client.GetAsync("/api/v1/judges/gold")).StatusCode);
        var person = await site.JoinAsync("blind-voter");
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/judges/blind")).StatusCode);
        Assert.Contains("Nothing to compare now", person.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await person.Client.GetAsync("/api/v1/judges/blind")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.Client.GetAsync("/api/v1/judges/gold")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.Client.GetAsync($"/api/v1/matches/{Guid.Empty}/appeal")).StatusCode);
    }
}
