namespace Arena.Rules.Ratings;

/// <summary>Results of a pair that are too good to be chance.</summary>
/// <param name="Loser">Who lost more to the gainer than its other matches explain.</param>
/// <param name="Battles">Between the two.</param>
/// <param name="Points">The gainer's wins and half of the draws.</param>
/// <param name="Expected">What the rest of the list would have given it.</param>
/// <param name="Chance">Of at least so many points, when nobody threw.</param>
public sealed record OddPair(Guid Loser, int Battles, double Points, double Expected, double Chance);

/// <summary>A version that gains from games that seem to have been thrown.</summary>
/// <param name="Chance">Of something as odd anywhere in the list when nobody threw (corrected for everybody who was looked at).</param>
public sealed record ThrownFinding(Guid Gainer, IReadOnlyList<OddPair> Pairs, double Chance);

/// <summary>
/// Finds games lost on purpose. For every pair: how surprising its score is, given everything that the two showed against everybody else
/// (Laplace's approximation without the pair, its uncertainty included; no pair counts as more battles than the usual one has, or a
/// flood of games would set the scale by which it is measured). Then, for every version that may gain: are its most surprising opponents more
/// than chance would make (Berk and Jones, 1979)? Ten accounts that each lose a little too much show together, though none of them would alone. Pairs with
/// anchors are not looked at: the house throws nothing. Where agents truly beat each other in circles the surprise that is usual in the list
/// counts as chance.
/// </summary>
public static class ThrownGames
{
    /// <summary>Chance of a finding in a list where nobody throws, each time one looks.</summary>
    public const double Alpha = 0.001;

    /// <summary>Chance of taking along an innocent opponent of somebody who was found.</summary>
    private const double Within = 0.01;

    private const double Odd = 0.1;
    private const int Rounds = 12;

