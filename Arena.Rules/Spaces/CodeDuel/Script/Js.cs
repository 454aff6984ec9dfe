using System.Globalization;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>The language's conversions and comparisons (ECMA-262, 7). Objects have no valueOf of their own here.</summary>
internal static class Js
{
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
                return ArrayMethods.Join(m, array, ",", nesting);
            case JsFunction or JsClass: throw m.TypeError("The source of a function or class is no value in the subset");
            case JsNative native: return $"function {native.Name}() {{ [native code] }}";
            case JsMap map: return map.IsSet ? "[object Set]" : "[object Map]";
            case JsObject { Kind: not null } error: return error.Own("message") is string { Length: > 0 } message ? $"{Text(m, error.Own("name"))}: {message}" : Text(m, error.Own("name"));
            case JsObject made when made.Method("valueOf") is not null:
                throw m.TypeError("An object with a valueOf of its own can't become a number or a text in the subset");
            case JsObject made when made.Method("toString") is { } own: return Primitive(m, Call(m, own, made, []));
            case JsObject { IsBare: true }: throw m.TypeError("Cannot convert object to primitive value");
            default: return "[object Object]";
        }
    }

    private static string Primitive(Machine m, object? made) => IsObject(made) ? throw m.TypeError("Cannot convert object to primitive value") : Text(m, made);

    public static object? Call(Machine m, object? function, object? self, params object?[] arguments) => function switch
    {
        JsFunction own => own.Call(m, self, arguments),
        JsNative native => Native(m, native, self, arguments),
        JsClass type => throw m.TypeError($"Class constructor {type.Code.Name} cannot be invoked without 'new'"),
        _ => throw m.TypeError($"{(function is string ? "a text" : Text(m, function))} is not a function"),
    };

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

    private static object? Native(Machine m, JsNative native, object? self, object?[] arguments)
    {
        m.Step();
        m.Enter();
        var result = native.Code(m, self, arguments);
        m.Depth--;
        return result;
    }
}

/// <summary>Binary operators.</summary>
internal static class Operators
{
    public static object? Apply(Machine m, string sign, object? left, object? right)
    {
        if (left is double a && right is double b)
        {
            switch (sign)
            {
                case "+": return a + b;
                case "-": return a - b;
                case "*": return a * b;
                case "/": return a / b;
                case "<": return a < b;
                case ">": return a > b;
                case "<=": return a <= b;
                case ">=": return a >= b;
                case "===": return a == b;
                case "!==": return a != b;
                case "%": return Remainder(a, b);
            }
        }
        return sign switch
        {
            "+" => Add(m, left, right),
            "-" => Js.Number(m, left) - Js.Number(m, right),
            "*" => Js.Number(m, left) * Js.Number(m, right),
            "/" => Js.Number(m, left) / Js.Number(m, right),
            "%" => Remainder(Js.Number(m, left), Js.Number(m, right)),
            "**" => Numbers.Power(m, Js.Number(m, left), Js.Number(m, right)),
            "==" => Js.LooseEquals(m, left, right),
            "!=" => !Js.LooseEquals(m, left, right),
            "===" => Js.StrictEquals(m, left, right),
            "!==" => !Js.StrictEquals(m, left, right),
            "<" => Compare(m, left, right, (x, y) => x < y, c => c < 0),
            ">" => Compare(m, left, right, (x, y) => x > y, c => c > 0),
            "<=" => Compare(m, left, right, (x, y) => x <= y, c => c <= 0),
            ">=" => Compare(m, left, right, (x, y) => x >= y, c => c >= 0),
            "&" => (double)(Js.Int32(m, left) & Js.Int32(m, right)),
            "|" => (double)(Js.Int32(m, left) | Js.Int32(m, right)),
            "^" => (double)(Js.Int32(m, left) ^ Js.Int32(m, right)),
            "<<" => (double)(Js.Int32(m, left) << (Js.Int32(m, right) & 31)),
            ">>" => (double)(Js.Int32(m, left) >> (Js.Int32(m, right) & 31)),
            ">>>" => (double)((uint)Js.Int32(m, left) >> (Js.Int32(m, right) & 31)),
            "in" => Js.IsObject(right) ? Members.Has(m, right!, Js.Text(m, left)) : throw m.TypeError($"Cannot use 'in' operator to search for '{Members.Shown(m, left)}' in {Members.Shown(m, right)}"),
            "instanceof" => IsInstance(m, left, right),
            _ => throw new InvalidOperationException($"Unknown operator {sign}."),
        };
    }

