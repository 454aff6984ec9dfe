namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>undefined. null, booleans, doubles and strings are C#'s own.</summary>
internal sealed class Undefined
{
    private Undefined()
    {
    }

    public static Undefined Value { get; } = new();
}

/// <summary>An object with properties in the language's order: whole numbers ascending, then as they came.</summary>
internal class JsObject
{
    private readonly OrderedDictionary<string, object?> _properties = new(StringComparer.Ordinal);

    /// <summary>The class or function that made it, or null.</summary>
    public object? Class { get; init; }

    /// <summary>Of errors: their name, for instanceof.</summary>
    public string? Kind { get; init; }

    public bool Frozen { get; set; }

    /// <summary>It has no prototype: nothing but its own properties.</summary>
    public bool IsBare { get; init; }

    public int Count => _properties.Count;

    /// <summary>A function of its own or of its class, or null.</summary>
    public object? Method(string name) => TryGet(name, out var own) ? Js.IsFunction(own) ? own : null : Class is JsClass type ? type.Methods.GetValueOrDefault(name) : null;

    public IEnumerable<string> Keys
    {
        get
        {
            if (Kind is not null)
            {
                // An error's own two are not listed, as in the language.
                return [.. _properties.Keys.Where(k => k is not ("name" or "message"))];
            }
            var indices = _properties.Keys.Where(k => Members.Place(k) >= 0).OrderBy(Members.Place).ToList();
            return indices.Count == 0 ? [.. _properties.Keys] : [.. indices, .. _properties.Keys.Where(k => Members.Place(k) < 0)];
        }
    }

    /// <summary>Null where it is absent; C#'s null stands for a property that is null, so ask <see cref="Has"/>.</summary>
    public object? Own(string key) => _properties.GetValueOrDefault(key);

    public bool Has(string key) => _properties.ContainsKey(key);

    public bool TryGet(string key, out object? value) => _properties.TryGetValue(key, out value);

    public void Set(string key, object? value) => _properties[key] = value;

    public void Set(Machine m, string key, object? value)
    {
        if (Frozen)
        {
            throw m.TypeError($"Cannot assign to read only property '{Members.Shown(m, key)}' of object");
        }
        m.Read(key);
        if (!_properties.ContainsKey(key))
        {
            m.Take(2);
        }
        _properties[key] = value;
    }

    public void Remove(string key) => _properties.Remove(key);
}

internal sealed class JsArray
{
    public JsArray()
    {
    }

    /// <summary>Paid before it is held: a few arguments can stand for more members than there is memory.</summary>
    public JsArray(Machine m, IEnumerable<object?> items)
    {
        m.Take(1);
        if (items.TryGetNonEnumeratedCount(out var count))
        {
            m.Take(count);
            m.Step(count);
            Items.AddRange(items);
            return;
        }
        foreach (var item in items)
        {
            Add(m, item);
        }
    }

    public List<object?> Items { get; } = [];

    public bool Frozen { get; set; }

    public void Add(Machine m, object? value)
    {
        m.Step();
        m.Take(1);
        Items.Add(value);
    }
}

/// <summary>Equality of a Map's keys and a Set's members: NaN equals itself, 0 equals -0, objects are themselves.</summary>
internal sealed class SameValueZero : IEqualityComparer<object?>
{
    public static SameValueZero Instance { get; } = new();

    bool IEqualityComparer<object?>.Equals(object? a, object? b) => Js.SameValueZero(a, b);

    public int GetHashCode(object? value) => value switch
    {
        null => 1,
        // Two halves into a seeded hash: numbers can't be chosen to collide.
        double number => BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number) is var bits ? HashCode.Combine((int)bits, (int)(bits >> 32)) : 0,
        bool or string => value.GetHashCode(),
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };
}

/// <summary>A Map, or a Set whose values are its keys. Entries that go leave a gap, so that iteration goes on in order.</summary>
internal sealed class JsMap(bool isSet)
{
    private readonly Dictionary<object, int> _places = new(SameValueZero.Instance!);
    private static readonly object NullKey = new();

    // Before it all are gone: a queue made of a Map stays quick.
    private int _first;

    public bool IsSet { get; } = isSet;

    public List<(object? Key, object? Value, bool Gone)> Entries { get; } = [];

    public int Count => _places.Count;

    public bool TryGet(Machine m, object? key, out object? value)
    {
        m.Read(key);
        var found = _places.TryGetValue(key ?? NullKey, out var place);
        value = found ? Entries[place].Value : Undefined.Value;
        return found;
    }

    public void Set(Machine m, object? key, object? value)
    {
        m.Read(key);
        if (key is double and 0)
        {
            key = 0.0;
        }
        if (_places.TryGetValue(key ?? NullKey, out var place))
        {
            Entries[place] = (key, value, false);
            return;
        }
        m.Take(2);
        _places[key ?? NullKey] = Entries.Count;
        Entries.Add((key, value, false));
    }

    public bool Remove(Machine m, object? key)
    {
        m.Read(key);
        if (!_places.Remove(key ?? NullKey, out var place))
        {
            return false;
        }
        Entries[place] = (null, null, true);
        while (_first < Entries.Count && Entries[_first].Gone)
        {
            _first++;
        }
        return true;
    }

    public void Clear(Machine m)
    {
        m.Step(Entries.Count / 4);
        _places.Clear();
        for (var i = 0; i < Entries.Count; i++)
        {
            Entries[i] = (null, null, true);
        }
    }

    /// <summary>What is there now and what comes while it is walked.</summary>
    public IEnumerable<(object? Key, object? Value)> Walk(Machine m)
    {
        for (var i = _first; i < Entries.Count; i++)
        {
            m.Step();
            if (!Entries[i].Gone)
            {
                yield return (Entries[i].Key, Entries[i].Value);
            }
        }
    }
}

/// <summary>What keys(), values() and entries() give.</summary>
internal sealed class JsIterator(IEnumerator<object?> values)
{
    public IEnumerator<object?> Values { get; } = values;
}

/// <summary>A function of the program.</summary>
internal sealed class JsFunction(FunctionNode code, Scope scope)
{
    public FunctionNode Code { get; } = code;

    /// <summary>Around it, where it was made.</summary>
    public Scope Scope { get; } = scope;
}

internal delegate object? NativeCode(Machine m, object? self, object?[] arguments);

internal delegate IEnumerator<Invocation> NativeRoutine(Machine m, object? self, object?[] arguments);

/// <summary>A function of the language, perhaps with members of its own (Math.max) and a use with "new".</summary>
internal sealed class JsNative
{
    public JsNative(string name, NativeCode code) => (Name, Code) = (name, code);

    /// <summary>One that calls other functions, one by one.</summary>
    public JsNative(string name, NativeRoutine routine) => (Name, Code, Routine) = (name, (_, _, _) => throw new InvalidOperationException($"{name} is called step by step."), routine);

    public string Name { get; }

    public NativeCode Code { get; }

    public NativeRoutine? Routine { get; }

    public Dictionary<string, object?> Members { get; init; } = new(StringComparer.Ordinal);

    public Func<Machine, object?[], object?>? Make { get; init; }
}

internal sealed class JsClass(ClassNode code, Scope scope)
{
    public ClassNode Code { get; } = code;

    /// <summary>Around it, where it was made.</summary>
    public Scope Scope { get; } = scope;

    public Dictionary<string, object?> Methods { get; } = new(StringComparer.Ordinal);

    public JsObject Static { get; } = new();
}
