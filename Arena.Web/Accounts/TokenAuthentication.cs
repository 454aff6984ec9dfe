using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Arena.Engine;
using Arena.Web.Site;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Web.Accounts;

/// <summary>Signs in calls with <c>Authorization: Bearer arena_…</c>. Only hashes of tokens are stored.</summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IDbContextFactory<ArenaDb> databases)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Token";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim())));
        await using var db = await databases.CreateDbContextAsync(Context.RequestAborted);
        var found = await (from token in db.ApiTokens
                           join owner in db.Users on token.OwnerId equals owner.Id
                           where token.Hash == hash && token.RevokedAt == null
                           select new { token.OwnerId, token.AgentId, token.Scope, owner.UserName, owner.IsAdmin }).FirstOrDefaultAsync(Context.RequestAborted);
        if (found is null)
        {
            return AuthenticateResult.Fail("unknown token");
        }
        var identity = new ClaimsIdentity(SchemeName, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, found.OwnerId.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, found.UserName ?? ""));
        identity.AddClaim(new(OwnerClaims.Scope, found.Scope.ToString()));
        if (found.AgentId is { } agent)
        {
            identity.AddClaim(new(OwnerClaims.Agent, agent.ToString()));
        }
        if (found.IsAdmin && found.Scope == Engine.Agents.TokenScope.Owner)
        {
            identity.AddClaim(new(OwnerClaims.Admin, "true"));
        }
        return AuthenticateResult.Success(new(new(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Because("unauthenticated", "The token is unknown or was revoked. Make one under Account, API tokens.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Because("forbidden", "This token's scope does not allow that.").ExecuteAsync(Context);
}
