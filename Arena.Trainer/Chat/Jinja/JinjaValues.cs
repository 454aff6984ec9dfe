using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>What a name is that nobody set. Prints as nothing, is false, has no items; anything else with it is an error.</summary>
internal sealed record Undefined(string What);

/// <summary>namespace(...): the one thing whose fields a template may set.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>A Python tuple, which prints with parentheses.</summary>
internal sealed class TupleValue(IEnumerable<object?> items) : List<object?>(items);

/// <summary>A Python dict with its order. Keys are texts, numbers or truth values.</summary>
internal sealed class DictValue : OrderedDictionary<object, object?>
{
    public DictValue()
        : base(KeyEquality.Instance)
    {
    }

    private sealed class KeyEquality : IEqualityComparer<object>
    {
        public static KeyEquality Instance { get; } = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => Jinja.Values.Same(x, y);

        public int GetHashCode(object key) => key is string text ? text.GetHashCode(StringComparison.Ordinal) : Jinja.Values.Number(key)?.GetHashCode() ?? 0;
    }
}

/// <summary>Something that can be called: a macro, a global function, a method bound to its value.</summary>
internal delegate object? Callable(JinjaRun run, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named);

/// <summary>Python's values in .NET's: null, bool, long, double, string, list, dict; with Python's truth, equality, order and words.</summary>
internal static class Values
{
    public static object? From(JsonNode? json, Func<string, string> text)
    {
        switch (json)
        {
            case null:
                return null;
            case JsonArray array:
                return array.Select(i => From(i, text)).ToList();
            case JsonObject fields:
                var dict = new DictValue();
                foreach (var (key, value) in fields)
                {
                    dict[text(key)] = From(value, text);
                }
                return dict;
            default:
                return json.GetValueKind() switch
                {
                    System.Text.Json.JsonValueKind.True => true,
                    System.Text.Json.JsonValueKind.False => false,
                    System.Text.Json.JsonValueKind.Number => long.TryParse(json.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : (object)double.Parse(json.ToJsonString(), CultureInfo.InvariantCulture),
                    _ => text(json.GetValue<string>()),
                };
        }
    }

    public static bool True(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        string s => s.Length > 0,
        List<object?> l => l.Count > 0,
        DictValue d => d.Count > 0,
        _ => true,
    };

    /// <summary>A number, truth values included as Python has them.</summary>
    public static double? Number(object? value) => value switch { bool b => b ? 1 : 0, long n => n, double d => d, _ => null };

    public static bool Same(object? a, object? b)
    {
        var budget = MostCompared;
        return Same(a, b, ref budget);
    }

    /// <exception cref="JinjaException">They have no order.</exception>
    public static int Order(object? a, object? b)
    {
        var budget = MostCompared;
        return Order(a, b, ref budget);
    }

    // Lists can hold the same list many times over, many levels deep.
    private const int MostCompared = 1_000_000;

    private static bool Same(object? a, object? b, ref int budget)
    {
        Spend(ref budget);
        switch (a, b)
        {
            case (null, null) or (Undefined, Undefined):
                return true;
            case (string x, string y):
                return string.Equals(x, y, StringComparison.Ordinal);
            case (long x, long y):
                return x == y;
            case (List<object?> x, List<object?> y):
                if (x is TupleValue != y is TupleValue || x.Count != y.Count)
                {
                    return false;
                }
                for (var i = 0; i < x.Count; i++)
                {
                    if (!Same(x[i], y[i], ref budget))
                    {
                        return false;
                    }
                }
                return true;
            case (DictValue x, DictValue y):
                if (x.Count != y.Count)
                {
                    return false;
                }
                foreach (var (key, value) in x)
                {
                    if (!y.TryGetValue(key, out var other) || !Same(value, other, ref budget))
                    {
                        return false;
                    }
                }
                return true;
            default:
                return Number(a) is { } m && Number(b) is { } n ? m.Equals(n) : ReferenceEquals(a, b);
        }
    }

    private static int Order(object? a, object? b, ref int budget)
    {
        Spend(ref budget);
        switch (a, b)
        {
            case (string x, string y):
                return string.CompareOrdinal(x, y);
            case (long x, long y):
                return x.CompareTo(y);
            case (List<object?> x, List<object?> y):
                for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
                {
                    if (Order(x[i], y[i], ref budget) is var order && order != 0)
                    {
                        return order;
                    }
                }
                return x.Count.CompareTo(y.Count);
            default:
                return Number(a) is { } m && Number(b) is { } n ? m.CompareTo(n) : throw new JinjaException($"{Kind(a)} and {Kind(b)} have no order.");
        }
    }

    private static void Spend(ref int budget)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (--budget < 0)
        {
            throw new JinjaException("Two values are too large to be compared.");
        }
    }

    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.What}', which is undefined,",
        bool => "a truth value",
        long or double => "a number",
        string => "a text",
        TupleValue => "a tuple",
        List<object?> => "a list",
        DictValue => "a dict",
        Namespace => "a namespace",
        _ => "a function",
    };

    /// <summary>As Python's str().</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Written(value, new StringBuilder(), 0).ToString(),
    };

    private static StringBuilder Written(object? value, StringBuilder into, int depth)
    {
        if (depth > 64 || into.Length > 1 << 24)
        {
            throw new JinjaException("A value is too deep or too long to be printed.");
        }
        switch (value)
        {
            case null:
                return into.Append("None");
            case bool b:
                return into.Append(b ? "True" : "False");
            case long n:
                return into.Append(n);
            case double d:
                return into.Append(Float(d));
            case string s:
                return Quoted(s, into);
            case Undefined:
                return into.Append("Undefined");
            case List<object?> list:
                into.Append(list is TupleValue ? '(' : '[');
                for (var i = 0; i < list.Count; i++)
                {
                    Written(list[i], into.Append(i > 0 ? ", " : ""), depth + 1);
                }
                return into.Append(list is TupleValue ? list.Count == 1 ? ",)" : ")" : "]");
            case DictValue dict:
                into.Append('{');
                var first = true;
                foreach (var (key, item) in dict)
                {
                    Written(key, into.Append(first ? "" : ", "), depth + 1);
                    Written(item, into.Append(": "), depth + 1);
                    first = false;
                }
                return into.Append('}');
            default:
                return into.Append("<function>");
        }
    }

    /// <summary>As Python's repr() of a float: the shortest digits that come back, with .0 or an exponent.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        var size = Math.Abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16))
        {
            // 1E+16 here, 1e+16 there.
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            if (!shortest.Contains('E', StringComparison.Ordinal))
            {
                shortest = value.ToString("0.################E+00", CultureInfo.InvariantCulture);
            }
            var at = shortest.IndexOf('E', StringComparison.Ordinal);
            var exponent = int.Parse(shortest.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return $"{shortest[..at]}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}";
        }
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal))
        {
            text = ((decimal)value).ToString(CultureInfo.InvariantCulture);
        }
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static StringBuilder Quoted(string text, StringBuilder into)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        into.Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                '\\' => into.Append("\\\\"),
                _ when c == quote => into.Append('\\').Append(c),
                < ' ' or '\x7f' => into.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => into.Append(c),
            };
        }
        return into.Append(quote);
    }
}
