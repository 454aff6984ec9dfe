using System.Globalization;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Reading and writing properties of any value.</summary>
internal static class Members
{
    public const string Prototype = "__proto__";

    /// <summary>What objects inherit in other engines beside <see cref="ObjectMethods.OfAll"/>.</summary>
    private static readonly HashSet<string> Inherited = new(StringComparer.Ordinal)
    {
        Prototype, "constructor", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
    };

    /// <summary>The array index that a key is, or -1.</summary>
    public static int Index(string key) =>
        key.Length is > 0 and < 10 && char.IsAsciiDigit(key[0]) && (key.Length == 1 || key[0] != '0') && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;

    /// <summary>Where a name of an object stands among the whole numbers that come first (to 2^32 - 2), or -1.</summary>
    public static long Place(string key) =>
        key.Length is 10 && key[0] is >= '1' and <= '4' && uint.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < uint.MaxValue ? place : Index(key);

    public static object? Get(Machine m, object? target, object? key)
    {
        m.Read(key);
        switch (target)
        {
            case JsArray array:
                if (key is double number)
                {
                    return number >= 0 && number < array.Items.Count && number == (int)number ? array.Items[(int)number] : Undefined.Value;
                }
                var name = Js.Text(m, key);
                return name == "length" ? (double)array.Items.Count
                    : Index(name) is >= 0 and var i ? i < array.Items.Count ? array.Items[i] : Undefined.Value
                    : ArrayMethods.All.GetValueOrDefault(name) ?? Missing(m, name);
            case string text:
                if (key is double place)
                {
                    return place >= 0 && place < text.Length && place == (int)place ? text[(int)place].ToString() : Undefined.Value;
                }
                var word = Js.Text(m, key);
                return word == "length" ? (double)text.Length
                    : Index(word) is >= 0 and var at ? at < text.Length ? text[at].ToString() : Undefined.Value
                    : StringMethods.All.GetValueOrDefault(word) ?? Missing(m, word);
            case JsObject made:
                var property = Js.Text(m, key);
                return made.TryGet(property, out var value) ? value
                    : made.Class is JsClass type && type.Methods.TryGetValue(property, out var method) ? method
                    : property == "constructor" && made.Class is not null ? made.Class
                    : made.IsBare ? Undefined.Value
                    : property == "constructor" && made.Kind is null ? ObjectMethods.Object
                    : ObjectMethods.OfAll.GetValueOrDefault(property) ?? Missing(m, property);
            case JsMap map:
                var member = Js.Text(m, key);
                return member == "size" ? (double)map.Count : (map.IsSet ? MapMethods.OfSet : MapMethods.OfMap).GetValueOrDefault(member) ?? Missing(m, member);
            case double or bool:
                var ofAll = Js.Text(m, key);
                return (target is double ? NumberMethods.All : ObjectMethods.OfAll).GetValueOrDefault(ofAll) ?? Missing(m, ofAll);
            case JsFunction function:
                return Js.Text(m, key) switch
                {
                    "name" => function.Code.Name,
                    "length" => (double)function.Code.Parameters.TakeWhile(p => p is not (RestPattern or DefaultPattern)).Count(),
                    var f => FunctionMethods.All.GetValueOrDefault(f) ?? Missing(m, f),
                };
            case JsNative native:
                var own = Js.Text(m, key);
                return native.Members.TryGetValue(own, out var found) ? found : own == "name" ? native.Name : FunctionMethods.All.GetValueOrDefault(own) ?? Missing(m, own);
            case JsClass of:
                var shared = Js.Text(m, key);
                return of.Static.TryGet(shared, out var kept) ? kept : shared == "name" ? of.Code.Name : Missing(m, shared);
            case JsIterator:
                return MapMethods.OfIterator.GetValueOrDefault(Js.Text(m, key)) ?? (object)Undefined.Value;
            default:
                throw m.TypeError($"Cannot read properties of {Js.Text(m, target)} (reading '{Shown(m, key)}')");
        }
    }

    /// <summary>What is not there is undefined, unless other engines have it on every value: that is refused, never silently another value.</summary>
    private static object Missing(Machine m, string name) => Inherited.Contains(name) ? throw m.TypeError($"'{name}' of this value is not part of the subset") : Undefined.Value;

    public static void Set(Machine m, object? target, object? key, object? value)
    {
        switch (target)
        {
            case JsObject or JsClass when key is Prototype:
                throw m.TypeError("Prototypes are not part of the subset");
            case JsArray array:
                SetItem(m, array, key, value);
                break;
            case JsObject made:
                made.Set(m, Js.Text(m, key), value);
                break;
            case JsClass type:
                type.Static.Set(m, Js.Text(m, key), value);
                break;
            case null or Undefined:
                throw m.TypeError($"Cannot set properties of {Js.Text(m, target)} (setting '{Shown(m, key)}')");
            default:
                throw m.TypeError($"Properties of a {Js.TypeOf(target)} can't be set in the subset");
        }
    }

