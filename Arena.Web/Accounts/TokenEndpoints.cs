using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Accounts;

internal static class TokenEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Tokens").RequireAuthorization(Access.Owner);
        tokens.MapGet("", List);
        tokens.MapPost("", Issue);
        tokens.MapDelete("/{id:guid}", Revoke);
    }

    private static async Task<Ok<IReadOnlyList<TokenAnswer>>> List(ClaimsPrincipal user, ArenaDb db, CancellationToken ct)
    {
        var owner = user.RequiredOwner();
        var rows = await db.ApiTokens.Where(t => t.OwnerId == owner).OrderByDescending(t => t.CreatedAt).AsNoTracking().ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<TokenAnswer>>([.. rows.Select(Answer)]);
    }

    /// <summary>A new token. Its secret is in this answer and nowhere else, ever.</summary>
    private static async Task<Results<Created<IssuedAnswer>, ProblemHttpResult>> Issue(TokenWish wish, ClaimsPrincipal user, TokenDesk desk, ArenaDb db, CancellationToken ct)
    {
        if (!Enum.TryParse<TokenScope>(wish.Scope, ignoreCase: true, out var scope) || !Enum.IsDefined(scope))
        {
            return Problems.Because("scope-invalid", "A scope is owner, bot or worker.");
        }
        var owner = user.RequiredOwner();
        if (scope == TokenScope.Worker && !user.HasClaim(OwnerClaims.Admin, "true"))
        {
            return Problems.Because("forbidden", "Only an admin makes worker tokens: a worker reads every training run.");
        }
        AgentId? agent = null;
        if (scope == TokenScope.Bot)
        {
            agent = wish.AgentId is { } id ? new AgentId(id) : null;
            if (agent is null || !await db.Agents.AnyAsync(a => a.Id == agent && a.OwnerId == owner && a.Kind == AgentKind.Bot, ct))
            {
                return Problems.Because("agent-not-found", "A bot token names one of your bot agents in agentId.");
            }
        }
        var issued = await desk.IssueAsync(owner, agent, scope, wish.Name.Trim(), ct);
        return TypedResults.Created($"/api/v1/tokens/{issued.Row.Id}", new IssuedAnswer(Answer(issued.Row), issued.Secret));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Revoke(Guid id, ClaimsPrincipal user, TokenDesk desk, CancellationToken ct) =>
        await desk.RevokeAsync(user.RequiredOwner(), id, ct) ? TypedResults.NoContent() : Problems.NotFound("token");

    private static TokenAnswer Answer(ApiToken token) => new(token.Id, token.Name, token.Scope.ToString().ToLowerInvariant(), token.AgentId?.Value, token.Prefix, token.CreatedAt, token.RevokedAt);

    /// <param name="Scope">"owner", "bot" or "worker".</param>
    public sealed record TokenWish([Required, StringLength(60, MinimumLength = 1)] string Name, [Required] string Scope, Guid? AgentId);

    /// <param name="Prefix">The first characters, to tell tokens apart.</param>
    public sealed record TokenAnswer(Guid Id, string Name, string Scope, Guid? AgentId, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

    public sealed record IssuedAnswer(TokenAnswer Token, string Secret);
}
