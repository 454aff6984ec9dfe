using System.Net;
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
}
