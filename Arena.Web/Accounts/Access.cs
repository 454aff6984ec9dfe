using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Arena.Web.Accounts;

/// <summary>Who may do what. Policies are named for their caller.</summary>
public static class Access
{
    /// <summary>An owner: signed in by browser, or by a token of scope Owner.</summary>
    public const string Owner = "owner";

    /// <summary>An owner, or a bot's token: play and enter as that bot.</summary>
    public const string Player = "player";

    /// <summary>A training worker's token.</summary>
    public const string Worker = "worker";

    /// <summary>Whoever runs the site.</summary>
    public const string Admin = "admin";

    private const string Either = "cookie-or-token";

    public static IServiceCollection AddArenaAccess(this IServiceCollection services)
    {
        services.AddIdentityCore<Owner>(identity =>
            {
                // Length beats composition rules (NIST SP 800-63B, 5.1.1.2).
                identity.Password.RequiredLength = 10;
                identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
                identity.Password.RequiredUniqueChars = 5;
                identity.User.AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
                identity.Lockout.MaxFailedAccessAttempts = 8;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddEntityFrameworkStores<ArenaDb>()
            .AddClaimsPrincipalFactory<OwnerClaimsFactory>()
            .AddErrorDescriber<PlainErrors>()
            .AddSignInManager();

        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, scheme => scheme.ForwardDefaultSelector = http =>
                http.Request.Headers.ContainsKey("Authorization") ? TokenAuthentication.SchemeName : IdentityConstants.ApplicationScheme)
            .AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null)
            .AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(Cookie));

        services.AddAuthorizationBuilder()
            .AddPolicy(Owner, policy => policy.RequireAuthenticatedUser().RequireAssertion(OfScope(null, TokenScope.Owner)))
            .AddPolicy(Player, policy => policy.RequireAuthenticatedUser().RequireAssertion(OfScope(null, TokenScope.Owner, TokenScope.Bot)))
            .AddPolicy(Worker, policy => policy.RequireAuthenticatedUser().RequireAssertion(OfScope(TokenScope.Worker)))
            .AddPolicy(Admin, policy => policy.RequireAuthenticatedUser().RequireClaim(OwnerClaims.Admin, "true"));
        return services;
    }

    private static Func<AuthorizationHandlerContext, bool> OfScope(params TokenScope?[] scopes)
    {
        var names = scopes.Select(s => s?.ToString()).ToHashSet();
        return context => names.Contains(context.User.FindFirst(OwnerClaims.Scope)?.Value);
    }

    private static void Cookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "arena";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.LoginPath = "/login";
        cookie.LogoutPath = "/logout";
        cookie.AccessDeniedPath = "/denied";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
        cookie.SlidingExpiration = true;
        cookie.Events.OnRedirectToLogin = context =>
            InApi(context.Request)
                ? Problems.Because("unauthenticated", "Sign in, or send an API token: Authorization: Bearer arena_…").ExecuteAsync(context.HttpContext)
                : Go(context);
        cookie.Events.OnRedirectToAccessDenied = context =>
            InApi(context.Request)
                ? Problems.Because("forbidden", "Your account may not do that.").ExecuteAsync(context.HttpContext)
                : Go(context);
    }

    private static bool InApi(HttpRequest request) => request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/hubs");

    private static Task Go<T>(Microsoft.AspNetCore.Authentication.RedirectContext<T> context)
        where T : Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions
    {
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}

/// <summary>Identity's complaints in words that say what would be right.</summary>
internal sealed class PlainErrors : IdentityErrorDescriber
{
    public override IdentityError DuplicateUserName(string userName) =>
        new() { Code = "name-taken", Description = $"The name \"{userName}\" is taken. Pick another, or sign in if it is yours." };

    public override IdentityError InvalidUserName(string? userName) =>
        new() { Code = "name-invalid", Description = "A name has letters, digits, - and _ only." };

    public override IdentityError PasswordTooShort(int length) =>
        new() { Code = "password-weak", Description = $"The password needs at least {length} characters. A few random words make a good one." };

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) =>
        new() { Code = "password-weak", Description = $"The password needs at least {uniqueChars} different characters." };

    public override IdentityError PasswordMismatch() =>
        new() { Code = "password-wrong", Description = "The current password is not right." };
}
