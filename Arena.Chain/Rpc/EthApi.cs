using System.Numerics;
using System.Text.Json.Nodes;
using Arena.Chain.Keys;

namespace Arena.Chain.Rpc;

/// <summary>The node's eth_ methods that settlement needs. Every method throws as <see cref="JsonRpcClient.SendRequestAsync"/> does.</summary>
public sealed class EthApi(JsonRpcClient rpc)
{
    public const string Latest = "latest";

    public JsonRpcClient Client => rpc;

    public async Task<long> ChainIdAsync(CancellationToken ct) => (long)await QuantityAsync("eth_chainId", ct);

    public async Task<long> BlockNumberAsync(CancellationToken ct) => (long)await QuantityAsync("eth_blockNumber", ct);

    /// <summary>Wei.</summary>
    public Task<BigInteger> GetBalanceAsync(EthAddress address, CancellationToken ct) => QuantityAsync("eth_getBalance", ct, address.Value, Latest);

    /// <summary>The next nonce of an account by its mined transactions.</summary>
    public async Task<long> GetTransactionCountAsync(EthAddress address, CancellationToken ct) =>
        (long)await QuantityAsync("eth_getTransactionCount", ct, address.Value, Latest);

    public async Task<byte[]> GetCodeAsync(EthAddress address, CancellationToken ct) => Hex.ToBytes(Text(await rpc.SendRequestAsync("eth_getCode", ct, address.Value, Latest)));

    /// <summary>A block of the current chain, or null when there is none of that number yet.</summary>
    /// <param name="number">Null for the newest.</param>
    public async Task<BlockHeader?> GetBlockAsync(long? number, CancellationToken ct)
    {
        var block = await rpc.SendRequestAsync("eth_getBlockByNumber", ct, number is { } n ? Hex.Quantity(n) : Latest, false);
        return block is null ? null : RpcReader.Block(block);
    }

    /// <summary>The receipt of a mined transaction, or null.</summary>
    public async Task<TransactionReceipt?> GetTransactionReceiptAsync(string hash, CancellationToken ct)
    {
        var receipt = await rpc.SendRequestAsync("eth_getTransactionReceipt", ct, hash);
        return receipt is null ? null : RpcReader.Receipt(receipt);
    }

    /// <summary>Runs a call without a transaction.</summary>
    /// <param name="block">A block number, or null for the newest.</param>
    public async Task<byte[]> CallAsync(CallInput call, long? block, CancellationToken ct) =>
        Hex.ToBytes(Text(await rpc.SendRequestAsync("eth_call", ct, Input(call), block is { } n ? Hex.Quantity(n) : Latest)));

    /// <summary>Gas that the call would take now; a revert is an <see cref="RpcException"/> with its data.</summary>
    /// <param name="block">"latest" for mined state only; null leaves it to the node, which may count what waits in its pool.</param>
    public async Task<long> EstimateGasAsync(CallInput call, CancellationToken ct, string? block = null)
    {
        JsonNode?[] parameters = block is null ? [Input(call)] : [Input(call), block];
        return (long)Hex.ToNumber(Text(await rpc.SendRequestAsync("eth_estimateGas", ct, parameters)));
    }

    /// <summary>Hands signed bytes to the node; returns the transaction's hash.</summary>
    public async Task<string> SendRawTransactionAsync(byte[] raw, CancellationToken ct) => Text(await rpc.SendRequestAsync("eth_sendRawTransaction", ct, Hex.Of(raw)));

    /// <summary>Logs in order of the chain.</summary>
    public async Task<IReadOnlyList<EventLog>> GetLogsAsync(LogFilter filter, CancellationToken ct)
    {
        var logs = await rpc.SendRequestAsync("eth_getLogs", ct, new JsonObject
        {
            ["address"] = filter.Address.Value,
            ["fromBlock"] = Hex.Quantity(filter.FromBlock),
            ["toBlock"] = Hex.Quantity(filter.ToBlock),
            ["topics"] = new JsonArray([.. filter.Topics.Select(t => t is null ? null : (JsonNode)Hex.Of(t))]),
        });
        return [.. logs?.AsArray().Select(l => RpcReader.Log(l!)) ?? []];
    }

    private async Task<BigInteger> QuantityAsync(string method, CancellationToken ct, params JsonNode?[] parameters) => Hex.ToNumber(Text(await rpc.SendRequestAsync(method, ct, parameters)));

    private static string Text(JsonNode? node) => node?.GetValue<string>() ?? throw new RpcUnreachableException("The chain node answered null where a value is due.");

    private static JsonObject Input(CallInput call)
    {
        var input = new JsonObject { ["data"] = Hex.Of(call.Data) };
        if (call.From is { } from)
        {
            input["from"] = from.Value;
        }
        if (call.To is { } to)
        {
            input["to"] = to.Value;
        }
        if (call.Value is { } value)
        {
            input["value"] = Hex.Quantity(value);
        }
        return input;
    }
}
