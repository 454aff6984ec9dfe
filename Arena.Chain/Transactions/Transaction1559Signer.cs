using Arena.Chain.Keys;
using Arena.Chain.Rlp;

namespace Arena.Chain.Transactions;

/// <summary>A transaction ready to be sent.</summary>
/// <param name="Raw">What eth_sendRawTransaction takes.</param>
/// <param name="Hash">keccak of the raw bytes, 0x hex.</param>
public sealed record SignedTransaction1559(byte[] Raw, string Hash);

/// <summary>Signs EIP-1559 transactions.</summary>
public static class Transaction1559Signer
{
    /// <exception cref="ArgumentException">The tip is above the maximum fee, or a number is negative or too wide.</exception>
    /// <exception cref="InvalidOperationException">A well-known development key outside a development chain.</exception>
    public static SignedTransaction1559 Sign(Transaction1559 transaction, EthECKey key)
    {
        Check(transaction);
        DevKeys.Refuse(key.GetPublicAddress(), transaction.ChainId);
        var signature = key.SignAndCalculateYParityV(transaction.SigningHash());
        byte[] raw =
        [
            Transaction1559.TypeByte,
            .. RlpWriter.List([
                .. transaction.Fields(),
                RlpWriter.Number(signature.YParity),
                RlpWriter.Number(signature.R),
                RlpWriter.Number(signature.S),
            ]),
        ];
        return new(raw, Hex.Of(Keccak.Hash(raw)));
    }

    private static void Check(Transaction1559 t)
    {
        if (t.MaxPriorityFeePerGas > t.MaxFeePerGas)
        {
            throw new ArgumentException($"The tip ({t.MaxPriorityFeePerGas} wei) is above the maximum fee ({t.MaxFeePerGas} wei).", nameof(t));
        }
        if (t.ChainId <= 0 || t.Nonce < 0 || t.GasLimit <= 0
            || new[] { t.MaxPriorityFeePerGas, t.MaxFeePerGas, t.Value }.Any(v => v.Sign < 0 || v.GetBitLength() > 256)
            || t.AccessList.Any(a => a.StorageKeys.Any(k => k.Length != 32)))
        {
            throw new ArgumentException("A field of the transaction is negative, zero where it may not be, or too wide.", nameof(t));
        }
    }
}
