using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Arena.Client.Playing;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.TradeWars;
using Spectre.Console;

namespace Arena.Client.Commands;

/// <summary>arena play SPACE --a AGENT --b AGENT: matches on this machine, a table with intervals, transcripts.</summary>
internal static class PlayCommand
{
    /// <summary>What the command line asked for, as it stands there.</summary>
    private sealed record Asked(string Space, IReadOnlyList<string> Agents, int? Seats, int Games, ulong Seed, string? Output, string? Prices, string? Blinds, int? Stack, int? Hands);

    public static Command Create(IAnsiConsole console)
    {
        var space = new Argument<string>("space") { Description = "For example connect-four; `arena spaces` lists them" };
        var a = new Option<string>("--a") { Description = LocalAgents.Forms, Required = true };
        Option<string?>[] others =
        [
            new("--b") { Description = "Its opponent, as --a; seats that nobody is named for are filled with house agents, the strongest first" },
            new("--c") { Description = "A third agent, where the space has the seats; --d and --e likewise" },
            new("--d") { Hidden = true },
            new("--e") { Hidden = true },
        ];
        var seats = new Option<int?>("--seats") { Description = "Players of a match, where the space leaves a choice" };
        var games = new Option<int>("--games") { Description = "Matches to play; a mirrored space plays both sides of every deal within each", DefaultValueFactory = _ => 100 };
        var seed = new Option<ulong>("--seed") { Description = "Decides all chance: the same seed and agents give the same bytes", DefaultValueFactory = _ => 1 };
        var output = new Option<string?>("--out") { Description = "Folder for the transcripts, one file a match; `arena verify FILE` and the site's page /verify read them" };
        var prices = new Option<string?>("--prices") { Description = "Tradewars: a CSV of recorded prices instead of generated ones" };
        var blinds = new Option<string?>("--blinds") { Description = $"Hold'em: small and big blind, {HoldemStakes.Usual.SmallBlind}/{HoldemStakes.Usual.BigBlind} unless given" };
        var stack = new Option<int?>("--stack") { Description = $"Hold'em: chips at the start of each hand, {HoldemStakes.Usual.Stack} unless given" };
        var hands = new Option<int?>("--hands") { Description = $"Hold'em: hands in a game, an even number, {HoldemStakes.Usual.Hands} unless given" };
        var command = new Command("play", "Plays agents against each other here, with the rules and the sandbox of the site.") { space };
        foreach (var option in (Option[])[a, .. others, seats, games, seed, output, prices, blinds, stack, hands])
        {
            command.Options.Add(option);
        }
        command.SetAction((result, ct) => RunAsync(
            new Asked(
                result.GetRequiredValue(space), [result.GetRequiredValue(a), .. others.Select(o => result.GetValue(o)).OfType<string>()], result.GetValue(seats), result.GetValue(games), result.GetValue(seed),
                result.GetValue(output), result.GetValue(prices), result.GetValue(blinds), result.GetValue(stack), result.GetValue(hands)),
            console, ct));
        return command;
    }

    private static async Task<int> RunAsync(Asked asked, IAnsiConsole console, CancellationToken ct)
    {
        var rules = SpaceRegistry.Find(asked.Space) ?? throw new ClientException($"There is no space {asked.Space}. There are {string.Join(", ", SpaceRegistry.All.Select(s => s.Card.Slug))}.");
        if (asked.Games < 1)
        {
            throw new ClientException("--games is at least 1.");
        }
        var names = LocalTable.Fill(rules, asked.Agents, asked.Seats);
        var material = Stakes(rules, asked) ?? (asked.Prices is { } file ? await PricesAsync(rules, file, ct) : null);
        var agents = new List<ILocalAgent>();
        try
        {
            agents.AddRange(names.Select(name => LocalAgents.Open(name, rules)));
            var (tallies, problems) = await PlayAsync(rules, agents, asked, material, console, ct);
            Print(rules, agents, tallies, problems, asked, console);
        }
        finally
        {
            foreach (var agent in agents)
            {
                await agent.DisposeAsync();
            }
        }
        return 0;
    }

