namespace Arena.Engine.Settlement;

/// <summary>The chain's head as a rail sees it.</summary>
public sealed record ChainHead(long Number, string Hash);

/// <summary>An epoch as the vault holds it.</summary>
/// <param name="ResultRoot">0x hex.</param>
/// <param name="PayoutRoot">0x hex.</param>
/// <param name="WindowEndsAt">When it may be finalized.</param>
/// <param name="Disputed">An open dispute holds it.</param>
/// <param name="Rejected">A dispute was upheld: the proposal fell. Other disputes of it may stand open then, which decide nothing any more.</param>
/// <param name="Attempt">Which proposal of its number the vault counts it as, from 1 on.</param>
public sealed record VaultEpoch(
    long Number, string ResultRoot, string PayoutRoot, DateTimeOffset WindowEndsAt, bool Finalized, bool Disputed, bool Rejected = false, long Attempt = 1)
{
    public EpochRoots Roots => new(ResultRoot, PayoutRoot);
}

/// <summary>The two roots of a proposal: what it is, whoever made it and whenever.</summary>
/// <param name="Result">0x hex.</param>
/// <param name="Payout">0x hex.</param>
public readonly record struct EpochRoots(string Result, string Payout);

/// <summary>What has to be known before anything is sent: the contract is the final guard against a repeat.</summary>
/// <param name="Vault">EIP-55 address.</param>
/// <param name="LastFinalized">0 before the first.</param>
/// <param name="ConfirmedFinalized">The same as deep in the chain as the rail's confirmations: what won't be undone.</param>
/// <param name="Pending">The proposed epoch that is not final yet, or null.</param>
/// <param name="SettlerNonce">Next nonce by the chain's mined state.</param>
/// <param name="BlockTime">Time of the head block.</param>
public sealed record VaultState(string Vault, long ChainId, ChainHead Head, DateTimeOffset BlockTime, long LastFinalized, long ConfirmedFinalized, VaultEpoch? Pending, long SettlerNonce);

/// <summary>A call that the settler makes.</summary>
public abstract record VaultCall
{
    /// <param name="TotalWei">Cumulative.</param>
    public sealed record Propose(long Number, string ResultRoot, string PayoutRoot, UInt128 TotalWei, string Uri) : VaultCall
    {
        public EpochRoots Roots => new(ResultRoot, PayoutRoot);
    }

    public sealed record Finalize(long Number) : VaultCall;

    /// <summary>Sends an account what it is owed; anybody may.</summary>
    public sealed record Claim(string Account, UInt128 CumulativeWei, IReadOnlyList<ClaimStep> Proof) : VaultCall;
}

/// <summary>One step of a sum-tree proof.</summary>
/// <param name="Hash">0x hex of the sibling.</param>
public sealed record ClaimStep(string Hash, UInt128 SumWei, bool SiblingIsLeft);

/// <summary>A signed transaction.</summary>
/// <param name="Hash">0x hex.</param>
public sealed record SignedTransaction(byte[] Raw, string Hash);

/// <summary>A mined transaction.</summary>
public sealed record MinedTransaction(string Hash, long Block, string BlockHash, bool Succeeded);

/// <summary>Money that arrived at the vault.</summary>
/// <param name="Account">Who is credited, EIP-55.</param>
public sealed record VaultDeposit(string Account, UInt128 Wei, long Block, string BlockHash, long LogIndex);

/// <summary>
/// How settlement reaches a chain. The engine owns the interface, the host plugs a chain in. Every method throws when
/// the chain can't be reached; the worker's loop catches that once.
/// </summary>
public interface ISettlementRail
{
    /// <summary>Confirmations after which a block counts as final; 0 counts its own block.</summary>
    int Confirmations { get; }

    Task<VaultState> ReadAsync(CancellationToken ct);

    Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct);

    /// <summary>The same as it was <see cref="Confirmations"/> blocks ago: what won't be undone. Null where the vault held none then.</summary>
    Task<VaultEpoch?> ConfirmedEpochAsync(long number, CancellationToken ct);

    /// <summary>Signs with the settler's key. A bump keeps the nonce and raises the fees by a quarter each time.</summary>
    Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct);

    /// <summary>Sends bytes that were stored before. Sending the same bytes twice is harmless; a refusal says why.</summary>
    Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct);

    /// <summary>Where a transaction was mined, or null.</summary>
    Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct);

    /// <summary>Hash of a block of the current chain, or null when there is none of that number.</summary>
    Task<string?> BlockHashAsync(long number, CancellationToken ct);

    Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct);
}
