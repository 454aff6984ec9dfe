using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Serialization;

namespace Arena.Engine.Preferences;

/// <summary>
/// Rows of a Parquet file as lines of JSON, lists and structures included, as data set hubs keep preference sets. For files that somebody chose to open on their
/// own machine: a small file can claim to be a very large one.
/// </summary>
public static class ParquetLines
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Row group by row group, in the file's order.</summary>
    /// <exception cref="IOException">Not a Parquet file, or one that can't be read.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        var groups = await OpenAsync(file, ct);
        for (var group = 0; group < groups; group++)
        {
            foreach (var row in await RowsAsync(file, group, ct))
            {
                yield return Node(row)!.ToJsonString(Json);
            }
        }
    }

    private static async Task<int> OpenAsync(Stream file, CancellationToken ct)
    {
        try
        {
            await using var reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true, cancellationToken: ct);
            return reader.RowGroupCount;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new IOException($"This is no Parquet file that can be read here: {e.Message}", e);
        }
    }

    private static async Task<IEnumerable<IDictionary<string, object?>>> RowsAsync(Stream file, int group, CancellationToken ct)
    {
        try
        {
            file.Position = 0;
            var read = await ParquetSerializer.DeserializeUntypedAsync(file, rowGroupIndex: group, cancellationToken: ct);
            return read.Data!;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new IOException($"Row group {group + 1} can't be read: {e.Message}", e);
        }
    }

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        string text => text,
        IDictionary<string, object?> fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, Node(f.Value)))),
        byte[] bytes => Convert.ToBase64String(bytes),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(Node)]),
        _ => JsonSerializer.SerializeToNode(value, value.GetType(), Json),
    };
}
