using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Arena.Web.Training;

/// <summary>A metric that a run's page shows.</summary>
/// <param name="Key">TRL's name.</param>
/// <param name="Meaning">In one sentence, for people who have never seen it.</param>
/// <param name="Share">Whether it lies between 0 and 1 and is drawn so.</param>
public sealed record MetricKind(string Key, string Name, string Unit, string Meaning, bool Share = false)
{
    private static readonly MetricKind[] All =
    [
        new("loss", "Loss", "nats", "What the optimizer brings down. DPO starts at ln 2 = 0.693; with GRPO it hovers around 0 and says little."),
        new("rewards/margins", "Reward margin", "nats", "How much more the policy prefers the chosen answer to the rejected one than its reference does. Should rise."),
        new("rewards/accuracies", "Accuracy", "share", "Share of pairs that the policy ranks as the matches did. Should rise; 1.0 early means that the pairs are too easy.", Share: true),
        new("reward", "Reward", "points", "Mean result of the games that it played in this round, 0 lost to 1 won."),
        new("kl", "KL", "nats", "How far the policy has moved from its reference, per answer. A sudden rise means that it is drifting."),
        new("grad_norm", "Gradient norm", "", "Length of the gradient before it is clipped to 1. Spikes are steps in which the data disagrees with the policy."),
    ];

    /// <summary>Those that a method is judged by, and any other of the list that has values.</summary>
    /// <param name="method">"dpo", "grpo" or a mix of both.</param>
    public static IReadOnlyList<MetricKind> For(string method, IReadOnlyCollection<string> seen) =>
        [.. All.Where(k => seen.Contains(k.Key) || method switch { "dpo" => k.Key is not ("reward" or "kl"), "grpo" => !k.Key.StartsWith("rewards/", StringComparison.Ordinal), _ => true })];
}

/// <summary>One metric of a run over its steps.</summary>
public sealed record MetricSeries(string Key, IReadOnlyList<(int Step, double Value)> Points)
{
    private const int MostDrawn = 300;

    public double First => Points[0].Value;

    public double Last => Points[^1].Value;

    /// <summary>Every number of the lines by name; what can't be read or is not finite is left out.</summary>
    /// <param name="lines">JSON objects with a "step", in its order.</param>
    public static IReadOnlyDictionary<string, MetricSeries> Read(IEnumerable<string> lines)
    {
        var found = new Dictionary<string, List<(int, double)>>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            if (!json.RootElement.TryGetProperty("step", out var at) || at.ValueKind != JsonValueKind.Number || !at.TryGetInt32(out var step))
            {
                continue;
            }
            foreach (var field in json.RootElement.EnumerateObject().Where(f => f.Name != "step" && f.Value.ValueKind == JsonValueKind.Number))
            {
                if (field.Value.TryGetDouble(out var value) && double.IsFinite(value))
                {
                    (found.TryGetValue(field.Name, out var points) ? points : found[field.Name] = []).Add((step, value));
                }
            }
        }
        return found.ToDictionary(f => f.Key, f => new MetricSeries(f.Key, f.Value));
    }

    /// <summary>Four significant digits, as a chart's labels have them.</summary>
    public static string Number(double value) => value.ToString(Math.Abs(value) is >= 10_000 or > 0 and < 0.001 ? "0.##E0" : Math.Abs(value) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>The ends of the vertical axis: the values with a little air, or 0 to 1.</summary>
    public (double Low, double High) Range(bool share)
    {
        if (share)
        {
            return (0, 1);
        }
        var (low, high) = (Points.Min(p => p.Value), Points.Max(p => p.Value));
        var air = high > low ? (high - low) * 0.08 : Math.Max(Math.Abs(high) * 0.1, 0.01);
        return (low - air, high + air);
    }

    /// <summary>The line as an SVG path inside a box; at most 300 points, evenly picked, the last always.</summary>
    public string Path(double left, double right, double top, double bottom, bool share)
    {
        var (low, high) = Range(share);
        var (from, to) = (Points[0].Step, Points[^1].Step);
        var every = Math.Max(1, (int)Math.Ceiling(Points.Count / (double)MostDrawn));
        var path = new StringBuilder();
        for (var i = 0; i < Points.Count; i++)
        {
            if (i % every != 0 && i != Points.Count - 1)
            {
                continue;
            }
            var x = to > from ? left + (Points[i].Step - from) * (right - left) / (to - from) : (left + right) / 2;
            var y = bottom - (Math.Clamp(Points[i].Value, low, high) - low) * (bottom - top) / (high - low);
            path.Append(path.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");
        }
        return path.ToString();
    }
}
