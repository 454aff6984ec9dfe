using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Arena.Chain.Keys;

/// <summary>A 20-byte account address; its text carries the EIP-55 checksum, so equal addresses have equal texts.</summary>
public sealed record EthAddress
{
    private EthAddress(string value) => Value = value;

    /// <summary>0x and 40 digits in EIP-55's mixed case.</summary>
    public string Value { get; }

    public static EthAddress Zero { get; } = FromBytes(new byte[20]);

    /// <param name="bytes">20 bytes.</param>
    public static EthAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, 20, nameof(bytes));
        return new(Checksum(Convert.ToHexStringLower(bytes)));
    }

    /// <summary>The address of an uncompressed public key: the last 20 bytes of its hash.</summary>
    /// <param name="publicKey">64 bytes, x then y.</param>
    public static EthAddress FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, 64, nameof(publicKey));
        return FromBytes(Keccak.Hash(publicKey).AsSpan(12));
    }

    /// <summary>Reads an address. Text in one case only is taken as it is; mixed case must be the right checksum.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EthAddress? address)
    {
        address = null;
        if (text is not { Length: 42 } || !text.StartsWith("0x", StringComparison.Ordinal) || !text.AsSpan(2).ContainsOnlyHex())
        {
            return false;
        }
        var digits = text[2..];
        var value = Checksum(digits.ToLowerInvariant());
        if (digits != digits.ToLowerInvariant() && digits != digits.ToUpperInvariant() && value != text)
        {
            return false;
        }
        address = new(value);
        return true;
    }

    /// <exception cref="FormatException">Not an address, or its checksum is wrong.</exception>
    public static EthAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an Ethereum address (0x, 40 hex digits, right checksum).");

    /// <summary>20 bytes.</summary>
    public byte[] ToBytes() => Hex.ToBytes(Value);

    public override string ToString() => Value;

    // EIP-55: a letter is upper case where the digit of the hash of the lower-case text at its place is 8 or more.
    private static string Checksum(string digits)
    {
        var hash = Keccak.Hash(Encoding.ASCII.GetBytes(digits));
        var text = new StringBuilder("0x", 42);
        for (var i = 0; i < 40; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
            text.Append(nibble >= 8 ? char.ToUpperInvariant(digits[i]) : digits[i]);
        }
        return text.ToString();
    }
}

internal static class HexText
{
    public static bool ContainsOnlyHex(this ReadOnlySpan<char> text) => !text.ContainsAnyExcept("0123456789abcdefABCDEF");
}
