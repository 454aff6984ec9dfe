using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Rules.Ratings;
using Arena.Rules.Results;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Matches;

/// <summary>Reads matches for those who watch: the course of a running one from the feed, of an ended one from its transcript.</summary>
public sealed class MatchReader(IDbContextFactory<ArenaDb> factory, AgentClients agents, MatchFeed feed)
{
    /// <summary>
    /// {"match":{...},"players":[...],"events":[...]}, or null where there is no such match. A running match that this process does not
    /// show (a quick one, or one of another node) has no events yet.
    /// </summary>
    public async Task<JsonObject?> FramesAsync(MatchId id, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        // The feed first: a match that ends between the two reads is then read from its transcript.
        var live = feed.Known(id);
        var match = await db.Matches.AsNoTracking().Include(m => m.Seats).FirstOrDefaultAsync(m => m.Id == id, ct);
        if (match is null)
        {
            return null;
        }
        var players = await PlayersAsync(match, ct);
        var events = match.Status switch
        {
            MatchStatus.Closed or MatchStatus.Judging => await StoredAsync(db, match, players, ct),
            MatchStatus.Void => Voided(match, players, live),
            _ => live ?? [],
        };
        var seats = match.Seats.OrderBy(s => s.Player).ToList();
        return new JsonObject
        {
            ["match"] = Facts(match),
            ["players"] = new JsonArray([.. players.Select((p, i) =>
            {
                var player = p.ToJson();
                player["ratingAfter"] = seats[i].RatingAfter;
                player["score"] = seats[i].Score;
                return player;
            })]),
            ["events"] = new JsonArray([.. events.Select(e => e.ToJson())]),
        };
    }

    /// <summary>The canonical transcript's bytes, or null: unknown, not over, or void.</summary>
    public async Task<byte[]?> TranscriptAsync(MatchId id, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var blob = await db.MatchTranscripts.Where(t => t.MatchId == id).Join(db.Matches, t => t.MatchId, m => m.Id, (t, m) => new { t.Blob, m.Status })
            .Where(t => t.Status == MatchStatus.Closed).Select(t => t.Blob).FirstOrDefaultAsync(ct);
        return blob is null ? null : MatchCloser.Decompress(blob);
    }

    /// <summary>The transcript of a match that waits for its judges or is closed, for the platform's own work; null otherwise.</summary>
    public async Task<byte[]?> PlayedAsync(MatchId id, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var blob = await db.MatchTranscripts.Where(t => t.MatchId == id).Select(t => t.Blob).FirstOrDefaultAsync(ct);
        return blob is null ? null : MatchCloser.Decompress(blob);
    }

    /// <summary>The canonical result record's bytes, or null where the match is not closed.</summary>
    public async Task<byte[]?> RecordAsync(MatchId id, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var record = await db.MatchTranscripts.Where(t => t.MatchId == id).Select(t => t.Record).FirstOrDefaultAsync(ct);
        return record is { Length: > 0 } ? record : null;
    }

    /// <summary>The players of a match by name; the rating before it is null until it is closed.</summary>
    public async Task<IReadOnlyList<MatchPlayer>> PlayersAsync(Match match, CancellationToken ct = default)
    {
        var seats = match.Seats.OrderBy(s => s.Player).ToList();
        var known = new List<KnownVersion>(seats.Count);
        foreach (var seat in seats)
        {
            known.Add(await agents.KnowAsync(seat.VersionId, ct));
        }
        return [.. MatchRunner.PlayersOf(known).Select((p, i) => p with { RatingBefore = seats[i].RatingBefore })];
    }

    private static async Task<IReadOnlyList<MatchEvent>> StoredAsync(ArenaDb db, Match match, IReadOnlyList<MatchPlayer> players, CancellationToken ct)
    {
        var papers = await db.MatchTranscripts.AsNoTracking().FirstAsync(t => t.MatchId == match.Id, ct);
        // Events say nothing of ratings but at the end, live and stored alike.
        if (MatchReplay.Run(PlanOf(match), MatchCloser.Decompress(papers.Blob), [.. players.Select(p => p with { RatingBefore = null })]) is not var (events, list))
        {
            return [];
        }
        var verdict = papers.Record.Length > 0 ? ResultRecord.Read(papers.Record).Record?.Verdict : null;
        if (match.Status == MatchStatus.Judging || verdict is not null)
        {
            list.Add(events.Judging());
        }
        if (match.Status == MatchStatus.Closed)
        {
            var seats = match.Seats.OrderBy(s => s.Player).ToList();
            list.Add(events.Closed([.. seats.Select(s => s.Score ?? 0)], Ratings(seats), verdict));
        }
        return list;
    }

    private static List<JsonObject> Ratings(IReadOnlyList<MatchSeat> seats) => [.. seats.Where(s => s.RatingBefore is not null).Select(s => MatchEvents.RatingOf(
        s.Player, s.RatingBefore!.Value, s.RatingAfter!.Value, s.K!.Value,
        (long)seats.Where(o => o.Player != s.Player).Average(o => Elo.Expected(s.RatingBefore.Value, o.RatingBefore!.Value))))];

    /// <summary>What was shown of a void match is gone with the process that showed it; its beginning and its reason stay.</summary>
    private static IReadOnlyList<MatchEvent> Voided(Match match, IReadOnlyList<MatchPlayer> players, IReadOnlyList<MatchEvent>? live) => live is { Count: > 0 } && live[^1].Type == "void"
        ? live
        :
        [
            new MatchEvent(1, "started", new JsonObject { ["space"] = match.Space, ["players"] = new JsonArray([.. players.Select(p => p.ToJson())]) }),
            new MatchEvent(2, "void", new JsonObject { ["reason"] = match.VoidReason }),
        ];

    private static JsonObject Facts(Match match) => new()
    {
        ["id"] = match.Id.Value,
        ["space"] = match.Space,
        ["kind"] = match.Kind.ToString().ToLowerInvariant(),
        ["tier"] = match.Tier,
        ["status"] = match.Status.ToString().ToLowerInvariant(),
        ["commitment"] = match.Commitment,
        // Revealed only when nothing can be gained from it any more.
        ["seed"] = match.Status == MatchStatus.Closed ? Convert.ToHexStringLower(match.Seed) : null,
        ["createdAt"] = match.CreatedAt,
        ["closedAt"] = match.ClosedAt,
        ["paceMs"] = match.PaceMs,
        ["voidReason"] = match.VoidReason,
    };

    private static MatchPlan PlanOf(Match match) => new(
        match.Id, match.Space, match.RulesVersion, match.Kind, match.Tier, match.Seed, match.PaceMs, match.GateRun, match.CreatedAt,
        [.. match.Seats.OrderBy(s => s.Player).Select(s => new PlannedSeat(s.AgentId, s.VersionId, "", s.OwnerId, s.EntryId))]);
}
