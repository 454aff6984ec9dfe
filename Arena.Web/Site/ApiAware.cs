using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Arena.Web.Site;

/// <summary>Failures answered in the caller's form: a problem for programs, a page for people.</summary>
internal static class ApiAware
{
    public static void UseKindFailures(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Explain,
            // The page that broke has used up its scope's navigation: without a fresh one the page that says so breaks too.
            CreateScopeForErrors = true,
            // A caller's slip is the caller's to read, not ours to log.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException,
        });
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        // The inner one answers first, so that programs never get the page.
        app.UseWhen(IsApi, api => api.UseStatusCodePages(context => Bare(context.HttpContext)));
        app.UseWhen(http => !IsApi(http), pages => pages.Use(Mistyped));
    }

    /// <summary>A page's query that is no number or id where one belongs names nothing: the framework throws, and only where it threw tells this from a fault of ours.</summary>
    private static async Task Mistyped(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (InvalidOperationException e) when (!http.Response.HasStarted && e.StackTrace?.Contains("QueryParameterValueSupplier", StringComparison.Ordinal) == true)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/hubs");

    private static Task Explain(HttpContext http)
    {
        var error = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (error is BadHttpRequestException bad)
        {
            var words = bad.InnerException is JsonException json ? $"The body is not the JSON that was expected: {json.Message}" : bad.Message;
            return Problems.Because("bad-request", words, status: bad.StatusCode).ExecuteAsync(http);
        }
        return IsApi(http)
            ? Problems.Because("internal", "The fault is ours and is in the site's log.", new Dictionary<string, object?> { ["trace"] = http.TraceIdentifier }).ExecuteAsync(http)
            : new RazorComponentResult<ErrorShell>().ExecuteAsync(http);
    }

    /// <summary>A refusal of the framework's own that came without words.</summary>
    private static Task Bare(HttpContext http)
    {
        var status = http.Response.StatusCode;
        var phrase = ReasonPhrases.GetReasonPhrase(status);
        return Problems.Because(phrase.ToLowerInvariant().Replace(' ', '-'), $"{phrase}: see /docs/api for what this address takes.", status: status).ExecuteAsync(http);
    }
}
