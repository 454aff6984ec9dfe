using System.Security.Cryptography;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>
/// Measures the judges: gives each the known answers that are due, gold cases and probes, dressed as matches, and stores what it said. Accuracy, biases, canaries and drift are
/// computed from these rows alone; a judge whose canaries give it away is marked compromised and counts nothing.
/// </summary>
public sealed partial class GoldWorker(
    IDbContextFactory<ArenaDb> factory, AgentClients agents, OpenJudge open, IOptions<JudgeOptions> options, TimeProvider time, ILogger<GoldWorker> log) : BackgroundService
{
    /// <summary>Probes of each source space that are asked, the newest.</summary>
    private const int NewestProbes = 60;

    /// <summary>Gives every enabled judge at most one case.</summary>
    /// <returns>Cases answered.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        List<Judge> judges;
        List<GoldCase> cases;
        var probes = new List<ProbeRef>();
        await using (var db = await factory.CreateDbContextAsync(ct))
        {
            judges = await db.Judges.AsNoTracking().Where(j => j.Enabled).OrderBy(j => j.CreatedAt).ToListAsync(ct);
            cases = await db.GoldCases.AsNoTracking().Where(g => g.Enabled).ToListAsync(ct);
            foreach (var space in Rubric.Newest.Where(r => !r.Judged).Select(r => r.Space))
            {
                probes.AddRange(await db.Probes.AsNoTracking().Where(p => p.Space == space).OrderByDescending(p => p.Window).Take(NewestProbes)
                    .Select(p => new ProbeRef(new OpenProbe(p.Id, p.Space, p.Window), p.BetterVersion, p.WorseVersion)).ToListAsync(ct));
            }
        }
        var answered = 0;
        foreach (var judge in judges)
        {
            var due = await DueAsync(judge, cases, probes, ct);
            var drawn = due.Draws ? await DrawAsync(judge, cases, ct) : null;
            if (drawn is not null ? await AskAsync(judge, drawn.Case, drawn.Attack, ct)
                : due.Gold is { } gold ? await AskAsync(judge, gold, null, ct)
                : due.Probe is { } probe && await AskAsync(judge, probe, ct))
            {
                answered++;
            }
        }
        return answered;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.GoldInterval, time);
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

    private async Task<Trial> DueAsync(Judge judge, List<GoldCase> cases, List<ProbeRef> probes, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var gold = await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == judge.Version).Select(a => new { a.GoldId, a.Attack, a.At }).ToListAsync(ct);
        var tried = await db.ProbeAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == judge.Version).Select(a => new { a.ProbeId, a.Space, a.Own, a.At }).ToListAsync(ct);
        var last = gold.Select(a => a.At).Concat(tried.Select(a => a.At)).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var since = gold.Count + tried.Count == 0 ? 0 : await db.Judgments.Where(j => j.JudgeId == judge.Id && j.At > last).Select(j => j.MatchId).Distinct().CountAsync(ct);
        var done = tried.Select(a => a.ProbeId).ToHashSet();
        // About its own family a judge is asked to measure how much it favours it: one probe in three, and they move no weight.
        var kin = 2 * tried.Count(a => a.Own != 0) <= tried.Count(a => a.Own == 0);
        var left = new List<OpenProbe>();
        foreach (var probe in probes.Where(p => !done.Contains(p.Probe.Id)))
        {
            if (Kinship.Bars(judge, [await agents.KnowAsync(probe.Better, ct), await agents.KnowAsync(probe.Worse, ct)]) is null || (kin && await OwnAsync(judge, probe, ct) != 0))
            {
                left.Add(probe.Probe);
            }
        }
        // A reward model scores texts and is told nothing, so there is nothing in it to turn round: it meets the stored canaries only.
        var told = judge.Method != JudgeMethods.Reward;
        return TrialSchedule.Next(
            cases, [.. gold.Where(a => a.Attack is null).Select(a => (a.GoldId, a.At))], told ? gold.Where(a => a.Attack is not null).Select(a => a.At).ToList() : null,
            told && cases.Count > 0 && CanaryDraw.IsDue(await DrawnAsync(db, judge, ct), judge.Compromised is not null), left, [.. tried.Select(a => (a.Space, a.At))], since);
    }

    /// <summary>1 = the better answer alone is of the judge's family, -1 = the worse alone is, 0 = otherwise; a reward model has no family to ask about.</summary>
    private async Task<int> OwnAsync(Judge judge, ProbeRef probe, CancellationToken ct) => judge.Method == JudgeMethods.Reward ? 0
        : (Kinship.IsKin(judge, await agents.KnowAsync(probe.Better, ct)) ? 1 : 0) - (Kinship.IsKin(judge, await agents.KnowAsync(probe.Worse, ct)) ? 1 : 0);

    /// <summary>The canaries drawn for a judge's present version and whether it fell for them, oldest first.</summary>
    private static async Task<List<(string Attack, bool Failed)>> DrawnAsync(ArenaDb db, Judge judge, CancellationToken ct) =>
        (await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == judge.Version && a.Attack != null).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct))
            .ConvertAll(a => (a.Attack!, JudgeStanding.Failed(a)));

    private async Task<DrawnCanary?> DrawAsync(Judge judge, List<GoldCase> cases, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return CanaryDraw.Next(cases, await DrawnAsync(db, judge, ct), judge.Compromised is not null, new Draws(RandomNumberGenerator.GetBytes(32), "canary"), time.GetUtcNow());
    }

    /// <param name="attack">For a drawn canary: the attack that it carries.</param>
    private async Task<bool> AskAsync(Judge judge, GoldCase gold, string? attack, CancellationToken ct)
    {
        // The better answer is shown first in the first question of half of the cases: a judge that remembers learns nothing from the order.
        var side = ClampedReliability.BetterSide(gold.Id);
        if (await BothAsync(judge, gold.Id, gold.Space, gold.Task, [new(side, gold.Better, []), new(1 - side, gold.Worse, [])], side, ct) is not { } said)
        {
            return false;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        var row = await db.Judges.FirstAsync(j => j.Id == judge.Id, ct);
        JudgeVersions.Seen(row, said.Last);
        db.GoldAnswers.Add(new GoldAnswer
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            GoldId = gold.Id,
            JudgeId = judge.Id,
            Version = row.Version!,
            Space = gold.Space,
            Kind = gold.Kind,
            Attack = attack,
            BetterFirst = said.BetterFirst,
            WorseFirst = said.WorseFirst,
            LengthLead = gold.Better.Length - gold.Worse.Length,
            LatencyMs = said.LatencyMs,
            CostMicroUsd = said.Cost,
            At = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        var standing = JudgeStanding.Of(await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == row.Version && a.At > row.ClearedAt).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct));
        if (standing.Compromised && row.Compromised is null)
        {
            row.Compromised = $"It preferred attacks in {standing.CanariesFailed} of {standing.Canaries} canaries.";
            Log.Compromised(log, row.Name, row.Compromised);
            await db.SaveChangesAsync(ct);
        }
        if (attack is null)
        {
            var results = await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == row.Version && a.Attack == null).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
            await WatchAsync(db, row, JudgeEvent.OfGold, results.ConvertAll(a => (1 + a.Vote) / 2), ct);
        }
        return true;
    }

    private async Task<bool> AskAsync(Judge judge, Guid id, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var probe = await db.Probes.AsNoTracking().FirstAsync(p => p.Id == id, ct);
        // No names are masked: judges read exactly what the rules checked, or a name such as "the" would change who is right.
        Contestant[] both = [new(probe.Side, probe.BetterText, []), new(1 - probe.Side, probe.WorseText, [])];
        if (await BothAsync(judge, probe.Id, probe.Space, probe.Task, both, probe.Side, ct) is not { } said)
        {
            return false;
        }
        var row = await db.Judges.FirstAsync(j => j.Id == judge.Id, ct);
        JudgeVersions.Seen(row, said.Last);
        db.ProbeAnswers.Add(new ProbeAnswer
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            ProbeId = probe.Id,
            JudgeId = judge.Id,
            Version = row.Version!,
            Space = probe.Space,
            Own = await OwnAsync(row, new(new(probe.Id, probe.Space, probe.Window), probe.BetterVersion, probe.WorseVersion), ct),
            BetterFirst = said.BetterFirst,
            WorseFirst = said.WorseFirst,
            LatencyMs = said.LatencyMs,
            CostMicroUsd = said.Cost,
            At = time.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        var results = await db.ProbeAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == row.Version && a.Space == probe.Space && a.Own == 0).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        await WatchAsync(db, row, probe.Space, results.ConvertAll(a => (1 + a.Vote) / 2), ct);
        return true;
    }

    /// <summary>Notes, once, that a judge's results in one kind of trial have fallen or risen.</summary>
    private async Task WatchAsync(ArenaDb db, Judge judge, string source, List<double> scores, CancellationToken ct)
    {
        if (JudgeEvent.Of(judge, source, scores, time.GetUtcNow()) is { } change
            && !await db.JudgeEvents.AnyAsync(e => e.JudgeId == judge.Id && e.Version == judge.Version && e.Source == source && e.What == change.What, ct))
        {
            db.JudgeEvents.Add(change);
            await db.SaveChangesAsync(ct);
            Log.Drifted(log, judge.Name, change.What, change.Seen);
        }
    }

    /// <summary>Asks in both orders as a match is asked: the question is made by the same code, and player 0 comes first in the first one.</summary>
    /// <param name="side">The player whose answer is better.</param>
    /// <returns>Null when the judge gave no usable answer.</returns>
    private async Task<Said?> BothAsync(Judge judge, Guid id, string space, string task, IReadOnlyList<Contestant> contestants, int side, CancellationToken ct)
    {
        // The fence's secret is of this question alone: a match's seed is public by now, and would tell who asks.
        var @case = new JudgingCase(new MatchId(id), space, task, contestants, RandomNumberGenerator.GetBytes(32));
        var opened = open(judge);
        if (await opened.JudgeAsync(@case, 0, ct) is not JudgeOpinion one || await opened.JudgeAsync(@case, 1, ct) is not JudgeOpinion two)
        {
            return null;
        }
        int Sign(JudgeOpinion o) => o.Preferred is { } p ? p == side ? 1 : -1 : 0;
        var (first, second) = side == 0 ? (one, two) : (two, one);
        return new(Sign(first), Sign(second), two, (long)(one.Took + two.Took).TotalMilliseconds / 2, one.CostMicroUsd + two.CostMicroUsd);
    }

    private sealed record ProbeRef(OpenProbe Probe, VersionId Better, VersionId Worse);

    /// <param name="BetterFirst">With the better answer shown first: 1 = preferred it, -1 = the worse, 0 = a tie.</param>
    /// <param name="WorseFirst">With the worse answer shown first.</param>
    private sealed record Said(int BetterFirst, int WorseFirst, JudgeOpinion Last, long LatencyMs, long Cost);

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Warning, "Judge {Judge} is compromised and counts nothing from now on. {Why}")]
        public static partial void Compromised(ILogger logger, string judge, string why);

        [LoggerMessage(5012, LogLevel.Warning, "The reliability of judge {Judge} {What}. {Seen}")]
        public static partial void Drifted(ILogger logger, string judge, string what, string seen);

        [LoggerMessage(5011, LogLevel.Error, "Looking for gold cases that are due failed; trying again.")]
        public static partial void LookFailed(ILogger logger, Exception e);
    }
}

/// <summary>Which version of a judge answers.</summary>
public static class JudgeVersions
{
    /// <summary>Whether a judgment was given by the judge's present version.</summary>
    /// <param name="model">Served model, as the judgment names it.</param>
    /// <param name="promptHash">The judgment's.</param>
    public static bool IsPresent(Judge judge, string model, string promptHash) =>
        judge.Version == Of(judge.Method, model)
        && (judge.Method == JudgeMethods.Reward ? promptHash == RewardJudge.PromptHash : Rubric.Newest.Any(r => JudgePrompt.Hash(r, judge.Method) == promptHash));

    /// <summary>Notes the version that gave an opinion: a new one starts without a record, and without a mark.</summary>
    internal static void Seen(Judge judge, JudgeOpinion opinion)
    {
        var version = Of(judge.Method, opinion.Model);
        if (judge.Version != version)
        {
            (judge.Version, judge.Compromised) = (version, null);
        }
    }

    private static string Of(string method, string model) =>
        JudgeMethods.Version(method, model, method == JudgeMethods.Reward ? RewardJudge.PromptHash : JudgePrompt.Edition(method));
}
