namespace Arena.Trainer.Chat.Jinja;

/// <summary>The tests behind "is".</summary>
internal static class JinjaChecks
{
    public static bool Holds(string id, object? value, IReadOnlyList<object?> with, int line)
    {
        object? Other() => with.Count > 0 ? with[0] : throw new JinjaException($"Line {line}: the test '{id}' needs a value.");
        long Whole(object? number) => number switch { long n => n, bool b => b ? 1 : 0, _ => throw new JinjaException($"Line {line}: the test '{id}' needs whole numbers.") };
        return id switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "string" => value is string,
            "mapping" => value is DictValue,
            "sequence" => value is string or List<object?> or DictValue,
            "iterable" => value is string or List<object?> or DictValue or Undefined,
            "number" => value is long or double or bool,
            "integer" => value is long,
            "float" => value is double,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "callable" => value is Callable,
            "odd" => Whole(value) % 2 != 0,
            "even" => Whole(value) % 2 == 0,
            "divisibleby" => Whole(Other()) is var by && by != 0 ? Whole(value) % by == 0 : throw new JinjaException($"Line {line}: division by zero."),
            "eq" or "equalto" or "==" => Values.Same(value, Other()),
            "ne" or "!=" => !Values.Same(value, Other()),
            "lt" or "lessthan" or "<" => Values.Order(value, Other()) < 0,
            "le" or "<=" => Values.Order(value, Other()) <= 0,
            "gt" or "greaterthan" or ">" => Values.Order(value, Other()) > 0,
            "ge" or ">=" => Values.Order(value, Other()) >= 0,
            "in" => Other() switch
            {
                string text => value is string part && text.Contains(part, StringComparison.Ordinal),
                List<object?> list => list.Any(i => Values.Same(i, value)),
                DictValue dict => value is not null && dict.ContainsKey(value),
                _ => false,
            },
            "sameas" => ReferenceEquals(value, Other()) || (value is not (List<object?> or DictValue) && Values.Same(value, Other())),
            "lower" => Values.Text(value) is var low && low.Any(char.IsLower) && !low.Any(char.IsUpper),
            "upper" => Values.Text(value) is var up && up.Any(char.IsUpper) && !up.Any(char.IsLower),
            _ => throw new JinjaException($"Line {line}: there is no test '{id}'."),
        };
    }
}
