using System.Globalization;

namespace Arena.Trainer.SelfPlay;

/// <summary>One kind of opponent and its share of the games.</summary>
public sealed record OpponentShare(string Name, double Weight);

/// <summary>The option "opponents": names with shares, "self=0.5,greedy=0.5"; a name alone weighs 1. Text, so that options can be compared and hashed as they are.</summary>
public static class OpponentMix
{
    /// <summary>Null, or what is wrong with the text.</summary>
    public static string? Problem(string? text) => Read(text) is { Count: > 0 } ? null : $"opponents is \"{text}\"; expected names with positive shares, such as self=0.5,greedy=0.5";

    /// <exception cref="TrainerException">Not of this form.</exception>
    public static IReadOnlyList<OpponentShare> Parse(string text) => Read(text) is { Count: > 0 } shares ? shares : throw new TrainerException($"Training options: {Problem(text)}.");

    private static List<OpponentShare>? Read(string? text)
    {
        var shares = new List<OpponentShare>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var (name, weight) = (at < 0 ? part : part[..at], 1.0);
            if (name.Length == 0 || (at >= 0 && !double.TryParse(part[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out weight)) || !(weight > 0 && double.IsFinite(weight)))
            {
                return null;
            }
            shares.Add(new(name, weight));
        }
        return shares;
    }
}
