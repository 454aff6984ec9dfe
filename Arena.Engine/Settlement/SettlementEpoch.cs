namespace Arena.Engine.Settlement;

/// <summary>An epoch's way from the database to the vault.</summary>
public enum EpochStatus
{
    /// <summary>Roots are fixed; the proposal waits in the outbox.</summary>
    Built,

    /// <summary>On chain, inside its challenge window.</summary>
    Proposed,

    /// <summary>The window is over: results are settled and payouts can be claimed.</summary>
    Finalized,
}

/// <summary>A batch of closed matches and the payouts up to then, as two Merkle roots.</summary>
public sealed class SettlementEpoch
{
    /// <summary>1 for the first; the vault accepts them in order.</summary>
    public required long Number { get; init; }

    /// <summary>Root over the matches' leaves, 0x and 64 hex digits.</summary>
    public required string ResultRoot { get; init; }

    /// <summary>Root of the payout sum tree, 0x and 64 hex digits; zero while nobody was ever paid.</summary>
    public required string PayoutRoot { get; init; }

    /// <summary>Everything ever payable, cumulative over all epochs and accounts, gwei.</summary>
    public required long PayoutTotalGwei { get; init; }

    /// <summary>Matches in it.</summary>
    public required int Matches { get; init; }

    /// <summary>Id of the last ledger row that its payouts count; later withdrawals belong to the next epoch.</summary>
    public long LedgerUpTo { get; init; }

    public EpochStatus Status { get; set; }

    public required DateTimeOffset BuiltAt { get; init; }

    /// <summary>Transaction that proposed it, 0x hex, and its block, once mined.</summary>
    public string? ProposeTx { get; set; }

    public long? ProposeBlock { get; set; }

    public DateTimeOffset? ProposedAt { get; set; }

    public string? FinalizeTx { get; set; }

    public DateTimeOffset? FinalizedAt { get; set; }

    /// <summary>When its challenge window ends, once proposed.</summary>
    public DateTimeOffset? WindowEndsAt { get; set; }

    public EpochRoots Roots => new(ResultRoot, PayoutRoot);
}

/// <summary>What an address may claim in total by an epoch.</summary>
public sealed class EpochPayout
{
    public required long Epoch { get; init; }

    /// <summary>EIP-55 address.</summary>
    public required string Address { get; init; }

    /// <summary>Sum over all epochs so far, gwei.</summary>
    public required long CumulativeGwei { get; init; }
}

/// <summary>How far a watcher has read the chain: the last block that counts, with its hash, so that a reorganisation is noticed.</summary>
public sealed class ChainCursor
{
    public required string Name { get; init; }

    public long Block { get; set; }

    public string BlockHash { get; set; } = "";
}
