using System.Globalization;
using System.Text;

namespace Arena.Chain.Abi;

/// <summary>What a Solidity type is to the encoder.</summary>
public enum AbiKind
{
    UInt,
    Int,
    Bool,
    Address,

    /// <summary>bytes1 to bytes32.</summary>
    FixedBytes,
    Bytes,
    String,

    /// <summary>T[].</summary>
    List,

    /// <summary>T[k].</summary>
    Array,
    Tuple,
}

/// <summary>
/// A type of the contract ABI: uintN, intN, bool, address, bytesN, bytes, string, T[], T[k] and nested tuples "(a,b)".
/// Values are BigInteger, bool, <see cref="Keys.EthAddress"/>, byte[], string, and object[] for arrays and tuples.
/// </summary>
/// <param name="Size">Bits of a number, bytes of bytesN, elements of T[k]; otherwise 0.</param>
/// <param name="Parts">The element type of arrays, the fields of a tuple.</param>
public sealed record AbiType(AbiKind Kind, int Size, IReadOnlyList<AbiType> Parts)
{
    private const int DeepestNesting = 16;

    /// <summary>Whether the value stands in the tail, behind an offset.</summary>
    public bool IsDynamic => Kind switch
    {
        AbiKind.Bytes or AbiKind.String or AbiKind.List => true,
        AbiKind.Array or AbiKind.Tuple => Parts.Any(p => p.IsDynamic),
        _ => false,
    };

    /// <summary>Bytes that it takes in the head.</summary>
    public int HeadSize => IsDynamic ? 32 : Kind switch
    {
        AbiKind.Array => Size * Parts[0].HeadSize,
        AbiKind.Tuple => Parts.Sum(p => p.HeadSize),
        _ => 32,
    };

    /// <summary>A comma-separated list of types, with or without names and "indexed": "address account,uint256[] amounts".</summary>
    /// <exception cref="FormatException">Not a type list.</exception>
    public static IReadOnlyList<AbiType> ParseList(string list) => [.. AbiText.Split(list).Select(p => Parse(AbiText.Parameter(p).Type))];

    /// <summary>One type.</summary>
    /// <exception cref="FormatException">Not a type.</exception>
    public static AbiType Parse(string type) => Parse(type.Trim(), DeepestNesting);

    /// <summary>The type as signatures spell it.</summary>
    public override string ToString() => Kind switch
    {
        AbiKind.UInt => $"uint{Size}",
        AbiKind.Int => $"int{Size}",
        AbiKind.Bool => "bool",
        AbiKind.Address => "address",
        AbiKind.FixedBytes => $"bytes{Size}",
        AbiKind.Bytes => "bytes",
        AbiKind.String => "string",
        AbiKind.List => $"{Parts[0]}[]",
        AbiKind.Array => $"{Parts[0]}[{Size}]",
        _ => new StringBuilder("(").AppendJoin(',', Parts).Append(')').ToString(),
    };

    private static AbiType Parse(string type, int depth)
    {
        if (depth == 0)
        {
            throw new FormatException("The ABI type nests too deep.");
        }
        if (type.EndsWith(']'))
        {
            var open = type.LastIndexOf('[');
            var element = Parse(open > 0 ? type[..open] : throw Wrong(type), depth - 1);
            var count = type[(open + 1)..^1];
            return count.Length == 0 ? new(AbiKind.List, 0, [element]) : new(AbiKind.Array, Number(count, 1, 1_000_000, type), [element]);
        }
        if (type.StartsWith('(') && type.EndsWith(')'))
        {
            return new(AbiKind.Tuple, 0, [.. AbiText.Split(type[1..^1]).Select(p => Parse(AbiText.Parameter(p).Type, depth - 1))]);
        }
        return type switch
        {
            "bool" => new(AbiKind.Bool, 0, []),
            "address" => new(AbiKind.Address, 0, []),
            "bytes" => new(AbiKind.Bytes, 0, []),
            "string" => new(AbiKind.String, 0, []),
            _ when type.StartsWith("uint", StringComparison.Ordinal) => new(AbiKind.UInt, Bits(type[4..], type), []),
            _ when type.StartsWith("int", StringComparison.Ordinal) => new(AbiKind.Int, Bits(type[3..], type), []),
            _ when type.StartsWith("bytes", StringComparison.Ordinal) => new(AbiKind.FixedBytes, Number(type[5..], 1, 32, type), []),
            _ => throw Wrong(type),
        };
    }

    private static int Bits(string digits, string type)
    {
        var bits = digits.Length == 0 ? 256 : Number(digits, 8, 256, type);
        return bits % 8 == 0 ? bits : throw Wrong(type);
    }

    private static int Number(string digits, int least, int most, string type) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : throw Wrong(type);

    private static FormatException Wrong(string type) => new($"'{type}' is not an ABI type.");
}
