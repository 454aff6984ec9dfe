using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Web.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Matches;

internal static class MatchEndpoints
{
    private const int LargestPage = 100;

    public static void Map(RouteGroupBuilder api)
    {
        var matches = api.MapGroup("/matches").WithTags("Matches");
        matches.MapGet("", List);
        matches.MapGet("/{id}", Read);
        matches.MapGet("/{id}/ratings", Ratings);
        matches.MapGet("/{id}/frames", Frames).Produces<JsonObject>();
        matches.MapGet("/{id}/transcript", Transcript).Produces<byte[]>(contentType: "application/json");
        matches.MapGet("/{id}/events", Events).Produces<string>(contentType: "text/event-stream");
    }

    /// <summary>Matches, newest first, in keyset pages.</summary>
    /// <param name="space">A space's slug.</param>
    /// <param name="agent">An agent that plays in it.</param>
    /// <param name="status">"scheduled", "running", "judging", "closed" or "void".</param>
    /// <param name="since">Created at this moment or later.</param>
    /// <param name="before">The last page's "next".</param>
    /// <param name="limit">1 to 100.</param>
    private static async Task<Results<Ok<MatchPageAnswer>, ProblemHttpResult>> List(
        IDbContextFactory<ArenaDb> databases, CancellationToken ct, string? space = null, AgentId? agent = null, string? status = null, DateTimeOffset? since = null, MatchId? before = null, int limit = 30)
    {
        MatchStatus? wanted = null;
        if (status is not null)
        {
            if (!Enum.TryParse<MatchStatus>(status, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            {
                return Problems.Because("status-invalid", "A status is scheduled, running, judging, closed or void.");
            }
            wanted = parsed;
        }
        limit = Math.Clamp(limit, 1, LargestPage);
        await using var db = await databases.CreateDbContextAsync(ct);
        var lines = await db.LinesAsync(new(space, agent, wanted, Since: since, Before: before), limit + 1, ct);
        var page = lines.Take(limit).ToList();
        return TypedResults.Ok(new MatchPageAnswer([.. page.Select(Answer)], lines.Count > limit ? page[^1].Match.Id.Value : null));
    }

    private static async Task<Results<Ok<MatchAnswer>, ProblemHttpResult>> Read(MatchId id, IDbContextFactory<ArenaDb> databases, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.LineAsync(id, ct) is { } line ? TypedResults.Ok(Answer(line)) : Problems.NotFound("match");
    }

    /// <summary>Why the ratings changed: each player's live Elo with the sum, and what the match does in the ranking as it stands now.</summary>
    private static async Task<Results<Ok<RatingsAnswer>, ProblemHttpResult>> Ratings(MatchId id, IDbContextFactory<ArenaDb> databases, Ladders ladders, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.LineAsync(id, ct) is not { } line)
        {
            return Problems.NotFound("match");
        }
        if (line.Match.Status != MatchStatus.Closed)
        {
            return Problems.Because("not-closed", "A match changes ratings when it closes; this one isn't closed.");
        }
        var (ranking, none) = RankingStory.Of(line, ladders.Of(line.Match.Space), await Correction.ScoresAsync(db, line.Match, ct));
        return TypedResults.Ok(new RatingsAnswer(
            [.. RatingStory.Of(line).Select(s => new EloStoryAnswer(s.Player, s.Before, s.After, s.Sentence, s.Formula))],
            [.. ranking.Select(r => new RankingStoryAnswer(r.Player, r.Unit, r.Without, r.With, r.SigmaBefore, r.SigmaAfter, r.Sentence))], none));
    }

    /// <summary>All that a viewer needs: the match, its players, and every event so far. A finished match never changes.</summary>
    private static async Task<IResult> Frames(MatchId id, MatchReader reader, IDbContextFactory<ArenaDb> databases, HttpContext http, CancellationToken ct)
    {
        if (await reader.FramesAsync(id, ct) is not { } frames)
        {
            return Problems.NotFound("match");
        }
        if ((string?)frames["match"]?["status"] is { } status && status.Equals("closed", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers.CacheControl = "public, max-age=60";
        }
        else
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            await LiveRatings.AddAsync(frames, db, ct);
        }
        return TypedResults.Text(frames.ToJsonString(), "application/json");
    }

    /// <summary>The canonical bytes, exactly as hashed.</summary>
    private static async Task<IResult> Transcript(MatchId id, MatchReader reader, HttpContext http, CancellationToken ct)
    {
        if (await reader.TranscriptAsync(id, ct) is not { } bytes)
        {
            return Problems.Because("not-closed", "The transcript exists once the match is played; there is none under this id (yet).");
        }
        http.Response.Headers.ContentDisposition = $"inline; filename=\"{id}.json\"";
        return TypedResults.Bytes(bytes, "application/json");
    }

    /// <summary>Server-sent events: those after Last-Event-ID, then each as it happens. 204 when there is nothing more to come.</summary>
    private static async Task<IResult> Events(
        MatchId id, MatchReader reader, MatchFeed feed, IHostApplicationLifetime site, CancellationToken ct, [FromHeader(Name = "Last-Event-ID")] long? lastEventId = null)
    {
        if (await reader.FramesAsync(id, ct) is not { } frames)
        {
            return Problems.NotFound("match");
        }
        var past = (frames["events"] as JsonArray ?? []).Select(e => new MatchEvent((long)e!["id"]!, (string)e["type"]!, e["data"]!.AsObject())).ToList();
        var from = lastEventId ?? 0;
        var over = !feed.IsLive(id);
        if (over && past.All(e => e.Id <= from) && (string?)frames["match"]?["status"] is { } status && IsOver(status))
        {
            return TypedResults.NoContent();
        }
        return TypedResults.ServerSentEvents(Follow(id, past, from, feed, site.ApplicationStopping, ct));
    }

    private static bool IsOver(string status) =>
        status.Equals("closed", StringComparison.OrdinalIgnoreCase) || status.Equals("void", StringComparison.OrdinalIgnoreCase);

    private static async IAsyncEnumerable<SseItem<JsonObject>> Follow(MatchId id, List<MatchEvent> past, long after, MatchFeed feed, CancellationToken stopping, [EnumeratorCancellation] CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stopping);
        foreach (var e in past.Where(e => e.Id > after))
        {
            after = e.Id;
            yield return Item(e);
        }
        await foreach (var e in feed.Subscribe(id, after, either.Token))
        {
            yield return Item(e);
        }
    }

