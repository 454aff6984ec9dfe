namespace Arena.Trainer.Chat.Jinja;

/// <summary>Fields, items and slices. Nothing but the values' own data and the listed methods is reachable.</summary>
internal static class JinjaAccess
{
    public static object? Attribute(object? of, string field, int line) => of switch
    {
        Undefined missing => throw new JinjaException($"Line {line}: '{missing.What}' is undefined, it has no field '{field}'."),
        LoopState loop => loop.Field(field),
        Namespace space => space.Fields.TryGetValue(field, out var value) ? value : new Undefined(field),
        _ => JinjaMethods.Find(of, field) is { } method ? method : of is DictValue dict && dict.TryGetValue(field, out var found) ? found : new Undefined(field),
    };

    public static object? Item(object? of, object? key, int line)
    {
        switch (of, key)
        {
            case (Undefined missing, _):
                throw new JinjaException($"Line {line}: '{missing.What}' is undefined, it has no items.");
            case (DictValue dict, not null) when dict.TryGetValue(key, out var value):
                return value;
            case (List<object?> list, long or bool):
                var at = key is bool b ? b ? 1 : 0 : (long)key;
                at += at < 0 ? list.Count : 0;
                return at >= 0 && at < list.Count ? list[(int)at] : new Undefined($"item {Values.Text(key)}");
            case (string text, long index):
                var characters = Characters(text);
                index += index < 0 ? characters.Count : 0;
                return index >= 0 && index < characters.Count ? characters[(int)index] : new Undefined($"item {index}");
            case (_, string field) when of is not DictValue:
                return Attribute(of, field, line);
            case (DictValue, string name) when JinjaMethods.Find(of, name) is { } method:
                return method;
            default:
                return new Undefined(Values.Text(key));
        }
    }

    public static object? Slice(JinjaRun run, object? of, object? from, object? to, object? step, int line)
    {
        var items = of switch
        {
            List<object?> list => list,
            string text => [.. Characters(text)],
            _ => throw new JinjaException($"Line {line}: {Values.Kind(of)} can't be sliced."),
        };
        run.Step(line, items.Count);
        var by = Index(step) ?? 1;
        if (by == 0)
        {
            throw new JinjaException($"Line {line}: a slice needs a step.");
        }
        // Python's rules: negative places count from the end, and both ends are clamped.
        long Place(object? value, long otherwise) => Index(value) is not { } at ? otherwise
            : Math.Clamp(at < 0 ? at + items.Count : at, by > 0 ? 0 : -1, by > 0 ? items.Count : items.Count - 1);
        var (start, end) = (Place(from, by > 0 ? 0 : items.Count - 1), Place(to, by > 0 ? items.Count : -1));
        var taken = new List<object?>();
        for (var at = start; by > 0 ? at < end : at > end; at += by)
        {
            taken.Add(items[(int)at]);
        }
        return of is string ? string.Concat(taken) : of is TupleValue ? new TupleValue(taken) : taken;

        long? Index(object? value) => value switch
        {
            null => null,
            // Beyond these all places are the same, and sums can't overflow.
            long n => Math.Clamp(n, -(1L << 40), 1L << 40),
            bool b => b ? 1 : 0,
            _ => throw new JinjaException($"Line {line}: {Values.Kind(value)} is no place in a slice."),
        };
    }

    /// <summary>A text's characters (code points, as Python counts).</summary>
    public static List<string> Characters(string text) => [.. text.EnumerateRunes().Select(r => r.ToString())];
}

/// <summary>The variable "loop".</summary>
internal sealed class LoopState(List<object?> items)
{
    private object? _changed;
    private bool _asked;

    public int Index { get; set; }

    public object? Field(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("loop.previtem"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("loop.nextitem"),
        "cycle" => (Callable)((_, values, _) => values.Count > 0 ? values[Index % values.Count] : throw new JinjaException("loop.cycle needs values.")),
        "changed" => (Callable)((_, values, _) => Changed(new TupleValue(values))),
        _ => new Undefined($"loop.{name}"),
    };

    private bool Changed(object? value)
    {
        var changed = !_asked || !Values.Same(_changed, value);
        (_changed, _asked) = (value, true);
        return changed;
    }
}
