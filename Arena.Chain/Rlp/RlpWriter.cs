using System.Numerics;

namespace Arena.Chain.Rlp;

/// <summary>Recursive length prefix (yellow paper, appendix B): byte strings and lists of them.</summary>
public static class RlpWriter
{
    /// <summary>A byte string.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> value) =>
        value.Length == 1 && value[0] < 0x80 ? [value[0]] : [.. Head(0x80, value.Length), .. value];

    /// <summary>A number: big-endian without leading zeros; zero is the empty string.</summary>
    /// <param name="value">Not negative.</param>
    public static byte[] Number(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value.Sign, nameof(value));
        return value.IsZero ? Bytes([]) : Bytes(value.ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    /// <summary>A list of items that are encoded already.</summary>
    public static byte[] List(params IEnumerable<byte[]> items)
    {
        var body = items.SelectMany(i => i).ToArray();
        return [.. Head(0xc0, body.Length), .. body];
    }

    private static byte[] Head(int kind, int length)
    {
        if (length < 56)
        {
            return [(byte)(kind + length)];
        }
        var digits = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(kind + 55 + digits.Length), .. digits];
    }
}
