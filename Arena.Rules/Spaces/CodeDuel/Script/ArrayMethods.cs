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
        ("toReversed", (m, s, _) => Reverse(m, new JsArray(m, s.Items))),
        ("fill", Fill),
        ("flat", (m, s, a) => Flat(m, s, a[0] is Undefined ? 1 : a.Integer(m, 0), new JsArray())),
        ("at", (m, s, a) => a.Integer(m, 0) is var i && (i < 0 ? i + s.Items.Count : i) is var at && at >= 0 && at < s.Items.Count ? s.Items[(int)at] : Undefined.Value),
        ("with", (m, s, a) => With(m, s, a)),
        ("keys", (_, s, _) => new JsIterator(Live(s, (_, i) => i).GetEnumerator())),
        ("values", (_, s, _) => new JsIterator(Live(s, (v, _) => v).GetEnumerator())),
        ("entries", (m, s, _) => new JsIterator(Live(s, (v, i) => Iteration.Pair(m, i, v)).GetEnumerator())),
    }.Select(t => new JsNative(t.Name, (NativeCode)((m, self, a) => t.Code(m, Own(m, self, t.Name), new(a))))).Concat(ArrayRoutines.All).ToDictionary(n => n.Name, StringComparer.Ordinal);

    public static JsArray Own(Machine m, object? self, string name) => self as JsArray ?? throw m.TypeError($"{name} was called on something that is no array");

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

    internal static JsArray Open(Machine m, JsArray array) => array.Frozen ? throw m.TypeError("Cannot change a frozen array") : array;

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

    private static JsArray Fill(Machine m, JsArray array, Arguments a)
    {
        for (int i = a.From(m, 1, array.Items.Count, 0), to = a.From(m, 2, array.Items.Count, array.Items.Count); i < to && i < array.Items.Count; i++)
        {
            m.Step();
            Open(m, array).Items[i] = a[0];
        }
        return array;
    }

    internal static JsArray Flat(Machine m, JsArray array, double depth, JsArray into)
    {
        // Not by recursion: arrays may hold each other as deep as there is memory.
        var open = new Stack<(JsArray Array, int Next)>([(array, 0)]);
        while (open.TryPop(out var at))
        {
            if (at.Next >= at.Array.Items.Count)
            {
                continue;
            }
            open.Push((at.Array, at.Next + 1));
            if (at.Array.Items[at.Next] is JsArray inner && open.Count <= depth)
            {
                m.Step();
                open.Push((inner, 0));
            }
            else
            {
                into.Add(m, at.Array.Items[at.Next]);
            }
        }
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
