using System.Globalization;

namespace Arena.Rules.Spaces.CodeDuel.Script;

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
