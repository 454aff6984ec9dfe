using Arena.Rules.Ratings;

namespace Arena.Engine.Verdicts;

/// <summary>A judge's record on probes of one source space, its present version. Recomputed from the stored answers.</summary>
/// <param name="Space">The space whose rules decided.</param>
/// <param name="Cases">Probes answered.</param>
/// <param name="Accuracy">Share right, a contradiction counting half.</param>
/// <param name="Low">Wilson's 95 % interval.</param>
/// <param name="Consistent">Share in which both orders agreed.</param>
public sealed record ProbeStanding(string Space, int Cases, double Accuracy, double Low, double High, double Consistent)
{
    /// <param name="answers">Of one version of a judge; those about its own model family are passed over.</param>
    /// <returns>One a source space, by its name.</returns>
    public static IReadOnlyList<ProbeStanding> Of(IEnumerable<ProbeAnswer> answers) =>
        [.. answers.Where(a => a.Own == 0).GroupBy(a => a.Space).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
        {
            var (right, cases) = (g.Sum(a => (1 + a.Vote) / 2), g.Count());
            var (low, high) = JudgeStanding.Wilson(right, cases);
            return new ProbeStanding(g.Key, cases, right / cases, low, high, g.Count(a => a.BetterFirst == a.WorseFirst) / (double)cases);
        })];

    /// <summary>Where a judge's weight in a judged space starts before gold speaks.</summary>
    /// <param name="gold">Its gold answers of the present version, one a case.</param>
    /// <param name="probes">Its probe answers of the present version.</param>
    /// <param name="space">The judged space.</param>
    public static double Start(IReadOnlyList<GoldAnswer> gold, IEnumerable<ProbeAnswer> probes, string space)
    {
        var newest = probes.Where(p => p.Own == 0).OrderByDescending(p => p.At).ThenByDescending(p => p.Id).Take(ProbeStart.Newest).ToList();
        var own = gold.Where(g => g.Space == space).ToList();
        // A space without gold goes by the judge's gold elsewhere, as the panel model does.
        var anchor = own.Count > 0 ? own : gold;
        return ProbeStart.Of(anchor.Sum(g => (1 + g.Vote) / 2), anchor.Count, newest.Sum(p => (1 + p.Vote) / 2), newest.Count);
    }
}
