using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>Values of tests: made from C#'s, compared, shown.</summary>
public static class JsonValues
{
    /// <summary>Numbers, texts, truth values, null; tuples and sequences as arrays; dictionaries as objects.</summary>
    public static JsonNode? Of(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool yes => JsonValue.Create(yes),
        int number => JsonValue.Create((long)number),
        long number => JsonValue.Create(number),
        IReadOnlyDictionary<string, int> map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, Of(m.Value)))),
        ITuple tuple => new JsonArray([.. Enumerable.Range(0, tuple.Length).Select(i => Of(tuple[i]))]),
        IEnumerable many => new JsonArray([.. many.Cast<object?>().Select(Of)]),
        _ => throw new ArgumentException($"{value.GetType()} is not a value of tests.", nameof(value)),
    };

    /// <summary>Deep equality: 1 equals 1.0, 0 equals -0, the order of an object's names doesn't matter.</summary>
    public static bool Same(JsonNode? a, JsonNode? b)
    {
        switch (a, b)
        {
            case (null, null): return true;
            case (JsonArray x, JsonArray y): return x.Count == y.Count && x.Zip(y, Same).All(s => s);
            case (JsonObject x, JsonObject y): return x.Count == y.Count && x.All(m => y.TryGetPropertyValue(m.Key, out var other) && Same(m.Value, other));
            case (JsonValue x, JsonValue y):
                var kind = x.GetValueKind();
                return kind == y.GetValueKind() && kind switch
                {
                    JsonValueKind.String => x.GetValue<string>() == y.GetValue<string>(),
                    JsonValueKind.Number => Number(x) == Number(y),
                    _ => true,
                };
            default: return false;
        }
    }

    /// <summary>As JSON, cut after about <paramref name="most"/> characters however large the value. Never throws.</summary>
    public static string Shown(JsonNode? value, int most)
    {
        var text = new StringBuilder();
        Append(text, value, most);
        return text.Length <= most ? text.ToString() : $"{Whole(text.ToString(0, most))}…";
    }

    private static string Whole(string text) => char.IsHighSurrogate(text[^1]) ? text[..^1] : text;

    private static void Append(StringBuilder text, JsonNode? value, int most)
    {
        switch (value)
        {
            case var _ when text.Length > most:
                break;
            case null:
                text.Append("null");
                break;
            case JsonArray array:
                AppendAll(text, '[', ']', array, most, v => Append(text, v, most));
                break;
            case JsonObject made:
                AppendAll(text, '{', '}', made, most, m =>
                {
                    Quote(text, m.Key, most);
                    text.Append(':');
                    Append(text, m.Value, most);
                });
                break;
            default:
                switch (value.GetValueKind())
                {
                    case JsonValueKind.String:
                        Quote(text, value.GetValue<string>(), most);
                        break;
                    case JsonValueKind.Number:
                        var number = Number(value.AsValue());
                        text.Append((number == 0 ? 0 : number).ToString(CultureInfo.InvariantCulture));
                        break;
                    default:
                        text.Append(value.GetValueKind() == JsonValueKind.True ? "true" : "false");
                        break;
                }
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, IEnumerable<T> items, int most, Action<T> append)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "" : ",");
            first = false;
            append(item);
            if (text.Length > most)
            {
                return;
            }
        }
        text.Append(close);
    }

    /// <summary>Quotes, backslashes and line breaks escaped; other controls and halves of surrogate pairs shown as U+FFFD.</summary>
    private static void Quote(StringBuilder text, string value, int most)
    {
        text.Append('"');
        for (var i = 0; i < value.Length && text.Length <= most; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                text.Append(c).Append(value[++i]);
                continue;
            }
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                _ => text.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c),
            };
        }
        text.Append('"');
    }

    private static double Number(JsonValue value) =>
        value.TryGetValue<long>(out var whole) ? whole : value.TryGetValue<double>(out var number) ? number : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