    private static object Add(Machine m, object? left, object? right)
    {
        if (left is string || right is string || Js.IsObject(left) || Js.IsObject(right))
        {
            var (a, b) = (Js.Text(m, left), Js.Text(m, right));
            m.TakeText(b.Length, a.Length);
            return a + b;
        }
        return Js.Number(m, left) + Js.Number(m, right);
    }

    /// <summary>IEEE's remainder with the sign of the first, which C# computes alike.</summary>
    private static double Remainder(double a, double b) => a % b;

    private static bool Compare(Machine m, object? left, object? right, Func<double, double, bool> numbers, Func<int, bool> texts)
    {
        if (Js.IsObject(left))
        {
            left = Js.Text(m, left);
        }
        if (Js.IsObject(right))
        {
            right = Js.Text(m, right);
        }
        m.Read(left);
        return left is string a && right is string b ? texts(string.CompareOrdinal(a, b)) : numbers(Js.Number(m, left), Js.Number(m, right));
    }

    private static bool IsInstance(Machine m, object? value, object? type) => type switch
    {
        JsClass or JsFunction => value is JsObject made && ReferenceEquals(made.Class, type),
        JsNative { Name: "Array" } => value is JsArray,
        JsNative { Name: "Map" } => value is JsMap { IsSet: false },
        JsNative { Name: "Set" } => value is JsMap { IsSet: true },
        JsNative { Name: "Object" } => Js.IsObject(value),
        JsNative { Name: "Function" } => Js.IsFunction(value),
        JsNative { Name: "Error" } => value is JsObject { Kind: not null },
        JsNative { Make: not null } native => value is JsObject made && made.Kind == native.Name,
        _ => throw m.TypeError("Right-hand side of 'instanceof' is not callable"),
    };
}

/// <summary>Numbers and their texts.</summary>
internal static class Numbers
{
    private const double LargestExact = 9007199254740992;

