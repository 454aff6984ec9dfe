using Arena.Rules.Ratings;

namespace Arena.Engine.Verdicts;

/// <summary>What a judge preferred in one order of one item: side 0 or 1.</summary>
/// <param name="Item">A gold case or a match.</param>
public readonly record struct JudgeSaid(Guid Item, Guid Judge, int Side);

/// <summary>A judge's reliability with what matches add to gold.</summary>
/// <param name="Accuracy">Chance that it prefers the better side in one order, both sides equally likely to be better.</param>
/// <param name="Gold">Gold cases with a preference of its own behind it.</param>
/// <param name="Matches">Matches, judged by another one too, behind it.</param>
public sealed record ClampedAccuracy(double Accuracy, int Gold, int Matches);

/// <summary>
/// Dawid and Skene's estimate of every judge's reliability over gold cases and matches together, the gold cases held at their known answers. Agreement
/// on matches widens what few gold cases say; alone it would make the judges' shared errors the truth, so it is shown and decides nothing: weights come from
/// known answers (<see cref="PanelTraining"/>).
/// </summary>
public static class ClampedReliability
{
    /// <summary>Added to each cell of a judge's confusion, in labels (reference: as for two labels a judge and item).</summary>
    private const double Smoothing = 0.5;

    /// <param name="said">Present versions only; an order without a preference is not in it.</param>
    /// <param name="truths">The better side of gold cases.</param>
    /// <returns>By judge; without gold there is none, and matches that one judge saw alone add nothing.</returns>
    public static IReadOnlyDictionary<Guid, ClampedAccuracy> Of(IReadOnlyList<JudgeSaid> said, IReadOnlyDictionary<Guid, int> truths)
    {
        var kept = said.GroupBy(s => s.Item).Where(g => truths.ContainsKey(g.Key) || g.Select(s => s.Judge).Distinct().Count() > 1).SelectMany(g => g).ToList();
        List<Guid> items = [.. kept.Select(s => s.Item).Distinct().Order()];
        List<Guid> judges = [.. kept.Select(s => s.Judge).Distinct().Order()];
        if (!items.Exists(truths.ContainsKey))
        {
            return new Dictionary<Guid, ClampedAccuracy>();
        }
        var itemOf = items.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i);
        var judgeOf = judges.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i);
        var fit = DawidSkene.Fit(
            items.Count, judges.Count, 2, [.. kept.Select(s => new JudgeLabel(itemOf[s.Item], judgeOf[s.Judge], s.Side))],
            [.. items.Select(i => truths.TryGetValue(i, out var side) ? side : -1)], Smoothing);
        return judges.ToDictionary(id => id, id =>
        {
            var (j, own) = (judgeOf[id], kept.Where(s => s.Judge == id).Select(s => s.Item).Distinct().ToList());
            return new ClampedAccuracy((fit.Confusion[j, 0, 0] + fit.Confusion[j, 1, 1]) / 2, own.Count(truths.ContainsKey), own.Count(i => !truths.ContainsKey(i)));
        });
    }

    /// <summary>Which side of a gold case is the better one: half of them are turned, by their id, so that nothing is learnt from the side.</summary>
    public static int BetterSide(Guid gold) => PanelModel.Fold($"side/{gold:N}", 2);

    /// <summary>Gold answers as sides.</summary>
    public static IEnumerable<JudgeSaid> Sides(GoldAnswer answer)
    {
        var better = BetterSide(answer.GoldId);
        foreach (var vote in (int[])[answer.BetterFirst, answer.WorseFirst])
        {
            if (vote != 0)
            {
                yield return new(answer.GoldId, answer.JudgeId, vote > 0 ? better : 1 - better);
            }
        }
    }
}
