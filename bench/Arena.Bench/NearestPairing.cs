namespace Arena.Bench;

/// <summary>Pairs of near Elo, as most ladders pair: in random order each takes a neighbour, the nearest with probability 1/2, the second with 1/4, and so on.</summary>
internal static class NearestPairing
{
    /// <param name="order">Players in random order.</param>
    /// <param name="elo">By player.</param>
    /// <param name="reach">By player: the largest difference at which it plays; who finds nobody so near is left out.</param>
    public static List<(int A, int B)> Of(IReadOnlyList<int> order, Func<int, double> elo, Func<int, double> reach, Numbers numbers)
    {
        var byElo = order.OrderBy(elo).ToList();
        var paired = new HashSet<int>();
        var pairs = new List<(int, int)>(order.Count / 2);
        foreach (var a in order)
        {
            if (paired.Contains(a))
            {
                continue;
            }
            var place = byElo.IndexOf(a);
            byElo.RemoveAt(place);
            if (byElo.Count == 0)
            {
                break;
            }
            // Neighbours on both sides of where it stood, nearest first.
            var (below, above) = (place - 1, place);
            int near;
            do
            {
                var down = above == byElo.Count || below >= 0 && elo(a) - elo(byElo[below]) <= elo(byElo[above]) - elo(a);
                near = down ? below-- : above++;
            }
            while ((below >= 0 || above < byElo.Count) && numbers.Uniform() < 0.5);
            var b = byElo[near];
            if (Math.Abs(elo(a) - elo(b)) > reach(a))
            {
                continue;
            }
            byElo.RemoveAt(near);
            paired.UnionWith([a, b]);
            pairs.Add((a, b));
        }
        return pairs;
    }
}
