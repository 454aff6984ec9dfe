using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Engine;
using Arena.Engine.Matches;
using Arena.Rules;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed partial class PageTests(SiteFixture site)
{
    [Theory]
    [InlineData("/", "AI agents compete")]
    [InlineData("/spaces", "Connect Four")]
    [InlineData("/spaces/countdown", "Six numbers")]
    [InlineData("/spaces/instruct", "Drawn constraints never contradict each other")]
    [InlineData("/spaces/tradewars", "Winner of 5 gets")]
    [InlineData("/spaces/code-duel", "Whoever passes more tests is ahead")]
    [InlineData("/spaces/debate", "A motion and the sides are drawn")]
    [InlineData("/matches", "Watch")]
    [InlineData("/leaderboard", "One list per space")]
    [InlineData("/method", "K × (score − expected)")]
    [InlineData("/status", "The database")]
    [InlineData("/verify", "./arena verify FILE")]
    [InlineData("/login", "Sign in")]
    [InlineData("/register", "Make an account")]
    [InlineData("/docs/problems", "rate-limited")]
    public async Task EveryPublicPageShowsItsContentAndNothingInline(string path, string words)
    {
        var browser = site.Browse();
        var answer = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(words, browser.Text);
        Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)[^>]*>", browser.Page);
        Assert.DoesNotMatch(@"<[^>]+\sstyle=", browser.Page);
        Assert.DoesNotMatch(@"<[^>]+\son[a-z]+=", browser.Page);
    }

    public static TheoryData<string> Slugs => [.. SpaceRegistry.All.Select(s => s.Card.Slug)];

    /// <summary>Rules are Markdown: what must come through is their words, whatever stands around them.</summary>
    [Theory]
    [MemberData(nameof(Slugs))]
    public async Task EverySpacesPageShowsItsPitchItsRulesAndHowToAnswer(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/spaces/{slug}")).StatusCode);
        var shown = Words(browser.Text);
        Assert.Contains(Words(rules.Card.Name), shown);
        Assert.Contains(Words(rules.Card.Pitch), shown);
        Assert.Contains(Words(rules.Card.ActionHelp), shown);
        var paragraphs = rules.Card.RulesText.Split('\n').Select(line => Words(line)).Where(line => line.Length > 0).ToList();
        Assert.NotEmpty(paragraphs);
        Assert.All(paragraphs, line => Assert.Contains(line, shown));
        Assert.All(rules.House, agent => Assert.Contains(Words(agent.About), shown));
        Assert.DoesNotContain("**", browser.Text);
    }

    /// <summary>Letters, digits and signs of a text, without blanks and the marks of Markdown.</summary>
    private static string Words(string text) => Regex.Replace(text, @"^\s*-\s|[\s*`]", "");

    [Fact]
    public async Task EveryScriptAndStyleThatAPageNamesIsThere()
    {
        var browser = site.Browse();
        await browser.GetAsync("/spaces/connect-four");
        var names = Files().Matches(browser.Page).Select(m => m.Groups[1].Value).ToList();
        Assert.Contains(names, n => n.Contains("arena"));
        foreach (var name in names)
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/" + name.TrimStart('/'))).StatusCode);
        }
    }

    [Theory]
    [InlineData("/verify", false)]
    [InlineData("/verify-kernel.js", false)]
    [InlineData("/verify-worker.js", true)]
    public async Task OnlyTheVerifyPagesWorkerMayCompileWebAssembly(string path, bool may)
    {
        var answer = await site.Browse().GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(may, answer.Headers.GetValues("Content-Security-Policy").Single().Contains("wasm-unsafe-eval", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/nothing-here")]
    [InlineData("/spaces/no-such-space")]
    [InlineData("/matches/00000000-0000-7000-8000-00000000dead")]
    [InlineData("/agents/00000000-0000-7000-8000-00000000dead")]
    public async Task AMissingPageSaysSoAndLeadsOn(string path)
    {
        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(path)).StatusCode);
        Assert.Contains("Nothing is here", browser.Text);
        Assert.Contains("Watch matches", browser.Text);
    }

    [Theory]
    [InlineData("/me")]
    [InlineData("/account")]
    [InlineData("/enter")]
    [InlineData("/agents/new")]
    [InlineData("/admin")]
    public async Task AnOwnersPageAsksStrangersToSignInAndBringsThemBack(string path)
    {
        var answer = await site.Browse().GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("/login?returnUrl=" + Uri.EscapeDataString(path), answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task AClosedSpaceSaysHowToOpenIt()
    {
        var browser = site.Browse();
        await browser.GetAsync("/spaces/pitch");
        Assert.Contains("This space is closed.", browser.Text);
        Assert.Contains("http://localhost:11434/v1", browser.Text);
        Assert.DoesNotContain("Enter an agent", browser.Text);
    }

    [Fact]
    public async Task AFinishedMatchIsShownWithResultTurnsAndTheReasonOfTheRatingChange()
    {
        var id = await PlayAsync("connect-four", "random", "alpha-beta-4");
        var browser = site.Browse();
        await browser.GetAsync($"/matches/{id}");
        Assert.Contains("Random vs Alpha-beta, depth 4", browser.Text);
        Assert.Contains("Game 1 of 2", browser.Text);
        Assert.Contains("Why the ratings changed", browser.Text);
        Assert.Contains("was expected to score", browser.Text);
        Assert.Contains("the K of house agents", browser.Text);
        Assert.Contains($"<arena-match match-id=\"{id}\" space=\"connect-four\"", browser.Page);
        Assert.Contains("turn-0", browser.Page);

        // The list shows it too, with a link and the scores.
        await browser.GetAsync("/matches?space=connect-four");
        Assert.Contains($"/matches/{id}", browser.Page);
        await browser.GetAsync("/leaderboard?space=connect-four");
        Assert.Contains("Alpha-beta, depth 4", browser.Text);
    }

    [Fact]
    public async Task VerifyingAMatchGoesThroughEveryStepAndSaysThatTheChainIsOff()
    {
        var id = await PlayAsync("tic-tac-toe", "greedy", "perfect");
        var browser = site.Browse();
        await browser.GetAsync($"/matches/{id}/verify");
        foreach (var step in new[] { "Seed matches its commitment", "Every observation reproduced", "Same bytes again", "Transcript hash", "Result", "Rating change", "Rating history", "Leaf", "Merkle proof" })
        {
            Assert.Contains(step, browser.Text);
        }
        Assert.Contains("What can be checked now holds.", browser.Text);
        Assert.Contains("The chain is off on this site", browser.Text);
        Assert.DoesNotContain("class=\"no\"", browser.Page);
    }

    [Fact]
    public async Task TheApiTellsTheSameMatchInExactBytes()
    {
        var id = await PlayAsync("tic-tac-toe", "random", "perfect");
        var client = site.CreateClient();
        var match = JsonNode.Parse(await client.GetStringAsync($"/api/v1/matches/{id}"))!;
        Assert.Equal("closed", (string)match["status"]!);
        var bytes = await client.GetByteArrayAsync($"/api/v1/matches/{id}/transcript");
        Assert.Equal((string)match["transcriptHash"]!, Convert.ToHexStringLower(Arena.Rules.Hashing.Keccak256.Hash(bytes)));

        var frames = JsonNode.Parse(await client.GetStringAsync($"/api/v1/matches/{id}/frames"))!;
        var events = frames["events"]!.AsArray();
        Assert.Equal("started", (string)events[0]!["type"]!);
        Assert.Equal("closed", (string)events[^1]!["type"]!);

        var stream = await client.GetStringAsync($"/api/v1/matches/{id}/events");
        Assert.Equal(events.Count, Regex.Count(stream, "^id: ", RegexOptions.Multiline));

        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/matches/{id}/events");
        request.Headers.Add("Last-Event-ID", $"{events.Count - 1}");
        var rest = await (await client.SendAsync(request, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync();
        Assert.Equal(1, Regex.Count(rest, "^id: ", RegexOptions.Multiline));

        var end = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/matches/{id}/events");
        end.Headers.Add("Last-Event-ID", $"{events.Count}");
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(end, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task PagesOfTheMatchListMeetWithoutGapOrRepeat()
    {
        for (var i = 0; i < 5; i++)
        {
            await PlayAsync("tic-tac-toe", "random", "greedy");
        }
        var client = site.CreateClient();
        var whole = Ids(JsonNode.Parse(await client.GetStringAsync("/api/v1/matches?space=tic-tac-toe&limit=4"))!);
        var first = JsonNode.Parse(await client.GetStringAsync("/api/v1/matches?space=tic-tac-toe&limit=2"))!;
        var second = JsonNode.Parse(await client.GetStringAsync($"/api/v1/matches?space=tic-tac-toe&limit=2&before={first["next"]}"))!;
        Assert.Equal(whole, [.. Ids(first), .. Ids(second)]);

        static List<string> Ids(JsonNode page) => [.. page["matches"]!.AsArray().Select(m => (string)m!["id"]!)];
    }

    [Theory]
    [InlineData("/api/v1/nothing", 404, "not-found")]
    [InlineData("/api/v1/spaces/no-such-space", 404, "not-found")]
    [InlineData("/api/v1/matches?status=odd", 400, "status-invalid")]
    [InlineData("/api/v1/matches/00000000-0000-7000-8000-00000000dead", 404, "not-found")]
    [InlineData("/api/v1/me", 401, "unauthenticated")]
    [InlineData("/api/v1/bot/events", 401, "unauthenticated")]
    public async Task ARefusalOfTheApiIsAProblemWithACodeAndASentence(string path, int status, string code)
    {
        var answer = await site.CreateClient().GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(code, (string)problem["code"]!);
        Assert.True(((string)problem["detail"]!).Length > 10);
    }

    [Fact]
    public async Task TheApiDescribesItselfWithoutAskingAnotherHost()
    {
        var client = site.CreateClient();
        var document = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!;
        Assert.Equal("Arena API", (string)document["info"]!["title"]!);
        foreach (var path in new[] { "/api/v1/spaces", "/api/v1/matches/{id}/transcript", "/api/v1/entries", "/api/v1/bot/events", "/api/v1/bot/turns/{id}/action", "/api/v1/tokens" })
        {
            Assert.NotNull(document["paths"]![path]);
        }
        var page = await client.GetStringAsync("/docs/api/");
        Assert.DoesNotContain("https://", page);
        Assert.Contains("http_server_request_duration", await client.GetStringAsync("/metrics"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task AnAddressWithoutRightsOrFormIsRefusedKindly()
    {
        var answer = await site.CreateClient().PostAsync("/api/v1/entries", new StringContent("{", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var browser = await site.JoinAsync("sloppy");
        answer = await browser.Client.PostAsync("/api/v1/entries", new StringContent("{", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The body is not the JSON that was expected", await answer.Content.ReadAsStringAsync());
        answer = await browser.Client.PostAsync("/api/v1/entries", new StringContent("space=x"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private async Task<MatchId> PlayAsync(string space, string first, string second)
    {
        var scheduler = site.Services.GetRequiredService<MatchScheduler>();
        var id = await scheduler.ScheduleAsync(space, MatchKind.Rated, "free", [await site.HouseAsync(space, first), await site.HouseAsync(space, second)], 0);
        await Until.TrueAsync(async () => (string?)JsonNode.Parse(await site.CreateClient().GetStringAsync($"/api/v1/matches/{id}"))!["status"] == "closed", "the match is closed");
        return id;
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+\\.(?:js|css|svg))\"")]
    private static partial Regex Files();
}
