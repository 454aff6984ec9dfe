using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Verdicts;
using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Preferences;

/// <summary>
/// Turns closed matches into preference pairs, one match at a time. What is owed stands in the database from the match's
/// own closing transaction, and goes in the transaction that stores the pairs: a crash repeats the work, never the pairs.
/// </summary>
public sealed partial class PairWorker(
    IDbContextFactory<ArenaDb> factory, PlayedMatches matches, ForkWork forks, IOptions<ForkOptions> options, TimeProvider time, ILogger<PairWorker> log) : BackgroundService
{
    private const int MostAttempts = 6;
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(20);

    /// <summary>Follows up one match that is due: owners' agents first, so that no owner waits behind the house's own play.</summary>
    /// <returns>False when none was due.</returns>
    public async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        var due = await Waiting(db).Where(w => w.Due.DueAt <= now).OrderBy(w => w.HouseOnly).ThenBy(w => w.Due.DueAt).Select(w => w.Due).FirstOrDefaultAsync(ct);
        if (due is null)
        {
            return false;
        }
        try
        {
            var pairs = await matches.FindAsync(due.MatchId, ct) is { Match.Status: MatchStatus.Closed } stored ? await PairsAsync(db, stored, due.Attempts, ct) : [];
            db.PreferencePairs.AddRange(pairs);
            db.MatchFollowUps.Remove(due);
            await db.SaveChangesAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Failed(log, due.MatchId, due.Attempts, e);
            await LaterAsync(due.MatchId, due.Attempts + 1, ct);
        }
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }
        var swept = time.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var rest = options.Value.Interval;
            try
            {
                if (await WorkAsync(stoppingToken))
                {
                    // While matches wait, it rests three times as long as it worked: a quarter of one core is what pairs take from play.
                    var worked = time.GetElapsedTime(began);
                    rest = 3 * worked < rest ? 3 * worked : rest;
                }
                if (time.GetUtcNow() - swept > Sweep)
                {
                    swept = time.GetUtcNow();
                    await ForgetAsync(stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.LookFailed(log, e);
            }
            await Task.Delay(rest, time, stoppingToken);
        }
    }

    /// <summary>Lets go of matches among house agents that have waited too long: the house plays more than pairs can be made of, and no owner misses them.</summary>
    /// <returns>How many were let go.</returns>
    public async Task<int> ForgetAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var before = time.GetUtcNow() - options.Value.HousePatience;
        var stale = await Waiting(db).Where(w => w.HouseOnly && w.Due.DueAt < before).Select(w => w.Due).ToListAsync(ct);
        db.MatchFollowUps.RemoveRange(stale);
        await db.SaveChangesAsync(ct);
        if (stale.Count > 0)
        {
            Log.Forgotten(log, stale.Count, options.Value.HousePatience);
        }
        return stale.Count;
    }

    private static IQueryable<WaitingMatch> Waiting(ArenaDb db) =>
        from due in db.MatchFollowUps
        where due.Kind == MatchFollowUp.Pairs
        select new WaitingMatch
        {
            Due = due,
            HouseOnly = !db.MatchSeats.Any(s => s.MatchId == due.MatchId && db.Agents.Any(a => a.Id == s.AgentId && a.Kind != AgentKind.House)),
        };

    private async Task<IReadOnlyList<PreferencePair>> PairsAsync(ArenaDb db, StoredMatch stored, int attempts, CancellationToken ct)
    {
        var card = stored.Setup.Rules.Card;
        var room = await RoomAsync(db, stored, card.Slug, ct);
        if (room.Values.All(r => r <= 0))
        {
            return [];
        }
        var drafts = card switch
        {
            { Judging: JudgingMode.Judges } => await JudgedAsync(db, stored, ct),
            { SamePrompt: true } => PairBuilder.SamePrompt(stored.Setup, stored.Played),
            // A trainer that stays away costs the pairs their on-policy mark, not their existence.
            _ when stored.Setup.Players.Count == 2 => await forks.DraftAsync(stored.Setup, stored.Played, askPolicies: attempts < 3, ct),
            _ => [],
        };
        var now = time.GetUtcNow();
        var pairs = drafts.Select(d => d.ToPair(card.Slug, stored.Match.Id, now)).DistinctBy(p => p.Hash).ToList();
        var hashes = pairs.Select(p => p.Hash).ToList();
        var known = (await db.PreferencePairs.Where(p => hashes.Contains(p.Hash)).Select(p => p.Hash).ToListAsync(ct)).ToHashSet();
        var kept = new List<PreferencePair>();
        foreach (var pair in pairs.Where(p => !known.Contains(p.Hash)))
        {
            var agent = stored.Match.Seats.First(s => s.VersionId == pair.ChosenVersion).AgentId;
            if (room[agent]-- > 0)
            {
                kept.Add(pair);
            }
        }
        return kept;
    }

    private async Task<Dictionary<AgentId, int>> RoomAsync(ArenaDb db, StoredMatch stored, string space, CancellationToken ct)
    {
        var room = new Dictionary<AgentId, int>();
        foreach (var agent in stored.Match.Seats.Select(s => s.AgentId).Distinct())
        {
            var versions = db.AgentVersions.Where(v => v.AgentId == agent).Select(v => v.Id);
            room[agent] = options.Value.MostPerAgent - await db.PreferencePairs.CountAsync(p => p.Space == space && versions.Contains(p.ChosenVersion), ct);
        }
        return room;
    }

    private async Task<IReadOnlyList<PairDraft>> JudgedAsync(ArenaDb db, StoredMatch stored, CancellationToken ct)
    {
        var verdict = await db.Verdicts.AsNoTracking().FirstOrDefaultAsync(v => v.MatchId == stored.Match.Id, ct);
        var said = verdict is null ? null : JsonNode.Parse(verdict.Explanation);
        return said?["winner"] is { } winner
            ? PairBuilder.Judged(stored.Setup, stored.Played, winner.GetValue<int>(), said["margin"]!.GetValue<double>(), options.Value.MinJudgedMargin)
            : [];
    }

    private async Task LaterAsync(MatchId match, int attempts, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var mine = db.MatchFollowUps.Where(f => f.MatchId == match && f.Kind == MatchFollowUp.Pairs);
        if (attempts >= MostAttempts)
        {
            Log.GivenUp(log, match, attempts);
            await mine.ExecuteDeleteAsync(ct);
            return;
        }
        var due = time.GetUtcNow() + FirstRetry * Math.Pow(2, attempts - 1);
        await mine.ExecuteUpdateAsync(set => set.SetProperty(f => f.Attempts, attempts).SetProperty(f => f.DueAt, due), ct);
    }

    private sealed record WaitingMatch
    {
        public required MatchFollowUp Due { get; init; }

        /// <summary>No owner's agent played.</summary>
        public required bool HouseOnly { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "Making pairs of match {Match} failed (attempt {Attempt}); trying again later.")]
        public static partial void Failed(ILogger logger, MatchId match, int attempt, Exception e);

        [LoggerMessage(6002, LogLevel.Error, "Match {Match} makes no pairs: {Attempts} attempts failed.")]
        public static partial void GivenUp(ILogger logger, MatchId match, int attempts);

        [LoggerMessage(6003, LogLevel.Error, "Looking for matches to make pairs of failed; trying again.")]
        public static partial void LookFailed(ILogger logger, Exception e);

        [LoggerMessage(6004, LogLevel.Information, "{Count} matches among house agents waited longer than {Patience} for their pairs; they make none.")]
        public static partial void Forgotten(ILogger logger, int count, TimeSpan patience);
    }
}
