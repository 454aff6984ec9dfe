using System.Globalization;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>The methods of Python's texts, dicts and lists that templates call. Those that change a value in place are absent, as in transformers' sandbox.</summary>
internal static class JinjaMethods
{
    /// <summary>A method bound to its value, or null.</summary>
    public static Callable? Find(object? of, string name) => of switch
    {
        string text => OfText(text, name),
        DictValue dict => OfDict(dict, name),
        List<object?> list => OfList(list, name),
        _ => null,
    };

    private static Callable? OfDict(DictValue dict, string name) => name switch
    {
        "items" => (run, _, _) => Each(run, dict, e => new TupleValue([e.Key, e.Value])),
        "keys" => (run, _, _) => Each(run, dict, e => e.Key),
        "values" => (run, _, _) => Each(run, dict, e => e.Value),
        "get" => (_, a, _) => a.Count > 0 && a[0] is { } key && dict.TryGetValue(key, out var value) ? value : a.Count > 1 ? a[1] : null,
        _ => null,
    };

    private static List<object?> Each(JinjaRun run, DictValue dict, Func<KeyValuePair<object, object?>, object?> pick)
    {
        run.Step(0, dict.Count);
        return [.. dict.Select(pick)];
    }

    private static Callable? OfList(List<object?> list, string name) => name switch
    {
        "index" => (_, a, _) => list.FindIndex(i => Values.Same(i, Need(a, 0))) is var at && at >= 0 ? (long)at : throw new JinjaException("index: the value is not in the list."),
        "count" => (_, a, _) => (long)list.Count(i => Values.Same(i, Need(a, 0))),
        _ => null,
    };

    private static Callable? OfText(string text, string name) => name switch
    {
        "strip" => (_, a, _) => Strip(text, a, true, true),
        "lstrip" => (_, a, _) => Strip(text, a, true, false),
        "rstrip" => (_, a, _) => Strip(text, a, false, true),
        "split" => (run, a, n) => Split(run, text, a, n, fromRight: false),
        "rsplit" => (run, a, n) => Split(run, text, a, n, fromRight: true),
        "splitlines" => (run, a, n) => Lines(run, text, Values.True(a.Count > 0 ? a[0] : n.GetValueOrDefault("keepends"))),
        "startswith" => (_, a, _) => Any(Need(a, 0), p => text.StartsWith(p, StringComparison.Ordinal)),
        "endswith" => (_, a, _) => Any(Need(a, 0), p => text.EndsWith(p, StringComparison.Ordinal)),
        "upper" => (_, _, _) => text.ToUpperInvariant(),
        "lower" => (_, _, _) => text.ToLowerInvariant(),
        "title" => (_, _, _) => Title(text),
        "capitalize" => (_, _, _) => Capitalize(text),
        "swapcase" => (_, _, _) => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        "replace" => (run, a, _) => Replace(run, text, Text(a, 0), Text(a, 1), a.Count > 2 ? a[2] : null),
        "find" => (_, a, _) => Place(text, text.IndexOf(Text(a, 0), StringComparison.Ordinal)),
        "rfind" => (_, a, _) => Place(text, text.LastIndexOf(Text(a, 0), StringComparison.Ordinal)),
        "index" => (_, a, _) => text.IndexOf(Text(a, 0), StringComparison.Ordinal) is var at && at >= 0 ? Place(text, at) : throw new JinjaException("index: the text does not hold it."),
        "count" => (_, a, _) => (long)Count(text, Text(a, 0)),
        "join" => (run, a, _) => JinjaFilters.Joined(run, run.Items(Need(a, 0), 0), text),
        "removeprefix" => (_, a, _) => text.StartsWith(Text(a, 0), StringComparison.Ordinal) ? text[Text(a, 0).Length..] : text,
        "removesuffix" => (_, a, _) => Text(a, 0) is { Length: > 0 } end && text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text,
        "isdigit" => (_, _, _) => text.Length > 0 && text.All(char.IsDigit),
        "isnumeric" => (_, _, _) => text.Length > 0 && text.All(char.IsNumber),
        "isalpha" => (_, _, _) => text.Length > 0 && text.All(char.IsLetter),
        "isalnum" => (_, _, _) => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isspace" => (_, _, _) => text.Length > 0 && text.All(char.IsWhiteSpace),
        "isupper" => (_, _, _) => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "islower" => (_, _, _) => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "zfill" => (run, a, _) => Fill(run, text, a),
        _ => null,
    };

