using System.Runtime.Intrinsics;

namespace Arena.Rules.Ratings;

/// <summary>The sandwich intervals of a ladder.</summary>
internal static class LadderSandwich
{
    /// <param name="places">Filled where the interval can be trusted.</param>
    /// <param name="versions">By number in the fit.</param>
    /// <param name="middle">Covariance of every rating with the mean from which the intervals are measured.</param>
    public static void Fill(
        Dictionary<Guid, LadderPlace> places, IReadOnlyList<Guid> versions, LadderBook book, LadderTerms terms, IReadOnlyDictionary<Guid, int> index, BradleyTerryPosterior posterior, double[] middle)
    {
        var n = versions.Count;
        if (!versions.Any(v => book.MatchesOf(v) >= Ladder.RobustMatches) || book.HoldsFields)
        {
            return;
        }
        // G, as one weight for each pair: the squared distances of its results from what the ratings expect.
        var cells = new double[n * (n - 1) / 2 * 3];
        var meat = new List<(int First, int Second, double Square)>();
        foreach (var (first, second, _, record) in book.Cells())
        {
            if (index.TryGetValue(first, out var a) && index.TryGetValue(second, out var b) && terms.Counts(first, second))
            {
                var p = LogitPosterior.Sigmoid(posterior.Ratings[a] - posterior.Ratings[b]);
                var share = terms.Share(first, second, record.Battles);
                meat.Add((a, b, share * share * (record.Wins * (1 - p) * (1 - p) + record.Losses * p * p + record.Draws * (0.5 - p) * (0.5 - p))));
                // Versions are numbered in order of ids, and a cell has the smaller id first.
                var cell = 3 * (a * (2 * n - a - 1) / 2 + b - a - 1);
                (cells[cell], cells[cell + 1], cells[cell + 2]) = (record.Wins, record.Losses, record.Draws);
            }
        }
        var groups = BattleConnectivity.Of(n, cells).Group;
        var largest = groups.GroupBy(g => g).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
        // (C - middle) G (C - middle)ᵀ, its diagonal: a pair after the other for all versions at once, since C is symmetric.
        var variances = new double[n];
        foreach (var (a, b, square) in meat)
        {
            AddSquares(variances, posterior.Covariance.Slice(a * n, n), posterior.Covariance.Slice(b * n, n), middle[a] - middle[b], square);
        }
        for (var i = 0; i < n; i++)
        {
            var place = places[versions[i]];
            if (place.Matches < Ladder.RobustMatches || groups[i] != largest)
            {
                continue;
            }
            var reach = (long)Math.Round(1_000 * posterior.PointsPerUnit * Ladder.Z95 * Math.Sqrt(variances[i]));
            places[versions[i]] = place with { RobustLow = place.Milli - reach, RobustHigh = place.Milli + reach };
        }
    }

    /// <summary>target += weight * (first - second - shift)².</summary>
    private static void AddSquares(Span<double> target, ReadOnlySpan<double> first, ReadOnlySpan<double> second, double shift, double weight)
    {
        var i = 0;
        var (wide, off) = (Vector256.Create(weight), Vector256.Create(shift));
        for (; i <= target.Length - 4; i += 4)
        {
            var apart = Vector256.Create(first.Slice(i, 4)) - Vector256.Create(second.Slice(i, 4)) - off;
            (Vector256.Create<double>(target.Slice(i, 4)) + wide * apart * apart).CopyTo(target.Slice(i, 4));
        }
        for (; i < target.Length; i++)
        {
            var apart = first[i] - second[i] - shift;
            target[i] += weight * apart * apart;
        }
    }
}
