using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Judges;

/// <summary>What one version of a judge showed on gold cases.</summary>
/// <param name="Since">Its first answer to one.</param>
/// <param name="Until">Its last.</param>
public sealed record JudgeVersionRecord(string Version, DateTimeOffset Since, DateTimeOffset Until, JudgeStanding Standing);

/// <summary>One judge's past: its versions, and a page of what it said of matches.</summary>
/// <param name="Versions">Those that answered gold cases, newest first.</param>
/// <param name="Judgments">Newest first.</param>
/// <param name="Earlier">Where the next page begins, or null when this is the last.</param>
public sealed record JudgeHistory(IReadOnlyList<JudgeVersionRecord> Versions, IReadOnlyList<Judgment> Judgments, DateTimeOffset? Earlier)
{
    /// <summary>Judgments on a page; one more where two share the last moment.</summary>
    public const int PageSize = 30;

    /// <param name="before">Judgments given before this moment; null = the newest.</param>
    public static async Task<JudgeHistory> ReadAsync(ArenaDb db, Guid judge, DateTimeOffset? before, CancellationToken ct)
    {
        var gold = await db.GoldAnswers.AsNoTracking().Where(a => a.JudgeId == judge).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        var said = await db.Judgments.AsNoTracking().Where(j => j.JudgeId == judge && (before == null || j.At < before)).OrderByDescending(j => j.At).Take(PageSize + 1).ToListAsync(ct);
        if (said.Count > PageSize && said[PageSize - 1].At == said[PageSize].At)
        {
            // Both orders of a match may come within one millisecond: a page ends between moments, or the next would pass over what shares the last one.
            var last = said[PageSize].At;
            said = [.. said.Where(j => j.At > last), .. await db.Judgments.AsNoTracking().Where(j => j.JudgeId == judge && j.At == last).ToListAsync(ct)];
            return Of(gold, said, await db.Judgments.AnyAsync(j => j.JudgeId == judge && j.At < last, ct));
        }
        return Of(gold, [.. said.Take(PageSize)], said.Count > PageSize);
    }

    private static JudgeHistory Of(List<GoldAnswer> gold, IReadOnlyList<Judgment> page, bool more) =>
        new(
            [.. gold.GroupBy(a => a.Version).Select(g => new JudgeVersionRecord(g.Key, g.First().At, g.Last().At, JudgeStanding.Of([.. g]))).OrderByDescending(v => v.Until)],
            page,
            more ? page[^1].At : null);
}
