namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Binary operators.</summary>
internal static class Operators
{
    /// <summary>Those that two numbers need nothing else for: first what has a number, then what compares.</summary>
    private static readonly string[] Quick = ["+", "-", "*", "/", "%", "<", ">", "<=", ">=", "===", "!=="];

    public const int FirstThatCompares = 5;

    /// <summary>An operator's place among the quick ones, or -1.</summary>
    public static int Number(string sign) => Array.IndexOf(Quick, sign);

    /// <summary>False where the operator is none of the quick ones.</summary>
    public static bool OfNumbers(int place, double a, double b, out bool compared, out double number)
    {
        (compared, number) = (false, 0);
        switch (place)
        {
            case 0: number = a + b; return true;
            case 1: number = a - b; return true;
            case 2: number = a * b; return true;
            case 3: number = a / b; return true;
            case 4: number = Remainder(a, b); return true;
            case 5: compared = a < b; return true;
            case 6: compared = a > b; return true;
            case 7: compared = a <= b; return true;
            case 8: compared = a >= b; return true;
            case 9: compared = a == b; return true;
            case 10: compared = a != b; return true;
            default: return false;
        }
    }

    public static object? Apply(Machine m, string sign, object? left, object? right)
    {
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
