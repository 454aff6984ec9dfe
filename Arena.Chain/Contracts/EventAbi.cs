using Arena.Chain.Abi;
using Arena.Chain.Rpc;

namespace Arena.Chain.Contracts;

/// <summary>An event of a contract, from its signature: "Deposited(address indexed account,address indexed from,uint128 amount)".</summary>
public sealed class EventAbi
{
    private readonly IReadOnlyList<(AbiType Type, bool Indexed)> _parameters;

    public EventAbi(string signature)
    {
        var (name, parameters) = AbiText.Signature(signature);
        Name = name;
        _parameters = [.. parameters.Select(p => (AbiType.Parse(p.Type), p.Indexed))];
        Topic = FunctionAbi.HashOf(name, _parameters.Select(p => p.Type));
    }

    public string Name { get; }

    /// <summary>The first topic: the signature's hash.</summary>
    public byte[] Topic { get; }

    /// <summary>The event's values in order of its parameters, or null where the log is another event's. An indexed value that is stored as its hash (string, bytes, array, tuple) comes as the 32-byte hash.</summary>
    /// <exception cref="FormatException">The log has this event's topic but not its data.</exception>
    public object[]? Decode(EventLog log)
    {
        var indexed = _parameters.Count(p => p.Indexed);
        if (log.Topics.Count != indexed + 1 || !log.Topics[0].AsSpan().SequenceEqual(Topic))
        {
            return null;
        }
        var rest = new Queue<object>(AbiDecoder.Decode([.. _parameters.Where(p => !p.Indexed).Select(p => p.Type)], log.Data));
        var topics = new Queue<byte[]>(log.Topics.Skip(1));
        return [.. _parameters.Select(p => p.Indexed ? Indexed(p.Type, topics.Dequeue()) : rest.Dequeue())];
    }

    public override string ToString() => $"event {Name}({string.Join(',', _parameters.Select(p => p.Type))})";

    private static object Indexed(AbiType type, byte[] topic) =>
        type.IsDynamic || type.Kind is AbiKind.Array or AbiKind.Tuple ? topic : AbiDecoder.Decode([type], topic)[0];
}
