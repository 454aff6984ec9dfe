namespace Arena.Engine.Verdicts;

/// <summary>A probe that a judge has not answered yet.</summary>
public sealed record OpenProbe(Guid Id, string Space, DateTimeOffset Window);

/// <summary>What a judge is tried on next: at most one of both.</summary>
/// <param name="Draws">A canary is to be drawn.</param>
public sealed record Trial(GoldCase? Gold, Guid? Probe, bool Draws = false)
{
    public static readonly Trial None = new(null, null);
}

/// <summary>
/// Which known answer a judge meets next, gold case or probe. Gold first while a case is unanswered; then the first probes; from then on one in ten of what it does is a
/// trial, a probe and a gold case in turn.
/// </summary>
public static class TrialSchedule
{
    /// <summary>Probes that a judge's version is given without waiting for matches, once gold is answered.</summary>
    public const int ProbesAtFirst = 12;

    /// <param name="cases">Enabled gold cases of the spaces that are judged.</param>
    /// <param name="gold">(gold case, when) answered by the judge's present version, stored cases only.</param>
    /// <param name="drawn">When it answered canaries drawn for it, or null where none are drawn.</param>
    /// <param name="canaryDue">Whether one is due before all else is known of it.</param>
    /// <param name="open">Probes that this version has not answered and may be asked.</param>
    /// <param name="probes">(source space, when) of the probes that it has answered.</param>
    /// <param name="judgedSince">Matches that it judged since its last answer of either kind.</param>
    public static Trial Next(
        IReadOnlyList<GoldCase> cases, IReadOnlyList<(Guid Gold, DateTimeOffset At)> gold, IReadOnlyList<DateTimeOffset>? drawn, bool canaryDue,
        IReadOnlyList<OpenProbe> open, IReadOnlyList<(string Space, DateTimeOffset At)> probes, int judgedSince)
    {
        var known = gold.Select(g => g.Gold).ToHashSet();
        if (canaryDue || cases.Any(c => !known.Contains(c.Id)))
        {
            return OfGold();
        }
        var probe = NextProbe(open, probes);
        if (probes.Count < ProbesAtFirst && probe is not null)
        {
            return new(null, probe);
        }
        if (judgedSince < GoldSchedule.ProbeEvery)
        {
            return Trial.None;
        }
        var lastGold = gold.Select(g => g.At).Concat(drawn ?? []).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var lastProbe = probes.Select(p => p.At).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        return probe is not null && (cases.Count == 0 || lastProbe <= lastGold) ? new(null, probe) : OfGold();

        Trial OfGold() => GoldSchedule.Next(cases, gold, drawn?.Count, canaryDue, judgedSince) is var turn ? new(turn.Case, null, turn.Draws) : Trial.None;
    }

    /// <summary>From the source space that it has answered least of, the newest: what was written last, nobody can have learnt by heart.</summary>
    private static Guid? NextProbe(IReadOnlyList<OpenProbe> open, IReadOnlyList<(string Space, DateTimeOffset At)> probes)
    {
        var done = probes.GroupBy(p => p.Space).ToDictionary(g => g.Key, g => g.Count());
        return open.OrderBy(p => done.GetValueOrDefault(p.Space)).ThenBy(p => p.Space, StringComparer.Ordinal).ThenByDescending(p => p.Window).ThenBy(p => p.Id).FirstOrDefault()?.Id;
    }
}
