namespace Arena.Engine.Settlement;

/// <summary>
/// An epoch that fell to a dispute and was made again on a person's word: what fell, what took its place and why. Append-only, and the whole memory of what
/// must never be proposed again.
/// </summary>
public sealed class EpochCorrection
{
    public required long Epoch { get; init; }

    /// <summary>1 for an epoch's first correction.</summary>
    public required int Number { get; init; }

    /// <summary>Which attempt fell, as the vault counted it then.</summary>
    public required long Attempt { get; init; }

    /// <summary>The roots that fell, 0x hex: the vault's, whoever had proposed them.</summary>
    public required string FellResultRoot { get; init; }

    public required string FellPayoutRoot { get; init; }

    /// <summary>The roots that took their place, 0x hex.</summary>
    public required string ResultRoot { get; init; }

    public required string PayoutRoot { get; init; }

    /// <summary>What differs from the epoch as it stood, a line each; empty where it was right and somebody else's proposal fell.</summary>
    public required string Changes { get; init; }

    /// <summary>Who answers for it, as they typed it.</summary>
    public required string By { get; init; }

    /// <summary>Why, for everybody.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public EpochRoots Fell => new(FellResultRoot, FellPayoutRoot);
}
