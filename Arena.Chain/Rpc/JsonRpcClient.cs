using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Chain.Rpc;

/// <summary>JSON-RPC 2.0 over HTTP, one call a request.</summary>
/// <param name="timeout">For one call.</param>
public sealed class JsonRpcClient(HttpClient http, Uri url, TimeSpan timeout, TimeProvider time)
{
    private const int LongestAnswer = 64 * 1024 * 1024;

    private int _id;

    public Uri Url { get; } = url;

    /// <summary>Calls a method; null where the node answers null.</summary>
    /// <exception cref="RpcException">The node answered with an error.</exception>
    /// <exception cref="RpcUnreachableException">No answer, or not JSON-RPC.</exception>
    public async Task<JsonNode?> SendRequestAsync(string method, CancellationToken ct, params JsonNode?[] parameters)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = Interlocked.Increment(ref _id),
            ["method"] = method,
            ["params"] = new JsonArray(parameters),
        };
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        JsonObject answer;
        try
        {
            using var response = await http.PostAsJsonAsync(Url, request, both.Token);
            if (response.Content.Headers.ContentLength > LongestAnswer)
            {
                throw new RpcUnreachableException($"The chain node's answer to {method} is too long.");
            }
            answer = await response.Content.ReadFromJsonAsync<JsonObject>(both.Token) ?? throw new JsonException("null");
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new RpcUnreachableException($"The chain node at {Url.Authority} did not answer {method} within {timeout.TotalSeconds:0.#} s.", e);
        }
        catch (HttpRequestException e)
        {
            throw new RpcUnreachableException($"The chain node at {Url.Authority} can't be reached.", e);
        }
        catch (JsonException e)
        {
            throw new RpcUnreachableException($"What answers at {Url.Authority} does not speak JSON-RPC.", e);
        }
        if (answer["error"] is JsonObject error)
        {
            throw Error(method, error);
        }
        return answer.ContainsKey("result") ? answer["result"] : throw new RpcUnreachableException($"What answers at {Url.Authority} does not speak JSON-RPC.");
    }

    private static RpcException Error(string method, JsonObject error)
    {
        var data = error["data"] switch
        {
            JsonValue value when value.TryGetValue<string>(out var hex) => hex,
            JsonObject inner when inner["data"] is JsonValue value && value.TryGetValue<string>(out var hex) => hex,
            _ => "",
        };
        byte[] bytes = [];
        if (data.StartsWith("0x", StringComparison.Ordinal) && data.Length % 2 == 0)
        {
            try
            {
                bytes = Hex.ToBytes(data);
            }
            catch (FormatException)
            {
                // Some nodes put words there; the message says the same.
            }
        }
        return new(method, error["code"]?.GetValue<int>() ?? 0, error["message"]?.GetValue<string>() ?? "error", bytes);
    }
}
