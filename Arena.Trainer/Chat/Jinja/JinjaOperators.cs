namespace Arena.Trainer.Chat.Jinja;

/// <summary>Python's operators on the values of templates.</summary>
internal static class JinjaOperators
{
    public static object? Unary(string op, object? value, int line) => (op, value) switch
    {
        ("not", _) => !Values.True(value),
        ("-", long n) => (object)-n,
        ("-", double d) => -d,
        ("-", bool b) => b ? -1L : 0L,
        ("+", long or double) => value,
        _ => throw Wrong(op, value, null, line),
    };

    public static object? Binary(JinjaRun run, string op, object? left, object? right, int line)
    {
        switch (op)
        {
            case "~":
                return Joined(run, Values.Text(left), Values.Text(right), line);
            case "+" when left is string a && right is string b:
                return Joined(run, a, b, line);
            case "+" when left is List<object?> a && right is List<object?> b:
                run.Step(line, a.Count + b.Count);
                return a is TupleValue ? new TupleValue(a.Concat(b)) : (object)a.Concat(b).ToList();
            case "*" when (left ?? right) is not null && (left is string || right is string) && (left is long || right is long):
                var (text, times) = left is string s ? (s, (long)right!) : ((string)right!, (long)left!);
                run.Charge(times <= 0 || text.Length == 0 ? 0 : Math.Min(times, int.MaxValue) * text.Length, line);
                return times <= 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)times));
            case "%" when left is string:
                throw new JinjaException($"Line {line}: formatting texts with % is not supported.");
        }
        try
        {
            return (op, Whole(left), Whole(right)) switch
            {
                // Boxed one by one: a common type of the arms would make every number a double.
                ("+", long a, long b) => (object)checked(a + b),
                ("-", long a, long b) => checked(a - b),
                ("*", long a, long b) => checked(a * b),
                ("/", long a, long b) => b == 0 ? throw new JinjaException($"Line {line}: division by zero.") : (object)((double)a / b),
                ("//", long a, long b) => b == 0 ? throw new JinjaException($"Line {line}: division by zero.") : Floor(a, b),
                ("%", long a, long b) => b == 0 ? throw new JinjaException($"Line {line}: division by zero.") : b == -1 ? 0L : a - Floor(a, b) * b,
                ("**", long a, long b) when b >= 0 => Power(a, b),
                _ when Values.Number(left) is { } x && Values.Number(right) is { } y => (object)(op switch
                {
                    "+" => x + y,
                    "-" => x - y,
                    "*" => x * y,
                    "/" => y == 0 ? throw new JinjaException($"Line {line}: division by zero.") : x / y,
                    "//" => y == 0 ? throw new JinjaException($"Line {line}: division by zero.") : Math.Floor(x / y),
                    "%" => y == 0 ? throw new JinjaException($"Line {line}: division by zero.") : x - Math.Floor(x / y) * y,
                    "**" => Math.Pow(x, y),
                    _ => throw Wrong(op, left, right, line),
                }),
                _ => throw Wrong(op, left, right, line),
            };
        }
        catch (OverflowException)
        {
            throw new JinjaException($"Line {line}: a number is beyond 64 bits.");
        }
    }

    public static bool Compare(JinjaRun run, string op, object? left, object? right, int line) => op switch
    {
        "==" => Values.Same(left, right),
        "!=" => !Values.Same(left, right),
        "in" => In(run, left, right, line),
        "not in" => !In(run, left, right, line),
        _ when left is Undefined || right is Undefined => throw Wrong(op, left, right, line),
        "<" => Values.Order(left, right) < 0,
        "<=" => Values.Order(left, right) <= 0,
        ">" => Values.Order(left, right) > 0,
        _ => Values.Order(left, right) >= 0,
    };

    public static bool In(JinjaRun run, object? item, object? within, int line)
    {
        switch (within)
        {
            case string text:
                return item is string part ? text.Contains(part, StringComparison.Ordinal) : throw Wrong("in", item, within, line);
            case List<object?> list:
                run.Step(line, list.Count);
                return list.Any(i => Values.Same(i, item));
            case DictValue dict:
                return item is not null && dict.ContainsKey(item);
            case Undefined:
                return false;
            default:
                throw Wrong("in", item, within, line);
        }
    }

    private static string Joined(JinjaRun run, string a, string b, int line)
    {
        run.Charge((long)a.Length + b.Length, line);
        return a + b;
    }

    private static object? Whole(object? value) => value is bool b ? b ? 1L : 0L : value;

    private static long Floor(long a, long b)
    {
        var quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long value, long exponent)
    {
        var result = 1L;
        for (var i = 0L; i < exponent && result is not 0; i++)
        {
            result = checked(result * value);
            if (value is 1 or -1 && i > 1)
            {
                return value == 1 || exponent % 2 == 0 ? 1 : -1;
            }
        }
        return result;
    }

    private static JinjaException Wrong(string op, object? left, object? right, int line) =>
        new($"Line {line}: '{op}' does not go with {Values.Kind(left)}{(right is null && op is "-" or "+" ? "" : $" and {Values.Kind(right)}")}.");
}
