namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>The bindings of a block or function. Names are compared by reference: a program's reader makes each once, starting from the globals' own.</summary>
internal sealed class Scope(Scope? parent, bool holdsVars = false)
{
    /// <summary>A let or const that is not reached yet.</summary>
    private static readonly object Unset = new();

    private readonly List<Binding> _bindings = [];

    private Scope? Parent { get; } = parent;

    public int Count => _bindings.Count;

    public void Declare(string name, bool constant, object? value)
    {
        foreach (var binding in _bindings)
        {
            if (ReferenceEquals(binding.Name, name))
            {
                binding.Value = value;
                return;
            }
        }
        _bindings.Add(new(name, constant, value));
    }

    public void DeclareUnset(string name, bool constant) => _bindings.Add(new(name, constant, Unset));

    /// <summary>Gives a declared binding its first value.</summary>
    public void Initialise(Machine m, string name, object? value)
    {
        m.Step(_bindings.Count / 32);
        (Local(name) ?? throw new InvalidOperationException($"{name} was not declared.")).Value = value;
    }

    /// <summary>The nearest scope that var declarations go to.</summary>
    public Scope ForVars() => holdsVars || Parent is null ? this : Parent.ForVars();

    public bool Has(string name) => Local(name) is not null;

    /// <summary>A binding's value by any text, or null; the reader of programs has its own copies of names.</summary>
    public object? Named(string name) => _bindings.FirstOrDefault(b => b.Name == name) is { } binding && !ReferenceEquals(binding.Value, Unset) ? binding.Value : null;

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
        foreach (var binding in _bindings)
        {
            copy._bindings.Add(new(binding.Name, binding.Constant, binding.Value));
        }
        return copy;
    }

    private Binding? Local(string name)
    {
        foreach (var binding in _bindings)
        {
            if (ReferenceEquals(binding.Name, name))
            {
                return binding;
            }
        }
        return null;
    }

    /// <summary>Looks outwards, and pays for the names that it passes.</summary>
    private Binding? Find(Machine m, string name)
    {
        var passed = 0;
        Binding? found = null;
        for (var scope = this; scope is not null && found is null; scope = scope.Parent)
        {
            passed += 1 + scope._bindings.Count;
            found = scope.Local(name);
        }
        m.Step(passed / 32);
        return found;
    }

    private sealed class Binding(string name, bool constant, object? value)
    {
        public string Name { get; } = name;

        public bool Constant { get; } = constant;

        public object? Value { get; set; } = value;
    }
}
