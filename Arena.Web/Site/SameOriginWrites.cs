using Microsoft.AspNetCore.Identity;

namespace Arena.Web.Site;

/// <summary>
/// A write to the API that is signed in by cookie must come from our own pages. Forms carry antiforgery tokens; the
/// API reads the browser's Sec-Fetch-Site instead (and Origin where an old browser sends only that). Calls with a
/// bearer token carry no cookie and are not concerned.
/// </summary>
internal static class SameOriginWrites
{
    public static IApplicationBuilder UseSameOriginWrites(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.Request.Path.StartsWithSegments("/api")
            && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)
            && http.User.Identities.Any(i => i.IsAuthenticated && i.AuthenticationType == IdentityConstants.ApplicationScheme)
            && !FromOurselves(http.Request))
        {
            await Problems.Because("cross-site", "This call came from another site. Use an API token instead of the browser's cookie.").ExecuteAsync(http);
            return;
        }
        await next(http);
    });

    internal static bool FromOurselves(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
        {
            return site == "same-origin";
        }
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}";
    }
}
