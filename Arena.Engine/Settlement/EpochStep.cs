namespace Arena.Engine.Settlement;

/// <summary>What an epoch's row has to learn from the vault.</summary>
public abstract record EpochStep
{
    public sealed record Keep : EpochStep;

    /// <summary>The vault waits for its proposal.</summary>
    public sealed record AskPropose : EpochStep;

    /// <summary>The chain no longer knows it: it is unproposed again, and the next pass asks for its proposal.</summary>
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
    /// <param name="fallen">What a dispute brought down under its number and a correction took the place of. Told by its roots: a chain that lost blocks counts attempts anew.</param>
    /// <param name="confirmed">The newest epoch that is final as deep as the rail's confirmations.</param>
    /// <param name="now">The moment.</param>
    public static EpochStep Next(SettlementEpoch epoch, VaultEpoch? held, IReadOnlyCollection<EpochRoots> fallen, long confirmed, DateTimeOffset now)
    {
        var ours = held?.Roots == epoch.Roots;
        if (held is null || (held.Rejected && !ours && fallen.Contains(held.Roots)))
        {
            return epoch.Status == EpochStatus.Built ? new EpochStep.AskPropose() : new EpochStep.Back();
        }
        if (held.Rejected)
        {
            return new EpochStep.Halt(ours
                ? $"A dispute brought down the proposal of epoch {epoch.Number}."
                : $"A dispute brought down a proposal of epoch {epoch.Number} that this site did not make.");
        }
        if (!ours)
        {
            return new EpochStep.Halt(
                !fallen.Contains(held.Roots) ? $"The vault holds other roots for epoch {epoch.Number} than this site built."
                : held.Finalized ? $"The vault made a proposal of epoch {epoch.Number} final that a dispute had brought down: the chain has lost that ruling."
                : $"The chain has lost a ruling: the proposal of epoch {epoch.Number} that had fallen is open again.");
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
