using Arena.Engine.Agents;
using Arena.Engine.Verdicts;

namespace Arena.Judges;

/// <summary>Whom a judge is not asked about, in a match as in a probe.</summary>
internal static class Kinship
{
    /// <param name="contestants">What is known of each contestant's version.</param>
    /// <returns>Why the judge is left out, or null.</returns>
    public static string? Bars(Judge judge, IReadOnlyList<KnownVersion> contestants) =>
        judge.Method == JudgeMethods.Reward && contestants.Any(c => c.Config is PolicyConfig) ? "A learned reward model, and a contestant is a policy of this site: both may descend from one base."
        : contestants.Any(c => IsKin(judge, c)) ? $"Of a contestant's model family ({ModelFamily.Of(judge.Model)}): models favour their own kind."
        : null;

    /// <summary>Whether a contestant is a chat model of the judge's family, and the judge one that can be asked about it.</summary>
    public static bool IsKin(Judge judge, KnownVersion contestant) => contestant.Config is ChatConfig chat && ModelFamily.Of(chat.Model) == ModelFamily.Of(judge.Model);
}
