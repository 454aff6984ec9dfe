using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Preferences;

/// <summary>How pairs are made from closed matches (configuration section "Pairs").</summary>
public sealed class ForkOptions
{
    public const string Section = "Pairs";

    /// <summary>Off: matches that close are left waiting, not forgotten.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Longest pause between two matches.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a match among house agents waits for its turn before it is let go; a match with an owner's agent waits as long as it takes.</summary>
    public TimeSpan HousePatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Positions forked per match.</summary>
    [Range(0, 64)]
    public int PositionsPerMatch { get; set; } = 4;

    /// <summary>Actions compared per position, the played one among them.</summary>
    [Range(2, 16)]
    public int ActionsPerPosition { get; set; } = 4;

    /// <summary>Continuations per action: by house agents.</summary>
    [Range(1, 1_024)]
    public int Rollouts { get; set; } = 24;

    /// <summary>Continuations per action by a hosted policy; 0 lets house agents continue its positions too.</summary>
    [Range(0, 256)]
    public int PolicyRollouts { get; set; } = 6;

    /// <summary>Share of a continuation's moves that are drawn at random, so that continuations differ.</summary>
    [Range(0, 1)]
    public double RandomMoves { get; set; } = 0.25;

    /// <summary>Least difference of value between chosen and rejected.</summary>
    [Range(0, 1)]
    public double MinMargin { get; set; } = 0.25;

    /// <summary>Least margin of a panel's verdict.</summary>
    [Range(0, 1)]
    public double MinJudgedMargin { get; set; } = 0.5;

    /// <summary>Most pairs of one agent in one space: no agent's style may fill the set.</summary>
    [Range(1, 10_000_000)]
    public int MostPerAgent { get; set; } = 4_000;
}
