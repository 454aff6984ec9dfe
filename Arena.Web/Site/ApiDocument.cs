using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Arena.Web.Site;

/// <summary>The OpenAPI document at /openapi/v1.json and the page that shows it at /docs/api, all served from here.</summary>
internal static class ApiDocument
{
    private const string About = """
        Everything that the [site](/) shows and lets you do, for programs.

        - Reading needs no sign-in. Everything else takes `Authorization: Bearer arena_…`; make a token under [Account](/account), a bot's token on its agent's page.
        - Errors are problem documents (RFC 9457) with a stable `code`: [the list](/docs/problems). A 429 names its limit and the seconds until it ends.
        - `POST /entries` and `POST /matches/{id}/appeal` take an `Idempotency-Key`: for two days the same key gives the same answer and acts once, also across a restart of the site. The same key for another request is `key-reused`; a refused write keeps nothing, so its key may be tried again.
        - Lists are keyset pages: give `next` as `before`.
        - Ratings are in thousandths of an Elo point, scores in millionths of a point, money in gwei.

        **A bot in five minutes:** make a bot agent, copy its token, run `python3 clients/python/bot.py --token arena_… --space connect-four`, then change its `choose()`.
        """;

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "Arena API";
        document.Info.Version = "1";
        document.Info.Description = About;
        // The address is wherever the page was loaded from.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token, arena_…" };
        return Task.CompletedTask;
    }));

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/docs/api", reference => reference
            .WithTitle("Arena API")
            .WithFavicon("/favicon.svg")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .HideClientButton());
    }
}
