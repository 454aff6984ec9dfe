using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Settlement;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Web.Agents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

/// <summary>What moves points or money acts once, however often its request arrives. On a site of its own: an open appeal is shown to everybody who judges.</summary>
public sealed partial class RepeatedWriteTests(SiteFixture site) : IClassFixture<SiteFixture>
{
    // With its checksum (EIP-55).
    private const string Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    [Fact]
    public async Task AnAppealWithTheSameKeyIsFiledOnceAndTakesOneDeposit()
    {
        var browser = await site.JoinAsync("appealer");
        var match = await JudgedAsync(browser, "Appealer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AppealAsync(browser, match, "appeal-1", "It was shorter.")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AppealAsync(browser, match, "appeal-1", "Another reason.")).StatusCode);
        var late = await AppealAsync(browser, match, "appeal-2", "It was shorter.");
        Assert.Equal("appealed-already", (string)JsonNode.Parse(await late.Content.ReadAsStringAsync())!["code"]!);

        await using var db = await DbAsync();
        var owner = await db.Users.SingleAsync(u => u.UserName == "appealer");
        Assert.Single(await db.Appeals.Where(a => a.OwnerId == owner.Id).ToListAsync());
        Assert.Equal(AppealDesk.Welcome - AppealDesk.Deposit, await db.PointRows.Where(p => p.OwnerId == owner.Id).SumAsync(p => p.Amount));
    }

    [Fact]
    public async Task AWithdrawalFormThatIsSentTwiceWithdrawsOnce()
    {
        var browser = await site.JoinAsync("withdrawer");
        await GiveAsync("withdrawer", 50_000_000);
        await browser.GetAsync("/account");
        await browser.SubmitAsync("payout", new() { ["Payout.Address"] = Address });
        Assert.Contains($"Payouts go to {Address}", browser.Text);

        await browser.GetAsync("/account");
        var form = new Dictionary<string, string> { ["Withdrawal.Eth"] = "0.02", ["Withdrawal.Key"] = KeyField().Match(browser.Page).Groups[1].Value };
        await browser.SubmitAsync("withdraw", form);
        Assert.Contains("will be claimable by " + Address, browser.Text);
        // Back and again, with a page in between that has a key of its own.
        await browser.GetAsync("/account");
        Assert.NotEqual(form["Withdrawal.Key"], KeyField().Match(browser.Page).Groups[1].Value);
        await browser.SubmitAsync("withdraw", form);
        Assert.Contains("This was done already", browser.Text);
        await browser.GetAsync("/account");
        await browser.SubmitAsync("withdraw", new(form) { ["Withdrawal.Eth"] = "0.01" });
        Assert.Contains("has withdrawn another amount already", browser.Text);
        Assert.Equal(20_000_000, await PayableAsync());

        // A page opened anew withdraws more, and never more than there is.
        await browser.GetAsync("/account");
        await browser.SubmitAsync("withdraw", new() { ["Withdrawal.Eth"] = "0.04", ["Withdrawal.Key"] = KeyField().Match(browser.Page).Groups[1].Value });
        Assert.Contains("Your balance does not cover this amount.", browser.Text);
        await browser.GetAsync("/account");
        await browser.SubmitAsync("withdraw", new() { ["Withdrawal.Eth"] = "0.03", ["Withdrawal.Key"] = KeyField().Match(browser.Page).Groups[1].Value });
        Assert.Equal(50_000_000, await PayableAsync());
    }

    private static Task<HttpResponseMessage> AppealAsync(Browser browser, MatchId match, string key, string reason)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/matches/{match}/appeal") { Content = JsonContent.Create(new { reason }) };
        request.Headers.Add("Idempotency-Key", key);
        return browser.Client.SendAsync(request);
    }

    /// <summary>A closed match of an agent of the signed-in owner, with a panel's verdict.</summary>
    private async Task<MatchId> JudgedAsync(Browser browser, string name)
    {
        await browser.GetAsync("/agents/new?kind=script&space=tic-tac-toe");
        var answer = await browser.SubmitAsync("agent", new() { ["Sent.Name"] = name, ["Sent.About"] = "", ["Sent.Source"] = ScriptExamples.For("tic-tac-toe") });
        var agent = Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1].Split('?')[0]);
        await using var db = await DbAsync();
        var version = (await db.Agents.SingleAsync(a => a.Id == new AgentId(agent))).CurrentVersionId!.Value;
        var match = await site.Services.GetRequiredService<MatchScheduler>().ScheduleAsync("tic-tac-toe", MatchKind.Rated, "free", [version, await site.HouseAsync("tic-tac-toe", "random")], 0);
        await Until.TrueAsync(async () => (string?)JsonNode.Parse(await site.CreateClient().GetStringAsync($"/api/v1/matches/{match}"))!["status"] == "closed", "the match is closed");
        db.Verdicts.Add(new Verdict { MatchId = match, Scores = "[0,1000000]", Explanation = "{}", RubricHash = "", Hash = new string('a', 64), At = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
        return match;
    }

    private async Task GiveAsync(string name, long gwei)
    {
        await using var db = await DbAsync();
        var owner = (await db.Users.SingleAsync(u => u.UserName == name)).Id;
        var deposit = new VaultDeposit(OwnerReference.Of(owner), EpochBook.Wei(gwei), 1, "0x" + new string('1', 64), 0);
        await site.Services.GetRequiredService<Payouts>().CreditAsync("test", new(1, deposit.BlockHash), [deposit], default);
    }

    private async Task<long> PayableAsync()
    {
        await using var db = await DbAsync();
        return await db.LedgerRows.Where(r => r.Account == Payouts.PayableTo(Address)).SumAsync(r => r.AmountGwei);
    }

    private Task<ArenaDb> DbAsync() => site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();

    [GeneratedRegex("name=\"Withdrawal.Key\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex KeyField();
}
