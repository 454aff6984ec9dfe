using System.Globalization;
using Arena.Rules.Hashing;

namespace Arena.Engine.Settlement;

/// <summary>
/// The address for which an owner's deposits are made: four marker bytes and the owner's id. No key belongs to it; it
/// only says whom the vault's Deposited event credits, so that nobody can take a deposit by typing another's address.
/// </summary>
public static class OwnerReference
{
    private static readonly byte[] Marker = "ARNA"u8.ToArray();

    /// <summary>0x and 40 hex digits with EIP-55 capitals.</summary>
    public static string Of(Guid owner)
    {
        var bytes = new byte[20];
        Marker.CopyTo(bytes, 0);
        owner.TryWriteBytes(bytes.AsSpan(4), bigEndian: true, out _);
        return Checksummed(Convert.ToHexStringLower(bytes));
    }

    /// <summary>The owner behind a reference, or null where the address is none.</summary>
    public static Guid? OwnerOf(string address)
    {
        var bytes = EpochBook.Bytes(address);
        return bytes.Length == 20 && bytes.AsSpan(0, 4).SequenceEqual(Marker) ? new Guid(bytes.AsSpan(4), bigEndian: true) : null;
    }

    /// <summary>An address as it is kept: EIP-55. Null where the text is no address, or its capitals contradict its checksum.</summary>
    public static string? Canonical(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length != 42 || !trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            || !trimmed.AsSpan(2).ContainsOnlyHex())
        {
            return null;
        }
        var digits = trimmed[2..];
        var expected = Checksummed(digits.ToLower(CultureInfo.InvariantCulture));
        var mixed = digits.Any(char.IsAsciiLetterLower) && digits.Any(char.IsAsciiLetterUpper);
        return mixed && expected[2..] != digits ? null : expected;
    }

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>EIP-55: a letter is a capital where the matching digit of keccak(lower-case digits) is 8 or more.</summary>
    private static string Checksummed(string digits)
    {
        var hash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(digits));
        return "0x" + string.Create(40, (digits, hash), static (span, state) =>
        {
            for (var i = 0; i < 40; i++)
            {
                var nibble = (state.hash[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xF;
                span[i] = nibble >= 8 ? char.ToUpperInvariant(state.digits[i]) : state.digits[i];
            }
        });
    }
}
