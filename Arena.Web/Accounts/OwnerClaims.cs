using System.Security.Claims;
using Arena.Engine.Agents;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Arena.Web.Accounts;

/// <summary>What a signed-in person's ticket says.</summary>
public static class OwnerClaims
{
    /// <summary>"true" on an admin's ticket.</summary>
    public const string Admin = "arena:admin";

    /// <summary>The scope of the API token that signed the call; absent for a browser.</summary>
    public const string Scope = "arena:scope";

    /// <summary>The agent that the token plays for.</summary>
    public const string Agent = "arena:agent";

    /// <summary>The signed-in owner, or null.</summary>
    public static Guid? OwnerId(this ClaimsPrincipal user) =>
        Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The agent that a bot's token plays for; null for browsers and other tokens.</summary>
    public static AgentId? BotAgent(this ClaimsPrincipal user) => AgentId.TryParse(user.FindFirstValue(Agent), null, out var id) ? id : null;

    /// <summary>The owner of a call that authorization let through.</summary>
    public static Guid RequiredOwner(this ClaimsPrincipal user) =>
        user.OwnerId() ?? throw new InvalidOperationException("The call has no owner; its endpoint lacks authorization.");
}

internal sealed class OwnerClaimsFactory(UserManager<Owner> owners, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<Owner>(owners, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Owner user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        if (user.IsAdmin)
        {
            identity.AddClaim(new(OwnerClaims.Admin, "true"));
        }
        return identity;
    }
}
