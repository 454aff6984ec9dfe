using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

internal static class ArrayMethods
{
    public static IReadOnlyDictionary<string, JsNative> All { get; } = new (string Name, Func<Machine, JsArray, Arguments, object?> Code)[]
    {
        ("push", Push),
        ("pop", (m, s, _) => Remove(m, s, s.Items.Count - 1)),
        ("shift", (m, s, _) => Remove(m, s, 0)),
        ("unshift", (m, s, a) => Insert(m, s, 0, a.Values)),
        ("splice", Splice),
        ("slice", (m, s, a) => Slice(m, s, a.From(m, 0, s.Items.Count, 0), a.From(m, 1, s.Items.Count, s.Items.Count))),
        ("concat", (m, s, a) => new JsArray(m, s.Items.Concat(a.Values.SelectMany(v => v is JsArray more ? more.Items : (IEnumerable<object?>)[v])))),
        ("join", (m, s, a) => Join(m, s, a[0] is Undefined ? "," : a.Text(m, 0))),
        ("toString", (m, s, _) => Join(m, s, ",")),
        ("reverse", (m, s, _) => Reverse(m, s)),
        ("indexOf", (m, s, a) => Index(m, s, a.From(m, 1, s.Items.Count, 0), v => Js.StrictEquals(m, v, a[0]))),
        ("lastIndexOf", (m, s, a) => LastIndex(m, s, a, v => Js.StrictEquals(m, v, a[0]))),
        ("includes", (m, s, a) => Index(m, s, a.From(m, 1, s.Items.Count, 0), v => v is double ? Js.SameValueZero(v, a[0]) : Js.StrictEquals(m, v, a[0])) is >= 0.0),
        ("find", (m, s, a) => Found(m, s, a, false).Value),
        ("findIndex", (m, s, a) => Found(m, s, a, false).Index),
        ("findLast", (m, s, a) => Found(m, s, a, true).Value),
        ("findLastIndex", (m, s, a) => Found(m, s, a, true).Index),
        ("filter", (m, s, a) => Each(m, s, a, new JsArray(), (made, v, _, keep) => { if (Js.IsTrue(keep)) { made.Add(m, v); } return false; })),
        ("map", (m, s, a) => Each(m, s, a, new JsArray(), (made, _, _, value) => { made.Add(m, value); return false; })),
        ("flatMap", (m, s, a) => Flat(m, Each(m, s, a, new JsArray(), (made, _, _, value) => { made.Add(m, value); return false; }), 1, new JsArray())),
        ("forEach", (m, s, a) => Each(m, s, a, (object)Undefined.Value, (_, _, _, _) => false)),
        ("some", (m, s, a) => Each(m, s, a, new bool[1], (any, _, _, value) => any[0] = Js.IsTrue(value))[0]),
        ("every", (m, s, a) => !Each(m, s, a, new bool[1], (any, _, _, value) => any[0] = !Js.IsTrue(value))[0]),
        ("reduce", (m, s, a) => Reduce(m, s, a, fromRight: false)),
        ("reduceRight", (m, s, a) => Reduce(m, s, a, fromRight: true)),
        ("sort", (m, s, a) => Sort(m, Open(m, s), a)),
        ("toSorted", (m, s, a) => Sort(m, new JsArray(m, s.Items), a)),
        ("toReversed", (m, s, _) => Reverse(m, new JsArray(m, s.Items))),
        ("fill", Fill),
        ("flat", (m, s, a) => Flat(m, s, a[0] is Undefined ? 1 : a.Integer(m, 0), new JsArray())),
        ("at", (m, s, a) => a.Integer(m, 0) is var i && (i < 0 ? i + s.Items.Count : i) is var at && at >= 0 && at < s.Items.Count ? s.Items[(int)at] : Undefined.Value),
        ("with", (m, s, a) => With(m, s, a)),
        ("keys", (_, s, _) => new JsIterator(Live(s, (_, i) => i).GetEnumerator())),
        ("values", (_, s, _) => new JsIterator(Live(s, (v, _) => v).GetEnumerator())),
        ("entries", (m, s, _) => new JsIterator(Live(s, (v, i) => Iteration.Pair(m, i, v)).GetEnumerator())),
    }.ToDictionary(t => t.Name, t => new JsNative(t.Name, (m, self, a) => self is JsArray array ? t.Code(m, array, new(a)) : throw m.TypeError($"{t.Name} was called on something that is no array")), StringComparer.Ordinal);

