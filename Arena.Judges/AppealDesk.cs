using Arena.Engine;
using Arena.Engine.Matches;
using Arena.Engine.Store;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Judges;

public abstract record AppealResult;

public sealed record AppealFiled(Appeal Appeal, long PointsLeft) : AppealResult;

/// <summary>The same key appealed before; nothing was done now.</summary>
public sealed record AppealFiledBefore(KeptAnswer Answer) : AppealResult;

/// <param name="Code">"match-not-found", "not-yours", "not-judged", "appealed-already", "appeal-late" or "points-short".</param>
public sealed record AppealRefused(string Code, string Reason) : AppealResult;

/// <summary>
/// Where owners dispute verdicts, once a match. The deposit is in points, which cost nothing and buy nothing else. A match never changes after it
/// closes: an upheld appeal leaves a <see cref="Correction"/>, which the ranking counts from then on, and withdraws the match's preference pairs; live Elo and payouts
/// stay as they were.
/// </summary>
public sealed class AppealDesk(ArenaDb db, TimeProvider time)
{
    /// <summary>Points of a new owner.</summary>
    public const long Welcome = 100;

    public const long Deposit = 20;

    /// <summary>How long after its close a match can be appealed.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);

    private const int LongestReason = 2_000;

    /// <summary>An owner's points; the first look gives the welcome.</summary>
    public async Task<long> PointsAsync(Guid owner, CancellationToken ct)
    {
        var rows = await db.PointRows.Where(p => p.OwnerId == owner).Select(p => p.Amount).ToListAsync(ct);
        return rows.Count == 0 ? Welcome : rows.Sum();
    }

    /// <param name="once">Makes a repeat give the first answer; kept in the appeal's own transaction.</param>
    public async Task<AppealResult> FileAsync(MatchId id, Guid owner, string reason, CancellationToken ct, Once<AppealResult>? once = null)
    {
        var now = time.GetUtcNow();
        var match = await db.Matches.AsNoTracking().Include(m => m.Seats).FirstOrDefaultAsync(m => m.Id == id, ct);
        if (match is null)
        {
            return new AppealRefused("match-not-found", "There is no such match.");
        }
        var agents = match.Seats.Select(s => s.AgentId).ToList();
        if (!await db.Agents.AnyAsync(a => agents.Contains(a.Id) && a.OwnerId == owner, ct))
        {
            return new AppealRefused("not-yours", "Only an owner of one of the match's agents can appeal.");
        }
        if (!await db.Verdicts.AnyAsync(v => v.MatchId == id, ct))
        {
            return new AppealRefused("not-judged", "No panel has judged this match.");
        }
        if (await db.Appeals.AnyAsync(a => a.MatchId == id, ct))
        {
            return new AppealRefused("appealed-already", "This verdict was appealed already; a match is judged again once.");
        }
        if (match.ClosedAt + Window < now)
        {
            return new AppealRefused("appeal-late", $"A verdict can be appealed for {Window.TotalDays:0} days.");
        }
        var points = await PointsAsync(owner, ct);
        if (points < Deposit)
        {
            return new AppealRefused("points-short", $"An appeal takes a deposit of {Deposit} points; you have {points}.");
        }
        if (!await db.PointRows.AnyAsync(p => p.OwnerId == owner, ct))
        {
            db.PointRows.Add(Row(owner, Welcome, "welcome", null, now));
        }
        db.PointRows.Add(Row(owner, -Deposit, "appeal-deposit", id, now));
        var text = reason.Trim();
        var appeal = new Appeal { MatchId = id, OwnerId = owner, Reason = text.Length <= LongestReason ? text : text[..LongestReason], Deposit = Deposit, State = Appeal.Open, At = now };
        db.Appeals.Add(appeal);
        var filed = new AppealFiled(appeal, points - Deposit);
        if (WriteKeys.Row(once, filed, now) is { } done)
        {
            db.DoneWrites.Add(done);
        }
        try
        {
            // The match's id is the key: of two appeals at once one is refused here, with its deposit.
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (once is not null && db.DoneWrites.AsNoTracking().Any(w => w.OwnerId == owner && w.Key == once.Key.Key))
        {
            return new AppealFiledBefore((await WriteKeys.FindAsync(db, owner, once.Key.Key, ct))!);
        }
        catch (DbUpdateException) when (db.Appeals.AsNoTracking().Any(a => a.MatchId == id))
        {
            return new AppealRefused("appealed-already", "This verdict was appealed already; a match is judged again once.");
        }
        return filed;
    }

    /// <summary>Ends an appeal in one transaction: its outcome, the deposit, the pairs.</summary>
    /// <param name="winner">The verdict's winner, or null for a draw.</param>
    /// <param name="nobody">Nobody else could judge: the verdict stands and the deposit goes back.</param>
    /// <param name="verdict">The verdict that is disputed.</param>
    /// <param name="judgments">Those given on appeal.</param>
    internal static async Task DecideAsync(ArenaDb db, MatchId id, PanelDecision decision, int? winner, bool nobody, Verdict verdict, IReadOnlyList<Judgment> judgments, DateTimeOffset now, CancellationToken ct)
    {
        var appeal = await db.Appeals.FirstAsync(a => a.MatchId == id, ct);
        if (appeal.State != Appeal.Open)
        {
            return;
        }
        appeal.State = nobody ? Appeal.Unheard : decision.Winner is { } said && said != winner ? Appeal.Upheld : Appeal.Rejected;
        (appeal.Outcome, appeal.DecidedAt) = (decision.ToJson().ToJsonString(), now);
        if (appeal.State != Appeal.Rejected)
        {
            db.PointRows.Add(Row(appeal.OwnerId, appeal.Deposit, "appeal-refund", id, now));
        }
        if (appeal.State == Appeal.Upheld)
        {
            var match = await db.Matches.AsNoTracking().FirstAsync(m => m.Id == id, ct);
            db.Corrections.Add(new Correction
            {
                MatchId = id,
                Space = match.Space,
                Was = verdict.Scores,
                Scores = System.Text.Json.JsonSerializer.Serialize(decision.Scores),
                WasVerdict = verdict.Hash,
                Verdict = VerdictRecord.Sha256(VerdictRecord.Bytes(id, match.Space, verdict.RubricHash, decision, judgments)),
                Why = "Judged otherwise on appeal, by judges who had no part in the first verdict.",
                At = now,
            });
            db.PreferencePairs.RemoveRange(await db.PreferencePairs.Where(p => p.MatchId == id).ToListAsync(ct));
        }
        await db.SaveChangesAsync(ct);
    }

    private static PointRow Row(Guid owner, long amount, string why, MatchId? match, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), OwnerId = owner, Amount = amount, Why = why, MatchId = match, At = now };
}
