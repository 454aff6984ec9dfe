namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What every program finds: shared by all, and nothing of it can be changed.</summary>
internal static class Globals
{
    public static Dictionary<string, object?> Functions(params (string Name, Func<Machine, Arguments, object?> Code)[] functions) =>
        functions.ToDictionary(f => f.Name, f => (object?)new JsNative(f.Name, (NativeCode)((m, _, a) => f.Code(m, new(a)))), StringComparer.Ordinal);

    /// <summary>And one that calls others.</summary>
    public static Dictionary<string, object?> With(this Dictionary<string, object?> functions, string name, Func<Machine, Arguments, IEnumerator<Invocation>> routine)
    {
        functions[name] = new JsNative(name, (NativeRoutine)((m, _, a) => routine(m, new(a))));
        return functions;
    }

    /// <summary>The declared names, each under itself.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = All().ToDictionary(g => g.Item1, g => g.Item1, StringComparer.Ordinal);

    public static Scope Scope { get; } = Make();

    private static Scope Make()
    {
        var scope = new Scope(null);
        foreach (var (name, value) in All())
        {
            scope.Declare(Names[name], true, value);
        }
        return scope;
    }

    private static IEnumerable<(string, object?)> All()
    {
        yield return ("undefined", Undefined.Value);
        yield return ("NaN", double.NaN);
        yield return ("Infinity", double.PositiveInfinity);
        yield return (FunctionNode.This, Undefined.Value);
        yield return ("Object", ObjectMethods.Object);
        yield return ("Math", MathObject());
        yield return ("JSON", new JsNative("JSON", (NativeCode)NotCalled) { Members = Functions(("stringify", JsonText.Stringify), ("parse", JsonText.Parse)) });
        yield return ("Array", new JsNative("Array", (m, _, a) => MakeArray(m, a))
        {
            Make = MakeArray,
            Members = Functions(("isArray", (_, a) => a[0] is JsArray), ("of", (m, a) => new JsArray(m, a.Values))).With("from", ArrayFrom),
        });
        yield return ("Map", new JsNative("Map", (NativeCode)NeedsNew) { Make = (m, a) => MapMethods.Make(m, false, a is [] or [null or Undefined] ? [] : Iteration.Of(m, a[0])) });
        yield return ("Set", new JsNative("Set", (NativeCode)NeedsNew) { Make = (m, a) => MapMethods.Make(m, true, a is [] or [null or Undefined] ? [] : Iteration.Of(m, a[0])) });
        yield return ("String", new JsNative("String", (m, _, a) => a.Length > 0 ? Js.Text(m, a[0]) : "")
        {
            Members = Functions(
                ("fromCharCode", (m, a) => string.Concat(a.Values.Select(v => (char)(ushort)Js.Int32(m, v)))),
                ("fromCodePoint", (m, a) => string.Concat(a.Values.Select(v => Point(m, Js.Number(m, v)))))),
        });
        yield return ("Number", NumberObject());
        yield return ("Boolean", new JsNative("Boolean", (_, _, a) => a.Length > 0 && Js.IsTrue(a[0])));
        yield return ("Function", new JsNative("Function", (m, _, _) => throw m.TypeError("Code can't be made from text in the subset")));
        foreach (var (name, code) in Functions(
            ("parseInt", (m, a) => Numbers.ReadInteger(m.Through(a.Text(m, 0)), Js.Int32(m, a[1]))),
            ("parseFloat", (m, a) => Numbers.ReadPrefix(m.Through(a.Text(m, 0)))),
            ("isNaN", (m, a) => double.IsNaN(a.Number(m, 0))),
            ("isFinite", (m, a) => double.IsFinite(a.Number(m, 0))),
            ("structuredClone", (m, a) => Clone(m, a[0], 0, new(ReferenceEqualityComparer.Instance)))))
        {
            yield return (name, code);
        }
        foreach (var name in (string[])["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError"])
        {
            yield return (name, new JsNative(name, (m, _, a) => MakeError(m, name, a)) { Make = (m, a) => MakeError(m, name, a) });
        }
    }

    private static object? NotCalled(Machine m, object? self, object?[] arguments) => throw m.TypeError("This is not a function");

