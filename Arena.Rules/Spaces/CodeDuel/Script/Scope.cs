namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>The bindings of a block or function. Names are compared by reference: a program's reader makes each once, starting from the globals' own.</summary>
internal sealed class Scope(Scope? parent)
{
    /// <summary>A let or const that is not reached yet.</summary>
    private static readonly object Unset = new();

    private Binding[] _bindings = [];

    public Scope? Parent { get; } = parent;

    public int Count { get; private set; }

    public void Declare(string name, bool constant, object? value)
    {
        if (Local(name) is { } binding)
        {
            binding.Value = value;
            return;
        }
        Add(new(name, constant, value));
    }

    public void DeclareUnset(string name, bool constant) => Add(new(name, constant, Unset));

    /// <summary>Gives a declared binding its first value.</summary>
    public void Initialise(Machine m, string name, object? value)
    {
        m.Step(Count / 32);
        (Local(name) ?? throw new InvalidOperationException($"{name} was not declared.")).Value = value;
    }

    public bool Has(string name) => Local(name) is not null;

    /// <summary>A binding's value by any text, or null; the reader of programs has its own copies of names.</summary>
    public object? Named(string name) => Array.Find(_bindings, b => b?.Name == name) is { } binding && !ReferenceEquals(binding.Value, Unset) ? binding.Value : null;

    /// <summary>The value, or null where the name is not declared at all.</summary>
    public bool TryGet(Machine m, string name, out object? value)
    {
        var binding = Find(m, name);
        value = binding?.Value;
        return binding is not null;
    }

    public object? Get(Machine m, string name) => Find(m, name) switch
    {
        null => throw m.Error("ReferenceError", $"{name} is not defined"),
        { } binding when ReferenceEquals(binding.Value, Unset) => throw m.Error("ReferenceError", $"Cannot access '{name}' before initialization"),
        { } binding => binding.Value,
    };

    public void Set(Machine m, string name, object? value)
    {
        var binding = Find(m, name) ?? throw m.Error("ReferenceError", $"{name} is not defined");
        if (ReferenceEquals(binding.Value, Unset))
        {
            throw m.Error("ReferenceError", $"Cannot access '{name}' before initialization");
        }
        if (binding.Constant)
        {
            throw m.TypeError("Assignment to constant variable.");
        }
        binding.Value = value;
    }

    /// <summary>The same bindings again, for the next turn of a loop whose closures may keep this one.</summary>
    public Scope Copy()
    {
        var copy = new Scope(Parent);
        for (var i = 0; i < Count; i++)
        {
            copy.Add(new(_bindings[i].Name, _bindings[i].Constant, _bindings[i].Value));
        }
        return copy;
    }

    private Binding? Local(string name)
    {
        var bindings = _bindings;
        for (var i = 0; i < Count; i++)
        {
            if (ReferenceEquals(bindings[i].Name, name))
            {
                return bindings[i];
            }
        }
        return null;
    }

    private void Add(Binding binding)
    {
        if (Count == _bindings.Length)
        {
            Array.Resize(ref _bindings, Count == 0 ? 2 : Count * 2);
        }
        _bindings[Count++] = binding;
    }

    /// <summary>Looks outwards, and pays for the names that it passes.</summary>
    private Binding? Find(Machine m, string name)
    {
        var passed = 0;
        Binding? found = null;
        for (var scope = this; scope is not null && found is null; scope = scope.Parent)
        {
            passed += 1 + scope.Count;
            found = scope.Local(name);
        }
        if (passed >= 32)
        {
            m.Step(passed / 32);
        }
        return found;
    }

    private sealed class Binding(string name, bool constant, object? value)
    {
        public string Name { get; } = name;

        public bool Constant { get; } = constant;

        public object? Value { get; set; } = value;
    }
}
