using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Training;

/// <summary>A mean match score with a 95 % interval.</summary>
/// <param name="Matches">How many; 0 = never met, and the rest says nothing.</param>
/// <param name="Mean">0 to 1.</param>
public sealed record ScoreEstimate(long Matches, double Mean, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>Wilson's interval with the mean score as the share: scores of 0 to 1 spread at most as wins and losses do, so with draws it is on the wide side.</summary>
    public static ScoreEstimate Of(long matches, double mean)
    {
        if (matches == 0)
        {
            return new(0, 0, 0, 1);
        }
        var n = (double)matches;
        var centre = (mean + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z / (1 + Z * Z / n) * Math.Sqrt(mean * (1 - mean) / n + Z * Z / (4 * n * n));
        return new(matches, mean, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}

/// <summary>Two versions against one opponent.</summary>
/// <param name="InPool">Whether it was in the pool of the run that made one of them.</param>
/// <param name="Difference">Second minus first, with Newcombe's hybrid interval (Statistics in Medicine 17, 1998, method 10); null unless both met it.</param>
public sealed record OpponentDiff(VersionId Opponent, AgentId Agent, string Title, bool InPool, ScoreEstimate First, ScoreEstimate Second, double? Difference, double? Low, double? High)
{
    /// <summary>"better", "worse", or "no difference shown": whether the interval leaves 0 out.</summary>
    public string Reading => Difference is null ? "not both met it" : Low > 0 ? "better" : High < 0 ? "worse" : "no difference shown";

    internal static OpponentDiff Of(VersionId opponent, AgentId agent, string title, bool inPool, ScoreEstimate a, ScoreEstimate b)
    {
        if (a.Matches == 0 || b.Matches == 0)
        {
            return new(opponent, agent, title, inPool, a, b, null, null, null);
        }
        var d = b.Mean - a.Mean;
        var low = d - Math.Sqrt(Square(b.Mean - b.Low) + Square(a.High - a.Mean));
        var high = d + Math.Sqrt(Square(b.High - b.Mean) + Square(a.Mean - a.Low));
        return new(opponent, agent, title, inPool, a, b, d, low, high);
    }

    private static double Square(double x) => x * x;
}

/// <summary>A fact of two runs side by side.</summary>
public sealed record FactDiff(string Name, string? First, string? Second)
{
    public bool Differs => First != Second;
}

/// <param name="Opponents">Those that both met first, then by matches.</param>
/// <param name="Facts">Options and data of the two runs that differ; a version made by hand has none.</param>
public sealed record StrengthDiff(LineageNode First, LineageNode Second, string Space, IReadOnlyList<OpponentDiff> Opponents, IReadOnlyList<FactDiff> Facts);

/// <summary>Compares two versions of an agent in one space by every opponent that they met in closed two-player matches, rated or not.</summary>
public sealed class StrengthQuery(IDbContextFactory<ArenaDb> factory, LineageQuery lineages)
{
    private const int MostOpponents = 60;

    /// <returns>Null when there is no such agent or version.</returns>
    public async Task<StrengthDiff?> CompareAsync(AgentId id, int first, int second, string space, CancellationToken ct = default)
    {
        var lineage = await lineages.OfAsync(id, ct);
        if (lineage?.Numbered(first) is not { } a || lineage.Numbered(second) is not { } b || SpaceRegistry.Find(space) is null)
        {
            return null;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        var met = await (
            from seat in db.MatchSeats
            where seat.VersionId == a.Id || seat.VersionId == b.Id
            join match in db.Matches.Where(m => m.Space == space && m.Status == MatchStatus.Closed && m.Seats.Count == 2) on seat.MatchId equals match.Id
            join other in db.MatchSeats on match.Id equals other.MatchId
            where other.Player != seat.Player && other.VersionId != seat.VersionId && seat.Score != null
            group seat by new { seat.VersionId, Opponent = other.VersionId, other.AgentId } into g
            select new { g.Key.VersionId, g.Key.Opponent, g.Key.AgentId, Matches = g.LongCount(), Sum = g.Sum(s => s.Score!.Value) }).ToListAsync(ct);
        var pool = new[] { a, b }.SelectMany(n => n.Run?.Opponents ?? []).Select(m => m.VersionId).ToHashSet();
        var wanted = met.Select(m => m.Opponent).Distinct().ToList();
        var names = await db.AgentVersions.Where(v => wanted.Contains(v.Id)).Join(db.Agents, v => v.AgentId, g => g.Id, (v, g) => new { v.Id, v.Number, g.Name, g.Kind }).ToDictionaryAsync(v => v.Id, ct);
        ScoreEstimate Of(VersionId version, VersionId opponent) =>
            met.FirstOrDefault(m => m.VersionId == version && m.Opponent == opponent) is { } row ? ScoreEstimate.Of(row.Matches, row.Sum / 1e6 / row.Matches) : ScoreEstimate.Of(0, 0);
        var opponents = met.GroupBy(m => m.Opponent)
            .Select(g => OpponentDiff.Of(
                g.Key, g.First().AgentId, names.TryGetValue(g.Key, out var name) ? name.Kind == AgentKind.House ? name.Name : $"{name.Name} v{name.Number}" : "an agent", pool.Contains(g.Key.Value), Of(a.Id, g.Key), Of(b.Id, g.Key)))
            .OrderByDescending(o => o.Difference is not null).ThenByDescending(o => o.InPool).ThenByDescending(o => o.First.Matches + o.Second.Matches).ThenBy(o => o.Opponent.Value)
            .Take(MostOpponents);
        return new(a, b, space, [.. opponents], [.. Facts(a.Run, b.Run).Where(f => f.Differs)]);
    }

    internal static IEnumerable<FactDiff> Facts(LineageRun? a, LineageRun? b)
    {
        var (first, second) = (Options(a), Options(b));
        foreach (var name in first.Select(o => o.Key).Union(second.Select(o => o.Key)).ToList())
        {
            yield return new(name, Text(first, name), Text(second, name));
        }
        yield return new("space", a?.Space, b?.Space);
        yield return new("preference pairs", a?.PairCount.ToString(System.Globalization.CultureInfo.InvariantCulture), b?.PairCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        yield return new("data (SHA-256)", a?.PairsHash, b?.PairsHash);
        yield return new("opponents", Names(a), Names(b));
    }

    private static JsonObject Options(LineageRun? run) => run is null ? [] : JsonNode.Parse(run.Options.ToJson())!.AsObject();

    private static string? Text(JsonObject options, string name) => options[name] is { } value ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : null;

    private static string? Names(LineageRun? run) => run is null ? null : string.Join(", ", run.Opponents.Select(o => o.Title));
}
