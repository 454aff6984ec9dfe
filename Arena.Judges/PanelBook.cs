using Arena.Engine;
using Arena.Engine.Verdicts;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;

namespace Arena.Judges;

/// <summary>The present belief in each judge; refitted when gold answers, probe answers, judges or their marks have changed.</summary>
public sealed class PanelBook(IDbContextFactory<ArenaDb> factory)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Stamp, PanelBelief Belief)> _kept = [];
    private (string Stamp, IReadOnlyList<Forecast> Forecasts)? _forecasts;

    public async Task<PanelBelief> BeliefAsync(string space, CancellationToken ct)
    {
        var (judges, answers, probes, stamp) = await ReadAsync(ct);
        lock (_lock)
        {
            if (!_kept.TryGetValue(space, out var kept) || kept.Stamp != stamp)
            {
                _kept[space] = kept = (stamp, PanelTraining.Belief(judges, answers, space, probes));
            }
            return kept.Belief;
        }
    }

    /// <summary>What the panel says of gold cases that its weights have not seen: its calibration.</summary>
    public async Task<IReadOnlyList<Forecast>> ForecastsAsync(CancellationToken ct)
    {
        var (judges, answers, probes, stamp) = await ReadAsync(ct);
        lock (_lock)
        {
            if (_forecasts is not { } kept || kept.Stamp != stamp)
            {
                _forecasts = kept = (stamp, PanelTraining.Forecasts(judges, answers, probes));
            }
            return kept.Forecasts;
        }
    }

    private async Task<(List<Judge>, List<GoldAnswer>, List<ProbeAnswer>, string)> ReadAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var judges = await db.Judges.AsNoTracking().Where(j => j.Enabled).OrderBy(j => j.CreatedAt).ThenBy(j => j.Id).ToListAsync(ct);
        var answers = await db.GoldAnswers.AsNoTracking().OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        var probes = await db.ProbeAnswers.AsNoTracking().OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        return (judges, answers, probes, $"{answers.Count}/{probes.Count}/{string.Join(',', judges.Select(j => $"{j.Id:N}:{j.Version}:{j.Compromised is not null}"))}");
    }
}
