namespace Arena.Rules.Ratings;

/// <summary>One game of a pair, in order of time.</summary>
/// <param name="Score">Of <paramref name="First"/>: 1, 0.5 or 0.</param>
public readonly record struct TimedResult(Guid First, Guid Second, double Score);

/// <summary>A version whose results with a few partners look arranged.</summary>
/// <param name="Partners">The oddest first, with the evidence of each (how many times likelier the games are when wins were traded).</param>
/// <param name="Evidence">Of all partners together, an e-value: its mean is at most 1 when nobody trades.</param>
public sealed record TradeFinding(Guid Version, IReadOnlyList<(Guid Partner, double Evidence, int Games)> Partners, double Evidence);

/// <summary>
/// Finds rings whose members take turns in winning, which leaves every sum as it should be. The games of a pair in order of time are compared under two stories: each is
/// decided by strength (known from everybody else's games, with its uncertainty), or stretches of them are given away to one side or the
/// other (a hidden Markov chain with three states). The ratio is an e-value, so Markov's inequality bounds false alarms; the ratios of up to three partners are multiplied and
/// averaged over all choices of partners, which is an e-value again.
/// </summary>
public static class WinTrading
{
    /// <summary>Chance of a flag in a list where nobody trades.</summary>
    public const double Alpha = 0.001;

    private const double Stay = 0.9;
    private const double Given = 0.97;
    private const int Nodes = 9;

    /// <param name="games">All rated games of two seats, oldest first.</param>
    /// <returns>Versions whose evidence passes what <see cref="Alpha"/> allows among so many, the strongest first.</returns>
    public static IReadOnlyList<TradeFinding> Look(IReadOnlyList<TimedResult> games, LadderBook book, LadderTerms terms, IReadOnlySet<(Guid First, Guid Second)>? trusted = null)
    {
        var all = Evidence(games, book, terms, trusted);
        return [.. all.Where(f => f.Evidence >= all.Count / Alpha).OrderByDescending(f => f.Evidence).ThenBy(f => f.Version)];
    }

    /// <summary>Everybody's evidence.</summary>
    public static IReadOnlyList<TradeFinding> Evidence(IReadOnlyList<TimedResult> games, LadderBook book, LadderTerms terms, IReadOnlySet<(Guid First, Guid Second)>? trusted = null)
    {
        var ladder = Ladder.Of(book, terms);
        var draws = games.Count == 0 ? 0.1 : (games.Count(g => g.Score == 0.5) + 1.0) / (games.Count + 10);
        var partners = new Dictionary<Guid, List<(Guid Partner, double Evidence, int Games)>>();
        foreach (var pair in games.GroupBy(g => LadderTerms.Pair(g.First, g.Second)))
        {
            var (first, second) = pair.Key;
            if (terms.Anchors.Contains(first) || terms.Anchors.Contains(second) || trusted?.Contains(pair.Key) == true)
            {
                continue;
            }
            var scores = pair.Select(g => g.First == first ? g.Score : 1 - g.Score).ToList();
            var counted = terms.Counts(first, second);
            var (difference, variance) = counted ? ladder.Without(first, second, scores.Sum(), scores.Count) : ladder.Between(first, second);
            var evidence = Ratio(scores, difference, variance, draws);
            foreach (var (own, other) in ((Guid, Guid)[])[(first, second), (second, first)])
            {
                (partners.TryGetValue(own, out var list) ? list : partners[own] = []).Add((other, evidence, scores.Count));
            }
        }
        return [.. partners.OrderBy(p => p.Key).Select(p => new TradeFinding(p.Key, [.. p.Value.OrderByDescending(v => v.Evidence).ThenBy(v => v.Partner).Take(3).Where(v => v.Evidence > 1)], Together([.. p.Value.Select(v => v.Evidence)])))];
    }

    /// <summary>Mean over one, two and three partners of the mean product over all choices of them.</summary>
    private static double Together(IReadOnlyList<double> ratios)
    {
        double one = 0, two = 0, three = 0;
        foreach (var ratio in ratios)
        {
            three += two * ratio;
            two += one * ratio;
            one += ratio;
        }
        double n = ratios.Count;
        var means = new List<double> { one / n };
        if (n >= 2)
        {
            means.Add(two / (n * (n - 1) / 2));
        }
        if (n >= 3)
        {
            means.Add(three / (n * (n - 1) * (n - 2) / 6));
        }
        return means.Average();
    }

    /// <summary>How many times likelier a pair's games are when stretches were given away.</summary>
    internal static double Ratio(IReadOnlyList<double> scores, double difference, double variance, double draws)
    {
        Span<double> honest = stackalloc double[Nodes], traded = stackalloc double[Nodes];
        for (var i = 0; i < Nodes; i++)
        {
            var x = 6.0 * i / (Nodes - 1) - 3;
            var p = Math.Clamp(LogitPosterior.Sigmoid(difference + x * Math.Sqrt(variance)), 1e-6, 1 - 1e-6);
            var (plain, hidden) = Likelihoods(scores, p, draws);
            (honest[i], traded[i]) = (plain - x * x / 2, hidden - x * x / 2);
        }
        return Math.Exp(Math.Min(LogSum(traded) - LogSum(honest), 200));
    }

    /// <summary>The logarithm of the sum of exponentials.</summary>
    private static double LogSum(ReadOnlySpan<double> logs)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (var log in logs)
        {
            largest = Math.Max(largest, log);
        }
        foreach (var log in logs)
        {
            sum += Math.Exp(log - largest);
        }
        return largest + Math.Log(sum);
    }

    private static (double Plain, double Hidden) Likelihoods(IReadOnlyList<double> scores, double p, double draws)
    {
        // The states: played, given to the first, given to the second. Everything relative to a coin's chance, so that long lists stay in range.
        double plain = 0, scale = 0;
        Span<double> state = [0.5, 0.25, 0.25];
        foreach (var score in scores)
        {
            var own = score == 0.5 ? draws : (1 - draws) * (score > 0.5 ? p : 1 - p);
            var given = score == 0.5 ? draws / 4 : (1 - draws / 4) * (score > 0.5 ? Given : 1 - Given);
            var taken = score == 0.5 ? draws / 4 : (1 - draws / 4) * (score > 0.5 ? 1 - Given : Given);
            var coin = score == 0.5 ? draws : (1 - draws) / 2;
            var (a, b, c) = (state[0] * own / coin, state[1] * given / coin, state[2] * taken / coin);
            var sum = a + b + c;
            plain += Math.Log(own / coin);
            scale += Math.Log(sum);
            (a, b, c) = (a / sum, b / sum, c / sum);
            const double move = (1 - Stay) / 2;
            (state[0], state[1], state[2]) = (Stay * a + move * (b + c), Stay * b + move * (a + c), Stay * c + move * (a + b));
        }
        return (plain, scale);
    }
}
