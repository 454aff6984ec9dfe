namespace Arena.Engine.Training;

/// <summary>What happened to a run, a line at a time: the site's own steps, and what its worker says.</summary>
public static class RunLog
{
    /// <summary>Lines that one message of a worker may bring.</summary>
    public const int MostLines = 50;

    /// <summary>Lines kept of a run; the oldest go.</summary>
    public const int MostKept = 2_000;

    private const int Longest = 400;

    public static TrainingLogLine Line(RunId run, DateTimeOffset at, string text) => new() { RunId = run, At = at, Text = Clean(text) };

    /// <summary>One line without control characters: what a worker says is shown, so it must not be able to draw.</summary>
    internal static string Clean(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= Longest ? line : line[..(Longest - 1)] + "…";
    }
}