    private static object? NeedsNew(Machine m, object? self, object?[] arguments) => throw m.TypeError("Constructor requires 'new'");

    // Errors that are made are mostly thrown: that is paid where it happens.
    private static JsObject MakeError(Machine m, string name, object?[] a)
    {
        m.Take(4);
        var error = new JsObject { Kind = name };
        error.Set("name", name);
        error.Set("message", a.Length > 0 && a[0] is not Undefined ? Js.Text(m, a[0]) : "");
        return error;
    }

    private static JsNative MathObject()
    {
        var members = Functions(
            ("abs", (m, a) => Math.Abs(a.Number(m, 0))),
            ("floor", (m, a) => Math.Floor(a.Number(m, 0))),
            ("ceil", (m, a) => Math.Ceiling(a.Number(m, 0))),
            ("round", (m, a) => Round(a.Number(m, 0))),
            ("trunc", (m, a) => Math.Truncate(a.Number(m, 0))),
            ("sign", (m, a) => a.Number(m, 0) is var n && (double.IsNaN(n) || n == 0) ? n : Math.Sign(n)),
            ("sqrt", (m, a) => Math.Sqrt(a.Number(m, 0))),
            ("hypot", Hypot),
            ("pow", (m, a) => Numbers.Power(m, a.Number(m, 0), a.Number(m, 1))),
            ("imul", (m, a) => (double)unchecked(Js.Int32(m, a[0]) * Js.Int32(m, a[1]))),
            ("clz32", (m, a) => (double)System.Numerics.BitOperations.LeadingZeroCount((uint)Js.Int32(m, a[0]))),
            ("max", (m, a) => Extreme(m, a, double.NegativeInfinity, Math.Max)),
            ("min", (m, a) => Extreme(m, a, double.PositiveInfinity, Math.Min)),
            // Whole powers of two and ten only: other logarithms differ between platforms in their last digit.
            ("log2", (m, a) => WholeLog(m, a.Number(m, 0), 2, "log2")),
            ("log10", (m, a) => WholeLog(m, a.Number(m, 0), 10, "log10")));
        members["PI"] = Math.PI;
        members["E"] = Math.E;
        members["SQRT2"] = Math.Sqrt(2);
        return new("Math", (NativeCode)NotCalled) { Members = members };
    }

    private static JsNative NumberObject()
    {
        var members = Functions(
            ("isInteger", (_, a) => a[0] is double n && double.IsFinite(n) && n == Math.Truncate(n)),
            ("isSafeInteger", (_, a) => a[0] is double n && n == Math.Truncate(n) && Math.Abs(n) <= 9007199254740991),
            ("isFinite", (_, a) => a[0] is double n && double.IsFinite(n)),
            ("isNaN", (_, a) => a[0] is double n && double.IsNaN(n)),
            ("parseInt", (m, a) => Numbers.ReadInteger(m.Through(a.Text(m, 0)), Js.Int32(m, a[1]))),
            ("parseFloat", (m, a) => Numbers.ReadPrefix(m.Through(a.Text(m, 0)))));
        members["MAX_SAFE_INTEGER"] = 9007199254740991.0;
        members["MIN_SAFE_INTEGER"] = -9007199254740991.0;
        members["MAX_VALUE"] = double.MaxValue;
        members["MIN_VALUE"] = double.Epsilon;
        members["EPSILON"] = Math.Pow(2, -52);
        members["POSITIVE_INFINITY"] = double.PositiveInfinity;
        members["NEGATIVE_INFINITY"] = double.NegativeInfinity;
        members["NaN"] = double.NaN;
        return new("Number", (m, _, a) => a.Length > 0 ? Js.Number(m, a[0]) : 0.0) { Members = members };
    }

    /// <summary>Halves go up, also below zero.</summary>
    private static double Round(double value)
    {
        if (!double.IsFinite(value) || value == Math.Truncate(value))
        {
            return value;
        }
        var floor = Math.Floor(value);
        return value - floor < 0.5 ? floor : value < 0 && floor == -1 ? -0.0 : floor + 1;
    }

