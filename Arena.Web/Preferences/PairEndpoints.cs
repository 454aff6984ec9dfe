using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Rules;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Preferences;

internal static class PairEndpoints
{
    private const int LargestPage = 200;
    private const int LargestExport = 200_000;
    private const int LargestSet = 50_000;
    internal const int LargestImport = 8 << 20;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/preference-pairs", List).WithTags("Preference pairs");
        api.MapGet("/preference-pairs.jsonl", Export).WithTags("Preference pairs").Produces<string>(contentType: "application/jsonl");
        api.MapGet("/preference-pairs/dataset.zip", DataSet).WithTags("Preference pairs").Produces<byte[]>(contentType: "application/zip");
        api.MapPost("/preference-pairs/import", Import).WithTags("Preference pairs").Accepts<string>("application/jsonl").RequireAuthorization(Access.Owner);
    }

    /// <summary>A filtered data set with its card: README.md, Parquet and JSON lines, in two splits. The card says what was left out and why.</summary>
    /// <param name="leastMargin">Least difference of value, 0 to 1.</param>
    private static async Task<IResult> DataSet([AsParameters] PairQuery query, ClaimsPrincipal user, PairExport export, TimeProvider time, CancellationToken ct, double leastMargin = 0.25, double mostSimilar = 0.85, int mostPerAgent = 2_000, int mostPerJudge = 5_000, double longerShare = 0.6, double testShare = 0.05)
    {
        if (query.Read() is not (var filter, null))
        {
            return Problems.Because("filter-invalid", query.Read().Problem!);
        }
        var options = new SelectionOptions(leastMargin, mostSimilar, mostPerAgent, mostPerJudge, longerShare, testShare);
        if (options.Problem is { } problem)
        {
            return Problems.Because("filter-invalid", problem);
        }
        var (_, zip) = await export.DataSetAsync(filter, user.OwnerId(), options, LargestSet, time.GetUtcNow(), ct);
        return Results.File(zip, "application/zip", "preference-pairs.zip");
    }

    /// <summary>Pairs from elsewhere, as lines of JSON in TRL's form, stored under one of the owner's agents; they show to the owner only. Wrong lines are listed, good ones kept.</summary>
    private static async Task<Results<Ok<ImportOutcome>, ProblemHttpResult>> Import(Guid agent, string space, HttpRequest request, ClaimsPrincipal user, PairImport import, CancellationToken ct)
    {
        if (SpaceRegistry.Find(space) is null)
        {
            return Problems.Because("space-unknown", $"There is no space \"{space}\".");
        }
        if (await ReadAsync(request.Body, LargestImport, ct) is not { } text)
        {
            return Problems.Because("file-too-large", $"A file may have {LargestImport >> 20} MiB.");
        }
        var outcome = await import.SaveAsync(user.RequiredOwner(), new(agent), space, text, ct);
        return outcome.Refused is { } refused ? Problems.Because("agent-not-found", refused) : TypedResults.Ok(outcome);
    }

    /// <summary>The text of a body, or null when it is too long.</summary>
    internal static async Task<string?> ReadAsync(Stream body, int most, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (var read = await body.ReadAsync(buffer, ct); read > 0; read = await body.ReadAsync(buffer, ct))
        {
            if (bytes.Length + read > most)
            {
                return null;
            }
            bytes.Write(buffer, 0, read);
        }
        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
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
        return TypedResults.Ok(new PairPage([.. (await PairOrigin.LinesAsync(db, page, ct)).Select(p => p.Line)], rows.Count > limit ? PairCursor.Of(page[^1]).ToString() : null));
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
        await foreach (var line in export.LinesAsync(filter, user.OwnerId(), Math.Clamp(limit, 1, LargestExport), ct))
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
/// <param name="Source">"same-prompt", "fork", "judged" or "imported".</param>
/// <param name="Notation">"text", "compact" or "messages" (imported conversations).</param>
/// <param name="MinMargin">Least difference of value, 0 to 1.</param>
public sealed record PairQuery(string? Space = null, AgentId? Agent = null, MatchId? Match = null, string? Source = null, string? Notation = null, DateTimeOffset? Since = null, double? MinMargin = null)
{
    /// <summary>The filter, or which value is wrong. Empty values of a form count as absent.</summary>
    public (PairFilter Filter, string? Problem) Read()
    {
        var source = PairLine.SourceOf(Source);
        var problem = !string.IsNullOrEmpty(Source) && source is null ? "A source is same-prompt, fork, judged or imported."
            : !string.IsNullOrEmpty(Notation) && Notation is not ("text" or "compact" or "messages") ? "A notation is text, compact or messages."
            : MinMargin is < 0 or > 1 ? "minMargin lies between 0 and 1."
            : null;
        return (new(Blank(Space), Agent, Match, source, Blank(Notation), Since, MinMargin), problem);
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