    /// <param name="trusted">Pairs that a person has looked at and let pass; smaller id first.</param>
    /// <returns>The oddest first; each found after the ones before it were taken out.</returns>
    public static IReadOnlyList<ThrownFinding> Look(LadderBook book, LadderTerms terms, IReadOnlySet<(Guid First, Guid Second)>? trusted = null)
    {
        var taken = (terms.Uncounted ?? new HashSet<(Guid, Guid)>()).ToHashSet();
        var findings = new List<ThrownFinding>();
        var cap = Cap(book, terms);
        var known = new HashSet<Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            var scale = terms with { Owners = null, Uncounted = taken, PairCap = cap };
            var found = Once(book, Ladder.Of(book, scale), scale, known, (a, b) => !taken.Contains(LadderTerms.Pair(a, b)) && trusted?.Contains(LadderTerms.Pair(a, b)) != true);
            if (found.Count == 0)
            {
                break;
            }
            var first = found[0];
            findings.Add(first);
            known.Add(first.Gainer);
            taken.UnionWith(first.Pairs.Select(p => LadderTerms.Pair(first.Gainer, p.Loser)));
        }
        return findings;
    }

    /// <summary>Every version's oddness, -ln of its uncorrected chance, for tests of the method.</summary>
    public static IReadOnlyDictionary<Guid, double> Scores(LadderBook book, LadderTerms terms)
    {
        var scale = terms with { Owners = null, PairCap = Cap(book, terms) };
        return Pairs(book, Ladder.Of(book, scale), scale, (_, _) => true).GroupBy(p => p.Gainer).ToDictionary(g => g.Key, g => -Math.Log(Strongest([.. g.Select(p => p.Pair)]).Chance));
    }

    /// <summary>Battles from which on a pair adds nothing to the scale: what half of the pairs have, at least five.</summary>
    private static int Cap(LadderBook book, LadderTerms terms)
    {
        var battles = book.Pairs().Where(p => !terms.Anchors.Contains(p.First) && !terms.Anchors.Contains(p.Second)).Select(p => p.Record.Battles).Order().ToList();
        return Math.Max(5, battles.Count == 0 ? 0 : battles[battles.Count / 2]);
    }

    private static List<ThrownFinding> Once(LadderBook book, Ladder ladder, LadderTerms scale, HashSet<Guid> known, Func<Guid, Guid, bool> looked)
    {
        var byGainer = Pairs(book, ladder, scale, looked).GroupBy(p => p.Gainer).ToList();
        var findings = new List<ThrownFinding>();
        foreach (var group in byGainer)
        {
            // Whoever was found already is no chance find: each of the other opponents is weighed by itself.
            var (pairs, chance) = known.Contains(group.Key) ? Beside([.. group.Select(g => g.Pair)]) : Strongest([.. group.Select(g => g.Pair)]);
            if (pairs.Count > 0 && (known.Contains(group.Key) || chance * byGainer.Count <= Alpha))
            {
                findings.Add(new(group.Key, pairs, Math.Min(1, chance * (known.Contains(group.Key) ? pairs.Count : byGainer.Count))));
            }
        }
        return [.. findings.OrderBy(f => f.Chance).ThenBy(f => f.Gainer)];
    }

    private static (IReadOnlyList<OddPair> Pairs, double Chance) Beside(List<OddPair> opponents)
    {
        var odd = opponents.Where(o => o.Chance <= Within).OrderBy(o => o.Chance).ThenBy(o => o.Loser).ToList();
        return (odd, odd.Count > 0 ? odd[^1].Chance : 1);
    }

    private static (IReadOnlyList<OddPair> Pairs, double Chance) Strongest(List<OddPair> opponents)
    {
        var sorted = opponents.OrderBy(o => o.Chance).ThenBy(o => o.Loser).ToList();
        var (best, count) = (1.0, 0);
        for (var k = 1; k <= sorted.Count && sorted[k - 1].Chance <= Odd; k++)
        {
            var chance = BinomialTail.AtLeast(k, sorted.Count, sorted[k - 1].Chance) * sorted.Count;
            if (chance < best)
            {
                (best, count) = (chance, k);
            }
        }
        return (sorted[..count], best);
    }

    private static IEnumerable<(Guid Gainer, OddPair Pair)> Pairs(LadderBook book, Ladder ladder, LadderTerms scale, Func<Guid, Guid, bool> looked)
    {
        var cells = new List<(Guid First, Guid Second, HeadToHead Record, double Difference, double Variance)>();
        foreach (var pair in book.Cells().GroupBy(c => (c.First, c.Second)))
        {
            var (first, second) = pair.Key;
            if (scale.Anchors.Contains(first) || scale.Anchors.Contains(second) || !looked(first, second) || ladder.IndexOf(first) < 0 || ladder.IndexOf(second) < 0)
            {
                continue;
            }
            var record = pair.Aggregate(default(HeadToHead), (sum, c) => sum + c.Record);
            var share = scale.Counts(first, second) ? scale.Share(first, second, record.Battles) : 0;
            var weight = share * pair.Sum(c => c.Record.Battles * 2.0 / c.Players);
            var (difference, variance) = ladder.Without(first, second, share * pair.Sum(c => c.Record.HalfPoints / (double)c.Players), weight);
            cells.Add((first, second, record, difference, variance));
        }
        var circles = Circles(cells);
        foreach (var (first, second, record, difference, variance) in cells)
        {
            foreach (var (gainer, loser, own, d) in ((Guid, Guid, HeadToHead, double)[])[(first, second, record, difference), (second, first, record.Turned, -difference)])
            {
                var (points, expected) = (own.HalfPoints / 2.0, own.Battles * LogitPosterior.Sigmoid(d));
                var chance = points <= expected ? 1 : BinomialTail.AtLeast((int)Math.Floor(points), own.Battles, d, variance + circles);
                yield return (gainer, new(loser, own.Battles, points, expected, Math.Max(chance, 1e-300)));
            }
        }
    }

    /// <summary>Variance of pairs around what two ratings can say, log-odds²: that under which half of the pairs are inside the middle half of chance.</summary>
    private static double Circles(List<(Guid First, Guid Second, HeadToHead Record, double Difference, double Variance)> cells)
    {
        const double half = 0.4549364; // the median of a squared normal
        var known = cells.Where(c => c.Record.Battles >= 5).ToList();
        if (known.Count < 20)
        {
            return 0;
        }
        double Median(double extra)
        {
            var squares = known.Select(c =>
            {
                var (n, p) = (c.Record.Battles, LogitPosterior.Sigmoid(c.Difference));
                var pq = p * (1 - p);
                var miss = c.Record.HalfPoints / 2.0 - n * p;
                return miss * miss / (n * pq + n * pq * n * pq * (c.Variance + extra));
            }).Order().ToList();
            return squares[squares.Count / 2];
        }
        if (Median(0) <= half)
        {
            return 0;
        }
        var (low, high) = (0.0, 16.0);
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Median(middle) > half ? (middle, high) : (low, middle);
        }
        return high;
    }
}