    public static string Join(Machine m, JsArray array, string by, int nesting = 0)
    {
        var text = new StringBuilder();
        for (var i = 0; i < array.Items.Count; i++)
        {
            m.Step();
            var part = array.Items[i] is null or Undefined ? "" : Js.Text(m, array.Items[i], nesting + 1);
            m.TakeText(part.Length + by.Length, 0);
            m.Limit((long)text.Length + part.Length + by.Length);
            text.Append(i == 0 ? "" : by).Append(part);
        }
        return text.ToString();
    }

    private static JsArray Open(Machine m, JsArray array) => array.Frozen ? throw m.TypeError("Cannot change a frozen array") : array;

    private static object Push(Machine m, JsArray array, Arguments a)
    {
        foreach (var value in a.Values)
        {
            Open(m, array).Add(m, value);
        }
        return (double)array.Items.Count;
    }

    private static object? Remove(Machine m, JsArray array, int at)
    {
        if (Open(m, array).Items.Count == 0)
        {
            return Undefined.Value;
        }
        var value = array.Items[at];
        // Taking from the front moves all the others.
        m.Step(1 + (array.Items.Count - at) / 16);
        array.Items.RemoveAt(at);
        return value;
    }

    private static object Insert(Machine m, JsArray array, int at, object?[] values)
    {
        m.Take(values.Length);
        m.Step(values.Length + (array.Items.Count - at) / 16);
        Open(m, array).Items.InsertRange(at, values);
        return (double)array.Items.Count;
    }

    private static object Splice(Machine m, JsArray array, Arguments a)
    {
        var from = a.From(m, 0, array.Items.Count, 0);
        var wanted = a.Count == 0 ? 0 : a.Count == 1 ? double.PositiveInfinity : a.Integer(m, 1);
        // Turning an argument into a number may have run the program, and changed the array.
        from = Math.Min(from, array.Items.Count);
        var count = (int)Math.Clamp(wanted, 0, array.Items.Count - from);
        var removed = new JsArray(m, Open(m, array).Items.GetRange(from, count));
        array.Items.RemoveRange(from, count);
        Insert(m, array, from, [.. a.Values.Skip(2)]);
        return removed;
    }

    private static JsArray Slice(Machine m, JsArray array, int from, int to)
    {
        to = Math.Min(to, array.Items.Count);
        return new(m, from >= to ? [] : array.Items.GetRange(from, to - from));
    }

    private static JsArray Reverse(Machine m, JsArray array)
    {
        m.Step(array.Items.Count);
        Open(m, array).Items.Reverse();
        return array;
    }

    private static object Index(Machine m, JsArray array, int from, Predicate<object?> test)
    {
        for (var i = from; i < array.Items.Count; i++)
        {
            m.Step();
            if (test(array.Items[i]))
            {
                return (double)i;
            }
        }
        return -1.0;
    }

    private static object LastIndex(Machine m, JsArray array, Arguments a, Predicate<object?> test)
    {
        var from = a.Count < 2 ? array.Items.Count - 1 : a.Integer(m, 1);
        for (var i = (int)Math.Min(from < 0 ? from + array.Items.Count : from, array.Items.Count - 1); i >= 0; i--)
        {
            m.Step();
            if (test(array.Items[i]))
            {
                return (double)i;
            }
        }
        return -1.0;
    }

    private static (object? Value, double Index) Found(Machine m, JsArray array, Arguments a, bool last)
    {
        var test = a.Function(m, 0);
        for (int n = 0, count = array.Items.Count; n < count; n++)
        {
            var i = last ? count - 1 - n : n;
            var value = i < array.Items.Count ? array.Items[i] : Undefined.Value;
            if (Js.IsTrue(Js.Call(m, test, a[1], value, (double)i, array)))
            {
                return (value, i);
            }
        }
        return (Undefined.Value, -1);
    }

    /// <summary>Calls a function for each member that was there at the start; <paramref name="take"/> returns true to stop.</summary>
    private static T Each<T>(Machine m, JsArray array, Arguments a, T made, Func<T, object?, int, object?, bool> take)
    {
        var call = a.Function(m, 0);
        for (int i = 0, count = array.Items.Count; i < count && i < array.Items.Count; i++)
        {
            var value = array.Items[i];
            if (take(made, value, i, Js.Call(m, call, a[1], value, (double)i, array)))
            {
                break;
            }
        }
        return made;
    }

