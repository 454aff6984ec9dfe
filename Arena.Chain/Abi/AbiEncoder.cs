using System.Numerics;
using System.Text;
using Arena.Chain.Keys;

namespace Arena.Chain.Abi;

/// <summary>Encodes values as the contract ABI specification says ("Formal Specification of the Encoding").</summary>
public static class AbiEncoder
{
    /// <summary>Encodes values one after the other, as a call's arguments.</summary>
    /// <exception cref="ArgumentException">A value doesn't fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        if (types.Count != values.Count)
        {
            throw new ArgumentException($"{types.Count} types but {values.Count} values.", nameof(values));
        }
        var head = new MemoryStream();
        var tail = new MemoryStream();
        var headSize = types.Sum(t => t.HeadSize);
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i].IsDynamic)
            {
                head.Write(Word(headSize + tail.Length));
                tail.Write(One(types[i], values[i]));
            }
            else
            {
                head.Write(One(types[i], values[i]));
            }
        }
        tail.WriteTo(head);
        return head.ToArray();
    }

    /// <summary>Encodes by a comma-separated type list.</summary>
    public static byte[] Encode(string types, params IReadOnlyList<object> values) => Encode(AbiType.ParseList(types), values);

    private static byte[] One(AbiType type, object value)
    {
        switch (type.Kind)
        {
            case AbiKind.UInt:
            case AbiKind.Int:
                return Number(type, value);
            case AbiKind.Bool:
                return Word(value is bool b ? (b ? 1 : 0) : throw Misfit(type, value));
            case AbiKind.Address:
                return [.. new byte[12], .. (value as EthAddress ?? throw Misfit(type, value)).ToBytes()];
            case AbiKind.FixedBytes:
                return value is byte[] f && f.Length == type.Size ? [.. f, .. new byte[32 - f.Length]] : throw Misfit(type, value);
            case AbiKind.Bytes:
                return Blob(value as byte[] ?? throw Misfit(type, value));
            case AbiKind.String:
                return Blob(Encoding.UTF8.GetBytes(value as string ?? throw Misfit(type, value)));
            case AbiKind.List:
                var list = Items(type, value);
                return [.. Word(list.Count), .. Encode([.. Enumerable.Repeat(type.Parts[0], list.Count)], list)];
            case AbiKind.Array:
                var array = Items(type, value);
                return array.Count == type.Size ? Encode([.. Enumerable.Repeat(type.Parts[0], type.Size)], array) : throw Misfit(type, value);
            default:
                return Encode(type.Parts, Items(type, value));
        }
    }

    private static byte[] Number(AbiType type, object value)
    {
        var number = value switch
        {
            BigInteger b => b,
            int i => i,
            long l => l,
            ulong u => u,
            UInt128 u => u,
            _ => throw Misfit(type, value),
        };
        var (least, most) = type.Kind == AbiKind.UInt
            ? (BigInteger.Zero, BigInteger.One << type.Size)
            : (-(BigInteger.One << (type.Size - 1)), BigInteger.One << (type.Size - 1));
        return number >= least && number < most ? Word(number) : throw Misfit(type, value);
    }

    private static byte[] Blob(byte[] bytes) => [.. Word(bytes.Length), .. bytes, .. new byte[(32 - bytes.Length % 32) % 32]];

    private static byte[] Word(BigInteger value)
    {
        var word = new byte[32];
        if (value.Sign < 0)
        {
            value += BigInteger.One << 256;
        }
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, 32 - bytes.Length);
        return word;
    }

    private static IReadOnlyList<object> Items(AbiType type, object value) => value as IReadOnlyList<object> ?? throw Misfit(type, value);

    private static ArgumentException Misfit(AbiType type, object value) => new($"A value of type {value.GetType().Name} ({value}) does not fit the ABI type {type}.");
}