    public static bool Delete(Machine m, object? target, object? key)
    {
        switch (target)
        {
            case JsObject { Frozen: false } made:
                // What comes after it moves up.
                m.Read(key);
                m.Step(1 + made.Count / 4);
                made.Remove(Js.Text(m, key));
                return true;
            case JsArray { Frozen: false } array when Index(Js.Text(m, key)) is >= 0 and var index:
                if (index < array.Items.Count)
                {
                    array.Items[index] = Undefined.Value;
                }
                return true;
            default:
                throw m.TypeError($"Cannot delete property '{Shown(m, key)}'");
        }
    }

    public static bool Has(Machine m, object target, string key) => m.Paid(key) && target switch
    {
        JsObject made => made.Has(key) || (made.Class is JsClass type && type.Methods.ContainsKey(key)) || (!made.IsBare && (Inherited.Contains(key) || ObjectMethods.OfAll.ContainsKey(key))),
        JsArray array => key == "length" || (Index(key) is >= 0 and var index && index < array.Items.Count),
        _ => throw m.TypeError("\"in\" of the subset takes objects and arrays"),
    };

    /// <summary>The enumerable properties of its own.</summary>
    public static IEnumerable<string> Keys(Machine m, object? target)
    {
        List<string> keys = target switch
        {
            JsObject made => [.. made.Keys],
            JsArray array => [.. Enumerable.Range(0, array.Items.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))],
            string text => [.. Enumerable.Range(0, text.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))],
            JsClass type => [.. type.Static.Keys],
            _ => [],
        };
        m.Step(keys.Count);
        m.Take(keys.Count);
        return keys;
    }

    private static void SetItem(Machine m, JsArray array, object? key, object? value)
    {
        if (array.Frozen)
        {
            throw m.TypeError("Cannot assign to read only property of a frozen array");
        }
        var index = key is double number && number >= 0 && number == (int)number ? (int)number : Index(Js.Text(m, key));
        if (index < 0)
        {
            if (Js.Text(m, key) is not "length")
            {
                throw m.TypeError($"Arrays of the subset have no property '{Shown(m, key)}'");
            }
            Resize(m, array, Js.Number(m, value));
            return;
        }
        if (index >= array.Items.Count)
        {
            Resize(m, array, index + 1.0);
        }
        array.Items[index] = value;
    }

    internal static void Resize(Machine m, JsArray array, double length)
    {
        if (!(length >= 0 && length == Math.Truncate(length) && length <= uint.MaxValue))
        {
            throw m.RangeError("Invalid array length");
        }
        if (length <= array.Items.Count)
        {
            array.Items.RemoveRange((int)length, array.Items.Count - (int)length);
            return;
        }
        // Holes are filled with undefined at once, and paid for.
        m.Take((long)length - array.Items.Count);
        m.Step(((long)length - array.Items.Count) / 4);
        while (array.Items.Count < length)
        {
            array.Items.Add(Undefined.Value);
        }
    }

    /// <summary>A key or value within a message, which stays short.</summary>
    internal static string Shown(Machine m, object? key) => Js.Text(m, key) is { Length: <= 60 } text ? text : "...";
}

/// <summary>What for-of, spread and destructuring walk.</summary>
internal static class Iteration
{
    public static IEnumerable<object?> Of(Machine m, object? value) => value switch
    {
        JsArray array => Live(array),
        string text => Characters(text),
        JsMap { IsSet: true } set => set.Walk(m).Select(e => e.Key),
        JsMap map => map.Walk(m).Select(e => (object?)Pair(m, e.Key, e.Value)),
        JsIterator iterator => Rest(iterator),
        _ => throw m.TypeError($"{(Js.IsObject(value) ? "object" : Js.Text(m, value))} is not iterable"),
    };

    public static JsArray Pair(Machine m, object? key, object? value) => new(m, [key, value]);

    /// <summary>By code point, as the language walks texts.</summary>
    public static IEnumerable<object?> Characters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var two = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            yield return two ? text.Substring(i, 2) : text[i].ToString();
            i += two ? 1 : 0;
        }
    }

    private static IEnumerable<object?> Live(JsArray array)
    {
        for (var i = 0; i < array.Items.Count; i++)
        {
            yield return array.Items[i];
        }
    }

    private static IEnumerable<object?> Rest(JsIterator iterator)
    {
        while (iterator.Values.MoveNext())
        {
            yield return iterator.Values.Current;
        }
    }
}
