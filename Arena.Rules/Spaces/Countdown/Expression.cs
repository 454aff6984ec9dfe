using System.Globalization;

namespace Arena.Rules.Spaces.Countdown;

/// <summary>An arithmetic expression over the given numbers. Values are exact and never negative by construction.</summary>
internal sealed class Expression
{
    private Expression(int number) => Value = number;

    private Expression(char op, Expression left, Expression right, long value)
    {
        (Op, Left, Right, Value) = (op, left, right, value);
    }

    /// <summary>Most characters that are read: six numbers with every pair in parentheses need under 50.</summary>
    public const int LongestText = 200;

    public long Value { get; }

    private char Op { get; }

    private Expression? Left { get; }

    private Expression? Right { get; }

    private int Binding => Op switch { '\0' => 3, '*' or '/' => 2, _ => 1 };

    public static Expression Of(int number) => new(number);

    /// <summary>The combination, or null and a reason where it would be negative, a fraction or a division by zero.</summary>
    public static (Expression? Result, string? Problem) Combine(char op, Expression left, Expression right)
    {
        var (a, b) = (left.Value, right.Value);
        return op switch
        {
            '+' => (new(op, left, right, a + b), null),
            '*' => (new(op, left, right, a * b), null),
            '-' when a < b => (null, $"{a}-{b} is negative."),
            '-' => (new(op, left, right, a - b), null),
            _ when b == 0 => (null, $"{a}/{b} divides by zero."),
            _ when a % b != 0 => (null, $"{a}/{b} is not a whole number."),
            _ => (new(op, left, right, a / b), null),
        };
    }

    /// <summary>
    /// Reads + - * / (also the signs for minus, times and division of Unicode), whole numbers without leading zeros, parentheses and
    /// blanks, left to right with the usual precedence; an "= n" at the end must be true. Each number at most as often as given.
    /// </summary>
    public static (Expression? Result, string? Problem) Read(string text, IReadOnlyList<int> numbers)
    {
        if (text.Length > LongestText)
        {
            return (null, $"An expression has at most {LongestText} characters.");
        }
        return new Reader(text, [.. numbers]).Read();
    }

    /// <summary>The canonical text: no blanks, ASCII signs, only the parentheses that the structure needs.</summary>
    public override string ToString()
    {
        if (Left is null || Right is null)
        {
            return Value.ToString(CultureInfo.InvariantCulture);
        }
        var left = Left.Binding < Binding ? $"({Left})" : Left.ToString();
        var right = Right.Binding <= Binding ? $"({Right})" : Right.ToString();
        return $"{left}{Op}{right}";
    }

    private sealed class Reader(string text, List<int> left)
    {
        private int _at;
        private string? _problem;

        public (Expression? Result, string? Problem) Read()
        {
            var result = Sum();
            if (result is not null && Next() == '=')
            {
                _at++;
                if (Digits() is not { } claimed || claimed != result.Value.ToString(CultureInfo.InvariantCulture))
                {
                    return (null, $"The expression gives {result.Value}, not what stands after the equals sign.");
                }
            }
            if (result is null || Next() != '\0')
            {
                return (null, _problem ?? $"Expected + - * / or the end at character {_at + 1}; answer with one expression and nothing else.");
            }
            return (result, null);
        }

        private Expression? Sum() => Chain(Product, '+', '-');

        private Expression? Product() => Chain(Atom, '*', '/');

        private Expression? Chain(Func<Expression?> part, char one, char other)
        {
            var result = part();
            for (var op = Next(); result is not null && (op == one || op == other); op = Next())
            {
                _at++;
                if (part() is not { } right)
                {
                    return null;
                }
                var combined = Combine(op, result, right);
                _problem ??= combined.Problem;
                result = combined.Result;
            }
            return result;
        }

        private Expression? Atom()
        {
            if (Next() == '(')
            {
                _at++;
                var inner = Sum();
                if (inner is null)
                {
                    return null;
                }
                if (Next() != ')')
                {
                    _problem ??= $"A closing parenthesis is missing at character {_at + 1}.";
                    return null;
                }
                _at++;
                return inner;
            }
            var start = _at;
            if (Digits() is not { } digits)
            {
                _problem ??= $"Expected a number or an opening parenthesis at character {start + 1}; answer with one expression and nothing else.";
                return null;
            }
            if (digits.Length > 3 || digits[0] == '0' || !left.Remove(int.Parse(digits, CultureInfo.InvariantCulture)))
            {
                _problem ??= $"{(digits.Length > 12 ? digits[..12] + "…" : digits)} is not among the numbers, or is used too often.";
                return null;
            }
            return Of(int.Parse(digits, CultureInfo.InvariantCulture));
        }

        private string? Digits()
        {
            Next();
            var start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }
            return _at > start ? text[start.._at] : null;
        }

        /// <summary>The next sign after blanks in ASCII; \0 at the end.</summary>
        private char Next()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
            return _at == text.Length ? '\0' : text[_at] switch
            {
                '\u2212' => '-',
                '\u00d7' => '*',
                '\u00f7' => '/',
                // A real NUL is no end.
                '\0' => '?',
                var c => c,
            };
        }
    }
}
