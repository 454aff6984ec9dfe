using System.Diagnostics;
using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arena.Engine.Matches;

/// <summary>
/// Keeps every space's ladder fitted: reads the rated matches closed since the last look, counts them, fits where something is new. A fit
/// takes at most a twentieth of the time, however long the list becomes.
/// </summary>
public sealed partial class LadderKeeper(IDbContextFactory<ArenaDb> factory, Ladders ladders, MatchStyles styles, TimeProvider time, ILogger<LadderKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>A match's moment is set before its commit: one that closed this long ago may still turn up.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    /// <summary>Judged matches whose texts are counted in one look: a site that has many of them from before catches up little by little.</summary>
    private const int MostCounted = 500;

    private readonly Dictionary<string, LadderBook> _books = [];
    private readonly Dictionary<string, SkillBook> _skills = [];
    private readonly Dictionary<string, StyleBook> _styles = [];
    private readonly Queue<(MatchId Match, string Space, Guid[] Versions, long[] Scores)> _uncounted = [];
    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];
    private readonly HashSet<string> _stale = [];
    private readonly Dictionary<string, string> _flags = [];
    private readonly Dictionary<MatchId, IReadOnlyList<long>> _corrected = [];
    private readonly Dictionary<MatchId, DateTimeOffset> _recent = [];
    private DateTimeOffset _from = DateTimeOffset.MinValue;

    /// <summary>One look at the database and the fits that are due.</summary>
    public async Task TickAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await ReadAsync(db, ct);
        await LookAtFlagsAsync(db, ct);
        await CorrectAsync(db, ct);
        await CountStylesAsync(db, ct);
        var now = time.GetUtcNow();
        var due = _stale.Where(s => !(_notBefore.GetValueOrDefault(s) > now)).ToList();
        if (due.Count == 0)
        {
            return;
        }
        foreach (var space in due)
        {
            var watch = Stopwatch.GetTimestamp();
            var terms = await TermsAsync(db, space, ct);
            ladders.Publish(space, SpaceLadder.Of(_books[space].Copy(), terms, now).With(_skills.GetValueOrDefault(space), _styles.GetValueOrDefault(space)));
            _stale.Remove(space);
            _notBefore[space] = now + 20 * Stopwatch.GetElapsedTime(watch);
        }
    }

    /// <summary>What a space's fit is told besides results: anchors, owners, and the pairs against which a flag stands.</summary>
    public static async Task<LadderTerms> TermsAsync(ArenaDb db, string space, CancellationToken ct)
    {
        var owners = await db.Agents.AsNoTracking().Where(a => a.OwnerId != Owner.HouseId).Join(db.AgentVersions, a => a.Id, v => v.AgentId, (a, v) => new { v.Id, a.OwnerId })
            .Where(v => db.Ratings.Any(r => r.Space == space && r.VersionId == v.Id)).ToListAsync(ct);
        var pairs = await db.Flags.AsNoTracking().Where(f => f.Space == space && f.State != Flag.Dismissed && f.First != null && f.Second != null).Select(f => new { f.First, f.Second }).ToListAsync(ct);
        return new(
            await AnchorsAsync(db, ct), owners.ToDictionary(o => o.Id.Value, o => o.OwnerId),
            pairs.Count == 0 ? null : pairs.Select(p => LadderTerms.Pair(p.First!.Value.Value, p.Second!.Value.Value)).ToHashSet());
    }

    /// <summary>Every version of every house agent.</summary>
    public static async Task<IReadOnlySet<Guid>> AnchorsAsync(ArenaDb db, CancellationToken ct) =>
        (await db.Agents.AsNoTracking().Where(a => a.OwnerId == Owner.HouseId)
            .Join(db.AgentVersions, a => a.Id, v => v.AgentId, (a, v) => v.Id).ToListAsync(ct)).Select(v => v.Value).ToHashSet();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(ArenaDb db, CancellationToken ct)
    {
        var latest = _from;
        var from = _from == DateTimeOffset.MinValue ? _from : _from - Overlap;
        var rows = db.Matches.AsNoTracking().Where(m => m.Kind == MatchKind.Rated && m.Status == MatchStatus.Closed && m.ClosedAt >= from)
            .OrderBy(m => m.ClosedAt)
            .Select(m => new { m.Id, m.Space, At = m.ClosedAt!.Value, Seats = m.Seats.OrderBy(s => s.Player).Select(s => new { s.VersionId, s.Score }).ToList() });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (!_recent.TryAdd(row.Id, row.At))
            {
                continue;
            }
            if (!_books.TryGetValue(row.Space, out var book))
            {
                _books[row.Space] = book = new LadderBook();
            }
            Guid[] versions = [.. row.Seats.Select(s => s.VersionId.Value)];
            long[] scores = [.. row.Seats.Select(s => s.Score!.Value)];
            book.Add(versions, scores);
            if (SpaceLadder.RanksByPlace(row.Space))
            {
                (_skills.TryGetValue(row.Space, out var skills) ? skills : _skills[row.Space] = new SkillBook()).Add(row.At, row.Id.Value, versions, scores);
            }
            if (SpaceLadder.IsJudged(row.Space))
            {
                _uncounted.Enqueue((row.Id, row.Space, versions, scores));
            }
            _stale.Add(row.Space);
            latest = row.At > latest ? row.At : latest;
            if (_recent.Count > 50_000)
            {
                Forget(latest);
            }
        }
        _from = latest;
        Forget(latest);
    }

    /// <summary>Matches that were judged otherwise on appeal count with the later scores; every one of them closed long before and is in its book.</summary>
    private async Task CorrectAsync(ArenaDb db, CancellationToken ct)
    {
        foreach (var correction in await db.Corrections.AsNoTracking().ToListAsync(ct))
        {
            var scores = Correction.Read(correction.Scores);
            if (!_books.TryGetValue(correction.Space, out var book) || !_corrected.TryAdd(correction.MatchId, scores))
            {
                continue;
            }
            var versions = await db.MatchSeats.AsNoTracking().Where(s => s.MatchId == correction.MatchId).OrderBy(s => s.Player).Select(s => s.VersionId).ToListAsync(ct);
            book.Replace([.. versions.Select(v => v.Value)], Correction.Read(correction.Was), scores);
            _skills.GetValueOrDefault(correction.Space)?.Replace(correction.MatchId.Value, scores);
            _styles.GetValueOrDefault(correction.Space)?.Replace(correction.MatchId.Value, scores);
            _stale.Add(correction.Space);
        }
    }

    /// <summary>How the texts of newly read judged matches are written.</summary>
    private async Task CountStylesAsync(ArenaDb db, CancellationToken ct)
    {
        var next = _uncounted.Take(MostCounted).ToList();
        var counts = next.Count == 0 ? null : await styles.OfAsync(db, [.. next.Select(m => m.Match)], ct);
        foreach (var (match, space, versions, scores) in next)
        {
            _uncounted.Dequeue();
            if (counts![match] is { } texts)
            {
                (_styles.TryGetValue(space, out var book) ? book : _styles[space] = new StyleBook()).Add(match.Value, versions, _corrected.GetValueOrDefault(match) ?? scores, texts);
                _stale.Add(space);
            }
        }
    }

    /// <summary>A flag raised or decided asks for a new fit.</summary>
    private async Task LookAtFlagsAsync(ArenaDb db, CancellationToken ct)
    {
        var flags = await db.Flags.AsNoTracking().Where(f => f.First != null).Select(f => new { f.Space, f.Id, f.State }).ToListAsync(ct);
        foreach (var space in flags.GroupBy(f => f.Space))
        {
            var stamp = string.Join(',', space.OrderBy(f => f.Id).Select(f => $"{f.Id:N}{f.State}"));
            if (_books.ContainsKey(space.Key) && _flags.GetValueOrDefault(space.Key) != stamp)
            {
                _flags[space.Key] = stamp;
                _stale.Add(space.Key);
            }
        }
    }

    /// <summary>What is older than the overlap is not read again.</summary>
    private void Forget(DateTimeOffset latest)
    {
        if (latest == DateTimeOffset.MinValue)
        {
            return;
        }
        foreach (var old in _recent.Where(r => r.Value < latest - Overlap).Select(r => r.Key).ToList())
        {
            _recent.Remove(old);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Error, "Refitting the ladders failed and is tried again")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
