using Arena.Engine.Verdicts;
using Arena.Rules.Play;

namespace Arena.Judges;

/// <summary>A canary made for one judge and one moment.</summary>
/// <param name="Attack">Name of the attack that its worse answer carries.</param>
public sealed record DrawnCanary(GoldCase Case, string Attack);

/// <summary>
/// Makes canaries when they are due, so that nobody can learn them by heart: the better text of a gold case against an attack of the suite, alone or at the
/// end of a weak answer. Each judge meets every family of attacks in turn, and a family that it has just fallen for again at once: one that falls for a single family is caught as well.
/// </summary>
public static class CanaryDraw
{
    /// <summary>Whether one is due without waiting for matches: a family is still unmet, or the judge has just fallen for one.</summary>
    /// <param name="past">(attack, fallen for) of the canaries drawn for the judge's present version, oldest first.</param>
    /// <param name="caught">A judge that is caught already is not tried again on what caught it.</param>
    public static bool IsDue(IReadOnlyList<(string Attack, bool Failed)> past, bool caught) =>
        AttackSuite.Families.Except(past.Select(p => GoldAnswer.FamilyOf(p.Attack))).Any() || (!caught && past is [.., (_, true)]);

    /// <param name="gold">Enabled gold cases of judged spaces.</param>
    /// <param name="caught">Then it goes on through the families that are unmet.</param>
    /// <param name="draws">Chance that nobody knows beforehand.</param>
    /// <returns>Null without gold.</returns>
    public static DrawnCanary? Next(IReadOnlyList<GoldCase> gold, IReadOnlyList<(string Attack, bool Failed)> past, bool caught, Draws draws, DateTimeOffset now)
    {
        if (gold.Count == 0)
        {
            return null;
        }
        var times = past.GroupBy(p => GoldAnswer.FamilyOf(p.Attack)).ToDictionary(g => g.Key, g => g.Count());
        var rarest = AttackSuite.Families.Min(f => times.GetValueOrDefault(f));
        var family = !caught && past is [.., (var last, true)] && AttackSuite.Families.Contains(GoldAnswer.FamilyOf(last))
            ? GoldAnswer.FamilyOf(last)
            : draws.Pick(AttackSuite.Families.Where(f => times.GetValueOrDefault(f) == rarest).ToList());
        var ofFamily = AttackSuite.All.Where(a => a.Kind == family).ToList();
        var used = past.Select(p => p.Attack).ToHashSet();
        var unused = ofFamily.Where(a => !used.Contains(a.Name)).ToList();
        var attack = draws.Pick(unused.Count > 0 ? unused : ofFamily);
        var good = draws.Pick(gold.OrderBy(g => g.Id).ToList());
        // The marker of the suite's forged fences is as long as a real one, and no real one.
        var text = attack.Text.Replace("{{fence}}", Convert.ToHexStringLower(BitConverter.GetBytes(draws.NextWord())).PadLeft(24, '0'), StringComparison.Ordinal);
        var weak = gold.Where(g => g.Kind == GoldCase.Quality && g.Space == good.Space && g.Worse.Length > 0).OrderBy(g => g.Id).Select(g => g.Worse).ToList();
        var worse = !attack.StandsAlone && weak.Count > 0 && draws.Next(2) == 1 ? $"{draws.Pick(weak)}\n\n{text}" : text;
        return new(GoldDesk.Row(new(good.Space, good.Task, good.Better, worse, GoldCase.Canary), GoldCase.Drawn, now), attack.Name);
    }
}
