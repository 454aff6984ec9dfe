using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Admin;

/// <summary>What an operator does from the terminal, on a site's data folder: ./arena-admin COMMAND.</summary>
internal static class AdminCommand
{
    private const string Usage = """
        ./arena-admin COMMAND [--data FOLDER]
          rebuild-ratings [--write]   makes every rating again from transcripts and verdicts and compares it with the tables;
                                      --write puts the rebuilt numbers in their place (stop the site first)
          rebuild-probes [--write]    draws every probe of judges again from the matches and compares it with the table
          settlement status           how settlement stands; where it has stopped, why and what to do
          settlement adjust ADDRESS GWEI
                                      puts right what an address may claim, by an entry of its own in the ledger; asks for the reason
          settlement resume           after an upheld dispute: lets the epoch that was made again from the papers take the place of
                                      the one that fell; asks for everything to be typed back (let the site run)
        """;

    /// <returns>0: done and nothing differs; 1: differences, settlement has stopped, or a refusal; 2: the command was not understood.</returns>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output, TimeProvider time)
    {
        var at = Array.IndexOf(args, "--data");
        var folder = at >= 0 && at + 1 < args.Length ? args[at + 1] : "data";
        string[] words = at < 0 ? args : [.. args[..at], .. args[Math.Min(at + 2, args.Length)..]];
        if (words is not (["rebuild-ratings" or "rebuild-probes", ..] or ["settlement", "status" or "resume"] or ["settlement", "adjust", _, _]))
        {
            Console.Error.WriteLine(Usage);
            return words.FirstOrDefault() is "-h" or "--help" ? 0 : 2;
        }
        if (!File.Exists(Path.Combine(folder, "arena.db")))
        {
            Console.Error.WriteLine($"arena-admin: {Path.GetFullPath(folder)} holds no arena.db (--data names the site's data folder).");
            return 2;
        }
        // The engine's wiring without starting it: no silo, no workers, the database only.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Arena:DataFolder"] = folder });
        builder.Services.AddSingleton(time);
        builder.AddArenaEngine();
        using var host = builder.Build();
        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            if ((await db.Database.GetPendingMigrationsAsync()).Any())
            {
                Console.Error.WriteLine("arena-admin: this database is of an older version; start the site once to bring it up to date.");
                return 2;
            }
        }
        return words[0] switch
        {
            "settlement" => await SettlementCommand.RunAsync(host.Services, words[1..], input, output),
            "rebuild-probes" => await ProbesAsync(host.Services.GetRequiredService<ProbeBook>(), words.Contains("--write")),
            _ => await RatingsAsync(host.Services.GetRequiredService<RatingRebuild>(), words.Contains("--write")),
        };
    }

    private static async Task<int> RatingsAsync(RatingRebuild rebuild, bool write)
    {
        var report = await rebuild.RunAsync(new Progress<int>(done => Console.Error.WriteLine($"  {done} matches")), CancellationToken.None);
        foreach (var difference in report.Differences.Take(50))
        {
            Console.WriteLine($"differs: {difference}");
        }
        Console.WriteLine($"{report.Matches} rated matches, {report.Ratings.Count} ratings, {report.Ladders.Count} ladders made again from the papers; {report.Differences.Count} differences"
            + (report.Skipped > 0 ? $"; {report.Skipped} matches were played under older rules and count with their stored scores" : "") + ".");
        if (write)
        {
            await rebuild.WriteAsync(report, CancellationToken.None);
            Console.WriteLine("The rebuilt ratings are in place.");
        }
        return report.Differences.Count == 0 ? 0 : 1;
    }

    private static async Task<int> ProbesAsync(ProbeBook book, bool write)
    {
        var report = await book.RebuildAsync(CancellationToken.None);
        foreach (var difference in report.Differences.Take(50))
        {
            Console.WriteLine($"differs: {difference}");
        }
        Console.WriteLine($"{report.Windows} windows, {report.Probes.Count} probes drawn again from the matches; {report.Differences.Count} differences"
            + (report.Skipped > 0 ? $"; {report.Skipped} probes of older rules stand as they are" : "") + ".");
        if (write)
        {
            await book.WriteAsync(report, CancellationToken.None);
            Console.WriteLine("The redrawn probes are in place.");
        }
        return report.Differences.Count == 0 ? 0 : 1;
    }
}
