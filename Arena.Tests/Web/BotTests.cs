using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Arena.Tests.Web;

/// <summary>The bot protocol over real HTTP, with the Python bot that developers start from.</summary>
public sealed class BotTests
{
    [Fact]
    public async Task ThePythonBotEntersASpaceAndPlaysAWholeMatch()
    {
        await using var site = new SiteFixture();
        site.Settings["Arena:Matchmaking:HouseAfter"] = "00:00:01";
        site.Settings["Arena:Matchmaking:PaceMs"] = "0";
        site.UseKestrel(0);
        site.StartServer();
        var address = site.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        var browser = new Browser(new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new(address) });
        await browser.GetAsync("/register");
        await browser.SubmitAsync("register", new() { ["Sent.Name"] = "python", ["Sent.Password"] = "correct horse battery" });
        await browser.GetAsync("/agents/new?kind=bot");
        await browser.SubmitAsync("agent", new() { ["Sent.Name"] = "Python bot" });
        var token = System.Text.RegularExpressions.Regex.Match(browser.Page, "<code id=\"token\">(arena_[^<]+)").Groups[1].Value;

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(100), TimeProvider.System);
        var start = new ProcessStartInfo("python3", [Script(), "--url", address, "--token", token, "--space", "tic-tac-toe", "--matches", "1"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var bot = Process.Start(start)!;
        try
        {
            await bot.WaitForExitAsync(limit.Token);
        }
        finally
        {
            bot.Kill(entireProcessTree: true);
        }
        var said = await bot.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await bot.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(bot.ExitCode == 0, said);
        Assert.Contains("entered tic-tac-toe for 1 matches", said);
        Assert.Contains("ended", said);

        var matches = JsonNode.Parse(await browser.Client.GetStringAsync("/api/v1/matches?space=tic-tac-toe&status=closed", TestContext.Current.CancellationToken))!["matches"]!.AsArray();
        var players = Assert.Single(matches)!["players"]!.AsArray();
        Assert.Contains(players, p => (string)p!["agent"]! == "Python bot");
        Assert.All(players, p => Assert.Null(p!["fault"]));
    }

    [Fact]
    public async Task ABotsTokenActsForItsOwnAgentOnly()
    {
        await using var site = new SiteFixture();
        var browser = await site.JoinAsync("bounded");
        await browser.GetAsync("/agents/new?kind=bot");
        await browser.SubmitAsync("agent", new() { ["Sent.Name"] = "Bounded bot" });
        var token = System.Text.RegularExpressions.Regex.Match(browser.Page, "<code id=\"token\">(arena_[^<]+)").Groups[1].Value;
        var bot = site.CreateClient();
        bot.DefaultRequestHeaders.Authorization = new("Bearer", token);

        Assert.Equal(HttpStatusCode.Forbidden, (await bot.GetAsync("/api/v1/tokens")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await bot.PostAsJsonAsync("/api/v1/agents", new { name = "More", kind = "bot" })).StatusCode);
        var other = await bot.PostAsJsonAsync("/api/v1/entries", new { space = "tic-tac-toe", agentId = Guid.Empty, matches = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bot.PostAsJsonAsync("/api/v1/bot/turns/nonsense/action", new { text = "1" })).StatusCode);
        Assert.Equal("bot", (string)JsonNode.Parse(await bot.GetStringAsync("/api/v1/me"))!["scope"]!);
    }

    /// <summary>clients/python/bot.py of the repository that this test was built in.</summary>
    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "clients", "python", "bot.py");
            if (File.Exists(file))
            {
                return file;
            }
        }
        throw new FileNotFoundException("clients/python/bot.py");
    }
}
