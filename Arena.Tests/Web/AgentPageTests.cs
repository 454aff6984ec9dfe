using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Rules;
using Arena.Web.Agents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class AgentPageTests(SiteFixture site)
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    [Fact]
    public async Task AHostileNameAndDescriptionAreShownAsTextEverywhere()
    {
        var browser = await site.JoinAsync("hostile");
        var id = await CreateScriptAsync(browser, Hostile, "\"><script>alert(2)</script>");
        foreach (var path in new[] { $"/agents/{id}", "/me", "/enter", $"/agents/{id}/edit" })
        {
            await browser.GetAsync(path);
            Assert.DoesNotContain("<img", browser.Page);
            Assert.DoesNotContain("<script>alert", browser.Page);
        }
        await browser.GetAsync($"/agents/{id}");
        Assert.Contains(Hostile, browser.Text);
    }

    [Fact]
    public async Task AScriptWithASyntaxErrorIsNotSavedAndTheLineIsNamedWhileTheTextStays()
    {
        var browser = await site.JoinAsync("typist");
        await browser.GetAsync("/agents/new?kind=script");
        await browser.SubmitAsync("agent", new() { ["Sent.Name"] = "Typo", ["Sent.Source"] = "function act(o) {\n  return ;;)\n}" });
        Assert.Contains("Not saved. Line 2, column", browser.Text);
        Assert.Contains("error-line=\"2\"", browser.Page);
        Assert.Contains("return ;;)", browser.Text);
        Assert.Contains("value=\"Typo\"", browser.Page);
    }

    [Fact]
    public async Task ATakenAgentNameIsRefusedWithTheFormAsItWas()
    {
        var browser = await site.JoinAsync("copycat");
        await CreateScriptAsync(browser, "Original", "");
        await browser.GetAsync("/agents/new?kind=script");
        var answer = await browser.SubmitAsync("agent", new() { ["Sent.Name"] = "original", ["Sent.Source"] = "function act() { return '1'; } // kept" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("There is already an agent called", browser.Text);
        Assert.Contains("// kept", browser.Text);
    }

    [Fact]
    public async Task WhoMayTrainOnAnAgentsPairsIsItsOwnersChoiceAlone()
    {
        var owner = await site.JoinAsync("sharer");
        var id = await CreateScriptAsync(owner, "Shared", "");
        async Task<(DataUse, string)> ChosenAsync()
        {
            await using var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
            return await db.Agents.Where(a => a.Name == "Shared").Select(a => new ValueTuple<DataUse, string>(a.DataUse, a.PairLicence)).SingleAsync();
        }
        var before = await ChosenAsync();
        var stranger = await site.JoinAsync("not-the-sharer");
        foreach (var form in new[] { "data", "licence", "sparring" })
        {
            await stranger.GetAsync($"/agents/{id}");
            Assert.Equal(HttpStatusCode.BadRequest, (await stranger.SubmitAsync(form, new() { ["Licence"] = "cc-by-4.0" })).StatusCode);
        }
        Assert.Equal(before, await ChosenAsync());

        await owner.GetAsync($"/agents/{id}");
        Assert.Equal(HttpStatusCode.OK, (await owner.SubmitAsync("licence", new() { ["Licence"] = "mine-alone" })).StatusCode);
        Assert.Equal(before, await ChosenAsync());
        await owner.GetAsync($"/agents/{id}");
        await owner.SubmitAsync("licence", new() { ["Licence"] = "cc-by-4.0" });
        await owner.GetAsync($"/agents/{id}");
        await owner.SubmitAsync("data", []);
        var (use, licence) = await ChosenAsync();
        Assert.Equal("cc-by-4.0", licence);
        Assert.NotEqual(before.Item1, use);
    }

    [Theory]
    [InlineData("connect-four")]
    [InlineData("tic-tac-toe")]
    [InlineData("countdown")]
    [InlineData("code-duel")]
    public async Task TheExampleOfASpacePlaysAWholeDryRunWithoutAFault(string space)
    {
        var browser = await site.JoinAsync("dry-" + space);
        await browser.GetAsync($"/agents/new?kind=script&space={space}");
        Assert.Contains(ScriptExamples.For(space)[..40], browser.Text);
        var answer = await DryRunAsync(browser, space, ScriptExamples.For(space));
        Assert.Null(answer["fault"]);
        Assert.StartsWith("Your script scored", (string)answer["result"]!);
        Assert.Equal("closed", (string)answer["frames"]!["events"]!.AsArray()[^1]!["type"]!);
        Assert.NotEmpty(answer["log"]!.AsArray());
    }

    [Fact]
    public async Task AnEndlessLoopInADryRunIsStoppedAndExplained()
    {
        var browser = await site.JoinAsync("looper");
        var answer = await DryRunAsync(browser, "tic-tac-toe", "function act() { for (;;) {} }");
        Assert.Contains("endless loop", (string)answer["fault"]!);
    }

    [Fact]
    public async Task ADryRunOfBrokenScriptNamesTheLine()
    {
        var browser = await site.JoinAsync("breaker");
        var answer = await browser.Client.PostAsJsonAsync("/api/v1/agents/dry-run", new { space = "tic-tac-toe", opponent = "random", source = "let x = ;\nfunction act() {}" });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("script-syntax", (string)problem["code"]!);
        Assert.Equal(1, (int)problem["line"]!);
    }

    [Fact]
    public async Task ANewVersionKeepsTheOldOneAndShowsWhereItCameFrom()
    {
        var browser = await site.JoinAsync("improver");
        var id = await CreateScriptAsync(browser, "Improving", "");
        await browser.GetAsync($"/agents/{id}/edit");
        Assert.Contains("makes version 2", browser.Text);
        await browser.FollowAsync(await browser.SubmitAsync("version", new() { ["Sent.Source"] = "function act(o) { return o.legal[0]; }" }));
        Assert.Contains("v2", browser.Text);
        Assert.Contains("v1", browser.Text);
        Assert.Contains("current", browser.Text);

        await browser.GetAsync($"/agents/{id}/edit");
        await browser.SubmitAsync("version", new() { ["Sent.Source"] = "function act(o) { return o.legal[0]; }" });
        Assert.Contains("These settings are those of the current version.", browser.Text);
    }

    [Fact]
    public async Task ABotsTokenIsShownOnceWithACommandToStart()
    {
        var browser = await site.JoinAsync("botter");
        await browser.GetAsync("/agents/new?kind=bot");
        await browser.SubmitAsync("agent", new() { ["Sent.Name"] = "My program" });
        var token = System.Text.RegularExpressions.Regex.Match(browser.Page, "<code id=\"token\">(arena_[^<]+)").Groups[1].Value;
        Assert.NotEmpty(token);
        Assert.Contains($"python3 clients/python/bot.py --url http://localhost --space connect-four --token {token}", browser.Text);
        await browser.GetAsync("/me");
        Assert.DoesNotContain(token, browser.Page);
    }

    [Theory]
    [InlineData("ftp://example.org/v1", "1", "The endpoint")]
    [InlineData("http://localhost:1/v1", "a lot", "amounts in US dollars")]
    public async Task AChatAgentWithBadSettingsIsRefusedReadablyAndItsKeyIsNotEchoed(string endpoint, string cap, string words)
    {
        var browser = await site.JoinAsync("chatter" + words.Length);
        await browser.GetAsync("/agents/new?kind=chat");
        await browser.SubmitAsync("agent", new()
        {
            ["Sent.Name"] = "Talker " + words.Length,
            ["Sent.SystemPrompt"] = "Play.",
            ["Sent.Endpoint"] = endpoint,
            ["Sent.Model"] = "m",
            ["Sent.Key"] = "sk-very-secret",
            ["Sent.Temperature"] = "0.7",
            ["Sent.SpendCap"] = cap,
            ["Sent.InputPrice"] = "0",
            ["Sent.OutputPrice"] = "0",
        });
        Assert.Contains(words, browser.Text);
        Assert.DoesNotContain("sk-very-secret", browser.Page);
    }

    [Fact]
    public async Task EnteringAsksForAnAgentFirstThenShowsTheQuoteAndEnters()
    {
        var browser = await site.JoinAsync("starter");
        await browser.GetAsync("/enter");
        Assert.Contains("You need an agent first", browser.Text);
        var id = await CreateScriptAsync(browser, "Starter", "");
        await browser.GetAsync($"/enter?agent={id}");
        Assert.Contains("A draw or a void match returns the whole stake.", browser.Text);
        var fields = new Dictionary<string, string> { ["Sent.Agent"] = id, ["Sent.Space"] = "tic-tac-toe", ["Sent.Tier"] = "free", ["Sent.Matches"] = "2" };
        await browser.FollowAsync(await browser.SubmitAsync("enter", fields));
        Assert.Equal("/me", browser.Address);
        Assert.Contains("Starter in Tic-tac-toe", browser.Text);

        await browser.GetAsync($"/enter?agent={id}");
        await browser.SubmitAsync("enter", new(fields) { ["Sent.Matches"] = "0" });
        Assert.Contains("Not entered.", browser.Text);
    }

    [Fact]
    public async Task ARepeatedEntryWithTheSameKeyActsOnce()
    {
        var browser = await site.JoinAsync("repeater");
        var id = await CreateScriptAsync(browser, "Repeater", "");
        var first = await EnterAsync(browser, id, "key-1", 3);
        var again = await EnterAsync(browser, id, "key-1", 3);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await EnterAsync(browser, id, "key-1", 4)).StatusCode);
        Assert.Single(JsonNode.Parse(await browser.Client.GetStringAsync("/api/v1/entries"))!.AsArray());
    }

    [Fact]
    public async Task AnotherOwnersAgentCanNeitherBeEditedNorEnteredNorRead()
    {
        var owner = await site.JoinAsync("rightful");
        var id = await CreateScriptAsync(owner, "Guarded", "");
        var thief = await site.JoinAsync("thief");
        Assert.Equal(HttpStatusCode.NotFound, (await thief.GetAsync($"/agents/{id}/edit")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await EnterAsync(thief, id, null, 1)).StatusCode);
        await thief.GetAsync($"/agents/{id}");
        Assert.Contains("Guarded", thief.Text);
        Assert.DoesNotContain("function act", thief.Page);
        Assert.DoesNotContain("function act", await thief.Client.GetStringAsync($"/api/v1/agents/{id}/versions"));
    }

    private static async Task<string> CreateScriptAsync(Browser browser, string name, string about)
    {
        await browser.GetAsync("/agents/new?kind=script&space=tic-tac-toe");
        var answer = await browser.SubmitAsync("agent", new() { ["Sent.Name"] = name, ["Sent.About"] = about, ["Sent.Source"] = ScriptExamples.For("tic-tac-toe") });
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, browser.Text);
        return answer.Headers.Location!.ToString().Split('/')[^1].Split('?')[0];
    }

    private static async Task<JsonNode> DryRunAsync(Browser browser, string space, string source)
    {
        var answer = await browser.Client.PostAsJsonAsync("/api/v1/agents/dry-run", new { space, opponent = SpaceRegistry.Find(space)!.House[0].Slug, source });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static Task<HttpResponseMessage> EnterAsync(Browser browser, string agent, string? key, int matches)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/entries") { Content = JsonContent.Create(new { space = "connect-four", agentId = agent, matches }) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        return browser.Client.SendAsync(request);
    }
}
