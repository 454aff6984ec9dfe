using System.Numerics;
using Arena.Chain.DevChain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Transactions;
using Arena.Chain.Vault;

namespace Arena.Tests.Chain.DevChain;

/// <summary>Starts real chains for tests and sends transactions to them; skips, saying so, where anvil is not installed.</summary>
internal static class Anvil
{
    public static readonly BigInteger Ether = BigInteger.Pow(10, 18);

    public static string ProgramOrSkip() => AnvilProgram.Find(Repository.ContractsOrSkip());

    public static Task<AnvilDevChain> StartAsync(string? stateFile = null, int port = 0) =>
        AnvilDevChain.StartAsync(ProgramOrSkip(), stateFile, port, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>A key with 1,000 ether.</summary>
    public static async Task<EthECKey> RichKeyAsync(this AnvilDevChain chain)
    {
        var key = EthECKey.GenerateKey();
        await chain.Node.SetBalanceAsync(key.GetPublicAddress(), 1000 * Ether, default);
        return key;
    }

    /// <summary>Signs, sends and returns the receipt of a mined transaction.</summary>
    public static async Task<TransactionReceipt> SendAsync(this AnvilDevChain chain, EthECKey key, EthAddress? to, byte[] data, BigInteger value = default)
    {
        var signed = await chain.SignAsync(key, to, data, value);
        await chain.Eth.SendRawTransactionAsync(signed.Raw, default);
        return await chain.MinedAsync(signed.Hash);
    }

    /// <summary>Waits until a transaction is mined; the node mines at once, but not before it answers.</summary>
    public static async Task<TransactionReceipt> MinedAsync(this AnvilDevChain chain, string hash)
    {
        var ct = TestContext.Current.CancellationToken;
        while (true)
        {
            if (await chain.Eth.GetTransactionReceiptAsync(hash, ct) is { } receipt)
            {
                return receipt;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
        }
    }

    public static async Task<SignedTransaction1559> SignAsync(this AnvilDevChain chain, EthECKey key, EthAddress? to, byte[] data, BigInteger value = default)
    {
        var head = await chain.Eth.GetBlockAsync(null, default);
        var nonce = await chain.Eth.GetTransactionCountAsync(key.GetPublicAddress(), default);
        var gas = await chain.Eth.EstimateGasAsync(new CallInput(key.GetPublicAddress(), to, data, value), default);
        return Transaction1559Signer.Sign(
            new Transaction1559(DevKeys.ChainId, nonce, 1_000_000_000, 2 * head!.BaseFeePerGas + 1_000_000_000, gas * 5 / 4, to, value, data), key);
    }

    /// <summary>Why a call would be refused: the vault's own word.</summary>
    public static async Task<string> RefusalAsync(this AnvilDevChain chain, EthECKey key, EthAddress to, byte[] data, BigInteger value = default) =>
        ArenaVault.Reason(await Assert.ThrowsAsync<RpcException>(() => chain.Eth.EstimateGasAsync(new CallInput(key.GetPublicAddress(), to, data, value), default)));
}
