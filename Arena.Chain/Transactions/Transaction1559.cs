using System.Numerics;
using Arena.Chain.Keys;
using Arena.Chain.Rlp;

namespace Arena.Chain.Transactions;

/// <summary>Storage that a transaction announces to touch (EIP-2930).</summary>
/// <param name="StorageKeys">32 bytes each.</param>
public sealed record AccessListItem(EthAddress Address, IReadOnlyList<byte[]> StorageKeys);

/// <summary>An EIP-1559 transaction (type 2). Fees are wei per gas, the value wei.</summary>
/// <param name="MaxPriorityFeePerGas">The tip: at most <paramref name="MaxFeePerGas"/>.</param>
/// <param name="To">Null creates a contract.</param>
public sealed record Transaction1559(
    long ChainId,
    long Nonce,
    BigInteger MaxPriorityFeePerGas,
    BigInteger MaxFeePerGas,
    long GasLimit,
    EthAddress? To,
    BigInteger Value,
    byte[] Data)
{
    /// <summary>The type byte before the RLP list.</summary>
    public const byte TypeByte = 2;

    public IReadOnlyList<AccessListItem> AccessList { get; init; } = [];

    /// <summary>The hash that is signed.</summary>
    public byte[] SigningHash() => Keccak.Hash([TypeByte, .. RlpWriter.List(Fields())]);

    /// <summary>The fields in EIP-1559's order, RLP-encoded each, without the signature.</summary>
    internal List<byte[]> Fields() =>
    [
        RlpWriter.Number(ChainId),
        RlpWriter.Number(Nonce),
        RlpWriter.Number(MaxPriorityFeePerGas),
        RlpWriter.Number(MaxFeePerGas),
        RlpWriter.Number(GasLimit),
        RlpWriter.Bytes(To is null ? [] : To.ToBytes()),
        RlpWriter.Number(Value),
        RlpWriter.Bytes(Data),
        RlpWriter.List(AccessList.Select(a => RlpWriter.List(
            RlpWriter.Bytes(a.Address.ToBytes()), RlpWriter.List(a.StorageKeys.Select(k => RlpWriter.Bytes(k)))))),
    ];

    /// <summary>Reads a signed transaction and who signed it.</summary>
    /// <exception cref="FormatException">Not a well-formed signed type 2 transaction.</exception>
    public static (Transaction1559 Transaction, EthAddress From) Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty || raw[0] != TypeByte || RlpItem.Read(raw[1..]).Items is not { Count: 12 } f)
        {
            throw new FormatException("Not a signed type 2 transaction.");
        }
        try
        {
            var transaction = new Transaction1559(
                (long)f[0].ToNumber(), (long)f[1].ToNumber(), f[2].ToNumber(), f[3].ToNumber(), (long)f[4].ToNumber(),
                f[5].Data.Length == 0 ? null : EthAddress.FromBytes(f[5].Data), f[6].ToNumber(), f[7].Data)
            {
                AccessList = [.. f[8].Items!.Select(a => new AccessListItem(EthAddress.FromBytes(a.Items![0].Data), [.. a.Items[1].Items!.Select(k => k.Data)]))],
            };
            var signature = new EthECDSASignature(f[10].ToNumber(), f[11].ToNumber(), (int)f[9].ToNumber());
            var from = EthECKey.RecoverFromSignature(signature, transaction.SigningHash());
            return (transaction, from ?? throw new FormatException("The transaction's signature is no signature."));
        }
        catch (Exception e) when (e is OverflowException or ArgumentException or NullReferenceException)
        {
            throw new FormatException("Not a well-formed type 2 transaction.", e);
        }
    }
}
