namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class FunctionNode : Node
{
    /// <summary>"this" can't be a name, so nothing else is bound to it.</summary>
    public const string This = "this";

    private bool _bindsOwnName;

    public required string Name { get; set; }

    public required Pattern[] Parameters { get; init; }

    /// <summary>A block, or an arrow's expression.</summary>
    public required Node Body { get; init; }

    public required bool IsArrow { get; init; }

    /// <summary>A function expression with a name can call itself by it.</summary>
    public FunctionNode Named()
    {
        _bindsOwnName = true;
        return this;
    }

    protected override object? Result(Machine m, Scope scope)
    {
        m.Take(1);
        if (!_bindsOwnName)
        {
            return new JsFunction(this, scope);
        }
        var own = new Scope(scope);
        var function = new JsFunction(this, own);
        own.Declare(Name, true, function);
        return function;
    }
}

internal sealed class ClassNode : Node
{
    public required string Name { get; init; }

    /// <summary>Of an expression: its methods know it by its name. A declaration's name is bound around it.</summary>
    public bool BindsOwnName { get; set; } = true;

    public required FunctionNode? Constructor { get; init; }

    public required (Node Key, FunctionNode Method)[] Methods { get; init; }

    public required (Node Key, Node Value)[] Statics { get; init; }

    public required (Node Key, Node? Value)[] Fields { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        m.Take(1 + Methods.Length);
        if (BindsOwnName && Name.Length > 0)
        {
            scope = new Scope(scope);
        }
        var type = new JsClass(this, scope);
        if (BindsOwnName && Name.Length > 0)
        {
            scope.Declare(Name, true, type);
        }
        foreach (var (key, method) in Methods)
        {
            var name = Js.Text(m, key.Evaluate(m, scope));
            m.Read(name);
            type.Methods[name] = new JsFunction(method, scope);
        }
        foreach (var (key, value) in Statics)
        {
            var inner = new Scope(scope, holdsVars: true);
            inner.Declare(FunctionNode.This, true, type);
            if (Name.Length > 0)
            {
                inner.Declare(Name, true, type);
            }
            type.Static.Set(m, Js.Text(m, key.Evaluate(m, scope)), value.Evaluate(m, inner));
        }
        return type;
    }
}
