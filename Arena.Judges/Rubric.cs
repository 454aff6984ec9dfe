using System.Security.Cryptography;
using System.Text.Json;

namespace Arena.Judges;

/// <summary>One line of a rubric, scored 1 to 10.</summary>
public sealed record RubricLine(string Key, string Ask);

/// <summary>What a space's entries are judged by: a versioned file of this project, named by its hash in every verdict.</summary>
/// <param name="Hash">SHA-256 of the file, lower-case hex.</param>
public sealed record Rubric(string Space, int Version, IReadOnlyList<RubricLine> Lines, string Hash)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The newest rubric of a space, or null where the space is not judged.</summary>
    public static Rubric? For(string space) => Newest.FirstOrDefault(r => r.Space == space);

    /// <summary>The newest rubric of each judged space, by the space's name.</summary>
    public static IReadOnlyList<Rubric> Newest => [.. All.Value.GroupBy(r => r.Space).Select(g => g.MaxBy(r => r.Version)!).OrderBy(r => r.Space, StringComparer.Ordinal)];

    private static Lazy<IReadOnlyList<Rubric>> All { get; } = new(() =>
        [.. JudgeFiles.Names("Rubrics/").Select(name => Read(JudgeFiles.Bytes(name)))]);

    private static Rubric Read(byte[] bytes)
    {
        var file = JsonSerializer.Deserialize<RubricFile>(bytes, Json) ?? throw new JsonException("An empty rubric.");
        return new(file.Space, file.Version, file.Lines, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private sealed record RubricFile(string Space, int Version, IReadOnlyList<RubricLine> Lines);
}
