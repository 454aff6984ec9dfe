using System.Net;
using Arena.Web.Site;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Arena.Tests.Web;

/// <summary>What people see when an address is nonsense or a page breaks.</summary>
[Collection("site")]
public sealed class FailureTests(SiteFixture site)
{
    [Theory]
    [InlineData("/matches?before=yesterday")]
    [InlineData("/epochs?before=-x")]
    [InlineData("/pairs?agent=me")]
    [InlineData("/agents/00000000-0000-0000-0000-000000000001/diff?from=one")]
    public async Task AnAddressWithNonsenseInItsQueryNamesNothing(string address)
    {
        var browser = site.Browse();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(address)).StatusCode);
        Assert.Contains("Nothing is here", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageThatBreaksLeavesAPageThatSaysSo()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddRazorComponents();
        await using var app = builder.Build();
        app.UseKindFailures();
        app.UseAntiforgery();
        app.MapRazorComponents<Root>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var response = await app.GetTestClient().GetAsync("/broken", TestContext.Current.CancellationToken);
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("That did not work", page, StringComparison.Ordinal);
        Assert.DoesNotContain("A secret of the machine", page, StringComparison.Ordinal);
    }

    /// <summary>Around every page of the small site above.</summary>
    public sealed class Root : ComponentBase
    {
        protected override void OnInitialized() => throw new InvalidOperationException("A secret of the machine.");
    }

    [Route("/broken")]
    public sealed class Broken : ComponentBase;
}
