using System.Globalization;
using System.Numerics;

namespace Arena.Rules.Spaces.CodeDuel.Script;

internal static class FunctionMethods
{
    public static IReadOnlyDictionary<string, JsNative> All { get; } = new Dictionary<string, JsNative>(StringComparer.Ordinal)
    {
        ["call"] = new("call", (NativeRoutine)((m, self, a) => Passing(m, self, a.Length > 0 ? a[0] : Undefined.Value, a.Skip(1), a.Length))),
        ["apply"] = new("apply", (NativeRoutine)((m, self, a) => a.Length > 1 && a[1] is JsArray given ? Passing(m, self, a[0], given.Items, given.Items.Count) : Passing(m, self, a.Length > 0 ? a[0] : Undefined.Value, [], 0))),
        ["bind"] = new("bind", (NativeCode)((m, self, a) => Js.IsFunction(self)
            ? new JsNative("bound", (NativeRoutine)((m2, _, more) => Passing(m2, self, a.Length > 0 ? a[0] : Undefined.Value, a.Skip(1).Concat(more), a.Length + more.Length)))
            : throw m.TypeError("bind was called on something that is no function"))),
    };

    /// <summary>Arguments that are copied from a list: paid, for no spread was.</summary>
    private static IEnumerator<Invocation> Passing(Machine m, object? function, object? self, IEnumerable<object?> arguments, int count)
    {
        m.Step(count / 16);
        yield return Invocation.Of(function, self, [.. arguments]);
        yield return Invocation.End(m.Answer);
    }
}

internal static class NumberMethods
{
    public static IReadOnlyDictionary<string, JsNative> All { get; } = new Dictionary<string, JsNative>(StringComparer.Ordinal)
    {
        ["toString"] = new("toString", (m, self, a) => a is [] or [Undefined] ? Numbers.Text(Js.Number(m, self)) : Radix(m, Js.Number(m, self), Js.Integer(m, a[0]))),
        ["toFixed"] = new("toFixed", (m, self, a) => Fixed(m, Js.Number(m, self), a.Length > 0 ? Js.Integer(m, a[0]) : 0)),
        ["valueOf"] = new("valueOf", (m, self, _) => Js.Number(m, self)),
    };

    private static string Radix(Machine m, double value, double radix) =>
        radix is < 2 or > 36 ? throw m.RangeError("toString() radix must be between 2 and 36") : Numbers.InRadix(m, value, (int)radix);

    private static string Fixed(Machine m, double value, double digits)
    {
        if (digits is < 0 or > 100)
        {
            throw m.RangeError("toFixed() digits argument must be between 0 and 100");
        }
        if (!double.IsFinite(value) || Math.Abs(value) >= 1e21)
        {
            return Numbers.Text(value);
        }
        m.Step((long)digits);
        var text = Rounded(Math.Abs(value), (int)digits);
        // -0 shows no sign; -0.001 with two digits does.
        return value < 0 ? "-" + text : text;
    }

    /// <summary>The number's exact decimal expansion, cut after some digits; halves go up (ECMA-262, 21.1.3.3).</summary>
    private static string Rounded(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) - 1075;
        var whole = new BigInteger(exponent == -1075 ? (bits & 0xFFFFFFFFFFFFF) << 1 : (bits & 0xFFFFFFFFFFFFF) | 1L << 52) * BigInteger.Pow(10, digits);
        var scaled = exponent >= 0 ? whole << exponent : ((whole >> -exponent - 1) + 1) >> 1;
        var text = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}";
    }
}

internal static class ObjectMethods
{
    /// <summary>What every object has.</summary>
    public static IReadOnlyDictionary<string, JsNative> OfAll { get; } = new Dictionary<string, JsNative>(StringComparer.Ordinal)
    {
        ["hasOwnProperty"] = new("hasOwnProperty", (m, self, a) => self is JsObject made ? m.Paid(a.Length > 0 ? a[0] : null) && made.Has(Js.Text(m, a.Length > 0 ? a[0] : Undefined.Value)) : self is not null && Js.IsObject(self) && Members.Has(m, self, Js.Text(m, a.Length > 0 ? a[0] : Undefined.Value))),
        ["toString"] = new("toString", (m, self, _) => self is bool or JsObject { Kind: not null } ? Js.Text(m, self) : "[object Object]"),
        ["valueOf"] = new("valueOf", (_, self, _) => self),
    };

    public static JsNative Object { get; } = new("Object", (_, _, a) => a.Length > 0 && Js.IsObject(a[0]) ? a[0] : new JsObject())
    {
        Make = (_, a) => a.Length > 0 && Js.IsObject(a[0]) ? a[0] : new JsObject(),
        Members = Globals.Functions(
            ("keys", (m, a) => new JsArray(m, Members.Keys(m, Some(m, a[0])))),
            ("values", (m, a) => new JsArray(m, Members.Keys(m, Some(m, a[0])).Select(k => Members.Get(m, a[0], k)).ToList())),
            ("entries", (m, a) => new JsArray(m, Members.Keys(m, Some(m, a[0])).Select(k => (object?)Iteration.Pair(m, k, Members.Get(m, a[0], k))).ToList())),
            ("assign", Assign),
            ("fromEntries", FromEntries),
            ("freeze", (_, a) => Freeze(a[0])),
            ("isFrozen", (_, a) => a[0] switch { JsObject made => made.Frozen, JsArray array => array.Frozen, _ => true }),
            ("is", (m, a) => a[0] is double x && a[1] is double y ? double.IsNaN(x) ? double.IsNaN(y) : x == y && double.IsNegative(x) == double.IsNegative(y) : Js.StrictEquals(m, a[0], a[1])),
            ("hasOwn", (m, a) => a[0] is JsObject made ? m.Paid(a[1]) && made.Has(a.Text(m, 1)) : Members.Keys(m, Some(m, a[0])).Contains(a.Text(m, 1))),
            ("create", (m, a) => a[0] is null ? new JsObject { IsBare = true } : throw m.TypeError("Object.create of the subset takes null only"))).With("groupBy", GroupBy),
    };

