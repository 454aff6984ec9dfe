using System.Globalization;

namespace Arena.Web.Site;

/// <summary>Numbers and moments as people read them. Invariant culture: a page reads the same everywhere.</summary>
public static class Words
{
    /// <summary>"4 min 10 s", "2 h 5 min", "3 d".</summary>
    public static string Duration(TimeSpan time)
    {
        time = time < TimeSpan.Zero ? TimeSpan.Zero : time;
        return time switch
        {
            { TotalSeconds: < 1 } => $"{time.TotalMilliseconds:0} ms",
            { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
            { TotalMinutes: < 60 } => time.Seconds == 0 ? $"{time.Minutes} min" : $"{time.Minutes} min {time.Seconds} s",
            { TotalHours: < 24 } => time.Minutes == 0 ? $"{time.Hours} h" : $"{time.Hours} h {time.Minutes} min",
            _ => $"{(int)time.TotalDays} d",
        };
    }

    /// <summary>How long ago, for the server's first rendering; the page's script keeps it true.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var past = now - at;
        return past switch
        {
            { TotalSeconds: < 10 } => "just now",
            { TotalSeconds: < 60 } => $"{(int)past.TotalSeconds} s ago",
            { TotalMinutes: < 60 } => $"{(int)past.TotalMinutes} min ago",
            { TotalHours: < 24 } => $"{(int)past.TotalHours} h ago",
            _ => $"{(int)past.TotalDays} d ago",
        };
    }

    /// <summary>A skill by finishing order: 25 for a newcomer, one decimal.</summary>
    public static string Skill(double points) => points.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Milli-Elo as whole Elo points.</summary>
    public static string Elo(long milliElo) => Math.Round(milliElo / 1000.0, MidpointRounding.AwayFromZero).ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Milli-Elo to one decimal, signed.</summary>
    public static string Change(long milliElo) => (milliElo / 1000.0).ToString("+0.0;−0.0;±0.0", CultureInfo.InvariantCulture);

    /// <summary>Micro-points as points: 1,000,000 is "1", half is "½".</summary>
    public static string Score(long micro) => micro switch
    {
        1_000_000 => "1",
        500_000 => "½",
        0 => "0",
        _ => (micro / 1_000_000.0).ToString("0.##", CultureInfo.InvariantCulture),
    };

    /// <summary>Gwei as ETH, without needless zeros.</summary>
    public static string Eth(long gwei) => (gwei / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture) + " ETH";

    /// <summary>"83 %"; a dash where there is none.</summary>
    public static string Share(double value) => double.IsFinite(value) ? value.ToString("P0", CultureInfo.InvariantCulture) : "–";

    /// <summary>"+12 %".</summary>
    public static string SignedShare(double value) => value.ToString("+0 %;-0 %;0 %", CultureInfo.InvariantCulture);

    /// <summary>Thousands with thin spaces.</summary>
    public static string Count(long n) => n.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');

    /// <summary>"1 match", "2 matches".</summary>
    public static string Many(long n, string one, string? many = null) => $"{Count(n)} {(n == 1 ? one : many ?? one + "s")}";
}
