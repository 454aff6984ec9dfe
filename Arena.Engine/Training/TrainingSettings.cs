using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Training;

/// <summary>How runs are leased, stored and gated (configuration section "Training").</summary>
public sealed class TrainingSettings
{
    public const string Section = "Training";

    /// <summary>A worker that is silent for this long has lost its run.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often expired leases are looked for.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Times that a run is leased before it counts as failed.</summary>
    [Range(1, 100)]
    public int MostAttempts { get; set; } = 3;

    /// <summary>Most pairs of a frozen set, the newest.</summary>
    [Range(0, 1_000_000)]
    public int MostPairs { get; set; } = 20_000;

    [Range(1_024, 4L * 1_073_741_824)]
    public long MostFileBytes { get; set; } = 256L * 1_048_576;

    [Range(1, 1_000)]
    public int MostFiles { get; set; } = 32;

    public GateSettings Gate { get; set; } = new();

    public PoolSettings Pool { get; set; } = new();
}

/// <summary>Which opponents a run gets, and how a candidate must do against them.</summary>
public sealed class PoolSettings
{
    /// <summary>Opponents drawn; 0 = no pool, and the gate is the parent alone.</summary>
    [Range(0, 64)]
    public int Most { get; set; } = 6;

    /// <summary>A candidate may not be worse than its parent by this much (mean score, 0 to 1).</summary>
    [Range(0.005, 0.5)]
    public double Margin { get; set; } = 0.05;

    /// <summary>Chance to let a candidate pass that is worse by the margin, and to stop one that is as good.</summary>
    [Range(0.001, 0.4)]
    public double Error { get; set; } = 0.05;

    /// <summary>Draws (a match of the candidate and one of the parent) after which the estimate decides.</summary>
    [Range(1, 100_000)]
    public int MostDraws { get; set; } = 1_000;
}

/// <summary>How a candidate must do against its parent.</summary>
public sealed class GateSettings
{
    /// <summary>Elo difference of the hypothesis "no better".</summary>
    public double Elo0 { get; set; }

    /// <summary>Elo difference of the hypothesis "better".</summary>
    public double Elo1 { get; set; } = 30;

    /// <summary>Chance to promote a candidate that is no better, and to reject one that is.</summary>
    [Range(0.001, 0.4)]
    public double Error { get; set; } = 0.05;

    /// <summary>Mirrored pairs against the parent after which the estimate decides.</summary>
    [Range(1, 100_000)]
    public int MostPairs { get; set; } = 400;

    /// <summary>Gate matches played at once.</summary>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 8;

    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait after a void match (a platform fault, e.g. the trainer is down) before the next is scheduled.</summary>
    public TimeSpan AfterVoid { get; set; } = TimeSpan.FromSeconds(10);
}
