using System.Net;
using System.Text.Json.Nodes;

namespace Arena.Tests.Web;

public sealed class LimitTests
{
    [Fact]
    public async Task EveryLimitNamesItselfAndSaysWhenItEnds()
    {
        await using var site = new SiteFixture();
        site.Settings["Limits:SignIn"] = "2";
        site.Settings["Limits:Api"] = "3";

        var browser = site.Browse();
        for (var i = 0; i < 2; i++)
        {
            await browser.GetAsync("/login");
            await browser.SubmitAsync("login", new() { ["Sent.Name"] = "x", ["Sent.Password"] = "x" });
        }
        await browser.GetAsync("/login");
        var refused = await browser.SubmitAsync("login", new() { ["Sent.Name"] = "x", ["Sent.Password"] = "x" });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Matches(@"Please wait \d+ seconds", browser.Text);
        Assert.Contains("limit: sign-in", browser.Text);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/login")).StatusCode);

        HttpResponseMessage answer;
        var calls = 0;
        do
        {
            answer = await browser.Client.GetAsync("/api/v1/spaces");
        }
        while (answer.IsSuccessStatusCode && ++calls < 10);
        Assert.Equal(3, calls);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("rate-limited", (string)problem["code"]!);
        Assert.Equal("api", (string)problem["limit"]!);
        Assert.InRange((int)problem["seconds"]!, 1, 60);
        Assert.Equal((string)problem["seconds"]!.ToString(), answer.Headers.GetValues("Retry-After").Single());
    }
}
