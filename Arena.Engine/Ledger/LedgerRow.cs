namespace Arena.Engine.Ledger;

/// <summary>One side of a transfer. Rows are append-only; the rows of a transfer sum to zero.</summary>
public sealed class LedgerRow
{
    public long Id { get; init; }

    /// <summary>Groups the rows of one transfer; unique together with <see cref="Account"/>, so that a repeat can't count twice. E.g. "match/{id}/close", "deposit/{block}/{log}".</summary>
    public required string Transfer { get; init; }

    /// <summary>"owner/{guid}", "escrow/{match}", "protocol", "chain" (the world outside: deposits come from it, withdrawals go to it), "owed/{account}" (below zero while a spent deposit is gone from the chain).</summary>
    public required string Account { get; init; }

    /// <summary>Signed, in gwei.</summary>
    public required long AmountGwei { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }
}
