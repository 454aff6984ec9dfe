using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Arena.Tests.Journeys;

/// <summary>Transcripts from anywhere on the page /verify, replayed by the visitor's own browser.</summary>
public sealed partial class OwnerJourneyTests
{
    [Fact]
    public async Task AMatchPlayedOnOnesOwnMachineIsReplayedByTheSitesVerifyAndATamperedTurnIsRedWhereItIs()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Product.Repository, "clients/browser/bin/kernel/wwwroot/_framework/dotnet.js")), "The kernel is not published; ./test.sh does it before.");
        var folder = Directory.CreateTempSubdirectory("arena-verify-");
        try
        {
            var start = new ProcessStartInfo("dotnet", ["Arena.Client/bin/Release/net10.0/arena.dll", "play", "connect-four", "--a", "house:greedy", "--b", "house:random", "--games", "1", "--out", folder.FullName])
            {
                WorkingDirectory = Product.Repository,
                RedirectStandardOutput = true,
            };
            using (var play = Process.Start(start)!)
            {
                await play.StandardOutput.ReadToEndAsync();
                await play.WaitForExitAsync();
                Assert.Equal(0, play.ExitCode);
            }
            var file = folder.GetFiles().Single().FullName;
            var text = await File.ReadAllTextAsync(file);

            var page = await browser.VisitAsync();
            await page.GotoAsync("/");
            await page.GetByRole(AriaRole.Contentinfo).GetByRole(AriaRole.Link, new() { Name = "verify a transcript" }).ClickAsync();
            var picker = page.GetByLabel("Transcript, a .json file");
            await picker.SetInputFilesAsync(file);
            await Expect(page.Locator("#verdict")).ToContainTextAsync("every check holds", new() { Timeout = 120_000 });
            await Expect(page.Locator("#verify-checks li.ok h3")).ToContainTextAsync(["Canonical form", "Space and rules version", "Seed matches its commitment", "Deals and seats", "Every observation reproduced", "Every answer read", "Game scores", "Hash chain", "Same bytes again"]);
            Assert.Equal(0, await page.Locator("#verify-checks li.no").CountAsync());
            await Expect(page.Locator("#on-site")).ToContainTextAsync("played no match of that id");
            await Browser.PictureAsync(page, "54-verify-file");

            // What the agent said in turn 5 is replaced by another column that was free.
            var turn = text.LastIndexOf("{\"detail\"", text.IndexOf("\"t\":5}", StringComparison.Ordinal), StringComparison.Ordinal);
            var said = Said().Match(text, turn);
            var column = said.Groups[1].Value == "4" ? "3" : "4";
            await picker.SetInputFilesAsync(Made("tampered.json", text[..said.Index] + said.Value.Replace(said.Groups[1].Value, column) + text[(said.Index + said.Length)..]));
            await Expect(page.Locator("#verdict")).ToContainTextAsync("not what it says", new() { Timeout = 60_000 });
            await Expect(page.Locator("#verify-checks li.no")).ToHaveCountAsync(1);
            await Expect(page.Locator("#verify-checks li.no")).ToContainTextAsync("Turn 5");
            await Expect(page.Locator("#verify-checks li.no")).ToContainTextAsync($"did {column}");
            await Browser.PictureAsync(page, "55-verify-tampered");

            // What is no transcript is refused in words, and what was shown goes.
            foreach (var (content, words) in new[] { ("<html>", "isn't JSON"), ("", "empty"), ("{\"arena\":\"transcript/1\",\"space\":\"go\"}", "Its space is \"go\""), (new string('[', 1 << 20), "isn't JSON") })
            {
                await picker.SetInputFilesAsync(Made("other.json", content));
                await Expect(page.Locator("#verify-status")).ToContainTextAsync(words, new() { Timeout = 60_000 });
                await Expect(page.Locator("#result")).ToBeHiddenAsync();
            }
            var large = Path.Combine(folder.FullName, "large.bin");
            await using (var stream = File.Create(large))
            {
                stream.SetLength(33L << 20);
            }
            await picker.SetInputFilesAsync(large);
            await Expect(page.Locator("#verify-status")).ToContainTextAsync("at most 32 MB");

            // A match of the site leads to the comparison with the chain; a phone shows it all without scrolling sideways.
            var id = (string)(await browser.Product.GetAsync("/api/v1/matches?status=closed&limit=1"))["matches"]![0]!["id"]!;
            var phone = await browser.VisitAsync(phone: true);
            await phone.GotoAsync("/verify");
            await phone.GetByLabel("Transcript, a .json file").SetInputFilesAsync(Made("site.json", await browser.Product.Http.GetStringAsync($"/api/v1/matches/{id}/transcript")));
            await Expect(phone.Locator("#verdict")).ToContainTextAsync("every check holds", new() { Timeout = 120_000 });
            await Expect(phone.Locator("#verify-checks li.ok h3")).ToContainTextAsync(["Commitment was published before play", "Same transcript as on this site"]);
            Assert.True(await phone.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The verify page scrolls sideways on a phone.");
            await Browser.PictureAsync(phone, "56-verify-phone");
            await phone.GetByRole(AriaRole.Link, new() { Name = "Compare it with the chain" }).ClickAsync();
            await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Verify this match" })).ToBeVisibleAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static FilePayload Made(string name, string content) => new() { Name = name, MimeType = "application/json", Buffer = Encoding.UTF8.GetBytes(content) };

    /// <summary>A turn's first answer.</summary>
    [GeneratedRegex("\"said\":\\[\"(\\d)\"")]
    private static partial Regex Said();
}
