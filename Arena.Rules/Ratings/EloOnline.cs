namespace Arena.Rules.Ratings;

/// <summary>
/// Elo over a log of battles in order, in doubles: the comparison baseline of arena leaderboards (FastChat's compute_elo). The live
/// ratings of the platform are <see cref="Elo"/>'s integers.
/// </summary>
public static class EloOnline
{
    /// <summary>Plays the battles through <paramref name="ratings"/> (M, points), in place: r += k (score - expected), base 10, scale 400.</summary>
    public static void Run(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, Span<double> ratings, double k = 4)
    {
        if (second.Length != first.Length || outcomes.Length != first.Length)
        {
            throw new ArgumentException("First, second and outcomes have one entry a battle.");
        }
        const double slope = 2.302585092994046 / 400;
        ReadOnlySpan<double> scores = [k, 0, k / 2, k / 2];
        for (var i = 0; i < first.Length; i++)
        {
            ref var a = ref ratings[first[i]];
            ref var b = ref ratings[second[i]];
            var change = scores[(int)outcomes[i] & 3] - k / (1 + Math.Exp((b - a) * slope));
            a += change;
            b -= change;
        }
    }

    /// <summary>(M) ratings after all battles, everybody from <paramref name="start"/>.</summary>
    public static double[] Rate(int players, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<BattleOutcome> outcomes, double k = 4, double start = 1000)
    {
        var ratings = new double[players];
        Array.Fill(ratings, start);
        Run(first, second, outcomes, ratings, k);
        return ratings;
    }
}
