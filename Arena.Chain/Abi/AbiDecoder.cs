using System.Numerics;
using System.Text;
using Arena.Chain.Keys;

namespace Arena.Chain.Abi;

/// <summary>
/// Decodes the contract ABI, strictly: padding must be zero, numbers in range, offsets inside the data, text valid UTF-8.
/// What comes from a node is not trusted, so a length never allocates more than the data could hold.
/// </summary>
public static class AbiDecoder
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes values that were encoded one after the other.</summary>
    /// <exception cref="FormatException">The data doesn't hold them.</exception>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        var budget = 16 * (data.Length / 32) + 64;
        return Many(types, data, ref budget);
    }

    /// <summary>Decodes by a comma-separated type list.</summary>
    public static object[] Decode(string types, ReadOnlySpan<byte> data) => Decode(AbiType.ParseList(types), data);

    // Offsets may point anywhere, so nested lists could repeat the same bytes exponentially: the budget bounds all values.
    private static object[] Many(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data, ref int budget)
    {
        budget -= types.Count;
        if (budget < 0)
        {
            throw new FormatException("ABI data refers to itself too often.");
        }
        var values = new object[types.Count];
        var head = 0;
        for (var i = 0; i < types.Count; i++)
        {
            var at = types[i].IsDynamic ? Length(data, head) : head;
            values[i] = One(types[i], At(data, at), ref budget);
            head += types[i].HeadSize;
        }
        return values;
    }

    private static object One(AbiType type, ReadOnlySpan<byte> data, ref int budget)
    {
        switch (type.Kind)
        {
            case AbiKind.List:
                var count = Length(data, 0);
                var rest = data[32..];
                return (long)count * Math.Max(type.Parts[0].HeadSize, 1) <= rest.Length
                    ? Many([.. Enumerable.Repeat(type.Parts[0], count)], rest, ref budget)
                    : throw Short();
            case AbiKind.Array:
                return type.HeadSize <= data.Length || type.IsDynamic
                    ? Many([.. Enumerable.Repeat(type.Parts[0], type.Size)], data, ref budget)
                    : throw Short();
            case AbiKind.Tuple:
                return Many(type.Parts, data, ref budget);
            case AbiKind.Bytes:
                return Blob(data);
            case AbiKind.String:
                try
                {
                    return Utf8.GetString(Blob(data));
                }
                catch (DecoderFallbackException e)
                {
                    throw new FormatException("ABI string is not UTF-8.", e);
                }
        }
        var word = Word(data, 0);
        return type.Kind switch
        {
            AbiKind.UInt => Unsigned(word, type.Size),
            AbiKind.Int => Signed(word, type.Size),
            AbiKind.Bool => Unsigned(word, 1) == BigInteger.One,
            AbiKind.Address => word[..12].ContainsAnyExcept((byte)0) ? throw Dirty() : EthAddress.FromBytes(word[12..]),
            _ => word[type.Size..].ContainsAnyExcept((byte)0) ? throw Dirty() : word[..type.Size].ToArray(),
        };
    }

    private static byte[] Blob(ReadOnlySpan<byte> data)
    {
        var length = Length(data, 0);
        var padded = length + (32 - length % 32) % 32;
        if (padded > data.Length - 32)
        {
            throw Short();
        }
        return data[(32 + length)..(32 + padded)].ContainsAnyExcept((byte)0) ? throw Dirty() : data.Slice(32, length).ToArray();
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> word, int bits)
    {
        var value = new BigInteger(word, isUnsigned: true, isBigEndian: true);
        return value.GetBitLength() <= bits ? value : throw Dirty();
    }

    private static BigInteger Signed(ReadOnlySpan<byte> word, int bits)
    {
        var value = new BigInteger(word, isUnsigned: false, isBigEndian: true);
        return value.GetBitLength() < bits ? value : throw Dirty();
    }

    private static int Length(ReadOnlySpan<byte> data, int at)
    {
        var value = new BigInteger(Word(data, at), isUnsigned: true, isBigEndian: true);
        return value <= data.Length ? (int)value : throw Short();
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> data, int at) => At(data, at) is { Length: >= 32 } rest ? rest[..32] : throw Short();

    private static ReadOnlySpan<byte> At(ReadOnlySpan<byte> data, int at) => at <= data.Length ? data[at..] : throw Short();

    private static FormatException Short() => new("ABI data ends too early.");

    private static FormatException Dirty() => new("ABI data has bits set outside the value.");
}
