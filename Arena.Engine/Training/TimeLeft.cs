namespace Arena.Engine.Training;

/// <summary>Guesses when a training ends from how far it came since its worker took it.</summary>
public static class TimeLeft
{
    private const double Least = 0.02;

    /// <param name="done">Share done now, 0 to 1; <paramref name="startedDone"/> when this attempt began.</param>
    /// <returns>Null while too little is done to say: less than 2 % since the start, or less than five seconds.</returns>
    public static TimeSpan? Estimate(DateTimeOffset? started, double startedDone, double done, DateTimeOffset now)
    {
        // A worker without the old checkpoint begins anew, below what was done before.
        var since = done >= startedDone ? done - startedDone : done;
        return started is { } began && now - began >= TimeSpan.FromSeconds(5) && since >= Least && done < 1
            ? (now - began) * ((1 - done) / since)
            : null;
    }

    /// <summary>"about 40 s", "about 3 min", "about 2 h".</summary>
    public static string InWords(TimeSpan left) => left switch
    {
        { TotalSeconds: < 90 } => FormattableString.Invariant($"about {Math.Max(5, Math.Ceiling(left.TotalSeconds / 5) * 5):0} s"),
        { TotalMinutes: < 90 } => FormattableString.Invariant($"about {Math.Ceiling(left.TotalMinutes):0} min"),
        _ => FormattableString.Invariant($"about {Math.Ceiling(left.TotalHours):0} h"),
    };
}
