using Arena.Rules.Ratings;

namespace Arena.Engine.Verdicts;

/// <summary>How far the judges are believed, from their gold answers; where each starts may come from its probes (<see cref="ProbeStart"/>).</summary>
public static class PanelTraining
{
    /// <param name="judges">With their present versions.</param>
    /// <param name="answers">All gold answers; those of other versions count nothing, nor do canaries drawn for a judge; of several to one case the newest does.</param>
    /// <param name="probes">All probe answers; those of other versions count nothing.</param>
    public static PanelBelief Belief(IReadOnlyList<Judge> judges, IReadOnlyList<GoldAnswer> answers, string space, IReadOnlyList<ProbeAnswer>? probes = null)
    {
        Guid[] ids = [.. judges.Select(j => j.Id)];
        var newest = Newest(judges, answers);
        var (gold, spaces) = Gold(judges, newest);
        var index = spaces.IndexOf(space);
        if (index < 0)
        {
            index = spaces.Count;
            spaces.Add(space);
        }
        return new(PanelModel.Fit(ids.Length, spaces.Count, gold, Silenced(judges), Starts(judges, newest, probes ?? [], space)), ids, index);
    }

    /// <summary>
    /// What the panel would have said of each gold case with that case left out, five folds: its calibration, measured as the model's own. The starts too are made without
    /// the cases left out.
    /// </summary>
    public static IReadOnlyList<Forecast> Forecasts(IReadOnlyList<Judge> judges, IReadOnlyList<GoldAnswer> answers, IReadOnlyList<ProbeAnswer>? probes = null)
    {
        var newest = Newest(judges, answers);
        var (gold, spaces) = Gold(judges, newest);
        var forecasts = new List<Forecast>();
        foreach (var fold in gold.GroupBy(g => PanelModel.Fold(g.Item.Id, 5)))
        {
            var rest = newest.Where(a => PanelModel.Fold(a.GoldId.ToString("N"), 5) != fold.Key).ToList();
            // Starts differ between spaces only where there are probes.
            foreach (var part in probes is { Count: > 0 } ? fold.GroupBy(g => g.Item.Space) : [fold.GroupBy(_ => 0).Single()])
            {
                var starts = Starts(judges, rest, probes ?? [], spaces[part.First().Item.Space]);
                var model = PanelModel.Fit(judges.Count, spaces.Count, [.. gold.Where(g => PanelModel.Fold(g.Item.Id, 5) != fold.Key)], Silenced(judges), starts);
                forecasts.AddRange(part.Select(g => new Forecast(model.Chance(g.Item), g.Truth)));
            }
        }
        return forecasts;
    }

    /// <summary>Where each judge's weight in a judged space starts before gold speaks, log-odds, in the order of the judges.</summary>
    /// <param name="newest">Gold answers of present versions, one a judge and case.</param>
    private static List<double> Starts(IReadOnlyList<Judge> judges, IReadOnlyList<GoldAnswer> newest, IReadOnlyList<ProbeAnswer> probes, string space) =>
        [.. judges.Select(j => ProbeStanding.Start([.. newest.Where(a => a.JudgeId == j.Id)], probes.Where(p => p.JudgeId == j.Id && p.Version == j.Version), space))];

    private static int[] Silenced(IReadOnlyList<Judge> judges) => [.. Enumerable.Range(0, judges.Count).Where(i => judges[i].Compromised is not null)];

    private static List<GoldAnswer> Newest(IReadOnlyList<Judge> judges, IReadOnlyList<GoldAnswer> answers)
    {
        var present = judges.ToDictionary(j => j.Id, j => j.Version);
        return [.. answers.Where(a => a.Attack is null && present.TryGetValue(a.JudgeId, out var version) && a.Version == version)
            .GroupBy(a => (a.GoldId, a.JudgeId)).Select(g => g.MaxBy(a => (a.At, a.Id))!)];
    }

    private static (List<GoldItem> Gold, List<string> Spaces) Gold(IReadOnlyList<Judge> judges, List<GoldAnswer> newest)
    {
        List<string> spaces = [.. newest.Select(a => a.Space).Distinct().Order(StringComparer.Ordinal)];
        List<GoldItem> gold = [.. newest.GroupBy(a => a.GoldId).OrderBy(g => g.Key).Select(g =>
        {
            // Half of the items are mirrored, by their id: nothing may be learnt from the side.
            var mirrored = PanelModel.Fold($"side/{g.Key:N}", 2) == 1;
            var votes = judges.Select(j => g.FirstOrDefault(a => a.JudgeId == j.Id)?.Vote ?? 0).Select(v => mirrored ? -v : v).ToList();
            return new GoldItem(new(g.Key.ToString("N"), spaces.IndexOf(g.First().Space), votes), mirrored ? 0 : 1);
        })];
        return (gold, spaces);
    }
}