    private static object? Some(Machine m, object? value) => value is null or Undefined ? throw m.TypeError("Cannot convert undefined or null to object") : value;

    private static object? Assign(Machine m, Arguments a)
    {
        foreach (var source in a.Values.Skip(1).Where(s => s is not (null or Undefined)))
        {
            foreach (var key in Members.Keys(m, source))
            {
                Members.Set(m, a[0], key, Members.Get(m, source, key));
            }
        }
        return a[0];
    }

    private static object? FromEntries(Machine m, Arguments a)
    {
        var made = new JsObject();
        foreach (var entry in Iteration.Of(m, a[0]))
        {
            m.Step();
            made.Set(m, Js.Text(m, Members.Get(m, entry, 0.0)), Members.Get(m, entry, 1.0));
        }
        return made;
    }

    private static IEnumerator<Invocation> GroupBy(Machine m, Arguments a)
    {
        var made = new JsObject { IsBare = true };
        var call = a.Function(m, 1);
        var index = 0.0;
        foreach (var value in Iteration.Of(m, a[0]))
        {
            yield return Invocation.Of(call, Undefined.Value, value, index++);
            var key = Js.Text(m, m.Answer);
            m.Read(key);
            if (!made.Has(key))
            {
                made.Set(m, key, new JsArray());
            }
            ((JsArray)made.Own(key)!).Add(m, value);
        }
        yield return Invocation.End(made);
    }

    private static object? Freeze(object? value)
    {
        if (value is JsObject made)
        {
            made.Frozen = true;
        }
        if (value is JsArray array)
        {
            array.Frozen = true;
        }
        return value;
    }
}

internal static class MapMethods
{
    public static IReadOnlyDictionary<string, JsNative> OfMap { get; } = Methods(isSet: false,
        ("get", (m, s, a) => s.TryGet(m, a[0], out var value) ? value : Undefined.Value),
        ("set", (m, s, a) => { s.Set(m, a[0], a[1]); return s; }
    ));

    public static IReadOnlyDictionary<string, JsNative> OfSet { get; } = Methods(isSet: true,
        ("add", (m, s, a) => { s.Set(m, a[0], a[0]); return s; }
    ),
        ("union", (m, s, a) => Make(m, true, s.Walk(m).Select(e => e.Key).Concat(Iteration.Of(m, a[0])))),
        ("intersection", (m, s, a) => Make(m, true, s.Walk(m).Select(e => e.Key).Where(k => Other(m, a).TryGet(m, k, out _)))),
        ("difference", (m, s, a) => Make(m, true, s.Walk(m).Select(e => e.Key).Where(k => !Other(m, a).TryGet(m, k, out _)))));

    public static IReadOnlyDictionary<string, JsNative> OfIterator { get; } = new Dictionary<string, JsNative>(StringComparer.Ordinal)
    {
        ["next"] = new("next", (m, self, _) =>
        {
            var result = new JsObject();
            var more = ((JsIterator)self!).Values.MoveNext();
            result.Set(m, "value", more ? ((JsIterator)self).Values.Current : Undefined.Value);
            result.Set(m, "done", !more);
            return result;
        }),
    };

    public static JsMap Make(Machine m, bool isSet, IEnumerable<object?> values)
    {
        var made = new JsMap(isSet);
        m.Take(1);
        foreach (var value in values.ToList())
        {
            m.Step();
            made.Set(m, isSet ? value : Members.Get(m, value, 0.0), isSet ? value : Members.Get(m, value, 1.0));
        }
        return made;
    }

    private static JsMap Other(Machine m, Arguments a) => a[0] as JsMap ?? throw m.TypeError("The other value is no Set");

    private static Dictionary<string, JsNative> Methods(bool isSet, params (string Name, Func<Machine, JsMap, Arguments, object?> Code)[] own) =>
        own.Concat(new (string Name, Func<Machine, JsMap, Arguments, object?> Code)[]
        {
            ("has", (m, s, a) => s.TryGet(m, a[0], out _)),
            ("delete", (m, s, a) => s.Remove(m, a[0])),
            ("clear", (m, s, _) => { s.Clear(m); return Undefined.Value; }),
            ("keys", (m, s, _) => new JsIterator(s.Walk(m).Select(e => e.Key).GetEnumerator())),
            ("values", (m, s, _) => new JsIterator(s.Walk(m).Select(e => e.Value).GetEnumerator())),
            ("entries", (m, s, _) => new JsIterator(s.Walk(m).Select(e => (object?)Iteration.Pair(m, e.Key, e.Value)).GetEnumerator())),
        }).Select(t => new JsNative(t.Name, (NativeCode)((m, self, a) => t.Code(m, Own(m, self, isSet, t.Name), new(a)))))
            .Append(new("forEach", (NativeRoutine)((m, self, a) => ForEach(m, Own(m, self, isSet, "forEach"), new(a)))))
            .ToDictionary(n => n.Name, StringComparer.Ordinal);

    private static JsMap Own(Machine m, object? self, bool isSet, string name) => self is JsMap map && map.IsSet == isSet ? map : throw m.TypeError($"{name} was called on something else");

    private static IEnumerator<Invocation> ForEach(Machine m, JsMap map, Arguments a)
    {
        foreach (var (key, value) in map.Walk(m))
        {
            yield return Invocation.Of(a.Function(m, 0), a[1], value, key, map);
        }
        yield return Invocation.End(Undefined.Value);
    }
}
