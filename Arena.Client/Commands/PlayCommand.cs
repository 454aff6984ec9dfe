using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Arena.Client.Playing;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.TradeWars;
using Spectre.Console;

namespace Arena.Client.Commands;

/// <summary>arena play SPACE --a AGENT --b AGENT: matches on this machine, a table with intervals, transcripts.</summary>
internal static class PlayCommand
{
    public static Command Create()
    {
        var space = new Argument<string>("space") { Description = "For example connect-four; `arena spaces` lists them" };
        var a = new Option<string>("--a") { Description = LocalAgents.Forms, Required = true };
        var b = new Option<string>("--b") { Description = "Its opponent; with more than two seats, all others", Required = true };
        var games = new Option<int>("--games") { Description = "Matches to play; a mirrored space plays both sides of every deal within each", DefaultValueFactory = _ => 100 };
        var seed = new Option<ulong>("--seed") { Description = "Decides all chance: the same seed and agents give the same bytes", DefaultValueFactory = _ => 1 };
        var output = new Option<string?>("--out") { Description = "Folder for the transcripts, one file a match; `arena verify FILE` and the site's Verify read them" };
        var prices = new Option<string?>("--prices") { Description = "Tradewars: a CSV of recorded prices instead of generated ones" };
        var command = new Command("play", "Plays two agents against each other here, with the rules and the sandbox of the site.") { space, a, b, games, seed, output, prices };
        command.SetAction((result, ct) => RunAsync(
            result.GetRequiredValue(space), result.GetRequiredValue(a), result.GetRequiredValue(b), result.GetValue(games), result.GetValue(seed), result.GetValue(output), result.GetValue(prices), ct));
        return command;
    }

    private static async Task<int> RunAsync(string space, string a, string b, int games, ulong seed, string? output, string? prices, CancellationToken ct)
    {
        var rules = SpaceRegistry.Find(space) ?? throw new ClientException($"There is no space {space}. There are {string.Join(", ", SpaceRegistry.All.Select(s => s.Card.Slug))}.");
        if (rules.Card.Judging != JudgingMode.Rules)
        {
            throw new ClientException($"{rules.Card.Name} is scored by judges, which only a site has. Enter your agent there.");
        }
        if (games < 1)
        {
            throw new ClientException("--games is at least 1.");
        }
        var material = prices is null ? null : await MaterialAsync(rules, prices, ct);
        await using var first = LocalAgents.Open(a, rules);
        await using var second = LocalAgents.Open(b, rules);
        if (output is not null)
        {
            Directory.CreateDirectory(output);
        }
        var (mine, problems) = (new Tally(0, 0, 0, 0, 0), new ConcurrentDictionary<string, int>());
        var theirFaults = 0;
        var gate = new Lock();
        await Progress(games, async done =>
        {
            var degree = first.Parallel && second.Parallel ? Environment.ProcessorCount : 1;
            await Parallel.ForEachAsync(Enumerable.Range(0, games), new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = ct }, async (match, stop) =>
            {
                // Player 0 moves first where that matters: they take turns.
                var at = match % rules.Card.MinSeats;
                var agents = Enumerable.Range(0, rules.Card.MinSeats).Select(p => p == at ? first : second).ToList();
                var played = await LocalMatch.PlayAsync(rules, agents, LocalMatch.SeedOf(seed, match), stop, material);
                if (output is not null)
                {
                    await File.WriteAllBytesAsync(Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{rules.Card.Slug}-{match + 1:D4}.json")), played.Transcript, stop);
                }
                var scores = played.Scores!;
                var faults = played.Games.SelectMany(g => g.Turns).Where(t => t.Fault is not null).ToList();
                foreach (var fault in faults.Where(f => f.Player == at))
                {
                    problems.AddOrUpdate($"{fault.Fault}: {fault.Detail}", 1, (_, n) => n + 1);
                }
                lock (gate)
                {
                    mine = mine.Add(scores[at], scores.Max(), scores.Count(s => s == scores.Max()) > 1, faults.Count(f => f.Player == at));
                    theirFaults += faults.Count(f => f.Player != at);
                }
                done();
            });
        });
        Print(rules, first.Name, second.Name, mine, theirFaults, problems, output);
        return 0;
    }

    private static async Task<string> MaterialAsync(ISpaceRules rules, string file, CancellationToken ct)
    {
        if (rules is not TradeWarsRules)
        {
            throw new ClientException($"--prices is for tradewars; {rules.Card.Slug} has no prices.");
        }
        if (!File.Exists(file))
        {
            throw new ClientException($"There is no file {file}.");
        }
        var (series, problem) = PriceSeries.ReadCsv(await File.ReadAllTextAsync(file, ct), Path.GetFileName(file));
        return series?.Material ?? throw new ClientException(problem!);
    }

    private static void Print(ISpaceRules rules, string a, string b, Tally mine, int theirFaults, IReadOnlyDictionary<string, int> problems, string? output)
    {
        var table = new Table().Title(Markup.Escape($"{rules.Card.Name}, {mine.Matches} matches")).AddColumns("", "won", "drawn", "lost", "score", "95 % interval", "Elo difference", "faults");
        var (low, high) = mine.Interval;
        static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
        static string Points(double elo) => double.IsInfinity(elo) ? elo > 0 ? "∞" : "−∞" : elo.ToString("+0;−0;0", CultureInfo.InvariantCulture);
        table.AddRow(
            Markup.Escape(a), $"{mine.Wins}", $"{mine.Draws}", $"{mine.Losses}", Share(mine.Score), $"{Share(low)} to {Share(high)}",
            $"{Points(Tally.Elo(mine.Score))} ({Points(Tally.Elo(low))} to {Points(Tally.Elo(high))})", $"{mine.Faults}");
        var best = rules.Card.MinSeats == 2;
        table.AddRow(
            Markup.Escape(b), best ? $"{mine.Losses}" : "", best ? $"{mine.Draws}" : "", best ? $"{mine.Wins}" : "", best ? Share(1 - mine.Score) : "",
            best ? $"{Share(1 - high)} to {Share(1 - low)}" : "", "", $"{theirFaults}");
        AnsiConsole.Write(table);
        foreach (var (problem, times) in problems.OrderByDescending(p => p.Value).Take(5))
        {
            AnsiConsole.WriteLine($"{a}, {times} times: {problem}");
        }
        if (output is not null)
        {
            AnsiConsole.WriteLine($"Transcripts: {Path.GetFullPath(output)}");
        }
    }

    /// <summary>A bar on a terminal; nothing where the output is a file or a pipe.</summary>
    private static async Task Progress(int games, Func<Action, Task> work)
    {
        if (Console.IsOutputRedirected)
        {
            await work(() => { });
            return;
        }
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Playing", maxValue: games);
                await work(() => task.Increment(1));
            });
    }
}
