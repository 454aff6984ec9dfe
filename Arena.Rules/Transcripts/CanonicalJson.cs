using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Rules.Transcripts;

/// <summary>
/// RFC 8785 canonical JSON, restricted to what our records hold: null, booleans, integers of at most 2^53-1 in
/// magnitude, strings, arrays, objects. There is exactly one byte form of a value, so a hash of the bytes is a hash of the value.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Largest magnitude of an integer: every JSON reader holds it exactly.</summary>
    public const long LargestInteger = 9_007_199_254_740_991;

    /// <summary>The canonical bytes of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">The value holds a fraction, too large a number or a lone surrogate.</exception>
    public static byte[] Write(JsonNode? value)
    {
        var writer = new CanonicalWriter();
        Write(writer, value);
        return writer.ToArray();
    }

    /// <summary>Reads canonical bytes; null and a reason where they are not the canonical form of anything.</summary>
    public static (JsonNode? Value, string? Problem) Read(ReadOnlySpan<byte> bytes)
    {
        JsonNode? value;
        byte[] again;
        try
        {
            value = JsonNode.Parse(bytes, default, new JsonDocumentOptions { MaxDepth = 64 });
            again = Write(value);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return (null, e.Message);
        }
        if (again.AsSpan().SequenceEqual(bytes))
        {
            return (value, null);
        }
        var at = again.AsSpan().CommonPrefixLength(bytes);
        return (null, $"not in canonical form from byte {at}");
    }

    /// <summary>The text with every lone surrogate replaced by U+FFFD, so that it has a UTF-8 form.</summary>
    public static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }
        return text;
    }

    private static void Write(CanonicalWriter writer, JsonNode? value)
    {
        switch (value)
        {
            case null:
                writer.Raw("null"u8);
                break;
            case JsonObject members:
                writer.Raw("{"u8);
                var first = true;
                foreach (var (key, member) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.Raw(first ? ""u8 : ","u8);
                    writer.Text(key);
                    writer.Raw(":"u8);
                    Write(writer, member);
                    first = false;
                }
                writer.Raw("}"u8);
                break;
            case JsonArray items:
                writer.Raw("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    writer.Raw(i == 0 ? ""u8 : ","u8);
                    Write(writer, items[i]);
                }
                writer.Raw("]"u8);
                break;
            default:
                Write(writer, value.AsValue());
                break;
        }
    }

    private static void Write(CanonicalWriter writer, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                writer.Raw("true"u8);
                break;
            case JsonValueKind.False:
                writer.Raw("false"u8);
                break;
            case JsonValueKind.String:
                writer.Text(value.GetValue<string>());
                break;
            default:
                var number = value.TryGetValue<long>(out var wide) ? wide
                    : value.TryGetValue<int>(out var narrow) ? narrow
                    : throw new ArgumentException($"{value.ToJsonString()} is not an integer.");
                if (number is > LargestInteger or < -LargestInteger)
                {
                    throw new ArgumentException($"{number} is beyond 2^53-1.");
                }
                writer.Number(number);
                break;
        }
    }
}
