using System.Text;
using System.Text.Json;

namespace Arena.Rules.Spaces.Instruct.Constraints;

/// <summary>The keys of a text that is one JSON object (RFC 8259, nested at most 16 deep).</summary>
internal static class JsonKeys
{
    /// <summary>The outermost keys in their order, doubles included, or null where the text is something else.</summary>
    public static IReadOnlyList<string>? Of(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] != '{')
        {
            return null;
        }
        try
        {
            var keys = new List<string>();
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 16 });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    keys.Add(reader.GetString()!);
                }
            }
            return keys;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a key that no text can have (half of a surrogate pair).
            return null;
        }
    }
}
