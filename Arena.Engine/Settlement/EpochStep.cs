namespace Arena.Engine.Settlement;

/// <summary>What an epoch's row has to learn from the vault.</summary>
public abstract record EpochStep
{
    public sealed record Keep : EpochStep;

    /// <summary>The chain no longer knows it: its proposal goes out again.</summary>
    public sealed record Back : EpochStep;

    public sealed record Proposed(DateTimeOffset WindowEndsAt) : EpochStep;

    /// <summary>The window is over and nobody disputes it.</summary>
    public sealed record AskFinalize : EpochStep;

    public sealed record Finalized : EpochStep;

    /// <summary>A person has to look: the vault holds what this site did not build, or a dispute brought it down.</summary>
    public sealed record Halt(string Because) : EpochStep;
}

/// <summary>An epoch's row and the vault's epoch, brought together without touching anything.</summary>
public static class EpochRules
{
    /// <param name="epoch">The row.</param>
    /// <param name="held">What the vault holds under its number, or null.</param>
    /// <param name="confirmed">The newest epoch that is final as deep as the rail's confirmations.</param>
    /// <param name="now">The moment.</param>
    public static EpochStep Next(SettlementEpoch epoch, VaultEpoch? held, long confirmed, DateTimeOffset now)
    {
        if (held is null)
        {
            return epoch.Status == EpochStatus.Built ? new EpochStep.Keep() : new EpochStep.Back();
        }
        if (held.Rejected)
        {
            return new EpochStep.Halt($"A dispute brought down the proposal of epoch {epoch.Number}. Settlement stops here until a person has looked at it.");
        }
        if (held.ResultRoot != epoch.ResultRoot || held.PayoutRoot != epoch.PayoutRoot)
        {
            return new EpochStep.Halt($"The vault holds other roots for epoch {epoch.Number} than this site built. Settlement stops here until a person has looked at it.");
        }
        if (epoch.Status == EpochStatus.Built || (epoch.Status == EpochStatus.Finalized && epoch.Number > confirmed) || epoch.WindowEndsAt != held.WindowEndsAt)
        {
            return new EpochStep.Proposed(held.WindowEndsAt);
        }
        if (held.Finalized)
        {
            return epoch.Status == EpochStatus.Proposed && epoch.Number <= confirmed ? new EpochStep.Finalized() : new EpochStep.Keep();
        }
        return !held.Disputed && now >= held.WindowEndsAt + OutboxRules.WindowMargin ? new EpochStep.AskFinalize() : new EpochStep.Keep();
    }
}
