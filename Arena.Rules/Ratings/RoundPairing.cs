namespace Arena.Rules.Ratings;

/// <summary>
/// Disjoint pairs of a list that are worth most together: the best pair first, then exchanges of partners while one gains. Whole rounds as simulations pair them: the site
/// pairs whoever waits (Matchmaker), and is measured against this.
/// </summary>
public static class RoundPairing
{
    /// <param name="players">M.</param>
    /// <param name="values">(M, M) symmetric, row-major; negative or NaN: the two may not meet.</param>
    /// <returns>At most M / 2 pairs.</returns>
    public static IReadOnlyList<(int First, int Second)> Choose(int players, ReadOnlySpan<double> values)
    {
        var count = players * (players - 1) / 2;
        var (keys, pairs) = (new double[count], new int[count]);
        var used = 0;
        for (var i = 0; i < players; i++)
        {
            for (var j = i + 1; j < players; j++)
            {
                if (values[i * players + j] >= 0)
                {
                    keys[used] = -values[i * players + j];
                    pairs[used++] = i * players + j;
                }
            }
        }
        Array.Sort(keys, pairs, 0, used);
        var taken = new bool[players];
        var chosen = new List<(int First, int Second)>(players / 2);
        for (var at = 0; at < used && chosen.Count < players / 2; at++)
        {
            var (i, j) = (pairs[at] / players, pairs[at] % players);
            if (!taken[i] && !taken[j])
            {
                taken[i] = taken[j] = true;
                chosen.Add((i, j));
            }
        }
        Exchange(chosen, players, values);
        return chosen;
    }

    private static void Exchange(List<(int First, int Second)> chosen, int players, ReadOnlySpan<double> values)
    {
        for (var (round, again) = (0, true); again && round < 10; round++)
        {
            again = false;
            for (var m = 0; m < chosen.Count; m++)
            {
                for (var n = m + 1; n < chosen.Count; n++)
                {
                    var ((a, b), (c, d)) = (chosen[m], chosen[n]);
                    var now = values[a * players + b] + values[c * players + d];
                    var (straight, crossed) = (Sum(values, players, a, c, b, d), Sum(values, players, a, d, b, c));
                    if (Math.Max(straight, crossed) > now * (1 + 1e-12))
                    {
                        (chosen[m], chosen[n]) = straight >= crossed ? ((a, c), (b, d)) : ((a, d), (b, c));
                        again = true;
                    }
                }
            }
        }

        static double Sum(ReadOnlySpan<double> values, int players, int a, int b, int c, int d)
        {
            var (one, two) = (values[a * players + b], values[c * players + d]);
            return one >= 0 && two >= 0 ? one + two : -1;
        }
    }
}
