namespace Arena.Web.Site;

/// <summary>Headers that keep other people's text from becoming code.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // The verify pages' worker runs the rules kernel as WebAssembly; compiling that needs this word and nothing wider. A worker goes by the policy of its own file.
    private const string VerifyPolicy = Policy + "; script-src 'self' 'wasm-unsafe-eval'";

    // The API reference builds its styles and one start-up script at run time; it shows only our own OpenAPI document.
    private const string ReferencePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/docs/api") ? ReferencePolicy
            : http.Request.Path == "/verify-worker.js" ? VerifyPolicy : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(http);
    });
}
