using System.Text.Json;

namespace Arena.Bench;

/// <summary>What names a simulated ladder: the same key gives the same ladder on every machine.</summary>
/// <param name="FitEvery">Seconds between two fits of the site's own ladder; 0 for methods that don't use it.</param>
internal readonly record struct LadderKey(string Method, int Players, int Sigma, int FitEvery, ulong Seed);

/// <param name="Matches">Until the order was right, or all that were played when it never was.</param>
/// <param name="Top5">Share of the true five best among the estimated five best, at the end.</param>
/// <param name="Coverage">Share of true ratings (relative to the list's mean) inside their 95 % intervals, at the end.</param>
internal readonly record struct LadderEnd(int Matches, double Top5, double Coverage);

/// <summary>
/// Ends of simulated ladders in a file, a JSON object a line, so that hours of them can be stopped and gone on with. Whoever changes
/// matchmaking or ratings starts a new file. Safe for several threads, not for several processes.
/// </summary>
internal sealed class KeptLadders(string? path)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LadderKey, LadderEnd> _kept = path is null || !File.Exists(path) ? [] : Read(path);

    /// <summary>The kept end, or a ladder's run, which is kept then.</summary>
    public LadderEnd Of(LadderKey key, Func<LadderEnd> run)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out var known))
            {
                return known;
            }
        }
        var end = run();
        if (path is not null)
        {
            lock (_lock)
            {
                File.AppendAllText(path, JsonSerializer.Serialize(new Line(key, end)) + "\n");
            }
        }
        return end;
    }

    private static Dictionary<LadderKey, LadderEnd> Read(string path)
    {
        // A line that a kill cut off is played again.
        var text = File.ReadAllText(path);
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        if (whole.Length < text.Length)
        {
            File.WriteAllText(path, whole);
        }
        return whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<Line>(l)!).GroupBy(l => l.Key).ToDictionary(g => g.Key, g => g.Last().End);
    }

    private sealed record Line(LadderKey Key, LadderEnd End);
}
