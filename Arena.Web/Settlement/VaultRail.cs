using System.Numerics;
using Arena.Chain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Transactions;
using Arena.Chain.Vault;
using Arena.Engine.Settlement;
using Microsoft.Extensions.Options;

namespace Arena.Web.Settlement;

/// <summary>The engine's way to the vault over Arena.Chain.</summary>
public sealed class VaultRail(ChainLink link, IOptions<ChainOptions> options) : ISettlementRail
{
    private static readonly BigInteger Gwei = 1_000_000_000;

    public int Confirmations => options.Value.ConfirmationsOrDefault;

    public async Task<VaultState> ReadAsync(CancellationToken ct)
    {
        await link.TriedAsync(ct);
        var (eth, vault, settler, chain, _) = link.Require();
        var head = await eth.GetBlockAsync(null, ct) ?? throw new RpcUnreachableException("The chain has no block.");
        var last = await vault.LastFinalizedAsync(head.Number, ct);
        var confirmed = Confirmations == 0 ? last : await ConfirmedAsync(vault, head.Number - Confirmations, ct);
        var next = Map(last + 1, await vault.EpochAsync(last + 1, head.Number, ct));
        return new(
            vault.Address.Value, chain, new(head.Number, head.Hash), head.Timestamp, last, confirmed,
            next is { Rejected: false } ? next : null, await eth.GetTransactionCountAsync(settler.GetPublicAddress(), ct));
    }

    public async Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct) => Map(number, await link.Require().Vault.EpochAsync(number, null, ct));

    public async Task<VaultEpoch?> ConfirmedEpochAsync(long number, CancellationToken ct)
    {
        var (eth, vault, _, _, _) = link.Require();
        var block = await eth.BlockNumberAsync(ct) - Confirmations;
        try
        {
            return block < 0 ? null : Map(number, await vault.EpochAsync(number, block, ct));
        }
        catch (FormatException)
        {
            return null; // the vault is younger than that block
        }
    }

    public async Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct)
    {
        var (eth, vault, settler, chain, _) = link.Require();
        var data = Data(call);
        var gas = await EstimateAsync(eth, new CallInput(settler.GetPublicAddress(), vault.Address, data), call, ct);
        var head = await eth.GetBlockAsync(null, ct) ?? throw new RpcUnreachableException("The chain has no block.");
        var (fee, tip) = Fees(head.BaseFeePerGas, bump);
        var signed = Transaction1559Signer.Sign(new Transaction1559(chain, nonce, tip, fee, gas * 5 / 4, vault.Address, 0, data), settler);
        return new(signed.Raw, signed.Hash);
    }

    public async Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct)
    {
        try
        {
            await link.Require().Eth.SendRawTransactionAsync(raw, ct);
            return null;
        }
        catch (RpcException e)
        {
            // "already known", "nonce too low" and the like differ by node: the outbox asks the chain what happened, not the text.
            return e.NodeMessage;
        }
    }

    public async Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct) =>
        await link.Require().Eth.GetTransactionReceiptAsync(hash, ct) is { } r ? new(r.TransactionHash, r.BlockNumber, r.BlockHash, r.Succeeded) : null;

    public async Task<string?> BlockHashAsync(long number, CancellationToken ct) => (await link.Require().Eth.GetBlockAsync(number, ct))?.Hash;

    public async Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct) =>
        [.. (await link.Require().Vault.DepositsAsync(fromBlock, toBlock, ct)).Select(d => new VaultDeposit(d.Account.Value, (UInt128)d.AmountWei, d.Block, d.BlockHash, d.LogIndex))];

    /// <summary>2 x base fee + 1 gwei with 1 gwei of tip; each bump raises both by a quarter (nodes want a tenth at least).</summary>
    internal static (BigInteger Fee, BigInteger Tip) Fees(BigInteger baseFee, int bump)
    {
        BigInteger up = BigInteger.Pow(5, bump), down = BigInteger.Pow(4, bump);
        return ((2 * baseFee + Gwei) * up / down, Gwei * up / down);
    }

    /// <summary>
    /// Asks the vault before anything is signed. Nodes count what waits in their pool, so a bump would be refused because of the very
    /// bytes it replaces: then mined state decides.
    /// </summary>
    private static async Task<long> EstimateAsync(EthApi eth, CallInput input, VaultCall call, CancellationToken ct)
    {
        try
        {
            return await eth.EstimateGasAsync(input, ct);
        }
        catch (RpcException)
        {
            try
            {
                return await eth.EstimateGasAsync(input, ct, EthApi.Latest);
            }
            catch (RpcException e)
            {
                throw new InvalidOperationException($"The vault refuses the call {call.GetType().Name.ToLowerInvariant()}: {ArenaVault.Reason(e)}.", e);
            }
        }
    }

    private static byte[] Data(VaultCall call) => call switch
    {
        VaultCall.Propose p => ArenaVault.ProposeEpoch(p.Number, Hex.ToBytes(p.ResultRoot), Hex.ToBytes(p.PayoutRoot), p.TotalWei, p.Uri),
        VaultCall.Finalize f => ArenaVault.Finalize(f.Number),
        VaultCall.Claim c => ArenaVault.Claim(
            EthAddress.Parse(c.Account), c.CumulativeWei, c.Proof.Select(s => new VaultProofStep(Hex.ToBytes(s.Hash), s.SumWei, s.SiblingIsLeft))),
        _ => throw new ArgumentException($"Unknown call {call}.", nameof(call)),
    };

    private static async Task<long> ConfirmedAsync(ArenaVault vault, long block, CancellationToken ct)
    {
        try
        {
            return block < 0 ? 0 : await vault.LastFinalizedAsync(block, ct);
        }
        catch (FormatException)
        {
            return 0; // the vault is younger than that block
        }
    }

    private static VaultEpoch? Map(long number, ArenaVaultEpoch e) => e.Status == VaultEpochStatus.None
        ? null
        : new(number, Hex.Of(e.ResultRoot), Hex.Of(e.PayoutRoot), e.Deadline, e.Status == VaultEpochStatus.Finalized, e.OpenDisputes > 0, e.Status == VaultEpochStatus.Rejected, e.Attempt);
}
