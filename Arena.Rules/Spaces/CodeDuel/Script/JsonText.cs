using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Values from and to JSON: for arguments and results, and for the program's own JSON.parse and JSON.stringify.</summary>
internal static class JsonText
{
    private const int MostNesting = 60;

    public static object? Read(Machine m, JsonNode? node, int nesting = 0)
    {
        m.Take(1);
        if (nesting > MostNesting)
        {
            throw m.RangeError("JSON nested too deeply");
        }
        switch (node)
        {
            case null: return null;
            case JsonArray array: return new JsArray(m, array.Select(v => Read(m, v, nesting + 1)).ToList());
            case JsonObject made:
                var result = new JsObject();
                foreach (var (key, value) in made)
                {
                    result.Set(m, key, Read(m, value, nesting + 1));
                }
                return result;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.String => node.GetValue<string>(),
                    // By its text: the node may hold any of C#'s numbers.
                    _ => Numbers.Read(node.ToJsonString()),
                };
        }
    }

    /// <summary>As JSON.stringify would write it; what it leaves out at the top is null.</summary>
    public static JsonNode? Write(Machine m, object? value, int nesting = 0)
    {
        m.Descend();
        var written = Written(m, value, nesting);
        m.Descent--;
        return written;
    }

    private static JsonNode? Written(Machine m, object? value, int nesting)
    {
        m.Step();
        if (nesting > MostNesting)
        {
            throw m.TypeError("The value is nested too deeply, or holds itself");
        }
        switch (value)
        {
            case bool b: return JsonValue.Create(b);
            case string text:
                m.TakeText(text.Length);
                return JsonValue.Create(text);
            case double number:
                return !double.IsFinite(number) ? null
                    : number == Math.Truncate(number) && Math.Abs(number) < 9007199254740992 ? JsonValue.Create((long)number) : JsonValue.Create(number);
            case JsArray array:
                var list = new JsonArray();
                // By place: a toJSON may change the array.
                for (var i = 0; i < array.Items.Count; i++)
                {
                    list.Add(Write(m, array.Items[i], nesting + 1));
                }
                return list;
            case JsObject made when made.Method("toJSON") is null:
                var result = new JsonObject();
                foreach (var key in made.Keys)
                {
                    m.Read(key);
                    if (made.Own(key) is Undefined or JsFunction or JsNative or JsClass)
                    {
                        m.Step();
                        continue;
                    }
                    result[key] = Write(m, made.Own(key), nesting + 1);
                }
                return result;
            case JsMap or JsIterator: return new JsonObject();
            case JsObject own: return Write(m, Js.Call(m, own.Method("toJSON"), own), nesting + 1);
            default: return null;
        }
    }

    public static object? Stringify(Machine m, Arguments a)
    {
        if (a[0] is Undefined || Js.IsFunction(a[0]))
        {
            return Undefined.Value;
        }
        if (a[1] is not (null or Undefined))
        {
            throw m.TypeError("JSON.stringify of the subset takes no replacer");
        }
        var indent = a[2] switch
        {
            double spaces => new string(' ', (int)Math.Clamp(spaces, 0, 10)),
            string text => text.Length <= 10 ? text : text[..10],
            _ => "",
        };
        var result = new StringBuilder();
        Append(m, result, Write(m, a[0]), indent, "\n");
        m.Limit(result.Length);
        return result.ToString();
    }

    public static object? Parse(Machine m, Arguments a)
    {
        var text = a.Text(m, 0);
        m.Step(1 + text.Length);
        if (Js.IsFunction(a[1]))
        {
            throw m.TypeError("JSON.parse of the subset takes no reviver");
        }
        try
        {
            // What repeats a name keeps its last value; JsonNode would refuse it.
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostNesting });
            return FromElement(m, document.RootElement);
        }
        catch (JsonException)
        {
            throw m.Error("SyntaxError", "The text is not valid JSON");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // A text with half a surrogate pair.
            throw m.Error("SyntaxError", "The text is not valid JSON");
        }
    }

    private static object? FromElement(Machine m, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array: return new JsArray(m, element.EnumerateArray().Select(e => FromElement(m, e)).ToList());
            case JsonValueKind.Object:
                var made = new JsObject();
                foreach (var property in element.EnumerateObject())
                {
                    made.Set(m, property.Name, FromElement(m, property.Value));
                }
                return made;
            case JsonValueKind.String: return element.GetString();
            case JsonValueKind.Number: return Numbers.Read(element.GetRawText());
            case JsonValueKind.Null: return null;
            default: return element.ValueKind == JsonValueKind.True;
        }
    }

    private static void Append(Machine m, StringBuilder into, JsonNode? node, string indent, string line)
    {
        m.Step();
        m.Take(2 + line.Length);
        m.Limit(into.Length);
        var inner = line + indent;
        switch (node)
        {
            case JsonArray { Count: 0 }: into.Append("[]"); break;
            case JsonObject { Count: 0 }: into.Append("{}"); break;
            case JsonArray array:
                into.Append('[');
                for (var i = 0; i < array.Count; i++)
                {
                    into.Append(i > 0 ? "," : "").Append(indent.Length > 0 ? inner : "");
                    Append(m, into, array[i], indent, inner);
                }
                into.Append(indent.Length > 0 ? line : "").Append(']');
                break;
            case JsonObject made:
                into.Append('{');
                var first = true;
                foreach (var (key, value) in made)
                {
                    into.Append(first ? "" : ",").Append(indent.Length > 0 ? inner : "");
                    first = false;
                    if (key.Length > 64)
                    {
                        m.TakeText(key.Length);
                    }
                    Quote(into, key);
                    into.Append(indent.Length > 0 ? ": " : ":");
                    Append(m, into, value, indent, inner);
                }
                into.Append(indent.Length > 0 ? line : "").Append('}');
                break;
            case null: into.Append("null"); break;
            default:
                switch (node.GetValueKind())
                {
                    case JsonValueKind.String: Quote(into, node.GetValue<string>()); break;
                    case JsonValueKind.Number: into.Append(Numbers.Text(node.AsValue().TryGetValue<long>(out var whole) ? whole : node.GetValue<double>())); break;
                    default: into.Append(node.GetValueKind() == JsonValueKind.True ? "true" : "false"); break;
                }
                break;
        }
    }

    /// <summary>QuoteJSONString (ECMA-262, 25.5.2.3).</summary>
    private static void Quote(StringBuilder into, string text)
    {
        into.Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var half = char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(text[i - 1]));
            _ = c switch
            {
                '"' => into.Append("\\\""),
                '\\' => into.Append("\\\\"),
                '\b' => into.Append("\\b"),
                '\f' => into.Append("\\f"),
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                < ' ' => into.Append("\\u00").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ when half => into.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => into.Append(c),
            };
        }
        into.Append('"');
    }
}