    private static SseItem<JsonObject> Item(MatchEvent e) =>
        new(e.Data, e.Type) { EventId = e.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), ReconnectionInterval = TimeSpan.FromSeconds(2) };

    internal static MatchAnswer Answer(MatchLine line) => new(
        line.Match.Id.Value, line.Match.Space, line.Match.RulesVersion, line.Match.Kind.ToString().ToLowerInvariant(), line.Match.Tier, line.Match.Status.ToString().ToLowerInvariant(),
        line.Match.Commitment, line.IsOver ? Convert.ToHexStringLower(line.Match.Seed) : null, line.Match.CreatedAt, line.Match.StartedAt, line.Match.ClosedAt, line.Match.PaceMs, line.Match.Turns,
        line.Match.VoidReason, line.Match.TranscriptHash, line.Match.Epoch,
        [.. line.Players.Select(p => new PlayerAnswer(p.Player, p.AgentId.Value, p.Name, KindWords.Of(p.Kind), p.VersionId.Value, p.Version, p.OwnerId, p.Owner, p.Score, p.Before, p.After, p.Fault))]);

    /// <param name="Elo">Empty where no rating changed.</param>
    /// <param name="Ranking">Empty where the ranking doesn't count the match (yet).</param>
    /// <param name="NotRanked">Why it is empty; null otherwise.</param>
    public sealed record RatingsAnswer(IReadOnlyList<EloStoryAnswer> Elo, IReadOnlyList<RankingStoryAnswer> Ranking, string? NotRanked);

    /// <param name="Before">Milli-Elo.</param>
    /// <param name="Formula">The sum, one line per opponent.</param>
    public sealed record EloStoryAnswer(int Player, long Before, long After, string Sentence, IReadOnlyList<string> Formula);

    /// <param name="Unit">"milli": fitted ratings in thousandths of an Elo point, with and without this match as the list stands now. "skill": µ before and after it.</param>
    /// <param name="SigmaBefore">σ of a skill; null for fitted ratings.</param>
    public sealed record RankingStoryAnswer(int Player, string Unit, double Without, double With, double? SigmaBefore, double? SigmaAfter, string Sentence);

    /// <param name="Next">Give it as "before" for the next page; null on the last.</param>
    public sealed record MatchPageAnswer(IReadOnlyList<MatchAnswer> Matches, Guid? Next);

    /// <param name="Seed">Revealed when the match ends.</param>
    /// <param name="PaceMs">Least time between shown turns; a running match with 0 is too quick to be watched.</param>
    /// <param name="TranscriptHash">keccak-256 of the transcript's bytes.</param>
    public sealed record MatchAnswer(
        Guid Id, string Space, int RulesVersion, string Kind, string Tier, string Status, string Commitment, string? Seed, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
        DateTimeOffset? ClosedAt, int PaceMs, int Turns, string? VoidReason, string? TranscriptHash, long? Epoch, IReadOnlyList<PlayerAnswer> Players);

    /// <param name="Score">Micro-points.</param>
    /// <param name="RatingBefore">Milli-Elo.</param>
    public sealed record PlayerAnswer(int Player, Guid AgentId, string Agent, string Kind, Guid VersionId, int Version, Guid OwnerId, string Owner, long? Score, long? RatingBefore, long? RatingAfter, string? Fault);
}
