using System.Security.Cryptography;
using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>
/// Measures the judges: gives each the gold cases that are due, dressed as a match, and stores what it said. Accuracy, biases, canaries and drift are
/// computed from these rows alone; a judge whose canaries give it away is marked compromised and counts nothing.
/// </summary>
public sealed partial class GoldWorker(IDbContextFactory<ArenaDb> factory, OpenJudge open, IOptions<JudgeOptions> options, TimeProvider time, ILogger<GoldWorker> log) : BackgroundService
{
    /// <summary>Gives every enabled judge at most one case.</summary>
    /// <returns>Cases answered.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        List<Judge> judges;
        List<GoldCase> cases;
        await using (var db = await factory.CreateDbContextAsync(ct))
        {
            judges = await db.Judges.AsNoTracking().Where(j => j.Enabled).OrderBy(j => j.CreatedAt).ToListAsync(ct);
            cases = await db.GoldCases.AsNoTracking().Where(g => g.Enabled).ToListAsync(ct);
        }
        var answered = 0;
        foreach (var judge in judges)
        {
            if (await DueAsync(judge, cases, ct) is { } due && await AskAsync(judge, due, ct))
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

    private async Task<GoldCase?> DueAsync(Judge judge, List<GoldCase> cases, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var answers = await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge.Id && a.Version == judge.Version).Select(a => new { a.GoldId, a.At }).ToListAsync(ct);
        var last = answers.Count == 0 ? DateTimeOffset.MinValue : answers.Max(a => a.At);
        var since = answers.Count == 0 ? 0 : await db.Judgments.Where(j => j.JudgeId == judge.Id && j.At > last).Select(j => j.MatchId).Distinct().CountAsync(ct);
        return GoldSchedule.Next(cases, [.. answers.Select(a => (a.GoldId, a.At))], since);
    }

    private async Task<bool> AskAsync(Judge judge, GoldCase gold, CancellationToken ct)
    {
        // The fence's secret is of this question alone; the better answer is player 0.
        var @case = new JudgingCase(new MatchId(gold.Id), gold.Space, gold.Task, [new(0, gold.Better, []), new(1, gold.Worse, [])], RandomNumberGenerator.GetBytes(32));
        var opened = open(judge);
        if (await opened.JudgeAsync(@case, 0, ct) is not JudgeOpinion one || await opened.JudgeAsync(@case, 1, ct) is not JudgeOpinion two)
        {
            return false;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        var row = await db.Judges.FirstAsync(j => j.Id == judge.Id, ct);
        JudgeVersions.Seen(row, two);
        db.GoldAnswers.Add(new GoldAnswer
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            GoldId = gold.Id,
            JudgeId = judge.Id,
            Version = row.Version!,
            Space = gold.Space,
            Kind = gold.Kind,
            BetterFirst = Sign(one.Preferred),
            WorseFirst = Sign(two.Preferred),
            LengthLead = gold.Better.Length - gold.Worse.Length,
            LatencyMs = (long)(one.Took + two.Took).TotalMilliseconds / 2,
            CostMicroUsd = one.CostMicroUsd + two.CostMicroUsd,
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
        return true;
    }

    private static int Sign(int? preferred) => preferred switch { 0 => 1, 1 => -1, _ => 0 };

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Warning, "Judge {Judge} is compromised and counts nothing from now on. {Why}")]
        public static partial void Compromised(ILogger logger, string judge, string why);

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
