using System.Diagnostics;
using System.Globalization;
using Arena.Rules.Ratings;

namespace Arena.Bench;

/// <summary>
/// Rating arithmetic on two synthetic arena logs, W1 (53 players, 135,634 battles: the shape of a public arena's 140k set) and W2 (129
/// players, 1.7 million battles: that of a whole arena): Bradley-Terry ratings N(0, 200), popularity falling as 1/sqrt(rank), 15 % ties,
/// fixed seed. Rows of names are separate string objects, as a parsed log's are. Median of 7 runs (15 with --full) after a warm-up.
/// </summary>
internal static class RatingsBench
{
    private static double _sink;

    public static int Run(bool full)
    {
        var runs = full ? 15 : 7;
        var w1 = Log.Make(53, 135_634);
        var w2 = Log.Make(129, 1_700_000);
        var table = BattleTable.FromIds(w2.Players, w2.First, w2.Second, w2.Outcomes);
        var plain = new BradleyTerryOptions(Intervals: BradleyTerryIntervals.None);
        var lines = new List<BenchLine>
        {
            Seconds("bt-w1-strings", w1.Names(), FromNames),
            Seconds("bt-w2-strings", w2.Names(), FromNames),
            Seconds("bt-w2-ids", w2, log => BradleyTerry.Fit(BattleTable.FromIds(log.Players, log.First, log.Second, log.Outcomes)).High[0]),
            Seconds("bt-w2-fit", table, t => BradleyTerry.Fit(t, plain).Ratings[0]),
            Seconds("bt-w2-bootstrap100", table, t => BradleyTerryBootstrap.Run(t, 100, seed: 0, plain, Environment.ProcessorCount).Ratings[0]),
            Rate("elo-online", w2.First.Length, () => EloOnline.Rate(w2.Players, w2.First, w2.Second, w2.Outcomes)[0]),
            Online("plackett-luce-1v1", seats: 2, matches: 500_000),
            Online("plackett-luce-8", seats: 8, matches: 100_000),
        };
        Print(lines);
        return double.IsNaN(_sink) ? 1 : 0;

        static double FromNames((string[] First, string[] Second, string[] Winners) rows) =>
            BradleyTerry.Fit(BattleNames.Read(rows.First, rows.Second, rows.Winners).Table).High[0];

        BenchLine Seconds<T>(string name, T input, Func<T, double> work) => Line(name, "s", Times(() => work(input)), t => t);

        BenchLine Rate(string name, int updates, Func<double> work) => Line(name, "updates/s", Times(work), t => updates / t);

        // 200 players whose skills are carried along.
        BenchLine Online(string name, int seats, int matches)
        {
            var numbers = new Numbers(1);
            var orders = new int[seats * matches];
            for (var at = 0; at < orders.Length; at++)
            {
                var start = at - at % seats;
                do
                {
                    orders[at] = (int)(200 * numbers.Uniform());
                }
                while (Array.IndexOf(orders, orders[at], start, at - start) >= 0);
            }
            var (mu, sigma) = (new double[200], new double[200]);
            Array.Fill(mu, Skill.Newcomer.Mu);
            Array.Fill(sigma, Skill.Newcomer.Sigma);
            var model = new PlackettLuceOnline();
            return Rate(name, matches, () =>
            {
                for (var match = 0; match < matches; match++)
                {
                    model.Update(mu, sigma, orders.AsSpan(match * seats, seats));
                }
                return mu[0];
            });
        }

        // By the clock, and by the time that our own threads had a processor.
        (double Wall, double Processor)[] Times(Func<double> work)
        {
            for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < 1;)
            {
                _sink += work();
            }
            return [.. Enumerable.Range(0, runs).Select(_ =>
            {
                GC.Collect();
                var before = Environment.CpuUsage.TotalTime;
                var watch = Stopwatch.StartNew();
                _sink += work();
                return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            })];
        }

        static BenchLine Line(string name, string unit, (double Wall, double Processor)[] times, Func<double, double> value)
        {
            var wall = times.Select(t => value(t.Wall)).Order().ToArray();
            var processor = times.Select(t => value(t.Processor)).Order().ToArray();
            return new BenchLine("ratings", name, wall[wall.Length / 2], wall[0], wall[^1], processor[processor.Length / 2], unit, null, wall.Length);
        }
    }

    private static void Print(List<BenchLine> lines)
    {
        Console.WriteLine($"{"case",-22}{"median",16}{"lowest",16}{"highest",16}{"by processor",16}  unit");
        foreach (var line in lines)
        {
            string Text(double value) => value.ToString(line.Unit == "s" ? "0.00000" : "N0", CultureInfo.InvariantCulture);
            Console.WriteLine($"{line.Case,-22}{Text(line.Value),16}{Text(line.Low),16}{Text(line.High),16}{Text(line.PerCpuSecond),16}  {line.Unit}");
        }
        Console.WriteLine();
        foreach (var line in lines)
        {
            Console.WriteLine(line.ToJson());
        }
    }

    /// <summary>Battles by player number.</summary>
    private sealed record Log(int Players, int[] First, int[] Second, BattleOutcome[] Outcomes)
    {
        public static Log Make(int players, int battles)
        {
            var numbers = new Numbers(0);
            var ratings = Enumerable.Range(0, players).Select(_ => 200 * numbers.Normal()).ToArray();
            var popularity = new double[players];
            for (var i = 0; i < players; i++)
            {
                popularity[i] = (i == 0 ? 0 : popularity[i - 1]) + 1 / Math.Sqrt(i + 1);
            }
            int Player()
            {
                var place = Array.BinarySearch(popularity, numbers.Uniform() * popularity[^1]);
                return place < 0 ? ~place : place;
            }
            var log = new Log(players, new int[battles], new int[battles], new BattleOutcome[battles]);
            for (var k = 0; k < battles; k++)
            {
                var (a, b) = (Player(), Player());
                while (a == b)
                {
                    b = Player();
                }
                var wins = numbers.Uniform() < 1 / (1 + Math.Pow(10, (ratings[b] - ratings[a]) / 400));
                (log.First[k], log.Second[k]) = (a, b);
                log.Outcomes[k] = numbers.Uniform() < 0.15 ? BattleOutcome.Tie : wins ? BattleOutcome.FirstWins : BattleOutcome.SecondWins;
            }
            return log;
        }

        /// <summary>The rows as an arena's log has them, every name and winner an object of its own.</summary>
        public (string[] First, string[] Second, string[] Winners) Names()
        {
            string[] winners = ["model_a", "model_b", "tie"];
            return (Array.ConvertAll(First, Name), Array.ConvertAll(Second, Name), Array.ConvertAll(Outcomes, o => new string(winners[(int)o].AsSpan())));

            static string Name(int player) => string.Create(CultureInfo.InvariantCulture, $"model-{player * 7919 % 1000:D3}-{8 + player}b-instruct");
        }
    }
}
