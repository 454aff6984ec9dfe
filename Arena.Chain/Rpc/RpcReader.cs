using System.Numerics;
using System.Text.Json.Nodes;
using Arena.Chain.Keys;

namespace Arena.Chain.Rpc;

/// <summary>Reads the node's JSON objects.</summary>
internal static class RpcReader
{
    public static BlockHeader Block(JsonNode b) => new(
        Long(b["number"]), Text(b["hash"]), Text(b["parentHash"]), DateTimeOffset.FromUnixTimeSeconds(Long(b["timestamp"])),
        b["baseFeePerGas"] is { } fee ? Hex.ToNumber(fee.GetValue<string>()) : BigInteger.Zero);

    public static TransactionReceipt Receipt(JsonNode r) => new(
        Text(r["transactionHash"]), Long(r["blockNumber"]), Text(r["blockHash"]), Long(r["status"]) == 1, Long(r["gasUsed"]),
        r["contractAddress"] is { } created ? EthAddress.Parse(created.GetValue<string>()) : null,
        [.. r["logs"]!.AsArray().Select(l => Log(l!))]);

    public static EventLog Log(JsonNode l) => new(
        EthAddress.Parse(Text(l["address"])), [.. l["topics"]!.AsArray().Select(t => Hex.ToBytes(Text(t)))], Hex.ToBytes(Text(l["data"])),
        Long(l["blockNumber"]), Text(l["blockHash"]), Text(l["transactionHash"]), Long(l["logIndex"]));

    private static string Text(JsonNode? node) => node?.GetValue<string>() ?? throw new RpcUnreachableException("The chain node left out a field that it must send.");

    private static long Long(JsonNode? node) => (long)Hex.ToNumber(Text(node));
}
