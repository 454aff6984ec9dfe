namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What arrays do by calling a function of the program for their members.</summary>
internal static class ArrayRoutines
{
    public static IEnumerable<JsNative> All { get; } = new (string Name, Func<Machine, JsArray, Arguments, IEnumerator<Invocation>> Code)[]
    {
        ("find", (m, s, a) => Found(m, s, a, last: false, (value, _) => value)),
        ("findIndex", (m, s, a) => Found(m, s, a, last: false, (_, index) => index)),
        ("findLast", (m, s, a) => Found(m, s, a, last: true, (value, _) => value)),
        ("findLastIndex", (m, s, a) => Found(m, s, a, last: true, (_, index) => index)),
        ("filter", (m, s, a) => Each(m, s, a, new JsArray(), (made, value, keep) => { if (Js.IsTrue(keep)) { made.Add(m, value); } return false; }, made => made)),
        ("map", (m, s, a) => Each(m, s, a, new JsArray(), (made, _, value) => { made.Add(m, value); return false; }, made => made)),
        ("flatMap", (m, s, a) => Each(m, s, a, new JsArray(), (made, _, value) => { made.Add(m, value); return false; }, made => ArrayMethods.Flat(m, made, 1, new JsArray()))),
        ("forEach", (m, s, a) => Each(m, s, a, Undefined.Value, (_, _, _) => false, made => made)),
        ("some", (m, s, a) => Each(m, s, a, new bool[1], (any, _, value) => any[0] = Js.IsTrue(value), any => any[0])),
        ("every", (m, s, a) => Each(m, s, a, new bool[1], (any, _, value) => any[0] = !Js.IsTrue(value), any => !any[0])),
        ("reduce", (m, s, a) => Reduce(m, s, a, fromRight: false)),
        ("reduceRight", (m, s, a) => Reduce(m, s, a, fromRight: true)),
        ("sort", (m, s, a) => Sort(m, ArrayMethods.Open(m, s), a)),
        ("toSorted", (m, s, a) => Sort(m, new JsArray(m, s.Items), a)),
    }.Select(t => new JsNative(t.Name, (NativeRoutine)((m, self, a) => t.Code(m, ArrayMethods.Own(m, self, t.Name), new(a))))).ToList();

    private static IEnumerator<Invocation> Found(Machine m, JsArray array, Arguments a, bool last, Func<object?, double, object?> result)
    {
        var test = a.Function(m, 0);
        for (int n = 0, count = array.Items.Count; n < count; n++)
        {
            var i = last ? count - 1 - n : n;
            var value = i < array.Items.Count ? array.Items[i] : Undefined.Value;
            yield return Invocation.Of(test, a[1], value, (double)i, array);
            if (Js.IsTrue(m.Answer))
            {
                yield return Invocation.End(result(value, i));
            }
        }
        yield return Invocation.End(result(Undefined.Value, -1));
    }

    /// <summary>Calls a function for each member that was there at the start.</summary>
    /// <param name="take">Takes the member and what the function gave; returns true to stop.</param>
    private static IEnumerator<Invocation> Each<T>(Machine m, JsArray array, Arguments a, T made, Func<T, object?, object?, bool> take, Func<T, object?> result)
    {
        var call = a.Function(m, 0);
        for (int i = 0, count = array.Items.Count; i < count && i < array.Items.Count; i++)
        {
            var value = array.Items[i];
            yield return Invocation.Of(call, a[1], value, (double)i, array);
            if (take(made, value, m.Answer))
            {
                break;
            }
        }
        yield return Invocation.End(result(made));
    }

    private static IEnumerator<Invocation> Reduce(Machine m, JsArray array, Arguments a, bool fromRight)
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
                yield return Invocation.Of(call, Undefined.Value, result, array.Items[i], (double)i, array);
                result = m.Answer;
            }
        }
        yield return Invocation.End(result);
    }

    /// <summary>Stable, by merging; undefined goes last. Without a function by the members' texts.</summary>
    private static IEnumerator<Invocation> Sort(Machine m, JsArray array, Arguments a)
    {
        var values = array.Items.Where(v => v is not Undefined).ToArray();
        var missing = array.Items.Count - values.Length;
        m.Take(array.Items.Count);
        string[]? texts = null;
        object? call = null;
        if (a[0] is Undefined)
        {
            m.Step(values.Length);
            texts = Array.ConvertAll(values, v => Js.Text(m, v));
        }
        else
        {
            call = a.Function(m, 0);
        }
        // Places are sorted, so that members need no texts of their own in passing.
        var places = Enumerable.Range(0, values.Length).ToArray();
        var merged = new int[values.Length];
        foreach (var (from, middle, to) in Merges(0, values.Length))
        {
            var (left, right) = (from, middle);
            for (var n = from; n < to; n++)
            {
                bool second;
                if (left == middle || right == to)
                {
                    second = left == middle;
                }
                else
                {
                    m.Step();
                    var (x, y) = (places[right], places[left]);
                    if (call is not null)
                    {
                        yield return Invocation.Of(call, Undefined.Value, values[x], values[y]);
                    }
                    // A comparison that is NaN counts as equal, as the language says.
                    second = call is not null ? Js.Number(m, m.Answer) < 0 : m.Paid(texts![x]) && string.CompareOrdinal(texts[x], texts[y]) < 0;
                }
                merged[n] = places[second ? right++ : left++];
            }
            Array.Copy(merged, from, places, from, to - from);
        }
        array.Items.Clear();
        array.Items.AddRange(places.Select(p => values[p]));
        array.Items.AddRange(Enumerable.Repeat<object?>(Undefined.Value, missing));
        yield return Invocation.End(array);
    }

    /// <summary>The halves that are merged, each after those within it. As deep as the logarithm of the length.</summary>
    private static IEnumerable<(int From, int Middle, int To)> Merges(int from, int to)
    {
        if (to - from < 2)
        {
            yield break;
        }
        var middle = from + (to - from) / 2;
        foreach (var merge in Merges(from, middle).Concat(Merges(middle, to)))
        {
            yield return merge;
        }
        yield return (from, middle, to);
    }
}
