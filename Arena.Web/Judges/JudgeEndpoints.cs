using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Judges;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Judges;

internal static class JudgeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var judges = api.MapGroup("/judges").WithTags("Judges");
        judges.MapGet("", List);
        judges.MapPost("", Add).RequireAuthorization(Access.Admin);
        judges.MapPost("/test", TestDraft).RequireAuthorization(Access.Admin).RequireRateLimiting(Limits.Tries);
        judges.MapPost("/{id:guid}/test", Test).RequireAuthorization(Access.Admin).RequireRateLimiting(Limits.Tries);
        judges.MapPost("/{id:guid}/enable", (Guid id, JudgeDesk desk, CancellationToken ct) => Switch(id, true, desk, ct)).RequireAuthorization(Access.Admin);
        judges.MapPost("/{id:guid}/disable", (Guid id, JudgeDesk desk, CancellationToken ct) => Switch(id, false, desk, ct)).RequireAuthorization(Access.Admin);
        api.MapPost("/agents/check-endpoint", CheckEndpoint).WithTags("Agents").RequireAuthorization(Access.Owner).RequireRateLimiting(Limits.Tries);
    }

    /// <summary>The panel: every judge with what it has done. Endpoints show to admins only.</summary>
    private static async Task<Ok<IReadOnlyList<JudgeAnswer>>> List(ClaimsPrincipal user, ArenaDb db, CancellationToken ct)
    {
        var admin = user.HasClaim(OwnerClaims.Admin, "true");
        return TypedResults.Ok<IReadOnlyList<JudgeAnswer>>([.. (await JudgeRecord.AllAsync(db, ct)).Select(r => new JudgeAnswer(
            r.Judge.Id, r.Judge.Name, r.Judge.Model, admin ? r.Judge.Endpoint : null, r.Judge.Enabled, r.Judge.Origin, r.Judgments, r.Matches, r.Consistent, r.MeanLatencyMs, r.CostMicroUsd))]);
    }

    private static async Task<IResult> Add(JudgeWish wish, JudgeDesk desk, CancellationToken ct) =>
        await desk.AddAsync(wish.ToNew(), ct) switch
        {
            JudgeAdded added => TypedResults.Created($"/api/v1/judges/{added.Judge.Id}", new { added.Judge.Id, added.Judge.Name, added.Judge.Model, added.Judge.Endpoint, added.Judge.Enabled }),
            JudgeRefused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };

    private static async Task<Ok<ChatCheckResult>> TestDraft(JudgeWish wish, JudgeDesk desk, CancellationToken ct) => TypedResults.Ok(await desk.TestAsync(wish.ToNew(), ct));

    private static async Task<Ok<ChatCheckResult>> Test(Guid id, JudgeDesk desk, CancellationToken ct) => TypedResults.Ok(await desk.TestAsync(id, ct));

    private static async Task<Results<NoContent, ProblemHttpResult>> Switch(Guid id, bool enabled, JudgeDesk desk, CancellationToken ct) =>
        await desk.SwitchAsync(id, enabled, ct) ? TypedResults.NoContent() : Problems.NotFound("judge");

    /// <summary>"Test the connection" of a chat agent's form: one short question.</summary>
    private static async Task<Ok<ChatCheckResult>> CheckEndpoint(CheckWish wish, ClaimsPrincipal user, ChatCheck check, ArenaDb db, SecretVault vault, CancellationToken ct)
    {
        var key = string.IsNullOrWhiteSpace(wish.Key) && wish.AgentId is { } agent ? await StoredKeyAsync(new(agent), wish.Endpoint, user.RequiredOwner(), db, vault, ct) : wish.Key;
        return TypedResults.Ok(await check.RunAsync(wish.Endpoint, wish.Model, key, ct));
    }

    /// <summary>The stored key goes only to the endpoint that it was stored for.</summary>
    private static async Task<string?> StoredKeyAsync(AgentId id, string endpoint, Guid owner, ArenaDb db, SecretVault vault, CancellationToken ct)
    {
        var agent = await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        var config = agent is null ? null : await db.AgentVersions.Where(v => v.Id == agent.CurrentVersionId).Select(v => v.Config).FirstOrDefaultAsync(ct);
        if (config is null || AgentConfig.FromJson(config) is not ChatConfig chat || chat.Endpoint != endpoint.Trim().TrimEnd('/'))
        {
            return null;
        }
        var kept = await db.AgentSecrets.AsNoTracking().FirstOrDefaultAsync(s => s.AgentId == id && s.Name == AgentDesk.ChatKey, ct);
        return kept is null ? null : vault.Unprotect(kept.Protected);
    }

    /// <param name="Key">Null where the endpoint needs none; kept encrypted, never shown again.</param>
    public sealed record JudgeWish([Required] string Name, [Required] string Endpoint, [Required] string Model, string? Key = null, long InputMicroUsdPerMillionTokens = 0, long OutputMicroUsdPerMillionTokens = 0)
    {
        public NewJudge ToNew() => new(Name, Endpoint, Model, Key, InputMicroUsdPerMillionTokens, OutputMicroUsdPerMillionTokens);
    }

    /// <param name="Consistent">Share of matches in which both orders agreed, 0 to 1; null before the first.</param>
    public sealed record JudgeAnswer(
        Guid Id, string Name, string Model, string? Endpoint, bool Enabled, string Origin, int Judgments, int Matches, double? Consistent, double? MeanLatencyMs, long CostMicroUsd);

    /// <param name="AgentId">For an agent that exists: its stored key is used when none is given.</param>
    public sealed record CheckWish([Required] string Endpoint, [Required] string Model, string? Key, Guid? AgentId);
}
