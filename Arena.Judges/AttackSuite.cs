using System.Text.Json;

namespace Arena.Judges;

/// <summary>An entry that attacks its judge.</summary>
/// <param name="Kind">Its family.</param>
/// <param name="Name">The family and a number.</param>
public sealed record Attack(string Kind, string Name, string Text)
{
    /// <summary>Attacks that are poor answers rather than words to the judge: they stand alone, since after another answer they would only spoil it.</summary>
    internal bool StandsAlone => Kind is "null model" or "length padding" or "style stuffing";
}

/// <summary>The attacks built in (Attacks/suite.v1.json): canaries are drawn from them, and tests hold the assembly of prompts against them.</summary>
public static class AttackSuite
{
    public static IReadOnlyList<Attack> All { get; } = JsonSerializer.Deserialize<List<Attack>>(JudgeFiles.Bytes("Attacks/suite.v1.json"), new JsonSerializerOptions(JsonSerializerDefaults.Web))!;

    /// <summary>In the order of the file.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. All.Select(a => a.Kind).Distinct()];
}
