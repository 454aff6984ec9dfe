using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Bots;

/// <summary>The bot protocol: one stream of turns, one call per action.</summary>
internal static class BotEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static void Map(RouteGroupBuilder api)
    {
        var bot = api.MapGroup("/bot").WithTags("Bot").RequireAuthorization(Access.Player);
        bot.MapGet("/events", Events).Produces<string>(contentType: "application/x-ndjson").DisableRateLimiting();
        bot.MapPost("/turns/{id}/action", Act).DisableRateLimiting();
    }

    /// <summary>
    /// The bot's events as NDJSON, one object a line: {"id","type","data"}. Types: "turn" (data: id, match, space, seat, try, complaint, deadline,
    /// actionHelp, observation{text,json,legal,compact}), "gone" (a turn that is no longer wanted), "closed" (a match has ended),
    /// "heartbeat" (every 5 s, to be ignored). Every connection begins with all turns that wait.
    /// </summary>
    /// <param name="after">The last event id that was handled: ends that were missed since come again.</param>
    /// <param name="agent">Only for owners' tokens: which bot.</param>
    private static async Task<IResult> Events(ClaimsPrincipal user, HttpContext http, ArenaDb db, BotBoard board, TimeProvider time, IHostApplicationLifetime site, CancellationToken aborted, long after = 0, Guid? agent = null)
    {
        // A stream has no end of its own: it ends with the caller or with the site.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, site.ApplicationStopping);
        var ct = either.Token;
        if (await BotOf(user, agent, db, ct) is not { } bot)
        {
            return NoBot();
        }
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await WriteAsync(http.Response, new("heartbeat"), ct);
            await RelayAsync(http.Response, board.StreamAsync(bot, after, ct), time, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The bot hung up or the site stops: that is how a stream ends.
        }
        return TypedResults.Empty;
    }

    /// <summary>Gives a turn's action. Once this answers "accepted", the action is on disk. The same action may be sent again without harm.</summary>
    private static async Task<Results<Ok<ActionAnswer>, ProblemHttpResult>> Act(string id, ActionWish wish, ClaimsPrincipal user, ArenaDb db, BotBoard board, CancellationToken ct)
    {
        if (await BotOf(user, wish.Agent, db, ct) is not { } bot)
        {
            return NoBot();
        }
        return await board.AnswerAsync(bot, id, wish.Text, ct) switch
        {
            BotAnswerState.Accepted => TypedResults.Ok(new ActionAnswer("accepted")),
            BotAnswerState.Repeated => TypedResults.Ok(new ActionAnswer("accepted")),
            BotAnswerState.Late => Problems.Because("turn-closed", "This turn has ended: its clock ran out, or another action came first."),
            _ => Problems.NotFound("turn of this bot"),
        };
    }

    private static async Task RelayAsync(HttpResponse response, IAsyncEnumerable<BotEvent> events, TimeProvider time, CancellationToken ct)
    {
        await using var next = events.GetAsyncEnumerator(ct);
        var moved = next.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (await Task.WhenAny(moved, Task.Delay(Heartbeat, time, ct)) != moved)
                {
                    ct.ThrowIfCancellationRequested();
                    await WriteAsync(response, new("heartbeat"), ct);
                    continue;
                }
                if (!await moved)
                {
                    return;
                }
                await WriteAsync(response, new(next.Current.Type, next.Current.Id, next.Current.Data), ct);
                moved = next.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may not be disposed while it moves; it ends with the token.
            await ((Task)moved).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WriteAsync(HttpResponse response, Line line, CancellationToken ct)
    {
        await JsonSerializer.SerializeAsync(response.Body, line, Json, ct);
        await response.Body.WriteAsync("\n"u8.ToArray(), ct);
        await response.Body.FlushAsync(ct);
    }

    private static async Task<AgentId?> BotOf(ClaimsPrincipal user, Guid? named, ArenaDb db, CancellationToken ct)
    {
        if (user.BotAgent() is { } own)
        {
            return own;
        }
        if (named is not { } id)
        {
            return null;
        }
        var agent = new AgentId(id);
        var owner = user.RequiredOwner();
        return await db.Agents.AnyAsync(a => a.Id == agent && a.OwnerId == owner && a.Kind == AgentKind.Bot, ct) ? agent : null;
    }

    private static ProblemHttpResult NoBot() =>
        Problems.Because("agent-not-found", "Use the bot's own token (its agent's page makes one), or name one of your bots.");

    private sealed record Line(string Type, long? Id = null, object? Data = null);

    /// <param name="Text">The action as the space's grammar has it, e.g. "4".</param>
    /// <param name="Agent">Only for owners' tokens: which bot.</param>
    public sealed record ActionWish([Required] string Text, Guid? Agent = null);

    /// <param name="State">"accepted".</param>
    public sealed record ActionAnswer(string State);
}
