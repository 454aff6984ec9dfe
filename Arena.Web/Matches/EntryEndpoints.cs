using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Matches;

internal static class EntryEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var entries = api.MapGroup("/entries").WithTags("Entries").RequireAuthorization(Access.Player);
        entries.MapGet("", List);
        entries.MapPost("", Enter);
        entries.MapDelete("/{id:guid}", Leave);
    }

    /// <summary>The caller's entries, newest first.</summary>
    private static async Task<Ok<IReadOnlyList<EntryAnswer>>> List(ClaimsPrincipal user, ArenaDb db, CancellationToken ct, int limit = 30)
    {
        var owner = user.RequiredOwner();
        var rows = db.Entries.Where(e => e.OwnerId == owner);
        if (user.BotAgent() is { } bot)
        {
            rows = rows.Where(e => e.AgentId == bot);
        }
        return TypedResults.Ok<IReadOnlyList<EntryAnswer>>([.. (await rows.OrderByDescending(e => e.EnteredAt).Take(Math.Clamp(limit, 1, 100)).AsNoTracking().ToListAsync(ct)).Select(Answer)]);
    }

    /// <summary>Puts an agent in a space's queue. A bot's token enters its own agent.</summary>
    private static async Task<IResult> Enter(
        EntryWish wish, ClaimsPrincipal user, EntryDesk desk, IdempotencyKeys keys, CancellationToken ct, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null)
    {
        var owner = user.RequiredOwner();
        var agent = user.BotAgent() ?? (wish.AgentId is { } id ? new AgentId(id) : null);
        if (agent is not { } entered)
        {
            return Problems.Because("agent-not-found", "Name the agent in agentId.");
        }
        if (wish.AgentId is { } named && named != entered.Value)
        {
            return Problems.Because("not-yours", "A bot's token enters its own agent only.");
        }
        return await keys.OnceAsync<EntryWish, EntryResult>(
            owner, idempotencyKey, $"entry of {entered}", wish,
            once => desk.EnterAsync(owner, entered, wish.Space, wish.Tier ?? "free", wish.Matches, ct, once),
            result => result switch
            {
                Entered done => new(StatusCodes.Status201Created, Answer(done.Entry)),
                EnteredBefore before => WriteOutcome.Repeated(before.Answer),
                EntryRefused refused => WriteOutcome.Because(refused.Code, refused.Reason),
                _ => throw new InvalidOperationException($"Unknown result {result}."),
            },
            ct);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Leave(Guid id, ClaimsPrincipal user, EntryDesk desk, ArenaDb db, CancellationToken ct)
    {
        if (user.BotAgent() is { } bot && !await db.Entries.AnyAsync(e => e.Id == id && e.AgentId == bot, ct))
        {
            return Problems.NotFound("entry");
        }
        return await desk.LeaveAsync(user.RequiredOwner(), id, ct) is { } refused ? Problems.Because(refused.Code, refused.Reason) : TypedResults.NoContent();
    }

    private static EntryAnswer Answer(Entry entry) => new(
        entry.Id, entry.Space, entry.Tier, entry.AgentId.Value, entry.VersionId.Value, entry.MatchesLeft, entry.Status.ToString().ToLowerInvariant(), entry.EnteredAt, entry.MatchId?.Value,
        entry.StoppedBecause ?? entry.WaitingBecause);

    /// <param name="Tier">"free" unless named.</param>
    /// <param name="Matches">How many matches to play.</param>
    public sealed record EntryWish([Required] string Space, Guid? AgentId, string? Tier, [Range(1, 10_000)] int Matches = 1);

    /// <param name="Status">"waiting", "playing", "done", "left" or "stopped".</param>
    /// <param name="MatchId">The match it plays now.</param>
    /// <param name="Because">Why it waits longer or was stopped.</param>
    public sealed record EntryAnswer(Guid Id, string Space, string Tier, Guid AgentId, Guid VersionId, int MatchesLeft, string Status, DateTimeOffset EnteredAt, Guid? MatchId, string? Because);
}
