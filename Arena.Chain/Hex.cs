using System.Globalization;
using System.Numerics;

namespace Arena.Chain;

/// <summary>Hexadecimal as Ethereum's JSON-RPC writes it: "data" (0x and two digits a byte) and "quantities" (0x, no leading zeros).</summary>
public static class Hex
{
    /// <summary>0x and lower-case digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>A quantity: "0x0" for zero, no leading zeros.</summary>
    /// <param name="value">Not negative.</param>
    public static string Quantity(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value.Sign, nameof(value));
        var digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return "0x" + (digits.Length == 0 ? "0" : digits);
    }

    /// <summary>Bytes of hex with or without 0x.</summary>
    /// <exception cref="FormatException">Not hex, or an odd number of digits.</exception>
    public static byte[] ToBytes(string hex) => Convert.FromHexString(Digits(hex));

    /// <summary>Number of a quantity; leading zeros are tolerated, as some nodes send them.</summary>
    /// <exception cref="FormatException">Not hex.</exception>
    public static BigInteger ToNumber(string quantity)
    {
        var digits = Digits(quantity);
        return digits.IsEmpty ? BigInteger.Zero : BigInteger.Parse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static ReadOnlySpan<char> Digits(string hex) =>
        hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? hex.AsSpan(2) : hex;
}
