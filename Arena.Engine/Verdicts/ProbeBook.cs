using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules.Play;
using Arena.Rules.Probes;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Verdicts;

/// <summary>What drawing every probe again from the matches found.</summary>
/// <param name="Windows">Stretches of time with a match in them that were drawn again.</param>
/// <param name="Probes">Probes as the matches make them.</param>
/// <param name="Skipped">Probes of matches played under rules that this site no longer has; they stand as stored.</param>
/// <param name="Differences">Where the table says something else; empty is well.</param>
public sealed record ProbeReport(int Windows, IReadOnlyList<Probe> Probes, int Skipped, IReadOnlyList<string> Differences);

/// <summary>Draws probes from closed matches, window after window; the rule itself is <see cref="ProbeDraw"/>, which needs nothing but the matches.</summary>
public sealed class ProbeBook(IDbContextFactory<ArenaDb> factory, PlayedMatches matches)
{
    /// <summary>Windows of one space that are drawn in one go: a site that was down for days catches up little by little.</summary>
    public const int MostWindows = 6;

    /// <summary>A match that ended just before a window's end may be written just after it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Draws the windows that have ended since the last time; a space's first window is a day before it was first looked at.</summary>
    /// <returns>Probes made.</returns>
    public async Task<int> DrawAsync(DateTimeOffset now, CancellationToken ct)
    {
        var made = 0;
        foreach (var rules in ProbeDraw.Spaces)
        {
            await using var db = await factory.CreateDbContextAsync(ct);
            var space = rules.Card.Slug;
            var cursor = await db.ProbeCursors.FirstOrDefaultAsync(c => c.Space == space, ct);
            if (cursor is null)
            {
                var first = ProbeDraw.WindowOf(now - TimeSpan.FromDays(1));
                db.ProbeCursors.Add(cursor = new ProbeCursor { Space = space, Since = first, Next = first });
            }
            var open = ProbeDraw.WindowOf(now - Grace);
            List<Past>? past = null;
            for (var i = 0; i < MostWindows && cursor.Next < open; i++)
            {
                if (await NextAsync(db, space, cursor.Next, open, ct) is not { } window)
                {
                    cursor.Next = open;
                    break;
                }
                past ??= await db.Probes.AsNoTracking().Where(p => p.Space == space).Select(p => new Past(p.Id, p.Window, p.BetterVersion, p.WorseVersion)).ToListAsync(ct);
                if (await WindowAsync(db, rules, window, past, ct) is { } probe)
                {
                    past.Add(Past.Of(probe));
                    db.Probes.Add(probe);
                    made++;
                }
                cursor.Next = window + ProbeDraw.Window;
            }
            await db.SaveChangesAsync(ct);
        }
        return made;
    }

