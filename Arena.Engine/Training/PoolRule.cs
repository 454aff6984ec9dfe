using Arena.Rules.Ratings;

namespace Arena.Engine.Training;

/// <summary>One draw of the pool: candidate and parent each met the same opponent in a match with the same seed.</summary>
/// <param name="Member">Index in the pool.</param>
/// <param name="Candidate">The candidate's mean score, micro-points.</param>
/// <param name="Parent">The parent's.</param>
public sealed record PoolDraw(int Member, long Candidate, long Parent);

/// <summary>Candidate beside parent against one opponent.</summary>
/// <param name="Candidate">Mean score, 0 to 1; so is <paramref name="Parent"/>.</param>
/// <param name="Difference">Candidate's minus parent's; with a 95 % interval where there are two draws or more.</param>
public sealed record MemberStanding(string Title, long Draws, double Candidate, double Parent, double Difference, double? Low, double? High);

/// <summary>The comparison with the pool, as shown and as stored.</summary>
/// <param name="Draws">Draws counted.</param>
/// <param name="Cells">Draws by the difference of the two scores: -1, -3/4 ... +1.</param>
/// <param name="Llr">Log-likelihood ratio of "as good" against "worse by the margin".</param>
/// <param name="Difference">Mean difference, candidate minus parent, with a 95 % interval.</param>
/// <param name="Margin">How much worse it would have to be to matter.</param>
public sealed record PoolStanding(
    long Draws, IReadOnlyList<long> Cells, double Llr, double Lower, double Upper, double Difference, double? Low, double? High,
    double Margin, int MostDraws, IReadOnlyList<MemberStanding> Members, GateDecision Decision, string Why);

/// <summary>
/// Non-inferiority against the pool: a candidate that beats its parent must not have become worse against everybody else.
/// Both meet the same opponents with the same draws; the difference of their scores is tested sequentially between
/// "worse by the margin" and "as good", with the generalised SPRT on nine cells (a difference d counts as a score (1 + d) / 2).
/// Sizes: a test of fixed size with both errors e needs (2 z)^2 s^2 / m^2 draws, z the normal quantile of 1 - e, s the deviation of a difference, m the
/// margin (the usual non-inferiority formula: Chow, Shao and Wang, Sample Size Calculations in Clinical Research, 3.1);
/// with e = 0.05, m = 0.05 and s = 0.48 (two even players without draws, two games each: about the most) that is 1,000, the cap. Wald's
/// sequential test takes about 5.3 s^2 / m^2 on average, half of that, when the candidate is as good as its parent. At the cap
/// the lower end of the two-sided 95 % interval decides. What the errors come to is measured in PoolRuleTests.
/// </summary>
public static class PoolRule
{
    private const double Z = 1.959963984540054;

    /// <summary>The rule in words, for the pages.</summary>
    public static string InWords(PoolSettings s) => FormattableString.Invariant(
        $"A candidate that beats its parent is then compared with it against the pool: both play the same opponents with the same draws. A sequential test on the difference of their scores compares \"worse by {s.Margin:0.00}\" with \"as good\", both error rates {s.Error:P0}. After {s.MostDraws} draws without a decision it passes only if the lower end of the 95 % interval of the mean difference is above −{s.Margin:0.00}.");

    /// <param name="draws">In the order of scheduling.</param>
    /// <param name="titles">The members' names for people.</param>
    public static PoolStanding Decide(IReadOnlyList<PoolDraw> draws, IReadOnlyList<string> titles, PoolSettings settings)
    {
        var worse = (1 - settings.Margin) / 2;
        var sprt = new Sprt(-400 * Math.Log10(1 / worse - 1), 0, settings.Error, settings.Error);
        var cells = new long[9];
        var standing = sprt.Test(cells);
        var counted = 0;
        while (counted < Math.Min(draws.Count, settings.MostDraws) && standing.State == SprtState.Running)
        {
            cells[Cell(draws[counted++])]++;
            standing = sprt.Test(cells);
        }
        var (mean, low, high) = Interval([.. draws.Take(counted).Select(Difference)]);
        var (decision, why) = standing.State switch
        {
            SprtState.AcceptsUpper => (GateDecision.Promote, FormattableString.Invariant($"Against the pool it is as good as its parent: {mean:+0.000;−0.000;0.000} after {counted} draws.")),
            SprtState.AcceptsLower => (GateDecision.Reject, FormattableString.Invariant($"Against the pool it is worse than its parent by more than the test lets pass: {mean:+0.000;−0.000;0.000} after {counted} draws (margin {settings.Margin:0.00}).")),
            _ when counted >= settings.MostDraws && low > -settings.Margin => (GateDecision.Promote, FormattableString.Invariant($"Against the pool it lost at most the margin after {counted} draws: the lower end of the difference, {low:+0.000;−0.000;0.000}, is above −{settings.Margin:0.00}.")),
            _ when counted >= settings.MostDraws => (GateDecision.Reject, FormattableString.Invariant($"Against the pool it may have become worse than its parent: after {counted} draws the lower end of the difference, {low:+0.000;−0.000;0.000}, is not above −{settings.Margin:0.00}.")),
            _ => (GateDecision.Running, FormattableString.Invariant($"Against the pool {counted} of at most {settings.MostDraws} draws were played.")),
        };
        var members = titles.Select((title, i) => Member(title, [.. draws.Take(counted).Where(d => d.Member == i)]));
        return new(counted, cells, standing.Llr, standing.Lower, standing.Upper, mean, low, high, settings.Margin, settings.MostDraws, [.. members], decision, why);
    }

    private static int Cell(PoolDraw draw) => (int)Math.Clamp(Math.Round((Difference(draw) + 1) * 4, MidpointRounding.AwayFromZero), 0, 8);

    private static double Difference(PoolDraw draw) => (draw.Candidate - draw.Parent) / 1e6;

    private static MemberStanding Member(string title, IReadOnlyList<PoolDraw> draws)
    {
        var (mean, low, high) = Interval([.. draws.Select(Difference)]);
        return new(title, draws.Count, Mean([.. draws.Select(d => d.Candidate / 1e6)]), Mean([.. draws.Select(d => d.Parent / 1e6)]), mean, low, high);
    }

    /// <summary>Mean and normal 95 % interval; no interval below two values.</summary>
    internal static (double Mean, double? Low, double? High) Interval(IReadOnlyList<double> values)
    {
        var mean = Mean(values);
        if (values.Count < 2)
        {
            return (mean, null, null);
        }
        var half = Z * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        return (mean, mean - half, mean + half);
    }

    private static double Mean(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values.Sum() / values.Count;
}
