using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Settlement;

/// <summary>Section "Arena:Settlement".</summary>
public sealed class SettlementOptions
{
    public const string Section = "Arena:Settlement";

    /// <summary>Pause between two looks at the chain.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Least time between two epochs.</summary>
    public TimeSpan EpochEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most matches of one epoch; the proposal costs the same gas whatever their number.</summary>
    [Range(1, 1_000_000)]
    public int MatchesPerEpoch { get; set; } = 20_000;

    /// <summary>Blocks asked for in one call for deposits.</summary>
    [Range(1, 100_000)]
    public int BlocksPerCall { get; set; } = 2_000;
}