    /// <summary>Draws everything again from the matches and compares it with the table. What judges answered stays as it is: it can't be made again.</summary>
    public async Task<ProbeReport> RebuildAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var (all, differences, windows, skipped) = (new List<Probe>(), new List<string>(), 0, 0);
        foreach (var rules in ProbeDraw.Spaces)
        {
            var space = rules.Card.Slug;
            if (await db.ProbeCursors.AsNoTracking().FirstOrDefaultAsync(c => c.Space == space, ct) is not { } cursor)
            {
                continue;
            }
            var stored = await db.Probes.AsNoTracking().Where(p => p.Space == space).ToDictionaryAsync(p => p.Window, ct);
            var (drawn, seen) = (new List<Probe>(), new HashSet<DateTimeOffset>());
            for (var at = cursor.Since; await NextAsync(db, space, at, cursor.Next, ct) is { } window; at = window + ProbeDraw.Window)
            {
                windows++;
                seen.Add(window);
                var kept = stored.GetValueOrDefault(window);
                if (kept is not null && kept.RulesVersion != rules.Card.RulesVersion)
                {
                    skipped++;
                    drawn.Add(kept);
                    continue;
                }
                var again = await WindowAsync(db, rules, window, [.. drawn.Select(Past.Of)], ct);
                if (Words(again) != Words(kept))
                {
                    differences.Add($"{space}, window {window:u}: the matches make {Words(again)}, the table has {Words(kept)}");
                }
                if (again is not null)
                {
                    drawn.Add(again);
                }
            }
            differences.AddRange(stored.Keys.Except(seen).Order().Select(w => $"{space}, window {w:u}: no match was closed in it, the table has {Words(stored[w])}"));
            all.AddRange(drawn);
        }
        return new(windows, all, skipped, differences);
    }

    /// <summary>Puts the redrawn probes in the place of the stored ones.</summary>
    public async Task WriteAsync(ProbeReport report, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Probes.ExecuteDeleteAsync(ct);
        db.Probes.AddRange(report.Probes);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static string Words(Probe? probe) => probe is null ? "none" : $"{probe.Id:D} (match {probe.MatchId}, players {probe.Better} over {probe.Worse}, side {probe.Side})";

    /// <summary>The first window from <paramref name="at"/> up to <paramref name="open"/> in which a match was closed; null where there is none.</summary>
    private static async Task<DateTimeOffset?> NextAsync(ArenaDb db, string space, DateTimeOffset at, DateTimeOffset open, CancellationToken ct) =>
        await db.Matches.Where(m => m.Kind == MatchKind.Rated && m.Status == MatchStatus.Closed && m.ClosedAt >= at && m.ClosedAt < open && m.Space == space)
            .OrderBy(m => m.ClosedAt).Select(m => m.ClosedAt).FirstOrDefaultAsync(ct) is { } first ? ProbeDraw.WindowOf(first) : null;

    /// <param name="past">All probes of the space before this window.</param>
    private async Task<Probe?> WindowAsync(ArenaDb db, ISpaceRules rules, DateTimeOffset window, IReadOnlyList<Past> past, CancellationToken ct)
    {
        var (space, end) = (rules.Card.Slug, window + ProbeDraw.Window);
        var closed = await db.Matches.AsNoTracking().Where(m => m.Kind == MatchKind.Rated && m.Status == MatchStatus.Closed && m.ClosedAt >= window && m.ClosedAt < end && m.Space == space)
            .Select(m => new { m.Id, m.Seed }).ToListAsync(ct);
        var recent = past.Where(p => p.Window > window - ProbeDraw.Memory).ToList();
        var (agents, owners) = await UsesAsync(db, recent, ct);
        foreach (var candidate in closed.OrderBy(m => ProbeDraw.Ticket(m.Seed)).ThenBy(m => m.Id.Value).Take(ProbeDraw.MostLooked))
        {
            if (await matches.FindAsync(candidate.Id, ct) is not { } stored)
            {
                continue;
            }
            var barred = stored.Match.Seats.Where(s => s.OwnerId != Owner.HouseId && (agents.GetValueOrDefault(s.AgentId) >= ProbeDraw.MostOfAgent || owners.GetValueOrDefault(s.OwnerId) >= ProbeDraw.MostOfOwner))
                .Select(s => s.Player).ToHashSet();
            if (ProbeDraw.Pair(stored.Setup, stored.Played, barred) is { } pair && ProbeDraw.Id(space, pair) is var id && past.All(p => p.Id != id))
            {
                return new Probe
                {
                    Id = id,
                    Space = space,
                    MatchId = candidate.Id,
                    RulesVersion = rules.Card.RulesVersion,
                    Window = window,
                    Better = pair.Better,
                    Worse = pair.Worse,
                    BetterVersion = stored.Match.Seats.Single(s => s.Player == pair.Better).VersionId,
                    WorseVersion = stored.Match.Seats.Single(s => s.Player == pair.Worse).VersionId,
                    Side = pair.Side,
                    Lead = pair.Lead,
                    Task = pair.Task,
                    BetterText = pair.BetterText,
                    WorseText = pair.WorseText,
                };
            }
        }
        return null;
    }

    /// <summary>In how many probes each agent, and the agents of each owner, have an answer.</summary>
    private static async Task<(Dictionary<AgentId, int> Agents, Dictionary<Guid, int> Owners)> UsesAsync(ArenaDb db, List<Past> probes, CancellationToken ct)
    {
        var versions = probes.SelectMany(p => (VersionId[])[p.Better, p.Worse]).ToList();
        var distinct = versions.Distinct().ToList();
        var of = await db.AgentVersions.AsNoTracking().Where(v => distinct.Contains(v.Id)).Join(db.Agents, v => v.AgentId, a => a.Id, (v, a) => new { v.Id, v.AgentId, a.OwnerId }).ToDictionaryAsync(v => v.Id, ct);
        var used = versions.Where(of.ContainsKey).Select(v => of[v]).ToList();
        return (used.GroupBy(u => u.AgentId).ToDictionary(g => g.Key, g => g.Count()), used.GroupBy(u => u.OwnerId).ToDictionary(g => g.Key, g => g.Count()));
    }

    /// <summary>What drawing needs to know of earlier probes.</summary>
    private sealed record Past(Guid Id, DateTimeOffset Window, VersionId Better, VersionId Worse)
    {
        public static Past Of(Probe p) => new(p.Id, p.Window, p.BetterVersion, p.WorseVersion);
    }
}
