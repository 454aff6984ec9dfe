using System.Numerics;
using Arena.Chain.Abi;
using Arena.Chain.Contracts;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;

namespace Arena.Chain.Vault;

/// <summary>The vault at an address: what it says, its events, and the data of calls to it.</summary>
public sealed class ArenaVault(EthApi eth, EthAddress address)
{
    public EthAddress Address { get; } = address;

    // --- call data ---

    /// <summary>Creation code with the constructor's arguments.</summary>
    public static byte[] Creation(VaultTerms terms) =>
    [
        .. VaultArtifact.Current.Bytecode,
        .. AbiEncoder.Encode(VaultAbi.Constructor, terms.Settler, terms.Arbiter, terms.Guardian, (long)terms.Window.TotalSeconds, terms.BondWei),
    ];

    /// <param name="payoutTotalWei">Cumulative over all epochs.</param>
    public static byte[] ProposeEpoch(long number, byte[] resultRoot, byte[] payoutRoot, BigInteger payoutTotalWei, string uri) =>
        VaultAbi.ProposeEpoch.Encode(number, resultRoot, payoutRoot, payoutTotalWei, uri);

    public static byte[] Finalize(long number) => VaultAbi.Finalize.Encode(number);

    public static byte[] Claim(EthAddress account, BigInteger cumulativeWei, IEnumerable<VaultProofStep> proof) =>
        VaultAbi.Claim.Encode(account, cumulativeWei, proof.Select(s => (object)new object[] { s.Hash, s.SumWei, s.Left }).ToArray());

    /// <summary>The value of the transaction is the amount: whole gwei.</summary>
    public static byte[] DepositFor(EthAddress account) => VaultAbi.DepositFor.Encode(account);

    /// <summary>The value of the transaction is the bond.</summary>
    public static byte[] Dispute(long number, string evidence) => VaultAbi.Dispute.Encode(number, evidence);

    public static byte[] Resolve(long number, long index, bool upheld) => VaultAbi.Resolve.Encode(number, index, upheld);

    public static byte[] ReturnBond(long number, long index) => VaultAbi.ReturnBond.Encode(number, index);

    /// <summary>The name of the vault's error in a refused call, e.g. "BadEpoch", or the node's words.</summary>
    public static string Reason(RpcException refused) => VaultAbi.Errors.NameOf(refused.RevertData) ?? refused.NodeMessage;

    // --- reading ---

    /// <param name="block">Null for the newest.</param>
    public async Task<ArenaVaultEpoch> EpochAsync(long number, long? block, CancellationToken ct)
    {
        var v = await QueryAsync(VaultAbi.Epochs, block, ct, number);
        return new(
            (byte[])v[0], (byte[])v[1], (BigInteger)v[2], DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)v[3]),
            (long)(BigInteger)v[4], (int)(BigInteger)v[5], (VaultEpochStatus)(int)(BigInteger)v[6]);
    }

    public async Task<long> LastFinalizedAsync(long? block, CancellationToken ct) => (long)await NumberAsync(VaultAbi.LastFinalized, block, ct);

    public Task<BigInteger> PoolAsync(CancellationToken ct) => NumberAsync(VaultAbi.Pool, null, ct);

    public Task<BigInteger> PayoutTotalAsync(CancellationToken ct) => NumberAsync(VaultAbi.PayoutTotal, null, ct);

    public Task<BigInteger> ClaimedTotalAsync(CancellationToken ct) => NumberAsync(VaultAbi.ClaimedTotal, null, ct);

    public async Task<BigInteger> ClaimedAsync(EthAddress account, CancellationToken ct) => (BigInteger)(await QueryAsync(VaultAbi.Claimed, null, ct, account))[0];

    public async Task<bool> PausedAsync(CancellationToken ct) => (bool)(await QueryAsync(VaultAbi.Paused, null, ct))[0];

    public async Task<VaultTerms> TermsAsync(CancellationToken ct) => new(
        (EthAddress)(await QueryAsync(VaultAbi.Settler, null, ct))[0],
        (EthAddress)(await QueryAsync(VaultAbi.Arbiter, null, ct))[0],
        (EthAddress)(await QueryAsync(VaultAbi.Guardian, null, ct))[0],
        TimeSpan.FromSeconds((long)await NumberAsync(VaultAbi.Window, null, ct)),
        await NumberAsync(VaultAbi.Bond, null, ct));

    // --- events ---

    public async Task<IReadOnlyList<DepositedEvent>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct) =>
        await EventsAsync(VaultAbi.DepositedEvent, fromBlock, toBlock, ct, (v, log) => new DepositedEvent(
            (EthAddress)v[0], (EthAddress)v[1], (BigInteger)v[2], log.BlockNumber, log.BlockHash, log.TransactionHash, log.LogIndex));

    public async Task<IReadOnlyList<EpochProposedEvent>> ProposalsAsync(long fromBlock, long toBlock, CancellationToken ct) =>
        await EventsAsync(VaultAbi.EpochProposedEvent, fromBlock, toBlock, ct, (v, log) => new EpochProposedEvent(
            (long)(BigInteger)v[0], (byte[])v[1], (byte[])v[2], (BigInteger)v[3], DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)v[4]),
            (long)(BigInteger)v[5], (string)v[6], log.BlockNumber, log.TransactionHash));

    public async Task<IReadOnlyList<ClaimedEvent>> ClaimsAsync(long fromBlock, long toBlock, CancellationToken ct) =>
        await EventsAsync(VaultAbi.ClaimedEvent, fromBlock, toBlock, ct, (v, log) => new ClaimedEvent(
            (EthAddress)v[0], (EthAddress)v[1], (BigInteger)v[2], (BigInteger)v[3], log.BlockNumber, log.TransactionHash));

    private async Task<IReadOnlyList<T>> EventsAsync<T>(EventAbi kind, long fromBlock, long toBlock, CancellationToken ct, Func<object[], EventLog, T> map)
    {
        var logs = await eth.GetLogsAsync(new LogFilter(Address, fromBlock, toBlock, [kind.Topic]), ct);
        return [.. logs.Select(log => (Values: kind.Decode(log), Log: log)).Where(e => e.Values is not null).Select(e => map(e.Values!, e.Log))];
    }

    private async Task<BigInteger> NumberAsync(FunctionAbi function, long? block, CancellationToken ct) => (BigInteger)(await QueryAsync(function, block, ct))[0];

    private async Task<object[]> QueryAsync(FunctionAbi function, long? block, CancellationToken ct, params object[] arguments)
    {
        var answer = await eth.CallAsync(new CallInput(null, Address, function.Encode(arguments)), block, ct);
        return function.DecodeOutput(answer);
    }
}
