using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

internal static class StringMethods
{
    /// <summary>What trim removes and numbers may stand in.</summary>
    public static readonly char[] White = [' ', '\t', '\n', '\v', '\f', '\r', '\u00A0', '\u1680', '\u2000', '\u2001', '\u2002', '\u2003', '\u2004', '\u2005', '\u2006', '\u2007', '\u2008', '\u2009', '\u200A', '\u2028', '\u2029', '\u202F', '\u205F', '\u3000', '\uFEFF'];

    public static IReadOnlyDictionary<string, JsNative> All { get; } = new (string Name, Func<Machine, string, Arguments, object?> Code)[]
    {
        ("toString", (_, s, _) => s),
        ("valueOf", (_, s, _) => s),
        ("charAt", (m, s, a) => a.Integer(m, 0) is var i && i >= 0 && i < s.Length ? s[(int)i].ToString() : ""),
        ("charCodeAt", (m, s, a) => a.Integer(m, 0) is var i && i >= 0 && i < s.Length ? (double)s[(int)i] : double.NaN),
        ("codePointAt", (m, s, a) => a.Integer(m, 0) is var i && i >= 0 && i < s.Length ? CodePoint(s, (int)i) : Undefined.Value),
        ("at", (m, s, a) => a.Integer(m, 0) is var i && (i < 0 ? i + s.Length : i) is var at && at >= 0 && at < s.Length ? s[(int)at].ToString() : Undefined.Value),
        ("indexOf", (m, s, a) => (double)s.IndexOf(Pay(m, s, a.Text(m, 0)), (int)Math.Clamp(a.Integer(m, 1), 0, s.Length), StringComparison.Ordinal)),
        ("lastIndexOf", (m, s, a) => LastIndex(m, a.Text(m, 0), s, a[1] is Undefined ? s.Length : Math.Clamp(a.Integer(m, 1), 0, s.Length))),
        ("includes", (m, s, a) => s.IndexOf(Pay(m, s, a.Text(m, 0)), (int)Math.Clamp(a.Integer(m, 1), 0, s.Length), StringComparison.Ordinal) >= 0),
        ("startsWith", (m, s, a) => Starts(s, m.Through(a.Text(m, 0)), (int)Math.Clamp(a.Integer(m, 1), 0, s.Length))),
        ("endsWith", (m, s, a) => (a[1] is Undefined ? s : m.Through(s)[..(int)Math.Clamp(a.Integer(m, 1), 0, s.Length)]).EndsWith(m.Through(a.Text(m, 0)), StringComparison.Ordinal)),
        ("slice", (m, s, a) => Cut(m, s, a.From(m, 0, s.Length, 0), a.From(m, 1, s.Length, s.Length))),
        ("substring", (m, s, a) => Sorted(m, s, Math.Clamp(a.Integer(m, 0), 0, s.Length), a[1] is Undefined ? s.Length : Math.Clamp(a.Integer(m, 1), 0, s.Length))),
        ("substr", (m, s, a) => a.From(m, 0, s.Length, 0) is var from ? Cut(m, s, from, a[1] is Undefined ? s.Length : (int)Math.Min(s.Length, from + Math.Max(0, a.Integer(m, 1)))) : ""),
        ("toUpperCase", (m, s, _) => Made(m, Cased(m, s, "toUpperCase").ToUpperInvariant())),
        ("toLowerCase", (m, s, _) => Made(m, Cased(m, s, "toLowerCase").ToLowerInvariant())),
        ("trim", (m, s, _) => Made(m, m.Through(s).Trim(White))),
        ("trimStart", (m, s, _) => Made(m, m.Through(s).TrimStart(White))),
        ("trimEnd", (m, s, _) => Made(m, m.Through(s).TrimEnd(White))),
        ("padStart", (m, s, a) => Padding(m, s, a) + s),
        ("padEnd", (m, s, a) => s + Padding(m, s, a)),
        ("repeat", Repeat),
        ("concat", (m, s, a) => a.Values.Aggregate(s, (text, v) => (string)Operators.Apply(m, "+", text, Js.Text(m, v))!)),
        ("split", Split),
        ("localeCompare", (m, s, a) => (double)LocaleOrder.Compare(m, s, a.Text(m, 0))),
        ("normalize", (m, s, _) => System.Text.Ascii.IsValid(m.Through(s)) ? s : throw m.RangeError("normalize of the subset takes ASCII")),
    }.Select(t => new JsNative(t.Name, (NativeCode)((m, self, a) => t.Code(m, self as string ?? Js.Text(m, self), new(a)))))
        .Append(new("replace", (NativeRoutine)((m, self, a) => Replace(m, self as string ?? Js.Text(m, self), new(a), all: false))))
        .Append(new("replaceAll", (NativeRoutine)((m, self, a) => Replace(m, self as string ?? Js.Text(m, self), new(a), all: true))))
        .ToDictionary(n => n.Name, StringComparer.Ordinal);

