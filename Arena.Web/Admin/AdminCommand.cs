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
        """;

    /// <returns>0: done and nothing differs; 1: differences; 2: the command was not understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var folder = Array.IndexOf(args, "--data") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : "data";
        if (args.FirstOrDefault() is not ("rebuild-ratings" or "rebuild-probes"))
        {
            Console.Error.WriteLine(Usage);
            return args.FirstOrDefault() is "-h" or "--help" ? 0 : 2;
        }
        if (!File.Exists(Path.Combine(folder, "arena.db")))
        {
            Console.Error.WriteLine($"arena-admin: {Path.GetFullPath(folder)} holds no arena.db (--data names the site's data folder).");
            return 2;
        }
        return await RebuildAsync(folder, args[0] == "rebuild-probes", args.Contains("--write"));
    }

    private static async Task<int> RebuildAsync(string folder, bool probes, bool write)
    {
        // The engine's wiring without starting it: no silo, no workers, the database only.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Arena:DataFolder"] = folder });
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
        if (probes)
        {
            return await ProbesAsync(host.Services.GetRequiredService<ProbeBook>(), write);
        }
        var rebuild = host.Services.GetRequiredService<RatingRebuild>();
        var report = await rebuild.RunAsync(new Progress<int>(done => Console.Error.WriteLine($"  {done} matches")), CancellationToken.None);
        foreach (var difference in report.Differences.Take(50))
        {
            Console.WriteLine($"differs: {difference}");
        }
        Console.WriteLine($"{report.Matches} rated matches, {report.Ratings.Count} ratings, {report.Ladders} ladders made again from the papers; {report.Differences.Count} differences"
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
