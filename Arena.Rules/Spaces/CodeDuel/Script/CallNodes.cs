namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class MemberNode : Node
{
    public required Node Target { get; init; }

    public required Node Key { get; init; }

    public bool Optional { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var target = Target.Evaluate(m, scope);
        if (ChainNode.Ends(target, Optional))
        {
            return ChainNode.End;
        }
        var key = Key.Evaluate(m, scope);
        m.Line = Line;
        return Members.Get(m, target, key);
    }

    /// <summary>For a call: the value and whose it is.</summary>
    public (object? Value, object? Target) WithTarget(Machine m, Scope scope)
    {
        m.Step();
        var target = Target.Evaluate(m, scope);
        if (ChainNode.Ends(target, Optional))
        {
            return (ChainNode.End, target);
        }
        var key = Key.Evaluate(m, scope);
        m.Line = Line;
        return (Members.Get(m, target, key), target);
    }
}

/// <summary>a?.b.c as a whole: undefined as soon as a "?." finds nothing.</summary>
internal sealed class ChainNode : Node
{
    /// <summary>What the links of a chain hand on after that; never a value that a program sees.</summary>
    public static object End { get; } = new();

    public required Node Value { get; init; }

    /// <summary>Whether a link ends its chain, or stands behind the one that did.</summary>
    public static bool Ends(object? target, bool optional) => ReferenceEquals(target, End) || (optional && target is null or Undefined);

    protected override object? Result(Machine m, Scope scope) => Value.Evaluate(m, scope) is var value && ReferenceEquals(value, End) ? Undefined.Value : value;
}

internal sealed class CallNode : Node
{
    public required Node Function { get; init; }

    public required Node[] Arguments { get; init; }

    public bool Optional { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var (called, self) = Function is MemberNode member ? member.WithTarget(m, scope) : (Function.Evaluate(m, scope), Undefined.Value);
        if (ChainNode.Ends(called, Optional))
        {
            return ChainNode.End;
        }
        var arguments = new List<object?>(Arguments.Length);
        SpreadNode.Into(m, scope, Arguments, arguments);
        m.Line = Line;
        if (!Js.IsFunction(called))
        {
            throw m.TypeError($"{Describe(Function)} is not a function");
        }
        return Js.Call(m, called, self, [.. arguments]);
    }

    internal static string Describe(Node node, int levels = 4) => node switch
    {
        NameNode name => name.Name,
        MemberNode { Key: LiteralNode { Value: string key } } member when levels > 0 => $"{Describe(member.Target, levels - 1)}.{key}",
        MemberNode member when levels > 0 => $"{Describe(member.Target, levels - 1)}[...]",
        _ => "(...)",
    };
}

internal sealed class NewNode : Node
{
    public required Node Class { get; init; }

    public required Node[] Arguments { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var made = Class.Evaluate(m, scope);
        var arguments = new List<object?>(Arguments.Length);
        SpreadNode.Into(m, scope, Arguments, arguments);
        m.Line = Line;
        m.Take(1);
        return made switch
        {
            JsClass type => type.Make(m, [.. arguments]),
            JsNative { Make: { } make } => make(m, [.. arguments]),
            JsFunction { Code.IsArrow: false } function => Made(m, function, [.. arguments]),
            _ => throw m.TypeError($"{CallNode.Describe(Class)} is not a constructor"),
        };
    }

    private static object? Made(Machine m, JsFunction function, object?[] arguments)
    {
        var self = new JsObject { Class = function };
        return function.Call(m, self, arguments) is var result && Js.IsObject(result) ? result : self;
    }
}
