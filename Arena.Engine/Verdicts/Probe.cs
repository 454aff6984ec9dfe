using Arena.Engine.Agents;

namespace Arena.Engine.Verdicts;

/// <summary>Two answers of a closed match of a space that rules decide, with what the rules say of them; judges meet it as they meet a match. Made by <see cref="Arena.Rules.Probes.ProbeDraw"/> from the match alone.</summary>
public sealed class Probe
{
    /// <summary>Hash of space, task and answers.</summary>
    public required Guid Id { get; init; }

    /// <summary>The space whose rules decided.</summary>
    public required string Space { get; init; }

    public required MatchId MatchId { get; init; }

    public required int RulesVersion { get; init; }

    /// <summary>Start of the stretch of time whose probe it is.</summary>
    public required DateTimeOffset Window { get; init; }

    /// <summary>Player index of the better answer in the match.</summary>
    public required int Better { get; init; }

    public required int Worse { get; init; }

    public required VersionId BetterVersion { get; init; }

    public required VersionId WorseVersion { get; init; }

    /// <summary>0 or 1: the player as whom the better answer is shown.</summary>
    public required int Side { get; init; }

    /// <summary>Difference of worth by the rules, 0 to 1.</summary>
    public required double Lead { get; init; }

    public required string Task { get; init; }

    public required string BetterText { get; init; }

    public required string WorseText { get; init; }
}

/// <summary>How far the probes of a space have been drawn.</summary>
public sealed class ProbeCursor
{
    public required string Space { get; init; }

    /// <summary>Start of the first window.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Start of the first window that is still open.</summary>
    public required DateTimeOffset Next { get; set; }
}

/// <summary>What a judge said of a probe in both orders.</summary>
public sealed class ProbeAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProbeId { get; init; }

    public required Guid JudgeId { get; init; }

    /// <summary>The judge's version that answered.</summary>
    public required string Version { get; init; }

    /// <summary>The space whose rules decided.</summary>
    public required string Space { get; init; }

    /// <summary>1 = the better answer is of the judge's own model family, -1 = the worse is; then it measures <see cref="OwnFamilyBias"/> and nothing else. 0 = neither, or both.</summary>
    public int Own { get; init; }

    /// <summary>With the better answer shown first: 1 = preferred it, -1 = the worse, 0 = a tie.</summary>
    public required int BetterFirst { get; init; }

    /// <summary>With the worse answer shown first.</summary>
    public required int WorseFirst { get; init; }

    public required long LatencyMs { get; init; }

    public required long CostMicroUsd { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>1 = right in both orders, 0 = contradicted itself, -1 = wrong in both.</summary>
    public double Vote => (BetterFirst + WorseFirst) / 2.0;
}
