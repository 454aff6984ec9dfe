using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class AccountTests(SiteFixture site)
{
    [Fact]
    public async Task RegisteringSignsInAndLeadsToTheOwnersPage()
    {
        var browser = site.Browse();
        await browser.GetAsync("/register");
        var answer = await browser.SubmitAsync("register", new() { ["Sent.Name"] = "newcomer", ["Sent.Password"] = "correct horse battery" });
        await browser.FollowAsync(answer);
        Assert.Equal("/me", browser.Address);
        Assert.Contains("Signed in as newcomer", browser.Text);
        Assert.Contains("You have no agent yet", browser.Text);
    }

    [Theory]
    [InlineData("ab", "correct horse battery", "A name has 3 to 24 characters.")]
    [InlineData("bad name", "correct horse battery", "letters, digits, - and _")]
    [InlineData("house", "correct horse battery", "is taken")]
    [InlineData("shorty", "short", "at least 10 characters")]
    [InlineData("samesame", "aaaaaaaaaaaaaa", "different characters")]
    [InlineData("inside", "my-inside-secret", "must not contain the name")]
    public async Task ARefusedRegistrationSaysWhatWouldBeRight(string name, string password, string words)
    {
        var browser = site.Browse();
        await browser.GetAsync("/register");
        var answer = await browser.SubmitAsync("register", new() { ["Sent.Name"] = name, ["Sent.Password"] = password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(words, browser.Text);
    }

    [Fact]
    public async Task ATakenNameIsRefusedWhateverItsCase()
    {
        await site.JoinAsync("TakenOne");
        var browser = site.Browse();
        await browser.GetAsync("/register");
        await browser.SubmitAsync("register", new() { ["Sent.Name"] = "takenone", ["Sent.Password"] = "correct horse battery" });
        Assert.Contains("is taken", browser.Text);
    }

    [Fact]
    public async Task AWrongPasswordAndAnUnknownNameAreToldAlike()
    {
        await site.JoinAsync("forgetful");
        var browser = site.Browse();
        await browser.GetAsync("/login");
        await browser.SubmitAsync("login", new() { ["Sent.Name"] = "forgetful", ["Sent.Password"] = "wrong" });
        Assert.Contains("Name or password is not right.", browser.Text);
        await browser.GetAsync("/login");
        await browser.SubmitAsync("login", new() { ["Sent.Name"] = "nobody-at-all", ["Sent.Password"] = "wrong" });
        Assert.Contains("Name or password is not right.", browser.Text);
    }

    [Fact]
    public async Task ManyWrongPasswordsLockTheAccountAndThePageSaysForHowLong()
    {
        await site.JoinAsync("besieged");
        var browser = site.Browse();
        for (var i = 0; i < 9; i++)
        {
            await browser.GetAsync("/login");
            await browser.SubmitAsync("login", new() { ["Sent.Name"] = "besieged", ["Sent.Password"] = "wrong" });
        }
        Assert.Matches(@"this account is locked for another (4 min \d+ s|5 min)", browser.Text);
    }

    [Fact]
    public async Task SigningInLeadsBackButNeverToAnotherSite()
    {
        await site.JoinAsync("returner");
        var browser = site.Browse();
        await browser.GetAsync("/login?returnUrl=%2Fenter");
        var answer = await browser.SubmitAsync("login", new() { ["Sent.Name"] = "returner", ["Sent.Password"] = "correct horse battery", ["Sent.ReturnUrl"] = "/enter" });
        Assert.EndsWith("/enter", answer.Headers.Location!.ToString());

        var other = site.Browse();
        await other.GetAsync("/login");
        answer = await other.SubmitAsync("login", new() { ["Sent.Name"] = "returner", ["Sent.Password"] = "correct horse battery", ["Sent.ReturnUrl"] = "//evil.example/" });
        Assert.EndsWith("/me", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task SigningOutNeedsTheFormsToken()
    {
        var browser = await site.JoinAsync("leaver");
        var forged = await browser.Client.PostAsync("/logout", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        await browser.GetAsync("/me");
        var answer = await browser.Client.PostAsync("/logout", new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", browser.Token())]));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/me")).StatusCode);
    }

    [Fact]
    public async Task TheDemoOwnersPasswordLiesInTheDataFolderForThisUserOnly()
    {
        var browser = site.Browse();
        await browser.GetAsync("/login");
        var file = Path.Combine(site.DataFolder, "demo-owner.txt");
        var parts = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Split(' ', '\n');
        var answer = await browser.SubmitAsync("login", new() { ["Sent.Name"] = parts[0], ["Sent.Password"] = parts[1] });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin")).StatusCode);
        Assert.Contains("House show", browser.Text);
    }

    [Fact]
    public async Task OnlyAdminsOpenTheAdminPage()
    {
        var browser = await site.JoinAsync("curious");
        var answer = await browser.GetAsync("/admin");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("/denied", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task AnApiTokenIsShownOnceWorksAndCanBeRevoked()
    {
        var browser = await site.JoinAsync("tokened");
        var made = await browser.Client.PostAsJsonAsync("/api/v1/tokens", new { name = "laptop", scope = "owner" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var answer = JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
        var secret = (string)answer["secret"]!;

        var program = site.CreateClient();
        program.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        Assert.Equal("tokened", (string)JsonNode.Parse(await program.GetStringAsync("/api/v1/me"))!["name"]!);
        await browser.GetAsync("/account");
        Assert.Contains("laptop", browser.Text);
        Assert.DoesNotContain(secret, browser.Page);

        Assert.Equal(HttpStatusCode.NoContent, (await browser.Client.DeleteAsync($"/api/v1/tokens/{answer["token"]!["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task AnOwnerWhoIsNoAdminGetsNoWorkerToken()
    {
        var browser = await site.JoinAsync("sly");
        var answer = await browser.Client.PostAsJsonAsync("/api/v1/tokens", new { name = "worker", scope = "worker" });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task AWriteFromAnotherSiteWithTheBrowsersCookieIsRefused()
    {
        var browser = await site.JoinAsync("lured");
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens") { Content = JsonContent.Create(new { name = "x", scope = "owner" }) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("cross-site", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!);
    }
}
