using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Verdicts;
using Arena.Web.Judges;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class JudgePageTests(SiteFixture site)
{
    [Fact]
    public async Task TheLeaderboardShowsWhatGoldCasesSaidOfAJudge()
    {
        await MeasuredAsync("Measured");
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
        // Eight cases right in both orders and two contradictions; which sides they stand on is chance here.
        Assert.Equal((10, 0), ((int)measured["withAgreement"]!["goldCases"]!, (int)measured["withAgreement"]!["matches"]!));
        Assert.InRange((double)measured["withAgreement"]!["accuracy"]!, 0.6, 0.97);
        Assert.Contains("Where a judge's reliability comes from", browser.Text, StringComparison.Ordinal);
        Assert.Contains("On probes from spaces that rules decide", browser.Text, StringComparison.Ordinal);
        var probes = Assert.Single(measured["probes"]!.AsArray())!;
        Assert.Equal(("instruct", 10, 0.8, 1.0), ((string)probes["space"]!, (int)probes["cases"]!, (double)probes["accuracy"]!, (double)probes["consistent"]!));
        Assert.Equal(0.4902, (double)probes["low"]!, 4);
        // 4 x 0.8176 + 8 / 4 right of 4 + 10 / 4 observations.
        Assert.Equal(1.4553, (double)measured["starts"]!["pitch"]!, 3);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(await browser.Client.GetStringAsync("/api/v1/judges/probes?space=instruct")).RootElement.ValueKind);
        Assert.Null(measured["endpoint"]);
        Assert.Equal((20, 20, 0.3), ((int)measured["ownFamily"]!["better"]!, (int)measured["ownFamily"]!["worse"]!, Math.Round((double)measured["ownFamily"]!["bias"]!, 9)));
        Assert.Matches(@"\+30 %\s*\+\d\d % to \+\d\d %\s*40 probes", browser.Text);
        var change = Assert.Single(measured["changes"]!.AsArray())!;
        Assert.Equal(("fell", "gold", DateTimeOffset.UnixEpoch.AddDays(1)), ((string)change["what"]!, (string)change["source"]!, change["at"]!.GetValue<DateTimeOffset>()));
        Assert.True((bool)measured["gold"]!["drifted"]!);
        Assert.Contains("Right in 40 % of its last 20 gold cases", browser.Text, StringComparison.Ordinal);
        Assert.Contains("An alarm changes no weight by itself", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Of an older version.", browser.Text, StringComparison.Ordinal);
        Assert.Equal(82, (long)measured["costMicroUsd"]!);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/api/v1/judges/agreement")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/api/v1/judges/calibration")).StatusCode);
    }

    [Fact]
    public async Task AJudgeHasAPageWithItsFiguresItsVersionsAndWhatItSaid()
    {
        var id = await MeasuredAsync("Paged");
        var browser = site.Browse();
        await browser.GetAsync("/judges");
        Assert.Contains($"/judges/{id}", browser.Page, StringComparison.Ordinal);
        var matches = Enumerable.Range(0, JudgeHistory.PageSize + 2).Select(_ => Guid.CreateVersion7()).ToList();
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < matches.Count; i++)
            {
                db.Judgments.Add(new Judgment
                {
                    Id = Guid.CreateVersion7(),
                    MatchId = new(matches[i]),
                    JudgeId = id,
                    First = i % 2,
                    Preferred = i % 3 == 2 ? null : i % 3,
                    Scores = "[]",
                    Reason = i == 0 ? "The oldest." : "<b onload=x>clear</b>",
                    Model = "qwen2.5",
                    PromptHash = new('0', 64),
                    RawReply = "",
                    LatencyMs = 1_500,
                    CostMicroUsd = 0,
                    Tries = i == 5 ? 2 : 1,
                    OnAppeal = true,
                    // Two orders in one moment, where the page would end too.
                    At = DateTimeOffset.UnixEpoch.AddMinutes((i + 1) / 2),
                });
            }
            await db.SaveChangesAsync();
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/judges/{id}")).StatusCode);
        Assert.Matches(@"Right on gold\s*90 % \(\d\d % to \d\d %\) of 10 cases", browser.Text);
        Assert.Contains("+30 %", browser.Text, StringComparison.Ordinal);
        Assert.Contains("<b onload=x>clear</b>", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b onload", browser.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:9", browser.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("The oldest.", browser.Text, StringComparison.Ordinal);
        var earlier = System.Text.RegularExpressions.Regex.Match(browser.Page, @"/judges/[0-9a-f-]{36}\?before=[^""#]+").Value;
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(System.Net.WebUtility.HtmlDecode(earlier))).StatusCode);
        Assert.Contains("The oldest.", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Earlier judgments", browser.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync($"/judges/{Guid.CreateVersion7()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync($"/judges/{id}?before=yesterday-ish")).StatusCode);

        var one = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/judges/{id}"))!;
        Assert.Equal("Paged", (string)one["judge"]!["name"]!);
        var version = Assert.Single(one["versions"]!.AsArray())!;
        Assert.Equal(("abcabcabcabc", 10, 0.9), ((string)version["version"]!, (int)version["cases"]!, (double)version["accuracy"]!));
        var judgments = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/judges/{id}/judgments"))!.AsArray();
        Assert.Equal(JudgeHistory.PageSize + 1, judgments.Count);
        Assert.Equal(matches[^1], judgments[0]!["match"]!.GetValue<Guid>());
        var rest = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/judges/{id}/judgments?before={Uri.EscapeDataString((string)judgments[^1]!["at"]!)}"))!.AsArray();
        Assert.Equal(matches.Order(), judgments.Concat(rest).Select(j => j!["match"]!.GetValue<Guid>()).Order());
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync($"/api/v1/judges/{Guid.CreateVersion7()}/judgments")).StatusCode);
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

    [Fact]
    public async Task AnAdminConnectsALearnedRewardModelByFormAndByRest()
    {
        var admin = site.Browse();
        await admin.GetAsync("/login");
        var parts = (await File.ReadAllTextAsync(Path.Combine(site.DataFolder, "demo-owner.txt"), TestContext.Current.CancellationToken)).Split(' ', '\n');
        await admin.SubmitAsync("login", new() { ["Sent.Name"] = parts[0], ["Sent.Password"] = parts[1] });
        await admin.GetAsync("/judges");
        Assert.Contains("a learned reward model scores each entry alone", admin.Text, StringComparison.Ordinal);
        // Nothing listens there; connecting needs no answer, testing says so.
        var fields = new Dictionary<string, string> { ["Sent.Name"] = "Taste", ["Sent.Model"] = "taste", ["Sent.Endpoint"] = "http://127.0.0.1:9/v1", ["Sent.Method"] = "reward", ["Sent.InputPrice"] = "0", ["Sent.OutputPrice"] = "0" };
        await admin.SubmitAsync("judge", new(fields) { ["Sent.Press"] = "test" });
        Assert.Contains("can't be reached", admin.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.SubmitAsync("judge", new(fields) { ["Sent.Press"] = "add" })).StatusCode);
        var judges = JsonNode.Parse(await admin.Client.GetStringAsync("/api/v1/judges"))!.AsArray();
        var taste = judges.Single(j => (string)j!["name"]! == "Taste")!;
        Assert.Equal(("reward", "taste", true), ((string)taste["method"]!, (string)taste["model"]!, (bool)taste["enabled"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Client.PostAsync($"/api/v1/judges/{taste["id"]}/disable", null)).StatusCode);
        await admin.GetAsync("/judges");
        Assert.Contains("taste, reward", admin.Text, StringComparison.Ordinal);

        var again = await admin.Client.PostAsJsonAsync("/api/v1/judges", new { name = "Taste", endpoint = "http://127.0.0.1:9/v1", model = "taste", method = "reward" });
        Assert.Contains("judge-known", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var unknown = await admin.Client.PostAsJsonAsync("/api/v1/judges", new { name = "Taste", endpoint = "http://127.0.0.1:9/v1", model = "taste", method = "oracle" });
        Assert.Contains("reward", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var added = await admin.Client.PostAsJsonAsync("/api/v1/judges", new { name = "Other taste", endpoint = "http://127.0.0.1:9/v1", model = "other-taste", method = "reward" });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var id = (string)JsonNode.Parse(await added.Content.ReadAsStringAsync())!["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Client.PostAsync($"/api/v1/judges/{id}/disable", null)).StatusCode);
    }

    /// <summary>A judge with a record, not enabled: nobody asks it, and judged spaces stay as they are.</summary>
    private async Task<Guid> MeasuredAsync(string name)
    {
        var id = Guid.CreateVersion7();
        await using var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        db.Judges.Add(new Judge { Id = id, Name = name, Endpoint = "http://127.0.0.1:9/v1", Model = "qwen2.5", Origin = "admin", Enabled = false, Version = "abcabcabcabc", CreatedAt = DateTimeOffset.UnixEpoch });
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
        for (var i = 0; i < 12; i++)
        {
            db.ProbeAnswers.Add(new ProbeAnswer
            {
                Id = Guid.CreateVersion7(),
                ProbeId = Guid.CreateVersion7(),
                JudgeId = id,
                Version = i < 10 ? "abcabcabcabc" : "older",
                Space = "instruct",
                BetterFirst = i < 8 ? 1 : -1,
                WorseFirst = i < 8 ? 1 : -1,
                LatencyMs = 100,
                CostMicroUsd = 1,
                At = DateTimeOffset.UnixEpoch.AddMinutes(i),
            });
        }
        for (var i = 0; i < 40; i++)
        {
            // About its own family: wrong for it in 16 of 20, against it in 4 of 20.
            var vote = i % 2 == 0 ? (i < 32 ? -1 : 1) : (i < 8 ? -1 : 1);
            db.ProbeAnswers.Add(new ProbeAnswer
            {
                Id = Guid.CreateVersion7(),
                ProbeId = Guid.CreateVersion7(),
                JudgeId = id,
                Version = "abcabcabcabc",
                Space = "instruct",
                Own = i % 2 == 0 ? -1 : 1,
                BetterFirst = vote,
                WorseFirst = vote,
                LatencyMs = 100,
                CostMicroUsd = 0,
                At = DateTimeOffset.UnixEpoch.AddHours(i),
            });
        }
        db.JudgeEvents.Add(new JudgeEvent { Id = Guid.CreateVersion7(), JudgeId = id, Version = "abcabcabcabc", What = JudgeEvent.Fell, Source = JudgeEvent.OfGold, Seen = "Right in 40 % of its last 20 gold cases, after 90 % of its first 20.", At = DateTimeOffset.UnixEpoch.AddDays(1) });
        db.JudgeEvents.Add(new JudgeEvent { Id = Guid.CreateVersion7(), JudgeId = id, Version = "older", What = JudgeEvent.Rose, Source = JudgeEvent.OfGold, Seen = "Of an older version.", At = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
        return id;
    }
}
