using System.Globalization;
using System.Text.RegularExpressions;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>The filters behind "|".</summary>
internal static class JinjaFilters
{
    public static object? Apply(JinjaRun run, string id, object? value, IReadOnlyList<object?> a, IReadOnlyDictionary<string, object?> named, int line)
    {
        object? Argument(int at, string name, object? otherwise = null) => at < a.Count ? a[at] : named.TryGetValue(name, out var given) ? given : otherwise;
        string Text() => value is Undefined ? "" : Values.Text(value);
        List<object?> Items() => run.Items(value, line);
        switch (id)
        {
            case "trim" or "strip":
                return JinjaMethods.Strip(Text(), [Argument(0, "chars")], true, true);
            case "tojson":
                var json = JinjaJson.Write(
                    value is Undefined ? throw new JinjaException($"Line {line}: {Values.Kind(value)} can't be written as JSON.") : value,
                    (Argument(1, "indent") ?? named.GetValueOrDefault("indent")) is long spaces ? (int)Math.Clamp(spaces, 0, 16) : null,
                    Values.True(named.GetValueOrDefault("sort_keys")),
                    named.GetValueOrDefault("separators") is List<object?> { Count: 2 } separators ? Values.Text(separators[0]) : null,
                    named.GetValueOrDefault("separators") is List<object?> { Count: 2 } both ? Values.Text(both[1]) : ": ",
                    Values.True(Argument(0, "ensure_ascii", false)));
                run.Charge(json.Length, line);
                return json;
            case "length" or "count":
                return value switch
                {
                    string text => (long)JinjaAccess.Characters(text).Count,
                    List<object?> list => (long)list.Count,
                    DictValue dict => (long)dict.Count,
                    Undefined => 0L,
                    _ => throw new JinjaException($"Line {line}: {Values.Kind(value)} has no length."),
                };
            case "upper":
                return Text().ToUpperInvariant();
            case "lower":
                return Text().ToLowerInvariant();
            case "capitalize":
                return JinjaMethods.Capitalize(Text());
            case "title":
                return TitleOf(Text());
            case "default" or "d":
                return value is Undefined || (Values.True(Argument(1, "boolean", false)) && !Values.True(value)) ? Argument(0, "default_value", "") : value;
            case "join":
                var key = Argument(1, "attribute");
                return Joined(run, key is null ? Items() : [.. Items().Select(i => Path(i, key, line))], Values.Text(Argument(0, "d", "")));
            case "list":
                return new List<object?>(Items());
            case "items":
                return value switch
                {
                    DictValue dict => dict.Select(e => (object?)new TupleValue([e.Key, e.Value])).ToList(),
                    Undefined => new List<object?>(),
                    _ => throw new JinjaException($"Line {line}: {Values.Kind(value)} has no items of a dict."),
                };
            case "dictsort":
                var pairs = value as DictValue ?? throw new JinjaException($"Line {line}: {Values.Kind(value)} can't be sorted as a dict.");
                return pairs.OrderBy(e => Folded(e.Key, false), ByOrder.Instance).Select(e => (object?)new TupleValue([e.Key, e.Value])).ToList();
            case "string":
                return Text();
            case "safe":
                return value;
            case "escape" or "e":
                var plain = Text();
                run.Charge(plain.Length * 6L, line);
                return plain.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
                    .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
            case "replace":
                return JinjaMethods.Replace(run, Text(), Values.Text(Argument(0, "old")), Values.Text(Argument(1, "new")), Argument(2, "count"));
            case "first":
                return Items() is [var first, ..] ? first : new Undefined("the first item");
            case "last":
                return Items() is [.., var last] ? last : new Undefined("the last item");
            case "map":
                return Map(run, Items(), a, named, line);
            case "select" or "reject" or "selectattr" or "rejectattr":
                return Select(id, Items(), a, line);
            case "int":
                return ToInt(value) ?? Argument(0, "default", 0L);
            case "float":
                return Values.Number(value) ?? (value is string digits && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : Argument(0, "default", 0.0));
            case "abs":
                return value switch { long n => (object)Math.Abs(n), double d => Math.Abs(d), _ => throw new JinjaException($"Line {line}: {Values.Kind(value)} has no absolute value.") };
            case "round":
                var number = Values.Number(value) ?? throw new JinjaException($"Line {line}: {Values.Kind(value)} can't be rounded.");
                return Math.Round(number, (int)Math.Clamp(Argument(0, "precision", 0L) is long digitsAfter ? digitsAfter : 0, 0, 15), MidpointRounding.ToEven);
            case "sort":
                var by = Argument(2, "attribute");
                var exact = Values.True(Argument(1, "case_sensitive", false));
                var sorted = Items().OrderBy(i => Folded(by is null ? i : Path(i, by, line), exact), ByOrder.Instance).ToList();
                if (Values.True(Argument(0, "reverse", false)))
                {
                    sorted = [.. Items().OrderByDescending(i => Folded(by is null ? i : Path(i, by, line), exact), ByOrder.Instance)];
                }
                return sorted;
            case "reverse":
                return value is string forwards ? string.Concat(Enumerable.Reverse(JinjaAccess.Characters(forwards))) : Enumerable.Reverse(Items()).ToList();
            case "unique":
                var seen = new List<object?>();
                foreach (var item in Items())
                {
                    run.Step(line, seen.Count + 1);
                    if (!seen.Any(s => Values.Same(Folded(s, false), Folded(item, false))))
                    {
                        seen.Add(item);
                    }
                }
                return seen;
            case "sum":
                var field = Argument(0, "attribute");
                return Items().Aggregate(Argument(1, "start", 0L), (sum, i) => JinjaOperators.Binary(run, "+", sum, field is null ? i : Path(i, field, line), line));
            case "min" or "max":
                var ordered = Items().OrderBy(i => Folded(i, false), ByOrder.Instance).ToList();
                return ordered.Count == 0 ? new Undefined("the least of nothing") : id == "min" ? ordered[0] : ordered[^1];
            case "indent":
                return Indented(run, Text(), Argument(0, "width", 4L), Values.True(Argument(1, "first", false)), Values.True(Argument(2, "blank", false)));
            case "attr":
                return JinjaAccess.Attribute(value, Values.Text(Argument(0, "name")), line);
            case "wordcount":
                return (long)Regex.Count(Text(), @"\w+", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            default:
                throw new JinjaException($"Line {line}: there is no filter '{id}'.");
        }
    }

