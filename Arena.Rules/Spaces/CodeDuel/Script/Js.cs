namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>The language's conversions and comparisons (ECMA-262, 7). Objects have no valueOf of their own here.</summary>
internal static class Js
{
    /// <summary>What a call in the midst of a built-in function takes of <see cref="Machine.Descent"/>.</summary>
    private const int DescentOfCall = 5;

    public static bool IsFunction(object? value) => value is JsFunction or JsNative;

    public static bool IsObject(object? value) => value is not (null or Undefined or bool or double or string);

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        double number => number != 0 && !double.IsNaN(number),
        string text => text.Length > 0,
        _ => true,
    };

    public static string TypeOf(object? value) => value switch
    {
        Undefined => "undefined",
        bool => "boolean",
        double => "number",
        string => "string",
        JsFunction or JsNative or JsClass => "function",
        _ => "object",
    };

    public static double Number(Machine m, object? value) => value switch
    {
        double number => number,
        null => 0,
        Undefined => double.NaN,
        bool b => b ? 1 : 0,
        string text => Numbers.Read(m.Through(text)),
        _ => Numbers.Read(m.Through(Text(m, value))),
    };

    /// <summary>ToIntegerOrInfinity.</summary>
    public static double Integer(Machine m, object? value)
    {
        var number = Number(m, value);
        return double.IsNaN(number) ? 0 : Math.Truncate(number) + 0.0;
    }

    public static int Int32(Machine m, object? value)
    {
        var number = Number(m, value);
        if (!double.IsFinite(number))
        {
            return 0;
        }
        if (Math.Abs(number) < int.MaxValue)
        {
            return (int)number;
        }
        var rest = Math.IEEERemainder(Math.Truncate(number), 4294967296.0);
        return unchecked((int)(long)rest);
    }

    public static string Text(Machine m, object? value, int nesting = 0)
    {
        switch (value)
        {
            case string text: return text;
            case double number: return Numbers.Text(number);
            case null: return "null";
            case Undefined: return "undefined";
            case bool b: return b ? "true" : "false";
            case JsArray array:
                if (nesting > 50)
                {
                    throw m.RangeError("arrays nested too deeply to become a text");
                }
                m.Descend();
                var joined = ArrayMethods.Join(m, array, ",", nesting);
                m.Descent--;
                return joined;
            case JsFunction or JsClass: throw m.TypeError("The source of a function or class is no value in the subset");
            case JsNative native: return $"function {native.Name}() {{ [native code] }}";
            case JsMap map: return map.IsSet ? "[object Set]" : "[object Map]";
            case JsObject { Kind: not null } error: return error.Own("message") is string { Length: > 0 } message ? $"{Text(m, error.Own("name"))}: {message}" : Text(m, error.Own("name"));
            case JsObject made when made.Method("valueOf") is not null:
                throw m.TypeError("An object with a valueOf of its own can't become a number or a text in the subset");
            case JsObject made when made.Method("toString") is { } own: return Primitive(m, Call(m, own, made));
            case JsObject { IsBare: true }: throw m.TypeError("Cannot convert object to primitive value");
            default: return "[object Object]";
        }
    }

    public static string Primitive(Machine m, object? made) => IsObject(made) ? throw m.TypeError("Cannot convert object to primitive value") : Text(m, made);

    /// <summary>
    /// Calls a function in the midst of a built-in one that needs its value at once: toString for a key, toJSON. It takes from the host's stack, so only so many fit into each other;
    /// built-in functions that are made to call others do it by <see cref="Invocation"/>.
    /// </summary>
    public static object? Call(Machine m, object? function, object? self)
    {
        m.Descend(DescentOfCall);
        var depth = m.Depth;
        var value = new Runner(m).Call(function, self, []);
        m.Depth = depth;
        m.Descent -= DescentOfCall;
        return value;
    }

    public static bool StrictEquals(object? a, object? b) => (a, b) switch
    {
        (double x, double y) => x == y,
        (string x, string y) => string.Equals(x, y, StringComparison.Ordinal),
        (bool x, bool y) => x == y,
        _ => ReferenceEquals(a, b),
    };

    public static bool StrictEquals(Machine m, object? a, object? b)
    {
        if (a is string x && b is string y && x.Length == y.Length)
        {
            m.Read(a);
        }
        return StrictEquals(a, b);
    }

    public static bool SameValueZero(object? a, object? b) => a is double x && b is double y ? x == y || (double.IsNaN(x) && double.IsNaN(y)) : StrictEquals(a, b);

    public static bool LooseEquals(Machine m, object? a, object? b)
    {
        m.Read(a);
        if (a is null or Undefined || b is null or Undefined)
        {
            return a is null or Undefined && b is null or Undefined;
        }
        if (a.GetType() == b.GetType() || (IsObject(a) && IsObject(b)))
        {
            return StrictEquals(a, b);
        }
        if (IsObject(a) || IsObject(b))
        {
            return LooseEquals(m, IsObject(a) ? Text(m, a) : a, IsObject(b) ? Text(m, b) : b);
        }
        return Number(m, a) == Number(m, b);
    }
}
