using Arena.Chain.Abi;

namespace Arena.Chain.Contracts;

/// <summary>Names the custom errors of a contract in what a reverted call returned.</summary>
public sealed class ContractErrors
{
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>As they were given.</summary>
    public IReadOnlyList<string> Signatures { get; }

    /// <param name="signatures">E.g. "BadEpoch()".</param>
    public ContractErrors(params IEnumerable<string> signatures)
    {
        Signatures = [.. signatures];
        foreach (var signature in Signatures.Append("Error(string)").Append("Panic(uint256)"))
        {
            var (name, parameters) = AbiText.Signature(signature);
            _names.Add(Key(FunctionAbi.SelectorOf(name, parameters.Select(p => AbiType.Parse(p.Type)))), name);
        }
    }

    /// <summary>The error's name; for Error(string) its text; null where it is not known.</summary>
    public string? NameOf(ReadOnlySpan<byte> revertData)
    {
        if (revertData.Length < 4 || !_names.TryGetValue(Key(revertData), out var name))
        {
            return null;
        }
        try
        {
            return name == "Error" ? (string)AbiDecoder.Decode("string", revertData[4..])[0] : name;
        }
        catch (FormatException)
        {
            return name;
        }
    }

    private static uint Key(ReadOnlySpan<byte> selector) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(selector);
}
