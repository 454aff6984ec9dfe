namespace Arena.Engine.Verdicts;

/// <summary>A change of a judge's reliability, noted when it was noticed: once a version, kind of trial and direction.</summary>
public sealed class JudgeEvent
{
    public const string Fell = "fell";
    public const string Rose = "rose";

    /// <summary>Source of gold cases; other sources are the spaces that probes came from.</summary>
    public const string OfGold = "gold";

    public required Guid Id { get; init; }

    public required Guid JudgeId { get; init; }

    /// <summary>The version that changed.</summary>
    public required string Version { get; init; }

    /// <summary><see cref="Fell"/> or <see cref="Rose"/>.</summary>
    public required string What { get; init; }

    /// <summary><see cref="OfGold"/>, or the slug of the space whose rules decided.</summary>
    public required string Source { get; init; }

    /// <summary>What was seen, for people.</summary>
    public required string Seen { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Looks at one kind of trial.</summary>
    /// <param name="scores">The version's results there, oldest first: 1 right, 0 wrong, 0.5 neither.</param>
    /// <returns>Null while nothing changed.</returns>
    public static JudgeEvent? Of(Judge judge, string source, IReadOnlyList<double> scores, DateTimeOffset now)
    {
        var rings = DriftAlarm.Rings(scores);
        if (rings == 0)
        {
            return null;
        }
        var (before, lately) = (scores.Take(DriftAlarm.Baseline).Average(), scores.Skip(DriftAlarm.Baseline).TakeLast(DriftAlarm.Baseline).ToList());
        return new()
        {
            Id = Guid.CreateVersion7(now),
            JudgeId = judge.Id,
            Version = judge.Version!,
            What = rings < 0 ? Fell : Rose,
            Source = source,
            Seen = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"Right in {100 * lately.Average():0} % of its last {lately.Count} {(source == OfGold ? "gold cases" : $"probes of {source}")}, after {100 * before:0} % of its first {DriftAlarm.Baseline}."),
            At = now,
        };
    }
}