    /// <summary>Number::toString (ECMA-262, 6.1.6.1.20): the shortest digits that read back the same.</summary>
    public static string Text(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }
        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        if (value == Math.Truncate(value) && Math.Abs(value) < LargestExact)
        {
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        }
        // "E16" would round; "R" gives the shortest digits, in one of two layouts.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponent = 0;
        if (shortest.IndexOf('E', StringComparison.Ordinal) is >= 0 and var e)
        {
            exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            shortest = shortest[..e];
        }
        var point = shortest.IndexOf('.', StringComparison.Ordinal);
        var digits = shortest.Replace(".", "", StringComparison.Ordinal);
        // n: the place of the decimal point counted from the first digit that is not 0.
        var n = (point < 0 ? shortest.Length : point) + exponent;
        var zeros = digits.TakeWhile(c => c == '0').Count();
        digits = digits[zeros..].TrimEnd('0');
        n -= zeros;
        var k = digits.Length;
        var text = n switch
        {
            _ when k <= n && n <= 21 => digits + new string('0', n - k),
            > 0 and <= 21 => $"{digits[..n]}.{digits[n..]}",
            > -6 and <= 0 => $"0.{new string('0', -n)}{digits}",
            _ => $"{digits[..1]}{(k > 1 ? "." + digits[1..] : "")}e{(n > 0 ? "+" : "-")}{Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture)}",
        };
        return value < 0 ? "-" + text : text;
    }

    /// <summary>StringToNumber: NaN where the whole text is no number.</summary>
    public static double Read(string text)
    {
        var trimmed = text.Trim(StringMethods.White);
        if (trimmed.Length == 0)
        {
            return 0;
        }
        if (trimmed.Length > 2 && trimmed[0] == '0' && char.ToLowerInvariant(trimmed[1]) is 'x' or 'o' or 'b')
        {
            var radix = char.ToLowerInvariant(trimmed[1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
            var value = 0.0;
            foreach (var c in trimmed.AsSpan(2))
            {
                var digit = Digit(c);
                if (digit < 0 || digit >= radix)
                {
                    return double.NaN;
                }
                value = value * radix + digit;
            }
            return value;
        }
        var length = Prefix(trimmed);
        return length == trimmed.Length ? Parse(trimmed) : double.NaN;
    }

    /// <summary>parseFloat: the longest beginning that is a number.</summary>
    public static double ReadPrefix(string text)
    {
        var trimmed = text.TrimStart(StringMethods.White);
        var length = Prefix(trimmed);
        return length == 0 ? double.NaN : Parse(trimmed[..length]);
    }

    public static double ReadInteger(string text, int radix)
    {
        var trimmed = text.Trim(StringMethods.White);
        var at = 0;
        var negative = trimmed.Length > 0 && trimmed[0] == '-';
        if (trimmed.Length > 0 && trimmed[0] is '-' or '+')
        {
            at++;
        }
        if (radix is 0 or 16 && at + 1 < trimmed.Length && trimmed[at] == '0' && trimmed[at + 1] is 'x' or 'X')
        {
            at += 2;
            radix = 16;
        }
        radix = radix == 0 ? 10 : radix;
        if (radix is < 2 or > 36)
        {
            return double.NaN;
        }
        var start = at;
        var value = 0.0;
        for (; at < trimmed.Length && Digit(trimmed[at]) is >= 0 and var digit && digit < radix; at++)
        {
            value = value * radix + digit;
        }
        if (at == start)
        {
            return double.NaN;
        }
        // Many decimal digits: read as one number, so that rounding happens once.
        if (radix == 10 && at - start > 15)
        {
            value = Parse(trimmed[start..at]);
        }
        return negative ? -value : value;
    }

    public static string InRadix(Machine m, double value, int radix)
    {
        if (radix == 10 || !double.IsFinite(value))
        {
            return Text(value);
        }
        if (value != Math.Truncate(value) || Math.Abs(value) >= LargestExact)
        {
            throw m.RangeError("toString(radix) of the subset takes whole numbers below 2^53");
        }
        var left = (long)Math.Abs(value);
        var digits = new Stack<char>();
        do
        {
            digits.Push("0123456789abcdefghijklmnopqrstuvwxyz"[(int)(left % radix)]);
            left /= radix;
        }
        while (left > 0);
        return (value < 0 ? "-" : "") + new string([.. digits]);
    }

    /// <summary>Whole exponents by multiplication and the square root; others would differ between platforms.</summary>
    public static double Power(Machine m, double a, double b)
    {
        if (double.IsNaN(b) || (double.IsInfinity(b) && Math.Abs(a) == 1))
        {
            return double.NaN;
        }
        if (b == 0)
        {
            return 1;
        }
        if (b is 0.5 or -0.5)
        {
            var root = double.IsInfinity(a) ? double.PositiveInfinity : Math.Sqrt(a + 0.0);
            return b > 0 ? root : 1 / root;
        }
        if (double.IsInfinity(b))
        {
            return Math.Abs(a) > 1 == b > 0 ? double.PositiveInfinity : 0;
        }
        if (b != Math.Truncate(b) || Math.Abs(b) > 100_000)
        {
            throw m.RangeError("powers of the subset have whole exponents up to 100000, or one half");
        }
        var (result, factor) = (1.0, a);
        for (var left = (int)Math.Abs(b); left > 0; left >>= 1)
        {
            m.Step();
            if ((left & 1) == 1)
            {
                result *= factor;
            }
            factor *= factor;
        }
        return b > 0 ? result : double.IsInfinity(result) && double.IsFinite(a) ? Power(m, 1 / a, -b) : 1 / result;
    }

    internal static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'z' => c - 'a' + 10,
        >= 'A' and <= 'Z' => c - 'A' + 10,
        _ => -1,
    };

    private static double Parse(string text) =>
        text.EndsWith("Infinity", StringComparison.Ordinal) ? text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity
        : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static int Prefix(string text)
    {
        var at = 0;
        if (at < text.Length && text[at] is '+' or '-')
        {
            at++;
        }
        if (string.CompareOrdinal(text, at, "Infinity", 0, 8) == 0)
        {
            return at + 8;
        }
        var digits = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            digits++;
        }
        if (at < text.Length && text[at] == '.')
        {
            var fraction = 0;
            while (at + 1 + fraction < text.Length && char.IsAsciiDigit(text[at + 1 + fraction]))
            {
                fraction++;
            }
            if (digits + fraction > 0)
            {
                at += 1 + fraction;
                digits += fraction;
            }
        }
        if (digits == 0)
        {
            return 0;
        }
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-')
            {
                exponent++;
            }
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                while (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
                {
                    exponent++;
                }
                at = exponent;
            }
        }
        return at;
    }
}