    private static object? Reduce(Machine m, JsArray array, Arguments a, bool fromRight)
    {
        var call = a.Function(m, 0);
        var count = array.Items.Count;
        if (count == 0 && a.Count < 2)
        {
            throw m.TypeError("Reduce of empty array with no initial value");
        }
        var n = a.Count < 2 ? 1 : 0;
        var result = a.Count < 2 ? array.Items[fromRight ? count - 1 : 0] : a[1];
        for (; n < count; n++)
        {
            var i = fromRight ? count - 1 - n : n;
            if (i < array.Items.Count)
            {
                result = Js.Call(m, call, Undefined.Value, result, array.Items[i], (double)i, array);
            }
        }
        return result;
    }

    /// <summary>Stable, by merging; undefined goes last. Without a function by the members' texts.</summary>
    private static JsArray Sort(Machine m, JsArray array, Arguments a)
    {
        var values = array.Items.Where(v => v is not Undefined).ToList();
        var missing = array.Items.Count - values.Count;
        m.Take(array.Items.Count);
        List<object?> sorted;
        if (a[0] is Undefined)
        {
            m.Step(values.Count);
            var boxes = values.ConvertAll(v => (object?)new Box(v, Js.Text(m, v)));
            sorted = Merge(m, boxes, (x, y) => m.Paid(((Box)x!).Text) ? string.CompareOrdinal(((Box)x).Text, ((Box)y!).Text) : 0).ConvertAll(b => ((Box)b!).Value);
        }
        else
        {
            var call = a.Function(m, 0);
            sorted = Merge(m, values, (x, y) => Js.Number(m, Js.Call(m, call, Undefined.Value, x, y)));
        }
        array.Items.Clear();
        array.Items.AddRange(sorted);
        array.Items.AddRange(Enumerable.Repeat<object?>(Undefined.Value, missing));
        return array;
    }

    /// <summary>A member by itself: equal members are still two.</summary>
    private sealed class Box(object? value, string text)
    {
        public object? Value { get; } = value;

        public string Text { get; } = text;
    }

    private static List<object?> Merge(Machine m, List<object?> values, Func<object?, object?, double> compare)
    {
        if (values.Count < 2)
        {
            return values;
        }
        var half = values.Count / 2;
        var (left, right) = (Merge(m, values.GetRange(0, half), compare), Merge(m, values.GetRange(half, values.Count - half), compare));
        var merged = new List<object?>(values.Count);
        var (i, j) = (0, 0);
        while (i < left.Count && j < right.Count)
        {
            m.Step();
            // A comparison that is NaN counts as equal, as the language says.
            merged.Add(compare(right[j], left[i]) < 0 ? right[j++] : left[i++]);
        }
        merged.AddRange(left.Skip(i));
        merged.AddRange(right.Skip(j));
        return merged;
    }

    private static JsArray Fill(Machine m, JsArray array, Arguments a)
    {
        for (int i = a.From(m, 1, array.Items.Count, 0), to = a.From(m, 2, array.Items.Count, array.Items.Count); i < to && i < array.Items.Count; i++)
        {
            m.Step();
            Open(m, array).Items[i] = a[0];
        }
        return array;
    }

    private static JsArray Flat(Machine m, JsArray array, double depth, JsArray into)
    {
        m.Enter();
        foreach (var value in array.Items)
        {
            if (value is JsArray inner && depth >= 1)
            {
                m.Step();
                Flat(m, inner, depth - 1, into);
            }
            else
            {
                into.Add(m, value);
            }
        }
        m.Depth--;
        return into;
    }

    private static JsArray With(Machine m, JsArray array, Arguments a)
    {
        var at = a.Integer(m, 0);
        at = at < 0 ? at + array.Items.Count : at;
        if (at < 0 || at >= array.Items.Count)
        {
            throw m.RangeError("Invalid index");
        }
        var copy = new JsArray(m, array.Items);
        copy.Items[(int)at] = a[1];
        return copy;
    }

    private static IEnumerable<object?> Live(JsArray array, Func<object?, double, object?> member)
    {
        for (var i = 0; i < array.Items.Count; i++)
        {
            yield return member(array.Items[i], i);
        }
    }
}
