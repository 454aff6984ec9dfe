using System.Globalization;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>The filter tojson as transformers defines it: Python's json.dumps with ensure_ascii off.</summary>
internal static class JinjaJson
{
    /// <param name="indent">Spaces a level, or null for one line.</param>
    /// <param name="item">Between items; null: ", " or, with an indent, ",".</param>
    public static string Write(object? value, int? indent = null, bool sortKeys = false, string? item = null, string key = ": ", bool ascii = false)
    {
        var into = new StringBuilder();
        Append(value, 0);
        return into.ToString();

        void Append(object? part, int depth)
        {
            if (depth > 64 || into.Length > 1 << 24)
            {
                throw new JinjaException("A value is too deep or too long for tojson.");
            }
            switch (part)
            {
                case null:
                    into.Append("null");
                    break;
                case bool b:
                    into.Append(b ? "true" : "false");
                    break;
                case long n:
                    into.Append(n);
                    break;
                case double d:
                    into.Append(double.IsNaN(d) ? "NaN" : double.IsInfinity(d) ? d > 0 ? "Infinity" : "-Infinity" : Values.Float(d));
                    break;
                case string s:
                    Quote(s, into, ascii);
                    break;
                case List<object?> list:
                    Many('[', ']', list, i => Append(i, depth + 1), depth);
                    break;
                case DictValue dict:
                    var entries = sortKeys ? [.. dict.OrderBy(e => Values.Text(e.Key), StringComparer.Ordinal)] : dict.ToList();
                    Many('{', '}', entries, e =>
                    {
                        Quote(e.Key switch { bool b => b ? "true" : "false", var other => Values.Text(other) }, into, ascii);
                        into.Append(key);
                        Append(e.Value, depth + 1);
                    }, depth);
                    break;
                default:
                    throw new JinjaException($"{Values.Kind(part)} can't be written as JSON.");
            }
        }

        void Many<T>(char open, char close, List<T> items, Action<T> one, int depth)
        {
            into.Append(open);
            for (var i = 0; i < items.Count; i++)
            {
                into.Append(i > 0 ? item ?? (indent is null ? ", " : ",") : "");
                Line(depth + 1);
                one(items[i]);
            }
            if (items.Count > 0)
            {
                Line(depth);
            }
            into.Append(close);
        }

        void Line(int depth)
        {
            if (indent is { } width)
            {
                into.Append('\n').Append(' ', width * depth);
            }
        }
    }

    private static void Quote(string text, StringBuilder into, bool ascii)
    {
        into.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => into.Append("\\\""),
                '\\' => into.Append("\\\\"),
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                '\b' => into.Append("\\b"),
                '\f' => into.Append("\\f"),
                < ' ' => into.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when ascii => into.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => into.Append(c),
            };
        }
        into.Append('"');
    }
}
