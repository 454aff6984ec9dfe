using System.Security.Claims;
using Arena.Engine;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Accounts;

internal static class MeEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGroup("/me").WithTags("Me").RequireAuthorization(Access.Player).MapGet("", Read);

    /// <summary>Whose token or cookie this is.</summary>
    private static async Task<Ok<MeAnswer>> Read(ClaimsPrincipal user, ArenaDb db, CancellationToken ct)
    {
        var id = user.RequiredOwner();
        var owner = await db.Users.SingleAsync(u => u.Id == id, ct);
        return TypedResults.Ok(new MeAnswer(owner.Id, owner.UserName ?? "", owner.IsAdmin, user.FindFirstValue(OwnerClaims.Scope)?.ToLowerInvariant(), user.FindFirstValue(OwnerClaims.Agent)));
    }

    /// <param name="Scope">The token's scope; null for a browser.</param>
    /// <param name="AgentId">The bot that the token plays for.</param>
    public sealed record MeAnswer(Guid Id, string Name, bool Admin, string? Scope, string? AgentId);
}
