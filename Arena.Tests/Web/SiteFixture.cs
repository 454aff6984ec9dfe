using System.Net;
using System.Text.RegularExpressions;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Rules;
using Arena.Web.Site;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

/// <summary>The whole site in this process over a fresh data folder, without the house show, the trainer and the chain.</summary>
public sealed class SiteFixture : WebApplicationFactory<Parts>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("arena-web-").FullName;

    /// <summary>Settings on top; set before the first client is made.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["Arena:HouseShow:Enabled"] = "false",
        ["Arena:Trainer:Enabled"] = "false",
        ["Trainer:Enabled"] = "false",
        ["Arena:Chain:Enabled"] = "false",
        ["Limits:SignIn"] = "100000",
        ["Limits:Register"] = "100000",
        ["Limits:Api"] = "100000",
        ["Limits:Tries"] = "100000",
    };

    public string DataFolder => _folder;

    /// <summary>A browser without history.</summary>
    public Browser Browse() => new(CreateClient(new() { AllowAutoRedirect = false, HandleCookies = true, BaseAddress = new("http://localhost") }));

    /// <summary>A browser signed in as a new owner.</summary>
    public async Task<Browser> JoinAsync(string name)
    {
        var browser = Browse();
        await browser.GetAsync("/register");
        var answer = await browser.SubmitAsync("register", new() { ["Sent.Name"] = name, ["Sent.Password"] = "correct horse battery" });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    /// <summary>The current version of a house agent.</summary>
    public async Task<VersionId> HouseAsync(string space, string slug)
    {
        var name = SpaceRegistry.Find(space)!.House.Single(h => h.Slug == slug).Name;
        await using var db = await Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        return (await db.Agents.SingleAsync(a => a.OwnerId == Owner.HouseId && a.Name.EndsWith(name) && a.Name.StartsWith(SpaceRegistry.Find(space)!.Card.Name))).CurrentVersionId!.Value;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Arena:DataFolder", _folder);
        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>What a person does with a browser: open pages, send forms, read.</summary>
public sealed partial class Browser(HttpClient client)
{
    public HttpClient Client => client;

    /// <summary>The page as it was last received.</summary>
    public string Page { get; private set; } = "";

    /// <summary>The page's words as a person reads them.</summary>
    public string Text => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(Scripts().Replace(Page, " "), " ")), " ");

    public string Address { get; private set; } = "/";

    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        Address = path;
        var answer = await client.GetAsync(path);
        Page = await answer.Content.ReadAsStringAsync();
        return answer;
    }

    /// <summary>Sends the form <paramref name="name"/> of the open page with <paramref name="fields"/>; hidden fields come from the page.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string name, Dictionary<string, string> fields)
    {
        var sent = new Dictionary<string, string>(fields) { ["_handler"] = name, ["__RequestVerificationToken"] = Token() };
        var answer = await client.PostAsync(Address, new FormUrlEncodedContent(sent));
        Page = await answer.Content.ReadAsStringAsync();
        return answer;
    }

    /// <summary>The antiforgery token of the open page.</summary>
    public string Token() => TokenField().Match(Page) is { Success: true } found ? found.Groups[1].Value : throw new InvalidOperationException($"No form on {Address}: {Text}");

    /// <summary>Opens where a redirect leads.</summary>
    public Task<HttpResponseMessage> FollowAsync(HttpResponseMessage redirect) => GetAsync(new Uri(new("http://localhost"), redirect.Headers.Location!).PathAndQuery);

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex TokenField();

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
