using System.Numerics;
using Arena.Chain.Keys;

namespace Arena.Chain.Rpc;

/// <summary>The node answered with an error.</summary>
/// <param name="code">JSON-RPC error code, e.g. 3 for a reverted call.</param>
/// <param name="data">What a reverted call returned, or empty.</param>
public sealed class RpcException(string method, int code, string message, byte[] data) : Exception($"{method}: {message} (code {code})")
{
    public int Code { get; } = code;

    /// <summary>The node's own words.</summary>
    public string NodeMessage { get; } = message;

    public byte[] RevertData { get; } = data;
}

/// <summary>The node can't be reached or doesn't speak JSON-RPC. Nothing is known about what it did: ask again.</summary>
public sealed class RpcUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="Hash">0x hex.</param>
/// <param name="BaseFeePerGas">Wei.</param>
public sealed record BlockHeader(long Number, string Hash, string ParentHash, DateTimeOffset Timestamp, BigInteger BaseFeePerGas);

/// <summary>An event as the node returns it.</summary>
/// <param name="Topics">32 bytes each; the first is the event's signature hash.</param>
public sealed record EventLog(EthAddress Address, IReadOnlyList<byte[]> Topics, byte[] Data, long BlockNumber, string BlockHash, string TransactionHash, long LogIndex);

/// <summary>What became of a mined transaction.</summary>
/// <param name="Succeeded">False: it reverted; only gas was paid.</param>
/// <param name="ContractAddress">What it created, or null.</param>
public sealed record TransactionReceipt(
    string TransactionHash, long BlockNumber, string BlockHash, bool Succeeded, long GasUsed, EthAddress? ContractAddress, IReadOnlyList<EventLog> Logs);

/// <summary>A message call. Null fields are left to the node.</summary>
public sealed record CallInput(EthAddress? From, EthAddress? To, byte[] Data, BigInteger? Value = null);

/// <summary>Which logs: of one contract, in a range of blocks, with given topics (null matches any).</summary>
public sealed record LogFilter(EthAddress Address, long FromBlock, long ToBlock, IReadOnlyList<byte[]?> Topics);
