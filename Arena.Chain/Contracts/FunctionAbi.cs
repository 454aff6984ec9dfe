using System.Text;
using Arena.Chain.Abi;

namespace Arena.Chain.Contracts;

/// <summary>A function of a contract, from its signature: "claim(address,uint128,(bytes32,uint128,bool)[])".</summary>
public sealed class FunctionAbi
{
    private readonly IReadOnlyList<AbiType> _inputs;
    private readonly IReadOnlyList<AbiType> _outputs;

    /// <param name="signature">With or without names.</param>
    /// <param name="returns">A comma-separated type list.</param>
    public FunctionAbi(string signature, string returns = "")
    {
        var (name, parameters) = AbiText.Signature(signature);
        Name = name;
        _inputs = [.. parameters.Select(p => AbiType.Parse(p.Type))];
        _outputs = AbiType.ParseList(returns);
        Selector = SelectorOf(name, _inputs);
    }

    public string Name { get; }

    /// <summary>The first four bytes of the signature's hash.</summary>
    public byte[] Selector { get; }

    /// <summary>Call data.</summary>
    public byte[] Encode(params IReadOnlyList<object> arguments) => [.. Selector, .. AbiEncoder.Encode(_inputs, arguments)];

    /// <summary>What a call returned.</summary>
    /// <exception cref="FormatException">The data doesn't hold the outputs, e.g. because there is no contract at the address.</exception>
    public object[] DecodeOutput(ReadOnlySpan<byte> data) => AbiDecoder.Decode(_outputs, data);

    public override string ToString() => $"function {Name}({string.Join(',', _inputs)}) returns ({string.Join(',', _outputs)})";

    internal static byte[] HashOf(string name, IEnumerable<AbiType> inputs) => Keccak.Hash(Encoding.ASCII.GetBytes($"{name}({string.Join(',', inputs)})"));

    internal static byte[] SelectorOf(string name, IEnumerable<AbiType> inputs) => HashOf(name, inputs)[..4];
}
