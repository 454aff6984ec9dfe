using System.Numerics;

namespace Arena.Chain.Keys;

/// <summary>A secp256k1 signature with its recovery bit.</summary>
/// <param name="R">1..n-1.</param>
/// <param name="S">1..n/2: the low half, as EIP-2 demands.</param>
/// <param name="YParity">0 or 1.</param>
public sealed record EthECDSASignature(BigInteger R, BigInteger S, int YParity)
{
    /// <summary>65 bytes r || s || v with v = 27 + parity, as personal_sign returns it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[65];
        Write(R, bytes.AsSpan(0, 32));
        Write(S, bytes.AsSpan(32, 32));
        bytes[64] = (byte)(27 + YParity);
        return bytes;
    }

    /// <summary>Reads r || s || v; v may be 0, 1, 27 or 28. Null where it is anything else.</summary>
    public static EthECDSASignature? FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 65 || bytes[64] is not (0 or 1 or 27 or 28))
        {
            return null;
        }
        return new(
            new BigInteger(bytes[..32], isUnsigned: true, isBigEndian: true),
            new BigInteger(bytes[32..64], isUnsigned: true, isBigEndian: true),
            bytes[64] % 27);
    }

    private static void Write(BigInteger value, Span<byte> target)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(target[(target.Length - bytes.Length)..]);
    }
}
