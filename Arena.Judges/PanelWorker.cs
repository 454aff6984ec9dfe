using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
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
    IDbContextFactory<ArenaDb> factory, PlayedMatches matches, MatchCloser closer, MatchFeed feed, AgentClients agents, GroupWriter writer, OpenJudge open, PanelBook book, Ladders ladders,
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
        if (judges.Count == 0)
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
                await LookAtAppealsAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.LookFailed(log, e);
            }
        }
    }

    private async Task<bool> JudgeAsync(MatchId id, IReadOnlyList<Judge> judges, CancellationToken ct)
    {
        var space = await SpaceAsync(id, ct);
        var belief = await book.BeliefAsync(space, ct);
        var panel = await EligibleAsync(id, judges, ct);
        var people = await PeopleAsync(id, ct);
        StoredMatch? stored = null;
        while (true)
        {
            var (judgments, troubles) = await StateAsync(id, ct);
            var now = time.GetUtcNow();
            var engaged = panel.Where(p => p.Excluded is null && (judgments.Any(j => j.JudgeId == p.Id) || troubles.Any(t => t.JudgeId == p.Id))).Select(p => p.Id).ToHashSet();
            var soFar = Decision(panel, judgments, troubles, belief, people);
            var waiting = engaged.Where(j => judgments.Count(o => o.JudgeId == j) < 2 && troubles.Where(t => t.JudgeId == j).Select(t => t.Since).DefaultIfEmpty(now).Min() + options.Value.Patience > now).ToList();
            // Who failed for long is passed over, but still asked when nobody else is there.
            var failed = engaged.Count(j => judgments.Count(o => o.JudgeId == j) < 2) - waiting.Count;
            IEnumerable<Guid> next = waiting.Count > 0 ? [] : Panel.Next(panel, engaged, soFar, belief, Rules);
            var heard = soFar.Seats.Count(s => s.Stance is "prefers" or "ties" or "abstains");
            var missing = engaged.Where(j => waiting.Contains(j) || (heard == 0 && failed > 0)).Concat(next)
                .SelectMany(j => (IEnumerable<(Judge Judge, int First)>)[(judges.Single(x => x.Id == j), 0), (judges.Single(x => x.Id == j), 1)])
                .Where(m => !judgments.Any(j => j.JudgeId == m.Judge.Id && j.First == m.First))
                .Where(m => troubles.FirstOrDefault(t => t.JudgeId == m.Judge.Id && t.First == m.First) is not { } t || t.NextTryAt <= now)
                .ToList();
            if (missing.Count == 0)
            {
                var asking = panel.Any(p => p.Excluded is null);
                return waiting.Count == 0 && (heard > 0 || !asking) && await DecideAsync(id, space, soFar, [.. judgments.Where(o => soFar.Seats.Any(s => s.Judge == o.JudgeId && s.Stance is "prefers" or "ties" or "abstains"))], ct);
            }
            stored ??= await matches.FindAsync(id, ct) ?? throw new InvalidOperationException($"Match {id} waits for judges but can't be read.");
            var @case = await CaseAsync(stored, ct);
            await Task.WhenAll(missing.GroupBy(m => m.Judge).Select(async group =>
            {
                foreach (var (judge, first) in group)
                {
                    await AskAsync(@case, judge, first, onAppeal: false, ct);
                }
            }));
        }
    }

    private PanelRules Rules => new(options.Value.Decide, options.Value.Stop);

    private PanelDecision Decision(IReadOnlyList<PanelJudge> panel, IReadOnlyList<Judgment> judgments, IReadOnlyList<JudgingTrouble> troubles, PanelBelief belief, IReadOnlyList<PersonSaid> people) => Panel.Decide(
        panel, [.. judgments.Where(o => !o.OnAppeal).Select(o => new PanelVote(o.JudgeId, o.First, o.Preferred))],
        troubles.GroupBy(t => t.JudgeId).ToDictionary(g => g.Key, g => $"Not heard: {g.Last().Reason}"), belief, Rules, people);

    /// <summary>Who may judge: nobody compromised, nobody of a contestant's model family, no learned reward model over policies of this site.</summary>
    private async Task<IReadOnlyList<PanelJudge>> EligibleAsync(MatchId id, IReadOnlyList<Judge> judges, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var contestants = new List<KnownVersion>();
        foreach (var version in await db.MatchSeats.Where(s => s.MatchId == id).Select(s => s.VersionId).ToListAsync(ct))
        {
            contestants.Add(await agents.KnowAsync(version, ct));
        }
        return [.. judges.Select(j => new PanelJudge(j.Id, j.Name, j.Compromised is not null ? "Compromised: canaries gave it away, so it is not asked." : Kinship.Bars(j, contestants)))];
    }

    private async Task<string> SpaceAsync(MatchId id, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return await db.Matches.Where(m => m.Id == id).Select(m => m.Space).FirstAsync(ct);
    }

    private async Task<IReadOnlyList<PersonSaid>> PeopleAsync(MatchId id, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return await db.Escalations.AnyAsync(e => e.MatchId == id, ct) ? await PersonVotes.SaidAsync(db, ladders, id, DateTimeOffset.MinValue, ct) : [];
    }

    /// <summary>Whether a decision that the judges could not make may be made now: enough people said so, or people had their time.</summary>
    private async Task<bool> PeopleDoneAsync(MatchId id, PanelDecision decision, CancellationToken ct)
    {
        if (options.Value.PeoplePatience <= TimeSpan.Zero || (decision.Winner is not null && decision.People.Voters == 0))
        {
            return true;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        if (await db.Escalations.FirstOrDefaultAsync(e => e.MatchId == id, ct) is not { } escalation)
        {
            db.Escalations.Add(new Escalation { MatchId = id, Chance = decision.Chance, Since = time.GetUtcNow() });
            await db.SaveChangesAsync(ct);
            return false;
        }
        return (decision.Winner is not null && decision.People.Voters >= options.Value.LeastPeople) || escalation.Since + options.Value.PeoplePatience <= time.GetUtcNow();
    }

    private async Task AskAsync(JudgingCase @case, Judge judge, int first, bool onAppeal, CancellationToken ct)
    {
        var outcome = await open(judge).JudgeAsync(@case, first, ct);
        var now = time.GetUtcNow();
        await using var db = await factory.CreateDbContextAsync(ct);
        var trouble = await db.JudgingTroubles.FirstOrDefaultAsync(t => t.MatchId == @case.Match && t.JudgeId == judge.Id && t.First == first, ct);
        if (outcome is JudgeOpinion opinion)
        {
            db.Judgments.Add(Row(@case.Match, judge, first, onAppeal, opinion, now));
            JudgeVersions.Seen(await db.Judges.FirstAsync(j => j.Id == judge.Id, ct), opinion);
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

    private async Task<bool> DecideAsync(MatchId id, string space, PanelDecision decision, IReadOnlyList<Judgment> used, CancellationToken ct)
    {
        if (!await PeopleDoneAsync(id, decision, ct))
        {
            return false;
        }
        var now = time.GetUtcNow();
        var rubric = Rubric.ForJudged(space)!;
        var hash = VerdictRecord.Sha256(VerdictRecord.Bytes(id, space, rubric.Hash, decision, used));
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
                    session.Run("DELETE FROM Escalations WHERE MatchId = $0", id.Value);
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
        var (task, entries) = stored.Setup.Rules.Present(stored.Setup, stored.Played);
        foreach (var seat in stored.Match.Seats.OrderBy(s => s.Player))
        {
            var known = await agents.KnowAsync(seat.VersionId, ct);
            string[] model = known.Config is ChatConfig chat ? [chat.Model] : [];
            contestants.Add(new(seat.Player, entries[seat.Player], [known.AgentName, known.OwnerName, .. model]));
        }
        return new(stored.Match.Id, stored.Match.Space, task, contestants, stored.Match.Seed);
    }

    /// <summary>Judges disputed verdicts again, by judges who had no part in them; where there are none, by people.</summary>
    /// <returns>Appeals that were decided.</returns>
    public async Task<int> LookAtAppealsAsync(CancellationToken ct)
    {
        List<Judge> judges;
        List<Appeal> open;
        await using (var db = await factory.CreateDbContextAsync(ct))
        {
            judges = await db.Judges.AsNoTracking().Where(j => j.Enabled).OrderBy(j => j.CreatedAt).ToListAsync(ct);
            open = await db.Appeals.AsNoTracking().Where(a => a.State == Appeal.Open).OrderBy(a => a.At).Take(64).ToListAsync(ct);
        }
        var decided = 0;
        foreach (var appeal in open)
        {
            try
            {
                decided += await RehearAsync(appeal, judges, ct) ? 1 : 0;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.MatchFailed(log, appeal.MatchId, e);
            }
        }
        return decided;
    }

    private async Task<bool> RehearAsync(Appeal appeal, IReadOnlyList<Judge> judges, CancellationToken ct)
    {
        var id = appeal.MatchId;
        var (judgments, _) = await StateAsync(id, ct);
        var before = judgments.Where(j => !j.OnAppeal).Select(j => j.JudgeId).ToHashSet();
        var others = (await EligibleAsync(id, judges, ct)).Where(p => p.Excluded is null && !before.Contains(p.Id)).ToList();
        var stored = await matches.FindAsync(id, ct) ?? throw new InvalidOperationException($"Match {id} is appealed but can't be read.");
        foreach (var judge in others)
        {
            foreach (var first in (int[])[0, 1])
            {
                if (!judgments.Any(j => j.JudgeId == judge.Id && j.First == first))
                {
                    await AskAsync(await CaseAsync(stored, ct), judges.Single(j => j.Id == judge.Id), first, onAppeal: true, ct);
                }
            }
        }
        var (after, troubles) = await StateAsync(id, ct);
        var heard = others.Where(o => after.Count(j => j.JudgeId == o.Id && j.OnAppeal) == 2).ToList();
        await using var db = await factory.CreateDbContextAsync(ct);
        var people = await PersonVotes.SaidAsync(db, ladders, id, appeal.At, ct);
        var late = appeal.At + options.Value.Patience + options.Value.PeoplePatience <= time.GetUtcNow();
        if (!late && (others.Count > heard.Count || (heard.Count == 0 && people.Count < options.Value.LeastPeople)))
        {
            return false;
        }
        var decision = Panel.Decide(
            others, [.. after.Where(j => j.OnAppeal).Select(j => new PanelVote(j.JudgeId, j.First, j.Preferred))],
            troubles.GroupBy(t => t.JudgeId).ToDictionary(g => g.Key, g => $"Not heard: {g.Last().Reason}"), await book.BeliefAsync(await SpaceAsync(id, ct), ct), Rules, people);
        var verdict = await db.Verdicts.AsNoTracking().FirstAsync(v => v.MatchId == id, ct);
        var winner = JsonNode.Parse(verdict.Explanation)!["winner"]?.GetValue<int>();
        await AppealDesk.DecideAsync(db, appeal.MatchId, decision, winner, nobody: heard.Count == 0 && people.Count == 0, verdict, [.. after.Where(j => j.OnAppeal)], time.GetUtcNow(), ct);
        Log.AppealDecided(log, appeal.MatchId, decision.Winner, winner);
        return true;
    }

    private static Judgment Row(MatchId match, Judge judge, int first, bool onAppeal, JudgeOpinion opinion, DateTimeOffset now) => new()
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
        OnAppeal = onAppeal,
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

        [LoggerMessage(5005, LogLevel.Information, "The appeal of match {Match} is decided: winner {Winner}, {Before} before.")]
        public static partial void AppealDecided(ILogger logger, MatchId match, int? winner, int? before);

        [LoggerMessage(5004, LogLevel.Warning, "{Problem}")]
        public static partial void Configuration(ILogger logger, string problem);
    }

    internal static void Warn(ILogger log, string problem) => Log.Configuration(log, problem);
}
