using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Ratings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class FlagPageTests(SiteFixture site)
{
    [Fact]
    public async Task WhomAFlagConcernsReadsItAndObjectsAndNobodyElseSeesIt()
    {
        var owner = await site.JoinAsync("flagged-owner");
        var other = await site.JoinAsync("another-owner");
        var id = Guid.CreateVersion7();
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            var me = await db.Users.Where(u => u.UserName == "flagged-owner").Select(u => u.Id).SingleAsync();
            db.Flags.Add(new Flag { Id = id, Kind = Flag.RiggedVotes, Space = "", OwnerA = me, OwnerB = me, Seen = "Of 30 blind votes <b>all</b> back one agent.", Changes = "They weigh nothing.", State = Flag.Open, At = DateTimeOffset.UnixEpoch });
            db.FlagNotes.Add(new FlagNote { Id = Guid.CreateVersion7(), FlagId = id, By = Guid.Empty, What = FlagNote.Raised, Text = "", At = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
        }
        await owner.GetAsync("/me");
        Assert.Contains("Flags (1 open)", owner.Text, StringComparison.Ordinal);
        await owner.GetAsync("/flags");
        Assert.Contains("Votes that look rigged", owner.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>all</b>", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("Uphold", owner.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<[^>]+\sstyle=", owner.Page);
        var sent = await owner.SubmitAsync($"object-{id}", new() { ["Sent.Text"] = "I like its style." });
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        await owner.GetAsync("/flags");
        Assert.Contains("An owner objects: I like its style.", owner.Text, StringComparison.Ordinal);

        await other.GetAsync("/flags");
        Assert.Contains("No flags.", other.Text, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse(await other.Client.GetStringAsync("/api/v1/flags/mine"))!.AsArray());
        Assert.Single(JsonNode.Parse(await owner.Client.GetStringAsync("/api/v1/flags/mine"))!.AsArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Client.GetAsync("/api/v1/flags")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Browse().Client.GetAsync("/api/v1/flags/mine")).StatusCode);
    }

    [Fact]
    public async Task AnAdministratorDecidesAFlagOnThePageAndByRestAndTheOwnerReadsTheReason()
    {
        var owner = await site.JoinAsync("decided-owner");
        var id = Guid.CreateVersion7();
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            var me = await db.Users.Where(u => u.UserName == "decided-owner").Select(u => u.Id).SingleAsync();
            db.Flags.Add(new Flag { Id = id, Kind = Flag.RiggedVotes, Space = "", OwnerA = me, OwnerB = me, Seen = "Of 12 blind votes all back one agent.", Changes = "They weigh nothing.", State = Flag.Open, At = DateTimeOffset.UnixEpoch.AddMinutes(1) });
            db.FlagNotes.Add(new FlagNote { Id = Guid.CreateVersion7(), FlagId = id, By = Guid.Empty, What = FlagNote.Raised, Text = "", At = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
        }
        await owner.GetAsync("/judges/blind");
        Assert.Contains("A flag stands against your votes", owner.Text, StringComparison.Ordinal);
        var standing = JsonNode.Parse(await owner.Client.GetStringAsync("/api/v1/judges/blind/standing"))!;
        Assert.Equal((true, 0.0), ((bool)standing["flagged"]!, (double)standing["weight"]!));
        // The form isn't there for the owner, and the address refuses.
        await owner.GetAsync("/flags");
        Assert.DoesNotContain($"decide-{id}", owner.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Client.PostAsJsonAsync($"/api/v1/flags/{id}/decision", new { decision = "dismissed", reason = "It is mine." })).StatusCode);

        var admin = site.Browse();
        await admin.GetAsync("/login");
        var parts = (await File.ReadAllTextAsync(Path.Combine(site.DataFolder, "demo-owner.txt"), TestContext.Current.CancellationToken)).Split(' ', '\n');
        await admin.SubmitAsync("login", new() { ["Sent.Name"] = parts[0], ["Sent.Password"] = parts[1] });
        await admin.GetAsync("/flags");
        Assert.Contains("Of 12 blind votes all back one agent.", admin.Text, StringComparison.Ordinal);
        await admin.SubmitAsync($"decide-{id}", new() { ["Sent.Text"] = " ", ["Sent.Press"] = Flag.Upheld });
        Assert.Contains("Every decision has a reason", admin.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.SubmitAsync($"decide-{id}", new() { ["Sent.Text"] = "All for <i>one</i>.", ["Sent.Press"] = Flag.Upheld })).StatusCode);
        await owner.GetAsync("/flags");
        Assert.Contains("Upheld by an administrator: All for <i>one</i>.", owner.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>one</i>", owner.Page, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NotFound, (await admin.Client.PostAsJsonAsync($"/api/v1/flags/{Guid.Empty}/decision", new { decision = "dismissed", reason = "No such." })).StatusCode);
        Assert.Contains("decision-invalid", await (await admin.Client.PostAsJsonAsync($"/api/v1/flags/{id}/decision", new { decision = "forgotten", reason = "x" })).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Client.PostAsJsonAsync($"/api/v1/flags/{id}/decision", new { decision = "dismissed", reason = "Read again." })).StatusCode);
        var mine = Assert.Single(JsonNode.Parse(await owner.Client.GetStringAsync("/api/v1/flags/mine"))!.AsArray())!;
        Assert.Equal(("dismissed", "raised,upheld,dismissed"), ((string)mine["state"]!, string.Join(',', mine["log"]!.AsArray().Select(n => (string)n!["what"]!))));
        await owner.GetAsync("/judges/blind");
        Assert.DoesNotContain("A flag stands against your votes", owner.Text, StringComparison.Ordinal);
        Assert.Contains("Your votes count once you have answered 5 pairs", owner.Text, StringComparison.Ordinal);
    }
}
