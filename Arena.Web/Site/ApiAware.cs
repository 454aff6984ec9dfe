using Microsoft.AspNetCore.Diagnostics;

namespace Arena.Web.Site;

/// <summary>Failures answered in the caller's form: a problem for programs, a page for people.</summary>
internal static class ApiAware
{
    public static void Errors(IApplicationBuilder app) => app.Run(async http =>
    {
        var error = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (error is BadHttpRequestException bad)
        {
            http.Response.StatusCode = bad.StatusCode;
            await Problems.Because("bad-request", bad.InnerException is System.Text.Json.JsonException json
                ? $"The body is not the JSON that was expected: {json.Message}"
                : bad.Message).ExecuteAsync(http);
            return;
        }
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            await Microsoft.AspNetCore.Http.TypedResults.Problem(
                "The fault is ours and is in the site's log.", statusCode: 500, title: "Internal error",
                extensions: new Dictionary<string, object?> { ["code"] = "internal", ["trace"] = http.TraceIdentifier }).ExecuteAsync(http);
            return;
        }
        await new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<ErrorShell>().ExecuteAsync(http);
    });
}
