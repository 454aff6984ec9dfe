using System.Numerics;

namespace Arena.Chain.Rlp;

/// <summary>A decoded item: a byte string, or a list where <see cref="Items"/> is not null.</summary>
public sealed record RlpItem(byte[] Data, IReadOnlyList<RlpItem>? Items)
{
    private const int DeepestNesting = 64;

    /// <summary>Reads one item that fills the bytes exactly. Only the shortest encoding is accepted.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static RlpItem Read(ReadOnlySpan<byte> bytes)
    {
        var item = Next(bytes, out var used, DeepestNesting);
        return used == bytes.Length ? item : throw new FormatException("Bytes after the RLP item.");
    }

    /// <exception cref="FormatException">A list, or with leading zeros.</exception>
    public BigInteger ToNumber() => Items is null && (Data.Length == 0 || Data[0] != 0)
        ? new BigInteger(Data, isUnsigned: true, isBigEndian: true)
        : throw new FormatException("Not an RLP number.");

    private static RlpItem Next(ReadOnlySpan<byte> bytes, out int used, int depth)
    {
        if (bytes.IsEmpty || depth == 0)
        {
            throw new FormatException("RLP ends too early or nests too deep.");
        }
        var first = bytes[0];
        if (first < 0x80)
        {
            used = 1;
            return new([first], null);
        }
        var isList = first >= 0xc0;
        var code = first - (isList ? 0xc0 : 0x80);
        var head = 1;
        var length = code;
        if (code > 55)
        {
            head += code - 55;
            var digits = bytes.Length >= head ? bytes[1..head] : throw new FormatException("RLP ends too early.");
            if (digits[0] == 0 || digits.Length > 4)
            {
                throw new FormatException("RLP length is not in its shortest form or too large.");
            }
            var longLength = (long)new BigInteger(digits, isUnsigned: true, isBigEndian: true);
            if (longLength < 56 || longLength > bytes.Length - head)
            {
                throw new FormatException("RLP length is not in its shortest form or too large.");
            }
            length = (int)longLength;
        }
        if (length > bytes.Length - head)
        {
            throw new FormatException("RLP ends too early.");
        }
        used = head + length;
        var body = bytes.Slice(head, length);
        if (!isList)
        {
            return length == 1 && body[0] < 0x80 ? throw new FormatException("RLP byte is not in its shortest form.") : new(body.ToArray(), null);
        }
        var items = new List<RlpItem>();
        while (!body.IsEmpty)
        {
            items.Add(Next(body, out var step, depth - 1));
            body = body[step..];
        }
        return new([], items);
    }
}
