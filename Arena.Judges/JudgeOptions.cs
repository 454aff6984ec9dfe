using System.ComponentModel.DataAnnotations;

namespace Arena.Judges;

/// <summary>How judges are asked (configuration section "Panel").</summary>
public sealed class JudgeOptions
{
    public const string Section = "Panel";

    /// <summary>How often matches that wait for a verdict are looked at.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for one answer.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Questions for one judgment before its judge counts as unreadable for now.</summary>
    [Range(1, 10)]
    public int AnswerTries { get; set; } = 3;

    [Range(64, 32_768)]
    public int MaxAnswerTokens { get; set; } = 1_024;

    /// <summary>Wait after the first failure of a judgment; doubled with each further one.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>After this long, a panel in which another judge has answered decides without the one that fails.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often each judge is given a gold case, while one is due.</summary>
    public TimeSpan GoldInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Least posterior of a winner; below it more judges are asked, then people.</summary>
    [Range(0.5, 0.999)]
    public double Decide { get; set; } = 0.75;

    /// <summary>Posterior at which no further judge is asked.</summary>
    [Range(0.5, 0.9999)]
    public double Stop { get; set; } = 0.95;

    /// <summary>How long people are asked about a match that the judges could not decide; then it is drawn. Zero: people are not asked.</summary>
    public TimeSpan PeoplePatience { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Votes of people from which a match is decided early, when they are enough for a winner.</summary>
    [Range(1, 1_000)]
    public int LeastPeople { get; set; } = 3;

    /// <summary>Matches judged at once.</summary>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 4;
}

/// <summary>A judge named in configuration section "Judges" (a list; in the environment Judges__0__Endpoint and so on).</summary>
public sealed class ConfiguredJudge
{
    public const string Section = "Judges";

    public string Name { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public string Model { get; set; } = "";

    /// <summary>How it is asked: pairwise, absolute, reference, brief or reward.</summary>
    public string Method { get; set; } = "pairwise";

    public string? Key { get; set; }

    public long InputMicroUsdPerMillionTokens { get; set; }

    public long OutputMicroUsdPerMillionTokens { get; set; }
}
