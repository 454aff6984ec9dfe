using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Engine.Training;

/// <summary>What happened to a run, a line at a time: the site's own steps, and what its worker says.</summary>
public static class RunLog
{
    /// <summary>Lines that one message of a worker may bring.</summary>
    public const int MostLines = 50;

    /// <summary>Lines kept of a run; the oldest go.</summary>
    public const int MostKept = 2_000;

    private const int Longest = 400;

    private static readonly string[] Shown = ["step", "round", "loss", "rewards/margins", "rewards/accuracies", "reward", "kl", "grad_norm"];

    public static TrainingLogLine Line(RunId run, DateTimeOffset at, string text) => new() { RunId = run, At = at, Text = Clean(text) };

    /// <summary>What a progress message says by itself: a new phase, and the newest of its metrics.</summary>
    /// <param name="phase">Null when it is the same as before.</param>
    internal static IEnumerable<string> Told(string? phase, IReadOnlyList<JsonObject> metrics)
    {
        if (phase is { Length: > 0 })
        {
            yield return phase switch { "pairs" => "Now learning from the frozen pairs.", "round" => "Now playing and learning in rounds.", "evaluate" => "Now measuring against fixed opponents.", _ => $"Now: {phase}." };
        }
        if (metrics.Count > 0)
        {
            var numbers = metrics[^1].Where(m => m.Value is JsonValue value && value.GetValueKind() == JsonValueKind.Number && Shown.Contains(m.Key))
                .Select(m => $"{m.Key} {double.Parse(m.Value!.ToJsonString(), CultureInfo.InvariantCulture).ToString("0.####", CultureInfo.InvariantCulture)}");
            yield return string.Join(", ", numbers);
        }
    }

    /// <summary>One line without control characters: what a worker says is shown, so it must not be able to draw.</summary>
    internal static string Clean(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= Longest ? line : line[..(Longest - 1)] + "…";
    }
}