    public static string Joined(JinjaRun run, List<object?> items, string separator)
    {
        var texts = items.Select(Values.Text).ToList();
        run.Charge(texts.Sum(t => (long)t.Length) + (long)separator.Length * Math.Max(0, texts.Count - 1));
        return string.Join(separator, texts);
    }

    private static List<object?> Map(JinjaRun run, List<object?> items, IReadOnlyList<object?> a, IReadOnlyDictionary<string, object?> named, int line)
    {
        run.Step(line, items.Count);
        if (named.TryGetValue("attribute", out var attribute) && attribute is not null)
        {
            return [.. items.Select(i => Path(i, attribute, line) is Undefined && named.TryGetValue("default", out var otherwise) ? otherwise : Path(i, attribute, line))];
        }
        var filter = a.Count > 0 ? Values.Text(a[0]) : throw new JinjaException($"Line {line}: map needs a filter or an attribute.");
        return [.. items.Select(i => Apply(run, filter, i, [.. a.Skip(1)], named, line))];
    }

    private static List<object?> Select(string id, List<object?> items, IReadOnlyList<object?> a, int line)
    {
        var byField = id.EndsWith("attr", StringComparison.Ordinal);
        var keep = id.StartsWith("select", StringComparison.Ordinal);
        var rest = byField ? a.Skip(1).ToList() : [.. a];
        if (byField && a.Count == 0)
        {
            throw new JinjaException($"Line {line}: {id} needs an attribute.");
        }
        return [.. items.Where(i =>
        {
            var value = byField ? Path(i, a[0], line) : i;
            return keep == (rest.Count == 0 ? Values.True(value) : JinjaChecks.Holds(Values.Text(rest[0]), value, [.. rest.Skip(1)], line));
        })];
    }

    /// <summary>A field, or several with points between; whole numbers are places in lists.</summary>
    private static object? Path(object? value, object? path, int line)
    {
        foreach (var part in Values.Text(path).Split('.'))
        {
            value = JinjaAccess.Item(value, long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : part, line);
        }
        return value;
    }

    // Jinja's filter differs from Python's method: letters after an apostrophe stay small.
    private static string TitleOf(string text)
    {
        var result = text.ToCharArray();
        var inWord = false;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = inWord ? char.ToLowerInvariant(result[i]) : char.ToUpperInvariant(result[i]);
            inWord = !char.IsWhiteSpace(result[i]) && result[i] is not ('-' or '(' or '{' or '[' or '<');
        }
        return new(result);
    }

    private static object? ToInt(object? value) => value switch
    {
        long n => n,
        bool b => b ? 1L : 0L,
        double d when Math.Abs(d) < 9e18 => (long)d,
        string s when long.TryParse(s.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) => n,
        string s when double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && Math.Abs(d) < 9e18 => (long)d,
        _ => null,
    };

    private static object? Folded(object? value, bool exact) => value is string text && !exact ? text.ToLowerInvariant() : value;

    private static string Indented(JinjaRun run, string text, object? width, bool first, bool blank)
    {
        var space = width is long n ? new string(' ', (int)Math.Clamp(n, 0, 1000)) : Values.Text(width);
        var lines = text.Split('\n');
        run.Charge(text.Length + (long)space.Length * lines.Length);
        return string.Join('\n', lines.Select((l, i) => (i == 0 ? first : blank || l.Length > 0) ? space + l : l));
    }

    private sealed class ByOrder : IComparer<object?>
    {
        public static ByOrder Instance { get; } = new();

        public int Compare(object? x, object? y) => Values.Order(x, y);
    }
}
