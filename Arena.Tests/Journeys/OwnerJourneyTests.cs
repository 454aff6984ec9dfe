using System.Diagnostics;
using System.Text.RegularExpressions;
using Arena.Tests.Doubles;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Arena.Tests.Journeys;

/// <summary>What a person does with the product, in a real browser; every step asserts on what that person sees.</summary>
[Collection(JourneyCollection.Name)]
public sealed partial class OwnerJourneyTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Agents that think, trainers and chains take their time on a small machine.</summary>
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 180_000 };

    [Fact]
    public async Task AVisitorSeesALiveMatchMoveOnTheFrontPageAndLeaderboardsFill()
    {
        var page = await browser.VisitAsync();
        await page.GotoAsync("/");
        var board = page.Locator("arena-match .av-stage svg").First;
        await Expect(board).ToBeVisibleAsync(Patient);
        await MovesAsync(page.Locator("arena-match").First);
        await Browser.PictureAsync(page, "01-front-page");

        await page.GotoAsync("/leaderboard?space=connect-four");
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = AlphaBeta() }).First).ToBeVisibleAsync(Patient);
        await Browser.PictureAsync(page, "02-leaderboard");

        var phone = await browser.VisitAsync(phone: true);
        await phone.GotoAsync("/");
        await Expect(phone.Locator("arena-match .av-stage svg").First).ToBeVisibleAsync(Patient);
        Assert.True(await phone.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The front page scrolls sideways on a phone.");
        await Browser.PictureAsync(phone, "03-front-page-phone");
    }

    [Fact]
    public async Task AnOwnerWritesAScriptTriesItWatchesItReplaysItAndReadsWhyItsRatingChanged()
    {
        var page = await browser.RegisterAsync("scripter");
        await page.GotoAsync("/agents/new?kind=script&space=connect-four");
        await page.GetByLabel("Name").FillAsync("Column Counter");

        // A syntax error is told with its line, and nothing is lost.
        var editor = page.Locator("textarea[name='Sent.Source']");
        var example = await editor.InputValueAsync();
        await editor.FillAsync("function act(observation) {\n  return ;;) \n}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("line 2", new() { IgnoreCase = true });
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("Column Counter");
        await Browser.PictureAsync(page, "10-script-error");

        // The example plays a dry run against a house agent before anything is saved.
        await editor.FillAsync(example);
        await page.GetByRole(AriaRole.Button, new() { Name = "Dry run" }).ClickAsync();
        await Expect(page.Locator("#try-board .av-stage svg")).ToBeVisibleAsync(Patient);
        await Browser.PictureAsync(page, "11-dry-run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Column Counter" })).ToBeVisibleAsync();

        await EnterAsync(page, "connect-four");
        await OpenMatchAsync(page, "Column Counter");
        await MovesAsync(page.Locator("arena-match").First);
        await Browser.PictureAsync(page, "12-live-match");

        await FinishedAsync(page);
        await Expect(page.Locator("#why")).ToContainTextAsync("was expected to score");
        // The page comes anew when the match ends: its board follows a moment later.
        var pieces = page.Locator("arena-match .av-connect-four .av-piece");
        await Expect(pieces.Nth(6)).ToBeVisibleAsync(Patient);
        Assert.InRange(await pieces.CountAsync(), 7, 42);
        await Browser.PictureAsync(page, "13-finished-match");

        // The same component replays: the scrubber takes the board back.
        var board = page.Locator("arena-match .av-stage svg").First;
        var final = await board.InnerHTMLAsync();
        await page.Locator("arena-match input[type=range]").First.FillAsync("1");
        await Product.UntilAsync("the scrubber has taken the board back", async () => await board.InnerHTMLAsync() != final, TimeSpan.FromSeconds(30));
        await Browser.PictureAsync(page, "14-replay");

        var phone = await browser.VisitAsync(phone: true);
        await phone.GotoAsync(page.Url);
        await Expect(phone.Locator("arena-match .av-stage svg").First).ToBeVisibleAsync(Patient);
        Assert.True(await phone.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The match page scrolls sideways on a phone.");
        await Browser.PictureAsync(phone, "15-match-phone");
    }

    [Fact]
    public async Task AnEndlessScriptLosesItsTurnsAndItsOwnerReadsWhy()
    {
        var page = await browser.RegisterAsync("looper");
        await page.GotoAsync("/agents/new?kind=script&space=tic-tac-toe");
        await page.GetByLabel("Name").FillAsync("Never Ends");
        await page.Locator("textarea[name='Sent.Source']").FillAsync("function act(observation) { while (true) {} }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Never Ends" })).ToBeVisibleAsync();
        await EnterAsync(page, "tic-tac-toe");
        await OpenMatchAsync(page, "Never Ends");
        await FinishedAsync(page);
        await Expect(page.Locator("#outcome")).ToContainTextAsync("TimedOut");
        await Browser.PictureAsync(page, "16-endless-script");
    }

    [Fact]
    public async Task ChatAgentsPitchJudgesCompareInBothOrdersAndTheVerdictIsExplained()
    {
        await using var chat = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        chat.Answer = question => question.Text.Contains("LONG", StringComparison.Ordinal)
            ? "Our lamp pays for itself: it lights twelve hours on one charge, survives rain and falls, and costs less than candles for a month. " +
              "Families read, shops stay open, and nobody breathes smoke. Hang it over the table and the homework gets done; carry it along and the path home has no dark corner; lend it to a neighbour and you will have to ask for it back. " +
              "Whoever doubts it should take it for one week, put the candles into a drawer, and look on the eighth day at how many are left. The answer is printed on the box, in letters that can be read by its light."
            : "A lamp. It is bright.";

        var admin = await browser.SignInAsDemoAsync();
        await admin.GotoAsync("/judges");
        await Browser.PictureAsync(admin, "20-judges-before");
        await admin.GetByLabel("Name", new() { Exact = true }).FillAsync("Scripted judge");
        await admin.GetByLabel("Endpoint").FillAsync(chat.Endpoint);
        // Not the contestants' model: a judge of their family would not be asked.
        await admin.GetByLabel("Model", new() { Exact = true }).FillAsync("judging");
        await admin.GetByRole(AriaRole.Button, new() { Name = "Connect", Exact = true }).ClickAsync();
        await Expect(admin.GetByText("Scripted judge").First).ToBeVisibleAsync();

        var first = await ChatAgentAsync("long-owner", "Long Winded", "LONG: write a detailed pitch.", chat.Endpoint);
        var second = await ChatAgentAsync("short-owner", "Short Spoken", "Write one sentence.", chat.Endpoint);
        // They meet each other, or house writers where one has waited long enough: the judge finds none of those longer.
        await EnterAsync(first, "pitch");
        await EnterAsync(second, "pitch");
        await OpenMatchAsync(first, "Long Winded");
        await FinishedAsync(first);
        await Expect(first.GetByText("What the judges said")).ToBeVisibleAsync(Patient);
        await Expect(first.Locator("#outcome")).ToContainTextAsync("Long Winded won");
        await Browser.PictureAsync(first, "21-judged-match");
    }

    [Fact]
    public async Task ALyingChatEndpointIsRefusedWithAReasonWhileTheOwnerStillHasTheForm()
    {
        await using var chat = await ScriptedChatServer.StartAsync(ChatMode.Html);
        var page = await browser.RegisterAsync("chatter");
        await page.GotoAsync("/agents/new?kind=chat");
        await FillChatAsync(page, "Html Speaker", "Play well.", chat.Endpoint);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test the connection" }).ClickAsync();
        await Expect(page.Locator("#check-status")).ToContainTextAsync("web page instead of JSON", new() { Timeout = 60_000 });
        await Browser.PictureAsync(page, "22-chat-endpoint-html");
        chat.Mode = ChatMode.Say;
        await page.GetByRole(AriaRole.Button, new() { Name = "Test the connection" }).ClickAsync();
        await Expect(page.Locator("#check-status")).Not.ToContainTextAsync("web page instead of JSON", new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task ABotGetsItsTokenOnceAndPlaysWholeMatchesWithThePythonStarter()
    {
        var page = await browser.RegisterAsync("botter");
        await page.GotoAsync("/agents/new?kind=bot&space=tic-tac-toe");
        await page.GetByLabel("Name").FillAsync("Python Starter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and get the token" }).ClickAsync();
        var token = await page.Locator("#token").InnerTextAsync();
        Assert.StartsWith("arena_", token, StringComparison.Ordinal);
        await Browser.PictureAsync(page, "30-bot-token");

        var start = new ProcessStartInfo("python3", ["clients/python/bot.py", "--url", $"http://localhost:{browser.Product.Port}", "--space", "tic-tac-toe", "--token", token])
        {
            WorkingDirectory = Product.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bot = Process.Start(start)!;
        try
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "To the agent's page" }).ClickAsync();
            var agent = page.Url;
            Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);
            await OpenMatchAsync(page, "Python Starter");
            await FinishedAsync(page);
            await Expect(page.Locator("#outcome")).Not.ToContainTextAsync("TimedOut");
            await page.GotoAsync(agent);
            await Browser.PictureAsync(page, "31-bot-agent");
        }
        finally
        {
            bot.Kill();
        }
    }

    [Fact]
    public async Task APolicyIsTrainedPlaysItsParentInTheGateAndItsLineageIsShown()
    {
        var page = await browser.RegisterAsync("trainer");
        await page.GotoAsync("/agents/new?kind=policy");
        await page.GetByLabel("Name").FillAsync("Little Learner");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Little Learner" })).ToBeVisibleAsync();
        var agent = page.Url;
        await EnterAsync(page, "tic-tac-toe");
        await OpenMatchAsync(page, "Little Learner");
        await FinishedAsync(page);

        // Pairs come from the match's positions, played on in different ways.
        var id = MatchId().Match(page.Url).Value;
        await Product.UntilAsync("the match has made preference pairs", async () =>
            (await browser.Product.Http.GetStringAsync($"/api/v1/preference-pairs.jsonl?match={id}")).Contains("\"chosen\"", StringComparison.Ordinal), TimeSpan.FromMinutes(2));
        await page.ReloadAsync();
        await Expect(page.GetByText("Rejected").First).ToBeVisibleAsync();
        await Browser.PictureAsync(page, "40-policy-match-with-pairs");
        await page.GotoAsync("/pairs");
        await Expect(page.GetByText("tic-tac-toe:").First).ToBeVisibleAsync();
        await Browser.PictureAsync(page, "41-pairs");

        await page.GotoAsync(agent);
        await page.GetByRole(AriaRole.Link, new() { Name = "Train", Exact = true }).ClickAsync();
        await page.GetByText("More options").ClickAsync();
        await Expect(page.GetByLabel("Learning rate")).ToBeVisibleAsync();
        await Browser.PictureAsync(page, "42-train-form");
        // A quarter of the recipe's rounds: this is about the way to the gate, not about strength.
        await page.GetByLabel("Rounds", new() { Exact = true }).FillAsync("40");
        await page.GetByRole(AriaRole.Button, new() { Name = "Train", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(RunAddress());
        await Expect(page.Locator("arena-chart svg path, arena-chart svg polyline").First).ToBeVisibleAsync(Patient);
        await Browser.PictureAsync(page, "42-training-live");
        var run = new Uri(page.Url).Segments[^1];
        await Product.UntilAsync("the gate has decided", async () =>
        {
            var status = (string?)(await browser.Product.GetAsync($"/api/v1/training-runs/{run}"))["status"];
            Assert.False(status is "failed" or "cancelled", $"The run is {status}.");
            return status is "promoted" or "rejected";
        }, TimeSpan.FromMinutes(12));
        await page.ReloadAsync();
        await Expect(page.Locator("#gate")).ToContainTextAsync("Log-likelihood ratio");
        await Browser.PictureAsync(page, "43-training-gate");
        await page.GotoAsync(agent);
        await Expect(page.Locator("#v2")).ToBeVisibleAsync();
        await Browser.PictureAsync(page, "44-lineage");
    }

    [Fact]
    public async Task AMatchIsSettledOnTheChainAndVerifiedStepByStep()
    {
        var page = await browser.VisitAsync();
        string? id = null;
        await Product.UntilAsync("an epoch with a match is on the chain", async () =>
        {
            var matches = (await browser.Product.GetAsync("/api/v1/matches?status=closed&limit=100"))["matches"]!.AsArray();
            foreach (var match in matches.Where(m => m!["epoch"] is not null))
            {
                var epoch = await browser.Product.GetAsync($"/api/v1/epochs/{(long)match!["epoch"]!}");
                if (epoch.ToJsonString().Contains("proposed", StringComparison.OrdinalIgnoreCase) || epoch.ToJsonString().Contains("finalized", StringComparison.OrdinalIgnoreCase))
                {
                    id = (string)match["id"]!;
                    return true;
                }
            }
            return false;
        }, TimeSpan.FromMinutes(4));

        await page.GotoAsync("/epochs");
        await Browser.PictureAsync(page, "50-epochs");
        await page.GotoAsync("/epochs/1");
        await Expect(page.GetByText(TransactionHash()).First).ToBeVisibleAsync(Patient);
        await Browser.PictureAsync(page, "51-epoch");

        await page.GotoAsync($"/matches/{id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Verify", Exact = true }).ClickAsync();
        await Expect(page.GetByText("root", new() { Exact = false }).First).ToBeVisibleAsync();
        await Browser.PictureAsync(page, "52-verify");
        Assert.Equal(0, await page.Locator(".step.bad, .steps .bad").CountAsync());

        // The same verdict from the script that shares no code with us.
        var start = new ProcessStartInfo("python3", ["clients/python/verify_match.py", $"http://localhost:{browser.Product.Port}", id!])
        {
            WorkingDirectory = Product.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var verify = Process.Start(start)!;
        var printed = await verify.StandardOutput.ReadToEndAsync() + await verify.StandardError.ReadToEndAsync();
        await verify.WaitForExitAsync();
        Assert.True(verify.ExitCode == 0, printed);
    }

    [Fact]
    public async Task AnOwnerSeesHowToDepositNamesAPayoutAddressAndIsToldWhyAWithdrawalIsRefused()
    {
        var page = await browser.RegisterAsync("wallet-owner");
        await page.GotoAsync("/account");
        await Expect(page.Locator("#deposit-reference")).ToContainTextAsync("0x41524E41", new() { IgnoreCase = true });
        await page.GetByLabel("Payout address").FillAsync("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the address" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("checksum");
        await page.GetByLabel("Payout address").FillAsync("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the address" }).ClickAsync();
        await Expect(page.Locator("#wallet")).ToContainTextAsync("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        await page.GetByLabel("Amount, ETH").FillAsync("0.5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not cover");
        await Browser.PictureAsync(page, "53-wallet");
    }

    [Fact]
    public async Task AWrongPasswordAndATakenNameAreToldWhereThePersonIsLooking()
    {
        await browser.RegisterAsync("early-bird");
        var page = await browser.VisitAsync();
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync("early-bird");
        await page.GetByLabel("Password").FillAsync("wrong horse battery");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not right");
        await Browser.PictureAsync(page, "60-wrong-password");

        await page.GotoAsync("/register");
        await page.GetByLabel("Name").FillAsync("Early-Bird");
        await page.GetByLabel("Password").FillAsync("correct horse battery");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("taken", new() { IgnoreCase = true });
        await Browser.PictureAsync(page, "61-name-taken");
    }

    private static async Task EnterAsync(IPage page, string space)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Enter a space" }).First.ClickAsync();
        await page.Locator($"input[name='Sent.Space'][value='{space}']").CheckAsync();
        await page.GetByLabel("Number of matches").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Enter", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(Browser.Mine());
    }

    /// <summary>Finds the agent's newest match through the API and opens its page.</summary>
    private async Task OpenMatchAsync(IPage page, string agent)
    {
        string? match = null;
        await Product.UntilAsync($"{agent} has a match", async () =>
        {
            var matches = (await browser.Product.GetAsync("/api/v1/matches?limit=100"))["matches"]!.AsArray();
            match = (string?)matches.FirstOrDefault(m => m!["players"]!.AsArray().Any(p => (string?)p!["agent"] == agent))?["id"];
            return match is not null;
        }, TimeSpan.FromMinutes(2));
        await page.GotoAsync($"/matches/{match}");
        await Expect(page.Locator("arena-match").First).ToBeVisibleAsync();
    }

    /// <summary>Waits until the board's picture has changed by itself.</summary>
    private static async Task MovesAsync(ILocator viewer)
    {
        var board = viewer.Locator(".av-stage svg").First;
        await Expect(board).ToBeVisibleAsync(Patient);
        var before = await viewer.InnerTextAsync() + await board.InnerHTMLAsync();
        await Product.UntilAsync("the match moves", async () => await viewer.InnerTextAsync() + await board.InnerHTMLAsync() != before, TimeSpan.FromMinutes(1));
    }

    private static async Task FinishedAsync(IPage page)
    {
        var id = MatchId().Match(page.Url).Value;
        await Product.UntilAsync("the match is finished", async () =>
        {
            using var http = new HttpClient();
            var origin = new Uri(page.Url).GetLeftPart(UriPartial.Authority);
            return (await http.GetStringAsync($"{origin}/api/v1/matches/{id}")).Contains("\"status\":\"closed\"", StringComparison.Ordinal);
        }, TimeSpan.FromMinutes(4));
        await page.ReloadAsync();
        await Expect(page.GetByText("finished").First).ToBeVisibleAsync();
    }

    private async Task<IPage> ChatAgentAsync(string owner, string name, string prompt, string endpoint)
    {
        var page = await browser.RegisterAsync(owner);
        await page.GotoAsync("/agents/new?kind=chat&space=pitch");
        await FillChatAsync(page, name, prompt, endpoint);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        return page;
    }

    private static async Task FillChatAsync(IPage page, string name, string prompt, string endpoint)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("System prompt").FillAsync(prompt);
        await page.GetByLabel("Endpoint").FillAsync(endpoint);
        await page.GetByLabel("Model", new() { Exact = true }).FillAsync("scripted");
        await page.GetByLabel("API key").FillAsync("sk-secret-of-a-test");
    }

    [GeneratedRegex("Alpha-beta")]
    private static partial Regex AlphaBeta();

    [GeneratedRegex("/training/[0-9a-f-]{36}")]
    private static partial Regex RunAddress();

    [GeneratedRegex("0x[0-9a-f]{64}")]
    private static partial Regex TransactionHash();

    [GeneratedRegex("(?<=/matches/)[0-9a-f-]{36}")]
    private static partial Regex MatchId();
}
