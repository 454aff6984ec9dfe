using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Store;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>
/// Judges the matches that wait for it. Every judgment is stored as it comes in, so a restart asks only for what is
/// missing; a judge that fails is asked again later, and the match waits, with the reason for all to see.
/// </summary>
public sealed partial class PanelWorker(
    IDbContextFactory<ArenaDb> factory, PlayedMatches matches, MatchCloser closer, MatchFeed feed, AgentClients agents, GroupWriter writer, OpenJudge open,
    IOptions<JudgeOptions> options, TimeProvider time, ILogger<PanelWorker> log) : BackgroundService
{
    /// <summary>Looks at every match that waits for a verdict, oldest first.</summary>
    /// <returns>Matches that were closed.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        List<Judge> judges;
        List<MatchId> waiting;
        await using (var db = await factory.CreateDbContextAsync(ct))
        {
            judges = await db.Judges.AsNoTracking().Where(j => j.Enabled).OrderBy(j => j.CreatedAt).ToListAsync(ct);
            waiting = await db.Matches.Where(m => m.Status == MatchStatus.Judging).OrderBy(m => m.CreatedAt).Select(m => m.Id).Take(256).ToListAsync(ct);
        }
        if (judges.Count == 0 || waiting.Count == 0)
        {
            return 0;
        }
        var closed = 0;
        await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = options.Value.AtOnce, CancellationToken = ct }, async (match, stop) =>
        {
            try
            {
                if (await JudgeAsync(match, judges, stop))
                {
                    Interlocked.Increment(ref closed);
                }
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.MatchFailed(log, match, e);
            }
        });
        return closed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
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

    private async Task<bool> JudgeAsync(MatchId id, IReadOnlyList<Judge> judges, CancellationToken ct)
    {
        var (judgments, troubles) = await StateAsync(id, ct);
        var now = time.GetUtcNow();
        var missing = judges.SelectMany(j => (IEnumerable<(Judge Judge, int First)>)[(j, 0), (j, 1)])
            .Where(m => !judgments.Any(j => j.JudgeId == m.Judge.Id && j.First == m.First))
            .Where(m => troubles.FirstOrDefault(t => t.JudgeId == m.Judge.Id && t.First == m.First) is not { } t || t.NextTryAt <= now)
            .ToList();
        if (missing.Count > 0)
        {
            if (await matches.FindAsync(id, ct) is not { } stored)
            {
                throw new InvalidOperationException($"Match {id} waits for judges but can't be read.");
            }
            var @case = await CaseAsync(stored, ct);
            await Task.WhenAll(missing.GroupBy(m => m.Judge).Select(async group =>
            {
                foreach (var (judge, first) in group)
                {
                    await AskAsync(@case, judge, first, ct);
                }
            }));
            (judgments, troubles) = await StateAsync(id, ct);
        }
        return await DecideAsync(id, judges, judgments, troubles, ct);
    }

    private async Task AskAsync(JudgingCase @case, Judge judge, int first, CancellationToken ct)
    {
        var outcome = await open(judge).JudgeAsync(@case, first, ct);
        var now = time.GetUtcNow();
        await using var db = await factory.CreateDbContextAsync(ct);
        var trouble = await db.JudgingTroubles.FirstOrDefaultAsync(t => t.MatchId == @case.Match && t.JudgeId == judge.Id && t.First == first, ct);
        if (outcome is JudgeOpinion opinion)
        {
            db.Judgments.Add(Row(@case.Match, judge, first, opinion, now));
            if (trouble is not null)
            {
                db.JudgingTroubles.Remove(trouble);
            }
        }
        else if (outcome is JudgeSilence silence)
        {
            if (trouble is null)
            {
                db.JudgingTroubles.Add(trouble = new JudgingTrouble { MatchId = @case.Match, JudgeId = judge.Id, First = first, Since = now });
            }
            trouble.Tries++;
            (trouble.EndpointDown, trouble.Reason) = (silence.EndpointDown, silence.Reason);
            var wait = options.Value.FirstRetry * Math.Pow(2, Math.Min(trouble.Tries - 1, 16));
            trouble.NextTryAt = now + (wait < options.Value.LongestRetry ? wait : options.Value.LongestRetry);
            Log.JudgeSilent(log, judge.Name, @case.Match, silence.Reason);
        }
        await db.SaveChangesAsync(ct);
    }

    private async Task<bool> DecideAsync(MatchId id, IReadOnlyList<Judge> judges, IReadOnlyList<Judgment> judgments, IReadOnlyList<JudgingTrouble> troubles, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var heard = judges.Where(j => judgments.Count(o => o.JudgeId == j.Id) == 2).ToList();
        var failing = judges.Except(heard).ToDictionary(j => j.Id, j => troubles.Where(t => t.JudgeId == j.Id).ToList());
        // One judge that was heard is a panel; the others get their time first.
        if (heard.Count == 0 || failing.Values.Any(t => t.Count == 0 || t.Min(x => x.Since) + options.Value.Patience > now))
        {
            return false;
        }
        var used = judgments.Where(o => heard.Any(j => j.Id == o.JudgeId)).ToList();
        var decision = Panel.Decide(
            [.. judges.Select(j => (j.Id, j.Name))],
            [.. used.Select(o => new PanelVote(o.JudgeId, o.First, o.Preferred))],
            failing.ToDictionary(f => f.Key, f => $"Not heard: {f.Value[^1].Reason}"));
        string space;
        await using (var db = await factory.CreateDbContextAsync(ct))
        {
            space = await db.Matches.Where(m => m.Id == id).Select(m => m.Space).FirstAsync(ct);
        }
        var rubric = Rubric.For(space)!;
        var hash = VerdictRecord.Sha256(VerdictRecord.Bytes(id, space, rubric.Hash, decision.Scores, used));
        var scores = new JsonArray([.. decision.Scores.Select(s => JsonValue.Create(s))]).ToJsonString();
        var explanation = decision.ToJson().ToJsonString();
        // The verdict and the closing are one transaction: there is never one without the other.
        var outcome = await writer.WriteAsync(
            session =>
            {
                var done = closer.CloseJudged(session, id, decision.Scores, hash);
                if (done.Closing is not null)
                {
                    session.Run(
                        "INSERT INTO Verdicts (MatchId, Scores, Explanation, RubricHash, Hash, At) VALUES ($0, $1, $2, $3, $4, $5)",
                        id.Value, scores, explanation, rubric.Hash, hash, WriteSession.Moment(now));
                    session.Run("DELETE FROM JudgingTroubles WHERE MatchId = $0", id.Value);
                }
                return done;
            },
            ct);
        if (outcome.Closing is not { } closing)
        {
            return false;
        }
        await TellAsync(id, closing, hash, ct);
        return true;
    }

    /// <summary>Those who watch see the end as they would of any match.</summary>
    private async Task TellAsync(MatchId id, MatchClosing closing, string hash, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var match = await db.Matches.AsNoTracking().Include(m => m.Seats).FirstAsync(m => m.Id == id, ct);
        var scores = closing.Seats.Select(s => s.Score).ToList();
        var last = feed.Known(id)?.LastOrDefault()?.Id ?? 0;
        feed.Publish(id, new MatchEvent(last + 1, "closed", new JsonObject
        {
            ["scores"] = new JsonArray([.. scores.Select(s => JsonValue.Create(s))]),
            ["ratings"] = new JsonArray([.. MatchHost.RatingsOf(closing)]),
            ["verdict"] = hash,
        }));
        var players = new List<MatchPlayer>();
        foreach (var seat in match.Seats.OrderBy(s => s.Player))
        {
            var k = await agents.KnowAsync(seat.VersionId, ct);
            players.Add(new(seat.Player, k.AgentName, k.Version.AgentId.Value, k.Version.Id.Value, k.Version.Number, k.Kind.ToString().ToLowerInvariant(), k.OwnerId, k.OwnerName, null));
        }
        feed.Announce(new LobbyNotice("closed", id, match.Space, match.Kind.ToString().ToLowerInvariant(), "closed", true, players, scores));
    }

    private async Task<(IReadOnlyList<Judgment>, IReadOnlyList<JudgingTrouble>)> StateAsync(MatchId id, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return (await db.Judgments.AsNoTracking().Where(j => j.MatchId == id).ToListAsync(ct), await db.JudgingTroubles.AsNoTracking().Where(t => t.MatchId == id).ToListAsync(ct));
    }

    private async Task<JudgingCase> CaseAsync(StoredMatch stored, CancellationToken ct)
    {
        var contestants = new List<Contestant>();
        foreach (var seat in stored.Match.Seats.OrderBy(s => s.Player))
        {
            var known = await agents.KnowAsync(seat.VersionId, ct);
            string[] model = known.Config is ChatConfig chat ? [chat.Model] : [];
            var texts = stored.Played.Games.SelectMany(g => g.Turns).Where(t => t.Player == seat.Player).Select(t => t.Did).OfType<string>();
            contestants.Add(new(seat.Player, string.Join("\n\n", texts), [known.AgentName, known.OwnerName, .. model]));
        }
        return new(stored.Match.Id, stored.Match.Space, stored.Played.Games[0].Turns[0].Saw, contestants, stored.Match.Seed);
    }

    private static Judgment Row(MatchId match, Judge judge, int first, JudgeOpinion opinion, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        MatchId = match,
        JudgeId = judge.Id,
        First = first,
        Preferred = opinion.Preferred,
        Scores = JsonSerializer.Serialize(opinion.Scores.OrderBy(s => s.Key).ToDictionary(s => s.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), s => s.Value)),
        Reason = opinion.Reason,
        Model = opinion.Model,
        PromptHash = opinion.PromptHash,
        RawReply = opinion.RawReply,
        LatencyMs = (long)opinion.Took.TotalMilliseconds,
        CostMicroUsd = opinion.CostMicroUsd,
        Tries = opinion.Tries,
        At = now,
    };

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Warning, "Judge {Judge} is silent on match {Match}: {Reason}")]
        public static partial void JudgeSilent(ILogger logger, string judge, MatchId match, string reason);

        [LoggerMessage(5002, LogLevel.Error, "Judging match {Match} failed; trying again.")]
        public static partial void MatchFailed(ILogger logger, MatchId match, Exception e);

        [LoggerMessage(5003, LogLevel.Error, "Looking for matches to judge failed; trying again.")]
        public static partial void LookFailed(ILogger logger, Exception e);

        [LoggerMessage(5004, LogLevel.Warning, "{Problem}")]
        public static partial void Configuration(ILogger logger, string problem);
    }

    internal static void Warn(ILogger log, string problem) => Log.Configuration(log, problem);
}