    private static double CodePoint(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    private static string Pay(Machine m, string text, string sought)
    {
        m.Search(text, sought);
        return sought;
    }

    /// <summary>Letters beyond ASCII change with the version of Unicode and with their neighbours (\u00DF becomes SS).</summary>
    private static string Cased(Machine m, string text, string name)
    {
        foreach (var c in m.Through(text))
        {
            if (c >= 0x80 && (char.IsUpper(c) || char.IsLower(c) || char.ToUpperInvariant(c) != c || char.ToLowerInvariant(c) != c))
            {
                throw m.RangeError($"{name} of the subset takes the letters a to z only");
            }
        }
        return text;
    }

    private static string Made(Machine m, string text)
    {
        m.Step(1 + text.Length / 8);
        m.Take(text.Length);
        return text;
    }

    private static double LastIndex(Machine m, string sought, string text, double from)
    {
        for (var at = (int)Math.Min(from, text.Length - sought.Length); at >= 0; at--)
        {
            m.Step(1 + sought.Length / 16);
            if (string.CompareOrdinal(text, at, sought, 0, sought.Length) == 0)
            {
                return at;
            }
        }
        return -1;
    }

    private static bool Starts(string text, string sought, int from) => from + sought.Length <= text.Length && string.CompareOrdinal(text, from, sought, 0, sought.Length) == 0;

    private static string Cut(Machine m, string text, int from, int to) => from >= to ? "" : Made(m, text[from..to]);

    private static string Sorted(Machine m, string text, double a, double b) => Cut(m, text, (int)Math.Min(a, b), (int)Math.Max(a, b));

    private static string Padding(Machine m, string text, Arguments a)
    {
        var missing = a.Integer(m, 0) - text.Length;
        var with = a[1] is Undefined ? " " : a.Text(m, 1);
        if (missing <= 0 || with.Length == 0)
        {
            return "";
        }
        m.TakeText((long)Math.Min(missing, 1e15) + text.Length);
        var padding = new StringBuilder();
        while (padding.Length < missing)
        {
            padding.Append(with);
        }
        return padding.ToString(0, (int)missing);
    }

    private static object? Repeat(Machine m, string text, Arguments a)
    {
        var count = a.Integer(m, 0);
        if (count < 0 || double.IsInfinity(count))
        {
            throw m.RangeError($"Invalid count value: {Numbers.Text(count)}");
        }
        m.TakeText((long)Math.Min(count * text.Length, 1e15));
        return text.Length == 0 ? "" : new StringBuilder(text.Length * (int)count).Insert(0, text, (int)count).ToString();
    }

    private static object? Split(Machine m, string text, Arguments a)
    {
        var most = a[1] is Undefined ? int.MaxValue : (int)Math.Min((uint)Js.Int32(m, a[1]), int.MaxValue);
        if (a[0] is Undefined)
        {
            return new JsArray(m, [text]);
        }
        var by = Pay(m, text, a.Text(m, 0));
        IEnumerable<string> parts = by.Length == 0 ? text.Select(c => c.ToString()) : text.Split(by);
        m.Take(text.Length);
        return new JsArray(m, parts.Take(most));
    }

    /// <summary>What a replacement stands for (ECMA-262, 22.1.3.19.1, without groups): $$ a dollar, $&amp; what was found, $` and $' what stands before and behind it.</summary>
    private static IEnumerable<(string Text, int From, int Length)> Parts(string pattern, string text, string found, int at)
    {
        for (int i = 0, next; i < pattern.Length; i = next)
        {
            next = i + 2;
            switch (pattern[i] == '$' && next <= pattern.Length ? pattern[i + 1] : ' ')
            {
                case '$':
                    yield return (pattern, i, 1);
                    break;
                case '&':
                    yield return (found, 0, found.Length);
                    break;
                case '`':
                    yield return (text, 0, at);
                    break;
                case '\'':
                    yield return (text, at + found.Length, text.Length - at - found.Length);
                    break;
                default:
                    // Up to the next dollar nothing is special.
                    next = pattern.IndexOf('$', i + 1) is >= 0 and var dollar ? dollar : pattern.Length;
                    yield return (pattern, i, next - i);
                    break;
            }
        }
    }

    private static IEnumerator<Invocation> Replace(Machine m, string text, Arguments a, bool all)
    {
        var sought = Pay(m, text, a.Text(m, 0));
        if (a[0] is JsObject)
        {
            throw m.TypeError("The subset searches for texts only");
        }
        var pattern = Js.IsFunction(a[1]) ? null : a.Text(m, 1);
        var special = pattern?.Contains('$', StringComparison.Ordinal) == true;
        var result = new StringBuilder();
        var from = 0;
        for (var at = text.IndexOf(sought, StringComparison.Ordinal); at >= 0;)
        {
            m.Step();
            result.Append(text, from, at - from);
            if (special)
            {
                // What it makes is paid before it is made: a short pattern can stand for very much.
                m.Step(pattern!.Length / 8);
                m.TakeText(Parts(pattern, text, sought, at).Sum(p => (long)p.Length) + at - from, result.Length);
                foreach (var (part, start, length) in Parts(pattern, text, sought, at))
                {
                    result.Append(part, start, length);
                }
            }
            else
            {
                if (pattern is null)
                {
                    yield return Invocation.Of(a[1], Undefined.Value, sought, (double)at, text);
                }
                var with = pattern ?? Js.Text(m, m.Answer);
                m.TakeText(with.Length + at - from, result.Length);
                result.Append(with);
            }
            from = at + sought.Length;
            var next = sought.Length == 0 ? at + 1 : from;
            at = all && next <= text.Length ? text.IndexOf(sought, next, StringComparison.Ordinal) : -1;
        }
        m.Take(text.Length - from);
        m.Limit((long)result.Length + text.Length - from);
        yield return Invocation.End(result.Append(text, from, text.Length - from).ToString());
    }
}

/// <summary>The arguments of a built-in function; absent ones are undefined.</summary>
internal readonly struct Arguments(object?[] values)
{
    public object?[] Values { get; } = values;

    public int Count => Values.Length;

    public object? this[int index] => index < Values.Length ? Values[index] : Undefined.Value;

    public string Text(Machine m, int index) => Js.Text(m, this[index]);

    public double Number(Machine m, int index) => Js.Number(m, this[index]);

    public double Integer(Machine m, int index) => Js.Integer(m, this[index]);

    /// <summary>A place counted from the end where it is negative, within 0 and the length.</summary>
    public int From(Machine m, int index, int length, int absent)
    {
        if (this[index] is Undefined)
        {
            return absent;
        }
        var given = Integer(m, index);
        return (int)(given < 0 ? Math.Max(0, length + given) : Math.Min(given, length));
    }

    /// <exception cref="ScriptThrowException">It is no function.</exception>
    public object Function(Machine m, int index) => Js.IsFunction(this[index]) ? this[index]! : throw m.TypeError($"{Members.Shown(m, this[index])} is not a function");
}
