using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Arena.Web.Site;

/// <summary>How much one caller may ask; every refusal names the limit and says when it ends.</summary>
public sealed class LimitOptions
{
    /// <summary>Tries to sign in, per address and minute.</summary>
    public int SignIn { get; set; } = 20;

    /// <summary>New accounts, per address and hour.</summary>
    public int Register { get; set; } = 30;

    /// <summary>API calls, per owner (or per address without one) and minute.</summary>
    public int Api { get; set; } = 600;

    /// <summary>Dry runs and connection tests, per owner and minute.</summary>
    public int Tries { get; set; } = 30;

    /// <summary>Verifications, per owner (or address) and minute: each replays a whole match.</summary>
    public int Verify { get; set; } = 60;
}

/// <summary>Names of the limits, used as policies on endpoints and pages.</summary>
public static class Limits
{
    public const string SignIn = "sign-in";
    public const string Register = "register";
    public const string Api = "api";
    public const string Tries = "tries";
    public const string Verify = "verify";

    public static IServiceCollection AddArenaLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection("Limits").Get<LimitOptions>() ?? new();
        return services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(SignIn, http => PostsOnly(http, ByAddress(http), options.SignIn, TimeSpan.FromMinutes(1)));
            limiter.AddPolicy(Register, http => PostsOnly(http, ByAddress(http), options.Register, TimeSpan.FromHours(1)));
            limiter.AddPolicy(Api, http => Window(ByCaller(http), options.Api, TimeSpan.FromMinutes(1)));
            limiter.AddPolicy(Tries, http => PostsOnly(http, ByCaller(http), options.Tries, TimeSpan.FromMinutes(1)));
            limiter.AddPolicy(Verify, http => Window(ByCaller(http), options.Verify, TimeSpan.FromMinutes(1)));
            limiter.OnRejected = (rejected, ct) => new(Refuse(rejected));
        });
    }

    private static RateLimitPartition<string> PostsOnly(HttpContext http, string key, int permits, TimeSpan window) =>
        HttpMethods.IsGet(http.Request.Method) ? RateLimitPartition.GetNoLimiter("reading") : Window(key, permits, window);

    private static RateLimitPartition<string> Window(string key, int permits, TimeSpan window) =>
        RateLimitPartition.GetFixedWindowLimiter(key, _ => new() { PermitLimit = permits, Window = window, QueueLimit = 0 });

    private static string ByAddress(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "local";

    private static string ByCaller(HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? ByAddress(http);

    private static async Task Refuse(OnRejectedContext rejected)
    {
        var http = rejected.HttpContext;
        var name = http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName ?? "requests";
        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 60;
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var reason = $"The limit \"{name}\" is reached. Try again in {seconds} seconds.";
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            await Problems.Because("rate-limited", reason, new Dictionary<string, object?> { ["limit"] = name, ["seconds"] = seconds }).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync($"""
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Please wait</title><link rel="stylesheet" href="/arena.css"></head>
            <body><main class="page narrow"><div class="empty"><h1>Please wait {seconds} seconds</h1><p>Too many tries from your address (limit: {name}). Nothing was lost; go back and try again then.</p></div></main></body></html>
            """);
    }
}
