using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Transactions;
using Arena.Chain.Vault;
using Arena.Web.Site;

namespace Arena.Web.Settlement;

/// <summary>
/// The embedded chain's vault: deployed once by the settler's first transaction, its address kept in the data folder. A chain that
/// lost everything gets it again at the same address, because address = hash(settler, nonce 0); the outbox then sends its bytes again.
/// </summary>
internal sealed class VaultDeployment(DataFolder data, TimeProvider time)
{
    private const string AddressFile = "chain/vault.txt";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="InvalidOperationException">The chain is not the one of this data folder.</exception>
    public async Task<ArenaVault> FindOrDeployAsync(EthApi eth, ChainKeys keys, TimeSpan window, long bondGwei, CancellationToken ct)
    {
        var path = data.File(AddressFile);
        var known = File.Exists(path) ? EthAddress.Parse((await File.ReadAllTextAsync(path, ct)).Trim()) : null;
        if (known is not null && (await eth.GetCodeAsync(known, ct)).Length > 0)
        {
            return new(eth, known);
        }
        var terms = new VaultTerms(
            keys.Settler.GetPublicAddress(), keys.Arbiter.GetPublicAddress(), keys.Guardian.GetPublicAddress(),
            window, new System.Numerics.BigInteger(bondGwei) * 1_000_000_000);
        var made = await DeployAsync(eth, keys.Settler, terms, ct);
        if (known is not null && made != known)
        {
            throw new InvalidOperationException($"The embedded chain is not the one of this data folder: the vault {known} is not on it. Put chain/state.json back, or start over with --fresh.");
        }
        data.WriteSecret(AddressFile, made.Value + "\n");
        return new(eth, made);
    }

    private async Task<EthAddress> DeployAsync(EthApi eth, EthECKey settler, VaultTerms terms, CancellationToken ct)
    {
        var from = settler.GetPublicAddress();
        var creation = ArenaVault.Creation(terms);
        var gas = await eth.EstimateGasAsync(new CallInput(from, null, creation), ct);
        var head = await eth.GetBlockAsync(null, ct) ?? throw new InvalidOperationException("The chain has no block.");
        var signed = Transaction1559Signer.Sign(
            new Transaction1559(DevKeys.ChainId, await eth.GetTransactionCountAsync(from, ct), 1_000_000_000, 2 * head.BaseFeePerGas + 1_000_000_000, gas * 5 / 4, null, 0, creation),
            settler);
        await eth.SendRawTransactionAsync(signed.Raw, ct);
        while (true)
        {
            if (await eth.GetTransactionReceiptAsync(signed.Hash, ct) is { } receipt)
            {
                return receipt is { Succeeded: true, ContractAddress: { } made } ? made : throw new InvalidOperationException("The vault's deployment was refused by the chain.");
            }
            await Task.Delay(Pause, time, ct);
        }
    }
}