    /// <summary>Scaled by the largest, summed with Kahan's correction, as V8 does it.</summary>
    private static object? Hypot(Machine m, Arguments a)
    {
        m.Step(a.Count);
        var values = Array.ConvertAll(a.Values, v => Math.Abs(Js.Number(m, v)));
        if (Array.Exists(values, double.IsInfinity))
        {
            return double.PositiveInfinity;
        }
        var largest = values.Length == 0 ? 0 : values.Max();
        if (Array.Exists(values, double.IsNaN) || largest == 0)
        {
            return Array.Exists(values, double.IsNaN) ? double.NaN : 0.0;
        }
        var (sum, correction) = (0.0, 0.0);
        foreach (var value in values)
        {
            var share = value / largest;
            var term = share * share - correction;
            var next = sum + term;
            correction = next - sum - term;
            sum = next;
        }
        return Math.Sqrt(sum) * largest;
    }

    private static double Extreme(Machine m, Arguments a, double none, Func<double, double, double> better)
    {
        var best = none;
        foreach (var value in a.Values)
        {
            m.Step();
            best = better(best, Js.Number(m, value));
        }
        return best;
    }

    private static double WholeLog(Machine m, double value, double radix, string name)
    {
        if (value == 0 || double.IsPositiveInfinity(value))
        {
            return value == 0 ? double.NegativeInfinity : value;
        }
        var (power, log) = (1.0, 0);
        while (power < value)
        {
            m.Step();
            power *= radix;
            log++;
        }
        return power == value ? log : double.IsNaN(value) || value < 0 ? double.NaN : throw m.RangeError($"Math.{name} of the subset takes whole powers only");
    }

    private static object? MakeArray(Machine m, object?[] a)
    {
        var made = new JsArray();
        if (a is [double length])
        {
            Members.Resize(m, made, length);
            return made;
        }
        return new JsArray(m, a);
    }

    private static IEnumerator<Invocation> ArrayFrom(Machine m, Arguments a)
    {
        IEnumerable<object?> values = a[0] is JsObject like
            ? Enumerable.Range(0, (int)Math.Clamp(Js.Integer(m, Members.Get(m, like, "length")), 0, int.MaxValue)).Select(i => Members.Get(m, like, (double)i))
            : a[0] is double or bool ? [] : Iteration.Of(m, a[0]);
        var made = new JsArray();
        var index = 0.0;
        foreach (var value in values)
        {
            if (a[1] is not Undefined)
            {
                yield return Invocation.Of(a.Function(m, 1), Undefined.Value, value, index);
            }
            made.Add(m, a[1] is Undefined ? value : m.Answer);
            index++;
        }
        yield return Invocation.End(made);
    }

    private static string Point(Machine m, double value) =>
        value == Math.Truncate(value) && value is >= 0 and <= 0x10FFFF ? value is >= 0xD800 and < 0xE000 ? ((char)value).ToString() : char.ConvertFromUtf32((int)value) : throw m.RangeError("Invalid code point");

    /// <param name="done">What is cloned already: an object that is held twice, or by itself, is so in the copy too.</param>
    private static object? Clone(Machine m, object? value, int nesting, Dictionary<object, object> done)
    {
        if (nesting > 100)
        {
            throw m.RangeError("nested too deeply to be cloned");
        }
        if (value is not null && done.TryGetValue(value, out var already))
        {
            return already;
        }
        switch (value)
        {
            case JsArray array:
                var items = new JsArray();
                m.Take(1);
                done[value] = items;
                foreach (var item in array.Items)
                {
                    items.Add(m, Clone(m, item, nesting + 1, done));
                }
                return items;
            case JsMap map:
                var copy = new JsMap(map.IsSet);
                done[value] = copy;
                foreach (var (key, kept) in map.Walk(m))
                {
                    m.Step();
                    var cloned = Clone(m, key, nesting + 1, done);
                    copy.Set(m, cloned, map.IsSet ? cloned : Clone(m, kept, nesting + 1, done));
                }
                return copy;
            case JsObject made:
                var clone = new JsObject { Kind = made.Kind };
                done[value] = clone;
                foreach (var key in made.Kind is null ? made.Keys : ["name", "message"])
                {
                    m.Step();
                    clone.Set(m, key, Clone(m, made.Own(key), nesting + 1, done));
                }
                return clone;
            default:
                return Js.IsObject(value) ? throw m.TypeError("A function can't be cloned") : value;
        }
    }
}