    /// <summary>Every word's first letter large, the others small: a word is a run of letters.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var c in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }
        return result.ToString();
    }

    public static string Capitalize(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Replace(JinjaRun run, string text, string what, string with, object? most)
    {
        var left = most is long n && n >= 0 ? (int)Math.Min(n, int.MaxValue) : int.MaxValue;
        var result = new StringBuilder();
        if (what.Length == 0)
        {
            // Python puts it before every character and at the end.
            run.Charge(text.Length + (long)with.Length * (text.Length + 1));
            foreach (var c in JinjaAccess.Characters(text))
            {
                result.Append(left-- > 0 ? with : "").Append(c);
            }
            return result.Append(left > 0 ? with : "").ToString();
        }
        run.Charge(text.Length + (long)Math.Min(left, Count(text, what)) * Math.Max(0, with.Length - what.Length));
        var at = 0;
        for (var next = text.IndexOf(what, StringComparison.Ordinal); next >= 0 && left-- > 0; next = text.IndexOf(what, at, StringComparison.Ordinal))
        {
            result.Append(text, at, next - at).Append(with);
            at = next + what.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    public static string Strip(string text, IReadOnlyList<object?> arguments, bool left, bool right)
    {
        var characters = arguments.Count > 0 && arguments[0] is string given ? given : null;
        if (characters is null)
        {
            return (left, right) switch { (true, true) => text.Trim(Spaces), (true, false) => text.TrimStart(Spaces), _ => text.TrimEnd(Spaces) };
        }
        var all = characters.ToCharArray();
        return all.Length == 0 ? text : (left, right) switch { (true, true) => text.Trim(all), (true, false) => text.TrimStart(all), _ => text.TrimEnd(all) };
    }

    // Python's white space has the four separators U+001C to U+001F beside .NET's.
    private static readonly char[] Spaces = [.. Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(c => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f')];

    private static List<object?> Split(JinjaRun run, string text, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named, bool fromRight)
    {
        run.Step(0, 1 + text.Length / 16);
        var separator = (arguments.Count > 0 ? arguments[0] : named.GetValueOrDefault("sep")) as string;
        var most = (arguments.Count > 1 ? arguments[1] : named.GetValueOrDefault("maxsplit")) is long n && n >= 0 ? (int)Math.Min(n, int.MaxValue - 1) : int.MaxValue - 1;
        if (separator is "")
        {
            throw new JinjaException("split: the separator is empty.");
        }
        List<string> parts;
        if (separator is null)
        {
            var words = text.Split(Spaces, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length <= most + 1)
            {
                return [.. words];
            }
            parts = [.. fromRight ? Limited(text, Spaces, most) : Enumerable.Reverse(Limited(new string([.. text.Reverse()]), Spaces, most)).Select(p => new string([.. p.Reverse()]))];
            return [.. parts];
        }
        parts = [.. text.Split(separator)];
        if (parts.Count > most + 1)
        {
            parts = fromRight
                ? [string.Join(separator, parts[..(parts.Count - most)]), .. parts[(parts.Count - most)..]]
                : [.. parts[..most], string.Join(separator, parts[most..])];
        }
        return [.. parts];
    }

    /// <summary>At most so many words taken from the right; the first part is what is left.</summary>
    private static List<string> Limited(string text, char[] spaces, int most)
    {
        var parts = new List<string>();
        var rest = text.TrimEnd(spaces);
        for (; most > 0 && rest.LastIndexOfAny(spaces) is var at && at >= 0; most--)
        {
            parts.Insert(0, rest[(at + 1)..]);
            rest = rest[..at].TrimEnd(spaces);
        }
        if (rest.Length > 0)
        {
            parts.Insert(0, rest);
        }
        return parts;
    }

    private static List<object?> Lines(JinjaRun run, string text, bool keepEnds)
    {
        run.Step(0, 1 + text.Length / 16);
        var lines = new List<object?>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.AsSpan(start).IndexOfAny("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029") is var found && found < 0 ? text.Length : start + found;
            var next = end >= text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    private static int Count(string text, string what)
    {
        if (what.Length == 0)
        {
            return JinjaAccess.Characters(text).Count + 1;
        }
        var count = 0;
        for (var at = text.IndexOf(what, StringComparison.Ordinal); at >= 0; at = text.IndexOf(what, at + what.Length, StringComparison.Ordinal))
        {
            count++;
        }
        return count;
    }

    // Python counts characters, .NET UTF-16 units.
    private static long Place(string text, int at) => at < 0 ? -1 : text.AsSpan(0, at).EnumerateRunes().Count();

    private static int Count(this SpanRuneEnumerator runes)
    {
        var count = 0;
        foreach (var _ in runes)
        {
            count++;
        }
        return count;
    }

    private static string Fill(JinjaRun run, string text, IReadOnlyList<object?> arguments)
    {
        var width = (int)Math.Clamp(Need(arguments, 0) is long n ? n : 0, 0, int.MaxValue / 4);
        run.Charge(width);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? text[..1] : "";
        return sign + text[sign.Length..].PadLeft(Math.Max(0, width - sign.Length), '0');
    }

    private static bool Any(object? parts, Predicate<string> holds) => parts is List<object?> many ? many.Any(p => p is string text && holds(text)) : holds(parts as string ?? throw new JinjaException("a text was expected."));

    private static object? Need(IReadOnlyList<object?> arguments, int at) => at < arguments.Count ? arguments[at] : throw new JinjaException("a value is missing.");

    private static string Text(IReadOnlyList<object?> arguments, int at) => Need(arguments, at) as string ?? throw new JinjaException(string.Create(CultureInfo.InvariantCulture, $"value {at + 1} must be a text."));
}
