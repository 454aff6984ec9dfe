using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Judges;

/// <summary>A judge and what it has done.</summary>
/// <param name="Matches">Judged in both orders.</param>
/// <param name="Consistent">Share of them in which both orders agreed; null before the first.</param>
internal sealed record JudgeRecord(Judge Judge, int Judgments, int Matches, double? Consistent, double? MeanLatencyMs, long CostMicroUsd)
{
    /// <summary>Judgments looked at per judge, the newest.</summary>
    private const int Window = 2_000;

    public static async Task<IReadOnlyList<JudgeRecord>> AllAsync(ArenaDb db, CancellationToken ct)
    {
        var judges = await db.Judges.AsNoTracking().OrderBy(j => j.CreatedAt).ToListAsync(ct);
        var records = new List<JudgeRecord>();
        foreach (var judge in judges)
        {
            var all = await db.Judgments.Where(j => j.JudgeId == judge.Id).OrderByDescending(j => j.At).Take(Window)
                .Select(j => new { j.MatchId, j.Preferred, j.LatencyMs, j.CostMicroUsd }).ToListAsync(ct);
            var both = all.GroupBy(j => j.MatchId).Where(g => g.Count() == 2).Select(g => g.Select(j => j.Preferred).Distinct().Count() == 1).ToList();
            records.Add(new(judge, all.Count, both.Count, both.Count == 0 ? null : both.Count(c => c) / (double)both.Count, all.Count == 0 ? null : all.Average(j => j.LatencyMs), all.Sum(j => j.CostMicroUsd)));
        }
        return records;
    }
}
