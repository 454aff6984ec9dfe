using System.Numerics;
using Arena.Chain.Keys;

namespace Arena.Chain.Vault;

/// <summary>Who may do what at a vault, and its two constants.</summary>
/// <param name="Window">Challenge window, whole seconds.</param>
/// <param name="BondWei">What a dispute costs until it is decided.</param>
public sealed record VaultTerms(EthAddress Settler, EthAddress Arbiter, EthAddress Guardian, TimeSpan Window, BigInteger BondWei);

/// <summary>Where an epoch stands; the numbers are the contract's.</summary>
public enum VaultEpochStatus
{
    None = 0,
    Proposed = 1,

    /// <summary>A dispute was upheld; the epoch may be proposed again.</summary>
    Rejected = 2,
    Finalized = 3,
}

/// <summary>An epoch as the contract holds it.</summary>
/// <param name="ResultRoot">32 bytes.</param>
/// <param name="PayoutRoot">32 bytes.</param>
/// <param name="PayoutTotalWei">Cumulative over all epochs.</param>
/// <param name="Deadline">It can be finalized from this moment on.</param>
public sealed record ArenaVaultEpoch(
    byte[] ResultRoot, byte[] PayoutRoot, BigInteger PayoutTotalWei, DateTimeOffset Deadline, long Attempt, int OpenDisputes, VaultEpochStatus Status);

/// <summary>One step of a sum-tree proof as claim takes it.</summary>
/// <param name="Hash">32 bytes.</param>
public sealed record VaultProofStep(byte[] Hash, UInt128 SumWei, bool Left);

/// <summary>A deposit's event.</summary>
public sealed record DepositedEvent(EthAddress Account, EthAddress From, BigInteger AmountWei, long Block, string BlockHash, string TransactionHash, long LogIndex);

/// <summary>A proposal's event.</summary>
public sealed record EpochProposedEvent(
    long Number, byte[] ResultRoot, byte[] PayoutRoot, BigInteger PayoutTotalWei, DateTimeOffset Deadline, long Attempt, string Uri, long Block, string TransactionHash);

/// <summary>A payment's event.</summary>
public sealed record ClaimedEvent(EthAddress Account, EthAddress By, BigInteger AmountWei, BigInteger CumulativeWei, long Block, string TransactionHash);
