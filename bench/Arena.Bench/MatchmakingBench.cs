using System.Diagnostics;
using System.Globalization;
using Arena.Engine;
using Arena.Engine.Matchmaking;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;

namespace Arena.Bench;

/// <summary>
/// Matches that a ladder needs until its order is right, by way of pairing. M players with ratings N(0, sigma Elo); a round is M / 2
/// disjoint pairs; results follow Bradley-Terry; ratings are refitted after every round (normal prior of learnt width); a run ends when Kendall's tau
/// against the true order has been at least .95 three rounds in a row and counts the matches up to the first of these. Every method meets
/// the same populations (paired seeds). "site" and "site-stream" are the site's own matchmaker (<see cref="SiteLeague"/>), "elo-stream" pairs that stream by Elo alone; the others pair whole rounds, "order-information" by
/// the same worth of a match without window, cap, neighbourhood or waiting: a bound on what the site could do. The value of a case is the median number of matches over the seeds as a ratio to that of random pairing.
/// </summary>
internal static class MatchmakingBench
{
    private const double Tau = 0.95;

    private static readonly string[] Methods = ["random", "swiss", "elo-nearest", "information", "order-information", "site", "site-stream", "elo-stream"];

    public static int Run(string[] args)
    {
        var full = args.Contains("--full");
        var seeds = Number(args, "--seeds") ?? (full ? 200 : 24);
        var first = Number(args, "--seed-base") ?? 1000;
        if (args.Contains("pair-10000"))
        {
            Console.WriteLine(PairTenThousand().ToJson());
            return 0;
        }
        var methods = Array.IndexOf(args, "--methods") is >= 0 and var named ? ["random", .. args[named + 1].Split(',')] : Methods;
        var kept = new KeptLadders(Array.IndexOf(args, "--runs") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null);
        var sizes = Number(args, "--players") is { } only ? [only] : full ? new[] { 32, 256 } : [32];
        var sigmas = Number(args, "--sigma") is { } width ? [width] : new[] { 200, 400 };
        var cells = sizes.SelectMany(m => sigmas.Select(sigma => (Players: m, Sigma: sigma))).ToArray();
        var lines = new List<BenchLine> { PairTenThousand() };
        Console.WriteLine($"{"case",-30}{"ratio",8}{"95 % interval",18}{"median matches",16}{"quartiles",18}{"top-5",8}{"coverage",10}");
        foreach (var (players, sigma) in cells)
        {
            var watch = Stopwatch.StartNew();
            var runs = new LadderEnd[methods.Length, seeds];
            var done = 0;
            Parallel.For(0, runs.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, task =>
            {
                var method = methods[task % methods.Length];
                var fitEvery = !method.StartsWith("site", StringComparison.Ordinal) ? 0 : Number(args, "--fit-every") ?? (players <= 64 ? 2 : 30);
                var key = new LadderKey(method, players, sigma, fitEvery, (ulong)(first + task / methods.Length));
                runs[task % methods.Length, task / methods.Length] = kept.Of(key, () => fitEvery > 0 || method == "elo-stream" ? SimulateQueue(key) : Simulate(key));
                // Ladders of 256 take minutes: whoever waits sees that it goes on.
                if (Interlocked.Increment(ref done) is var ended && ended * 20 / runs.Length > (ended - 1) * 20 / runs.Length && watch.Elapsed > TimeSpan.FromSeconds(20))
                {
                    Console.Error.WriteLine($"  {players} players, sigma {sigma}: {ended} of {runs.Length} ladders, {watch.Elapsed.TotalSeconds:0} s");
                }
            });
            double[] Matches(int method) => [.. Enumerable.Range(0, seeds).Select(s => (double)runs[method, s].Matches)];
            var random = Matches(0);
            for (var method = 0; method < methods.Length; method++)
            {
                var own = Matches(method);
                var sorted = own.Order().ToArray();
                var ratio = Median(own) / Median(random);
                var (low, high) = Interval(own, random);
                var ends = Enumerable.Range(0, seeds).Select(s => runs[method, s]).ToArray();
                var name = $"m{players}-s{sigma}-{methods[method]}";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-30}{ratio,8:0.000}{$"{low:0.000} to {high:0.000}",18}{Median(own),16:N0}{$"{sorted[seeds / 4]:N0} to {sorted[seeds * 3 / 4]:N0}",18}{ends.Average(e => e.Top5),8:0.000}{ends.Average(e => e.Coverage),10:0.000}"));
                lines.Add(new BenchLine("matchmaking", name, ratio, low, high, ratio, "ratio to random", null, seeds));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seeds} paired seeds in {watch.Elapsed.TotalSeconds:0} s"));
        }
        Console.WriteLine();
        lines.ForEach(l => Console.WriteLine(l.ToJson()));
        return 0;
    }

    /// <summary>The site's matchmaker on 10,000 waiting entries, a thousand of them in the ladder: seconds a round, the median of several.</summary>
    private static BenchLine PairTenThousand()
    {
        var numbers = new Numbers(4711);
        static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0]);
        var (now, book) = (new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), new LadderBook());
        for (var match = 0; match < 20_000; match++)
        {
            var (a, b) = (numbers.Below(1_000), numbers.Below(1_000));
            var score = numbers.Uniform() < 0.5 ? 1 : 0;
            book.Add([Id(a), Id(b == a ? (a + 1) % 1_000 : b)], [score, 1 - score]);
        }
        var ladder = SpaceLadder.Of(book, new HashSet<Guid>(), now);
        WaitingEntry[] waiting = [.. Enumerable.Range(0, 10_000).Select(i => new WaitingEntry(
            Id(i), new(Id(i)), new(Id(i)), Id(20_000 + i / 2), "free", 1_500_000 + (long)(200_000 * numbers.Normal()), now - TimeSpan.FromSeconds(5 * numbers.Uniform())))];
        var met = new RecentMeetings();
        for (var i = 0; i < 20_000; i++)
        {
            met.Add(new(Id(numbers.Below(10_000))), new(Id(numbers.Below(10_000))));
        }
        var (times, paired) = (new List<double>(), 0);
        // The first rounds run code that is still to be compiled well; a site's matchmaker is past that within a minute.
        const int Warm = 30;
        for (var round = 0; round < Warm + 15; round++)
        {
            var watch = Stopwatch.GetTimestamp();
            paired = Matchmaker.Decide(waiting, [], 2, 2, met, ladder, now, new MatchmakingOptions()).Pairings.Count;
            times.Add(Stopwatch.GetElapsedTime(watch).TotalSeconds);
        }
        times.RemoveRange(0, Warm);
        var median = Median([.. times]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pair-10000: {1_000 * median:0.0} ms a round, {paired} pairs"));
        return new BenchLine("matchmaking", "pair-10000", median, times.Min(), times.Max(), median, "s", null, times.Count);
    }

    private static LadderEnd Simulate(LadderKey ladder)
    {
        var (method, players, sigma, _, seed) = ladder;
        var population = new Numbers(seed * 1_000_003);
        var truth = Enumerable.Range(0, players).Select(_ => sigma * population.Normal()).OrderDescending().ToArray(); // numbers are true ranks
        var numbers = new Numbers(seed * 7_368_787 + 1);
        var posterior = new BradleyTerryPosterior(players);
        var pairing = new Pairer(method, players, numbers);
        var (matches, reached, held) = (0, 0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            foreach (var (a, b) in pairing.Next(posterior, round))
            {
                var score = numbers.Uniform() < 1 / (1 + Math.Pow(10, (truth[b] - truth[a]) / 400)) ? 1 : 0;
                posterior.Add(a, b, score);
                pairing.Played(a, b, score);
                matches++;
            }
            if (Looks(round))
            {
                posterior.RefitWithCovariance();
            }
            else
            {
                posterior.Refit();
            }
            if (KendallTau(posterior.Ratings) >= Tau)
            {
                reached = held == 0 ? matches : reached;
                if (++held == 3)
                {
                    break;
                }
            }
            else
            {
                held = 0;
            }
        }
        posterior.RefitWithCovariance();
        return new LadderEnd(held == 3 ? reached : matches, Top5(posterior.Ratings), Coverage(posterior, truth));
    }

    /// <summary>The same question to a queue, most often the site's own; every M / 2 ended matches count as a round.</summary>
    private static LadderEnd SimulateQueue(LadderKey ladder)
    {
        var (method, players, sigma, fitEvery, seed) = ladder;
        var population = new Numbers(seed * 1_000_003);
        var truth = Enumerable.Range(0, players).Select(_ => sigma * population.Normal()).OrderDescending().ToArray();
        var numbers = new Numbers(seed * 7_368_787 + 1);
        var posterior = new BradleyTerryPosterior(players);
        // All matches last thirty seconds, so that most come back together, or fifteen to forty-five, so that a queue holds few at a time. The site fits a ladder of 32
        // every two seconds, one of 256 as soon as a fit is paid for, some four; here every thirty unless --fit-every says otherwise, once a round, or a run would take an hour.
        var (shortest, longest) = method == "site" ? (30, 30) : (15, 45);
        var league = new SiteLeague(players, numbers, shortest, longest, fitEvery, byElo: method == "elo-stream");
        var (matches, reached, held) = (0, 0, 0);
        for (var round = 0; round < 20_000 && held < 3; round++)
        {
            for (var match = 0; match < players / 2; match++)
            {
                var (a, b) = league.Next();
                var score = numbers.Uniform() < 1 / (1 + Math.Pow(10, (truth[b] - truth[a]) / 400)) ? 1 : 0;
                posterior.Add(a, b, score);
                league.Played(a, b, score);
                matches++;
            }
            if (Looks(round))
            {
                posterior.RefitWithCovariance();
            }
            else
            {
                posterior.Refit();
            }
            var ordered = KendallTau(posterior.Ratings) >= Tau;
            reached = ordered && held == 0 ? matches : reached;
            held = ordered ? held + 1 : 0;
        }
        posterior.RefitWithCovariance();
        return new LadderEnd(held == 3 ? reached : matches, Top5(posterior.Ratings), Coverage(posterior, truth));
    }

    /// <summary>The covariance moves slowly once there are many games: it is made anew every round at first, later when a twentieth has been added.</summary>
    private static bool Looks(int round) => (round + 1) % Math.Max(1, round / 20) == 0;

    private static double KendallTau(ReadOnlySpan<double> ratings)
    {
        var wrong = 0;
        for (var i = 0; i < ratings.Length; i++)
        {
            for (var j = i + 1; j < ratings.Length; j++)
            {
                wrong += ratings[i] > ratings[j] ? 0 : 1;
            }
        }
        return 1 - 4.0 * wrong / ratings.Length / (ratings.Length - 1);
    }

    private static double Top5(ReadOnlySpan<double> ratings)
    {
        var numbers = Enumerable.Range(0, ratings.Length).ToArray();
        Array.Sort(ratings.ToArray().Select(r => -r).ToArray(), numbers);
        return numbers.Take(5).Count(n => n < 5) / 5.0;
    }

    private static double Coverage(BradleyTerryPosterior posterior, double[] truth)
    {
        var n = truth.Length;
        var mean = truth.Average();
        var inside = 0;
        var rows = Enumerable.Range(0, n).Select(i => posterior.Covariance.Slice(i * n, n).ToArray().Average()).ToArray();
        for (var i = 0; i < n; i++)
        {
            // Of the difference to the list's mean: the mean itself is not what a ladder tells.
            var deviation = posterior.PointsPerUnit * Math.Sqrt(posterior.Covariance[i * n + i] - 2 * rows[i] + rows.Average());
            inside += Math.Abs(posterior.PointsPerUnit * posterior.Ratings[i] - (truth[i] - mean)) <= 1.959964 * deviation ? 1 : 0;
        }
        return (double)inside / n;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Of the ratio of medians, by drawing the seeds again 1,000 times.</summary>
    private static (double Low, double High) Interval(double[] own, double[] random)
    {
        var numbers = new Numbers(5);
        var ratios = new double[1000];
        for (var draw = 0; draw < ratios.Length; draw++)
        {
            var picks = Enumerable.Range(0, own.Length).Select(_ => numbers.Below(own.Length)).ToArray();
            ratios[draw] = Median([.. picks.Select(p => own[p])]) / Median([.. picks.Select(p => random[p])]);
        }
        Array.Sort(ratios);
        return (ratios[25], ratios[974]);
    }

    private static int? Number(string[] args, string option) =>
        Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;

    /// <summary>One ladder's way of pairing, with what it remembers.</summary>
    private sealed class Pairer(string method, int players, Numbers numbers)
    {
        private readonly double[] _elo = new double[players];
        private readonly double[] _points = new double[players];
        private readonly int[] _met = new int[players * players];
        private readonly int[] _order = [.. Enumerable.Range(0, players)];
        private double[] _values = [];

        public void Played(int a, int b, double score)
        {
            var expected = 1 / (1 + Math.Pow(10, (_elo[b] - _elo[a]) / 400));
            _elo[a] += 32 * (score - expected);
            _elo[b] -= 32 * (score - expected);
            _points[a] += score;
            _points[b] += 1 - score;
            _met[a * players + b]++;
            _met[b * players + a]++;
        }

        public IReadOnlyList<(int, int)> Next(BradleyTerryPosterior posterior, int round)
        {
            numbers.Shuffle<int>(_order);
            return method switch
            {
                "random" => [.. _order.Chunk(2).Select(p => (p[0], p[1]))],
                "swiss" => Swiss(),
                "elo-nearest" => NearestPairing.Of(_order, p => _elo[p], _ => double.PositiveInfinity, numbers),
                _ => ByValue(posterior, round),
            };
        }

        /// <summary>Best score first; within the group of equal score the partner met least, else the next group's.</summary>
        private List<(int, int)> Swiss()
        {
            var left = _order.OrderByDescending(p => _points[p]).ToList();
            var pairs = new List<(int, int)>(players / 2);
            while (left.Count > 1)
            {
                var a = left[0];
                left.RemoveAt(0);
                var group = left.TakeWhile(p => _points[p] == _points[left[0]]).ToList();
                var b = group.MinBy(p => _met[a * players + p]);
                left.Remove(b);
                pairs.Add((a, b));
            }
            return pairs;
        }

        private IReadOnlyList<(int, int)> ByValue(BradleyTerryPosterior posterior, int round)
        {
            if (round == 0)
            {
                return [.. _order.Chunk(2).Select(p => (p[0], p[1]))];
            }
            if (Looks(round - 1))
            {
                _values = Values(posterior);
            }
            var pairs = RoundPairing.Choose(players, _values);
            foreach (var (a, b) in pairs)
            {
                // Until the next look: what has just been played is worth less.
                var w = 0.25 * posterior.Variance(a, b);
                _values[a * players + b] = _values[b * players + a] = _values[a * players + b] / (1 + w);
            }
            return pairs;
        }

        private double[] Values(BradleyTerryPosterior posterior)
        {
            var values = new double[players * players];
            for (var i = 0; i < players; i++)
            {
                for (var j = i + 1; j < players; j++)
                {
                    var (difference, variance) = (posterior.Ratings[i] - posterior.Ratings[j], posterior.Variance(i, j));
                    values[i * players + j] = values[j * players + i] =
                        method == "information" ? MatchValue.Information(difference, variance) : MatchValue.OrderInformation(difference, variance);
                }
            }
            return values;
        }
    }
}
