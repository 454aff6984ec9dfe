using System.Security.Cryptography;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>
/// Plays candidates against their parents, then both against the run's pool, and promotes or rejects them. It keeps nothing in memory: the
/// matches of a run, in the order in which they were scheduled, are its whole state (<see cref="GateBook"/>), so a restart goes on where it was.
/// </summary>
public sealed partial class GateWorker(IDbContextFactory<ArenaDb> factory, MatchScheduler scheduler, IOptions<TrainingSettings> settings, TimeProvider time, ILogger<GateWorker> log) : BackgroundService
{
    private GateSettings Gate => settings.Value.Gate;

    /// <summary>Looks at every run that is in its gate.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var runs = await db.TrainingRuns.AsNoTracking().Where(r => r.Status == RunStatus.Gate).OrderBy(r => r.CreatedAt)
            .Select(r => new GatedRun(r.Id, r.AgentId, r.Space, r.ParentVersionId, r.CandidateVersionId!.Value, r.Opponents, r.Gate != null && r.Gate.Contains("\"pool\":{"))).ToListAsync(ct);
        foreach (var run in runs)
        {
            await AdvanceAsync(db, run, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Gate.LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.LookFailed(log, e);
            }
        }
    }

    private async Task AdvanceAsync(ArenaDb db, GatedRun run, CancellationToken ct)
    {
        var members = PoolMember.ListOf(run.Opponents);
        var matches = await db.Matches.AsNoTracking().Where(m => m.GateRun == run.Id.Value && m.Seats.Count == 2)
            .Select(m => new GateMatch(
                m.Id.Value, m.Status, m.CreatedAt, m.ClosedAt, m.Seed,
                m.Seats.Where(s => s.Player == 0).Select(s => s.VersionId).First(), m.Seats.Where(s => s.Player == 1).Select(s => s.VersionId).First(),
                m.Seats.Where(s => s.Player == 0).Select(s => s.Score).First()))
            .ToListAsync(ct);
        var book = new GateBook(run.Candidate, run.Parent, members, matches);
        var standing = GateRule.Decide(book.Scores(), book.Draws(), [.. members.Select(m => m.Title)], settings.Value);
        if (standing.Decision != GateDecision.Running)
        {
            await EndAsync(db, run, standing, ct);
            return;
        }
        if (standing.Pool is not null && !run.PoolBegan)
        {
            db.TrainingLog.Add(RunLog.Line(run.Id, time.GetUtcNow(), $"It beat its parent in {standing.Pairs} pairs. Now both play the pool."));
            await db.SaveChangesAsync(ct);
        }
        var json = standing.ToJson();
        await db.TrainingRuns.Where(r => r.Id == run.Id && r.Status == RunStatus.Gate && r.Gate != json).ExecuteUpdateAsync(set => set.SetProperty(r => r.Gate, json), ct);
        foreach (var need in book.Needs(standing.Pool is not null, Room(matches), settings.Value))
        {
            var seed = need.Seed ?? (need.Twin is null ? null : RandomNumberGenerator.GetBytes(32));
            await scheduler.ScheduleAsync(run.Space, MatchKind.Gate, "free", [need.First, need.Second], 0, run.Id.Value, seed, ct);
            if (need.Twin is { } twin)
            {
                await scheduler.ScheduleAsync(run.Space, MatchKind.Gate, "free", [twin, need.Second], 0, run.Id.Value, seed, ct);
            }
        }
    }

    /// <summary>How many matches may be added now.</summary>
    private int Room(IReadOnlyList<GateMatch> matches)
    {
        // In a judged space a match counts until its judges are through: no more wait for them than are played at once.
        var running = matches.Count(m => m.Status is MatchStatus.Scheduled or MatchStatus.Running or MatchStatus.Judging);
        var voided = matches.Where(m => m.Status == MatchStatus.Void).Max(m => m.ClosedAt);
        // A void match means that something of ours is down: one probe at a time until it works again.
        var most = voided is { } at && matches.Where(m => m.Status == MatchStatus.Closed).Max(m => m.ClosedAt) is var closed && !(closed > at)
            ? time.GetUtcNow() < at + Gate.AfterVoid ? 0 : 1
            : Gate.AtOnce;
        return Math.Max(0, most - running);
    }

    private async Task EndAsync(ArenaDb db, GatedRun run, GateStanding standing, CancellationToken ct)
    {
        var promoted = standing.Decision == GateDecision.Promote;
        var (status, json, now) = (promoted ? RunStatus.Promoted : RunStatus.Rejected, standing.ToJson(), time.GetUtcNow());
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ended = await db.TrainingRuns.Where(r => r.Id == run.Id && r.Status == RunStatus.Gate)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, status).SetProperty(r => r.Gate, json).SetProperty(r => r.EndedAt, now), ct);
        if (ended == 0)
        {
            return;
        }
        var candidate = await db.AgentVersions.FirstAsync(v => v.Id == run.Candidate, ct);
        var text = standing.Why;
        if (promoted)
        {
            candidate.Promote();
            var agent = await db.Agents.FirstAsync(a => a.Id == run.Agent, ct);
            if (agent.CurrentVersionId == run.Parent)
            {
                agent.Use(run.Candidate);
                db.VersionSwitches.Add(new() { AgentId = run.Agent, At = now, FromVersionId = run.Parent, ToVersionId = run.Candidate, Kind = VersionChanges.Promoted, RunId = run.Id.Value });
            }
            else
            {
                // It beat its parent, not what its owner chose since.
                text += " Its owner chose another version meanwhile, which stays the current one.";
            }
        }
        else
        {
            candidate.Reject();
        }
        db.TrainingLog.Add(RunLog.Line(run.Id, now, text));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Log.Ended(log, run.Id, standing.Why);
    }

    private sealed record GatedRun(RunId Id, AgentId Agent, string Space, VersionId Parent, VersionId Candidate, string Opponents, bool PoolBegan);

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Information, "The gate of run {Run} ended. {Why}")]
        public static partial void Ended(ILogger logger, RunId run, string why);

        [LoggerMessage(7102, LogLevel.Error, "Looking at gates failed; trying again.")]
        public static partial void LookFailed(ILogger logger, Exception e);
    }
}
