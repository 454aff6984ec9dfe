using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Preferences;

internal static class PairEndpoints
{
    private const int LargestPage = 200;
    private const int LargestExport = 200_000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/preference-pairs", List).WithTags("Preference pairs");
        api.MapGet("/preference-pairs.jsonl", Export).WithTags("Preference pairs").Produces<string>(contentType: "application/jsonl");
    }

    /// <summary>Pairs, newest first, in keyset pages. Pairs of private agents show to their owner only.</summary>
    private static async Task<Results<Ok<PairPage>, ProblemHttpResult>> List([AsParameters] PairQuery query, ClaimsPrincipal user, ArenaDb db, CancellationToken ct, string? cursor = null, int limit = 50)
    {
        if (query.Read() is not (var filter, null))
        {
            return Problems.Because("filter-invalid", query.Read().Problem!);
        }
        var after = PairCursor.Parse(cursor);
        if (cursor is not null && after is null)
        {
            return Problems.Because("cursor-invalid", "Give the last page's \"next\" as cursor.");
        }
        limit = Math.Clamp(limit, 1, LargestPage);
        var rows = await db.Visible(filter, user.OwnerId()).Page(after, limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        return TypedResults.Ok(new PairPage([.. page.Select(PairLine.Of)], rows.Count > limit ? PairCursor.Of(page[^1]).ToString() : null));
    }

    /// <summary>The same as one file in TRL's standard preference form: prompt, chosen, rejected; provenance in further columns.</summary>
    private static async Task<IResult> Export([AsParameters] PairQuery query, ClaimsPrincipal user, PairExport export, HttpContext http, CancellationToken ct, int limit = LargestExport)
    {
        if (query.Read() is not (var filter, null))
        {
            return Problems.Because("filter-invalid", query.Read().Problem!);
        }
        http.Response.ContentType = "application/jsonl; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"preference-pairs.jsonl\"";
        await foreach (var line in export.LinesAsync(filter, user.OwnerId(), Math.Clamp(limit, 1, LargestExport)).WithCancellation(ct))
        {
            await http.Response.Body.WriteAsync(line, ct);
        }
        return Results.Empty;
    }

    /// <param name="Next">"cursor" of the next page.</param>
    public sealed record PairPage(IReadOnlyList<PairLine> Pairs, string? Next);
}

/// <summary>The filters as they stand in an address, for the API and the page alike.</summary>
/// <param name="Space">A space's slug.</param>
/// <param name="Agent">Either completion is of this agent.</param>
/// <param name="Source">"same-prompt", "fork" or "judged".</param>
/// <param name="Notation">"text" or "compact".</param>
/// <param name="MinMargin">Least difference of value, 0 to 1.</param>
public sealed record PairQuery(string? Space = null, AgentId? Agent = null, MatchId? Match = null, string? Source = null, string? Notation = null, DateTimeOffset? Since = null, double? MinMargin = null)
{
    /// <summary>The filter, or which value is wrong. Empty values of a form count as absent.</summary>
    public (PairFilter Filter, string? Problem) Read()
    {
        var source = PairLine.SourceOf(Source);
        var problem = !string.IsNullOrEmpty(Source) && source is null ? "A source is same-prompt, fork or judged."
            : !string.IsNullOrEmpty(Notation) && Notation is not ("text" or "compact") ? "A notation is text or compact."
            : MinMargin is < 0 or > 1 ? "minMargin lies between 0 and 1."
            : null;
        return (new(Blank(Space), Agent, Match, source, Blank(Notation), Since, MinMargin), problem);
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