    private static async Task<(Tally[] Tallies, IReadOnlyDictionary<(int Agent, string Words), int> Problems)> PlayAsync(
        ISpaceRules rules, List<ILocalAgent> agents, Asked asked, string? material, IAnsiConsole console, CancellationToken ct)
    {
        if (asked.Output is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
        var (tallies, problems) = (agents.Select(_ => Tally.None).ToArray(), new ConcurrentDictionary<(int, string), int>());
        var gate = new Lock();
        await Progress(console, asked.Games, async done =>
        {
            var degree = agents.TrueForAll(a => a.Parallel) ? Environment.ProcessorCount : 1;
            await Parallel.ForEachAsync(Enumerable.Range(0, asked.Games), new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = ct }, async (match, stop) =>
            {
                var players = new int[agents.Count];
                for (var agent = 0; agent < agents.Count; agent++)
                {
                    players[LocalTable.PlayerOf(agent, match, agents.Count)] = agent;
                }
                var played = await LocalMatch.PlayAsync(rules, [.. players.Select(p => agents[p])], LocalMatch.SeedOf(asked.Seed, match), stop, material);
                if (asked.Output is { } output)
                {
                    await File.WriteAllBytesAsync(Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{rules.Card.Slug}-{match + 1:D4}.json")), played.Transcript, stop);
                }
                var faults = played.Games.SelectMany(g => g.Turns).Where(t => t.Fault is not null).ToList();
                foreach (var fault in faults)
                {
                    problems.AddOrUpdate((players[fault.Player], $"{fault.Fault}: {fault.Detail}"), 1, (_, n) => n + 1);
                }
                lock (gate)
                {
                    for (var player = 0; player < players.Length; player++)
                    {
                        tallies[players[player]] = tallies[players[player]].Add(played.Scores, player, faults.Count(f => f.Player == player));
                    }
                }
                done();
            });
        });
        return (tallies, problems);
    }

    private static async Task<string> PricesAsync(ISpaceRules rules, string file, CancellationToken ct)
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

    /// <summary>Hold'em's material, or null for the usual stakes.</summary>
    private static string? Stakes(ISpaceRules rules, Asked asked)
    {
        if (asked is { Blinds: null, Stack: null, Hands: null })
        {
            return null;
        }
        if (rules is not HoldemRules)
        {
            throw new ClientException($"--blinds, --stack and --hands are for holdem; {rules.Card.Slug} has none.");
        }
        var usual = HoldemStakes.Usual;
        var (small, big) = (usual.SmallBlind, usual.BigBlind);
        if (asked.Blinds is { } blinds && (blinds.Split('/') is not [var first, var second]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out small) || !int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out big)))
        {
            throw new ClientException($"--blinds is the small and the big blind, for example 1/2; {blinds} is not.");
        }
        var stakes = new HoldemStakes(small, big, asked.Stack ?? usual.Stack, asked.Hands ?? usual.Hands);
        return stakes.Problem is { } problem ? throw new ClientException(problem) : stakes.Material;
    }

    private static void Print(
        ISpaceRules rules, List<ILocalAgent> agents, Tally[] tallies, IReadOnlyDictionary<(int Agent, string Words), int> problems, Asked asked, IAnsiConsole console)
    {
        console.Write(PlayTable.Of(rules.Card, [.. agents.Zip(tallies, (agent, tally) => (agent.Name, tally))]));
        // House agents make no mistakes worth telling.
        foreach (var ((agent, words), times) in problems.Where(p => p.Key.Agent < asked.Agents.Count).OrderByDescending(p => p.Value).ThenBy(p => p.Key.Agent).Take(5))
        {
            console.WriteLine($"{agents[agent].Name}, {times} {(times == 1 ? "time" : "times")}: {words}");
        }
        if (asked.Output is { } output)
        {
            console.WriteLine($"Transcripts: {Path.GetFullPath(output)}");
        }
        else if (rules.Card.Judging == JudgingMode.Judges)
        {
            console.WriteLine("The texts were not kept; --out FOLDER keeps the transcripts.");
        }
    }

    /// <summary>A bar on a terminal; nothing where the output is a file or a pipe.</summary>
    private static async Task Progress(IAnsiConsole console, int games, Func<Action, Task> work)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            await work(() => { });
            return;
        }
        await console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Playing", maxValue: games);
                await work(() => task.Increment(1));
            });
    }
}
