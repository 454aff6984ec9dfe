using System.Security.Cryptography;
using System.Text.Json;

namespace Arena.Judges;

/// <summary>One line of a rubric, scored 1 to 10.</summary>
public sealed record RubricLine(string Key, string Ask);

/// <summary>What a space's entries are judged by: a versioned file of this project, named by its hash in every verdict.</summary>
/// <param name="Hash">SHA-256 of the file, lower-case hex.</param>
/// <param name="Judged">Whether judges decide the space; else its rules do, and judges meet its answers only as probes.</param>
public sealed record Rubric(string Space, int Version, IReadOnlyList<RubricLine> Lines, string Hash, bool Judged)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The newest rubric of a space, or null where judges are never asked about the space.</summary>
    public static Rubric? For(string space) => Newest.FirstOrDefault(r => r.Space == space);

    /// <summary>The newest rubric of a space that judges decide, or null.</summary>
    public static Rubric? ForJudged(string space) => For(space) is { Judged: true } rubric ? rubric : null;

    /// <summary>The newest rubric of each space that judges are asked about, by the space's name.</summary>
    public static IReadOnlyList<Rubric> Newest => [.. All.Value.GroupBy(r => r.Space).Select(g => g.MaxBy(r => r.Version)!).OrderBy(r => r.Space, StringComparer.Ordinal)];

    private static Lazy<IReadOnlyList<Rubric>> All { get; } = new(() =>
        [.. JudgeFiles.Names("Rubrics/").Select(name => Read(JudgeFiles.Bytes(name), judged: true)), .. JudgeFiles.Names("ProbeRubrics/").Select(name => Read(JudgeFiles.Bytes(name), judged: false))]);

    private static Rubric Read(byte[] bytes, bool judged)
    {
        var file = JsonSerializer.Deserialize<RubricFile>(bytes, Json) ?? throw new JsonException("An empty rubric.");
        return new(file.Space, file.Version, file.Lines, Convert.ToHexStringLower(SHA256.HashData(bytes)), judged);
    }

    private sealed record RubricFile(string Space, int Version, IReadOnlyList<RubricLine> Lines);
}
