namespace Arena.Rules.Ratings;

/// <summary>What a fit of a ladder is told besides results.</summary>
/// <param name="Anchors">Versions whose mean is 1500: house agents.</param>
/// <param name="Owners">Who owns each version; a version that is not named stands alone.</param>
/// <param name="Uncounted">Pairs whose results count nothing (a flag stands against them), smaller id first.</param>
/// <param name="PairCap">Most battles that a pair without anchors counts as, or null for no limit. For detectors: whoever floods the list doesn't set the scale by which it is measured.</param>
public sealed record LadderTerms(
    IReadOnlySet<Guid> Anchors, IReadOnlyDictionary<Guid, Guid>? Owners = null, IReadOnlySet<(Guid First, Guid Second)>? Uncounted = null, int? PairCap = null)
{
    /// <summary>What each of a pair's battles counts as, 0 to 1.</summary>
    public double Share(Guid first, Guid second, int battles) => PairCap is { } cap && battles > cap && !Anchors.Contains(first) && !Anchors.Contains(second) ? cap / (double)battles : 1;

    /// <summary>A pair as <see cref="Uncounted"/> names it.</summary>
    public static (Guid First, Guid Second) Pair(Guid a, Guid b) => a.CompareTo(b) < 0 ? (a, b) : (b, a);

    public bool Counts(Guid first, Guid second) => Uncounted is null || !Uncounted.Contains(Pair(first, second));
}

/// <summary>
/// One owner's versions in a space, seen together. Whoever enters twenty-seven copies and shows the luckiest gains nothing: their true
/// strengths are taken as N(m, τ²), m and τ learnt from their own ratings, and each is drawn towards m by as much as chance explains. τ² is
/// DerSimonian and Laird's (1986) moment estimate, taken against the 99 % point of what chance alone would show instead of its mean, so copies have τ = 0
/// and share one rating; versions that truly differ keep theirs. As a posterior mean it stays right for whichever of them is picked afterwards.
/// </summary>
public static class OwnerShrinkage
{
    /// <summary>The new ratings of those who share an owner; anchors and whoever stands alone keep theirs and are not named.</summary>
    /// <param name="rows">Rating and its standard error (above 0) of every version, in a fixed order.</param>
    public static IEnumerable<(Guid Version, double Rating)> Draw(IEnumerable<(Guid Version, double Rating, double Deviation)> rows, LadderTerms terms)
    {
        if (terms.Owners is not { } owners)
        {
            yield break;
        }
        foreach (var own in rows.Where(r => owners.ContainsKey(r.Version) && !terms.Anchors.Contains(r.Version)).GroupBy(r => owners[r.Version]).Where(g => g.Count() > 1))
        {
            foreach (var (row, drawn) in own.Zip(Shrink([.. own.Select(r => r.Rating)], [.. own.Select(r => r.Deviation)])))
            {
                yield return (row.Version, drawn);
            }
        }
    }

    /// <summary>The same for the places of a ladder; intervals keep their width.</summary>
    /// <param name="versions">Those of <paramref name="places"/>, in a fixed order.</param>
    internal static void Draw(Dictionary<Guid, LadderPlace> places, IReadOnlyList<Guid> versions, LadderTerms terms)
    {
        var rows = versions.Select(v => places[v]).Select(p => (p.Version, p.Milli / 1_000.0, Math.Max(1, (p.High - p.Low) / 2_000.0 / Ladder.Z95)));
        foreach (var (version, rating) in Draw([.. rows], terms))
        {
            places[version] = places[version].Moved((long)Math.Round(1_000 * rating) - places[version].Milli);
        }
    }

    /// <param name="ratings">(n) points.</param>
    /// <param name="deviations">(n) their standard errors, points, above 0.</param>
    /// <returns>(n) the ratings as drawn together.</returns>
    public static IReadOnlyList<double> Shrink(IReadOnlyList<double> ratings, IReadOnlyList<double> deviations)
    {
        var n = ratings.Count;
        if (n < 2)
        {
            return ratings;
        }
        var weights = deviations.Select(d => 1 / (d * d)).ToArray();
        var total = weights.Sum();
        var mean = ratings.Select((r, i) => weights[i] * r).Sum() / total;
        var spread = ratings.Select((r, i) => weights[i] * (r - mean) * (r - mean)).Sum();
        var scale = total - weights.Sum(w => w * w) / total;
        var between = Math.Max(0, (spread - ChiSquared99(n - 1)) / scale);
        if (between > 0)
        {
            var joint = deviations.Select(d => 1 / (d * d + between)).ToArray();
            mean = ratings.Select((r, i) => joint[i] * r).Sum() / joint.Sum();
        }
        return [.. ratings.Select((r, i) => mean + between / (between + deviations[i] * deviations[i]) * (r - mean))];
    }

    /// <summary>Wilson and Hilferty's (1931) approximation of the 99 % point.</summary>
    private static double ChiSquared99(int freedom)
    {
        var v = 2.0 / (9 * freedom);
        return freedom * Math.Pow(1 - v + 2.3263479 * Math.Sqrt(v), 3);
    }
}
