using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class LiteralNode : Node
{
    public required object? Value { get; init; }

    protected override object? Result(Machine m, Scope scope) => Value;
}

internal sealed class NameNode : Node
{
    public required string Name { get; init; }

    protected override object? Result(Machine m, Scope scope) => scope.Get(m, Name);
}

internal sealed class SequenceNode : Node
{
    public required Node[] Items { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        object? last = null;
        foreach (var item in Items)
        {
            last = item.Evaluate(m, scope);
        }
        return last;
    }
}

internal sealed class TemplateNode : Node
{
    public required string[] Texts { get; init; }

    public required Node[] Values { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var text = new StringBuilder(Texts[0]);
        for (var i = 0; i < Values.Length; i++)
        {
            var value = Js.Text(m, Values[i].Evaluate(m, scope));
            m.TakeText(value.Length + Texts[i + 1].Length, text.Length);
            text.Append(value).Append(Texts[i + 1]);
        }
        return text.ToString();
    }
}

/// <summary>Only within an array, arguments or an object: its holder spreads it.</summary>
internal sealed class SpreadNode : Node
{
    public required Node Value { get; init; }

    /// <summary>Evaluates a list whose spread members stand for all their values.</summary>
    public static void Into(Machine m, Scope scope, Node?[] items, List<object?> values)
    {
        foreach (var item in items)
        {
            if (item is SpreadNode spread)
            {
                foreach (var value in Iteration.Of(m, spread.Value.Evaluate(m, scope)))
                {
                    m.Step();
                    m.Take(1);
                    values.Add(value);
                }
                continue;
            }
            m.Take(1);
            values.Add(item is null ? Undefined.Value : item.Evaluate(m, scope));
        }
    }
}

internal sealed class ArrayNode : Node
{
    public required Node?[] Items { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var array = new JsArray();
        m.Take(1);
        SpreadNode.Into(m, scope, Items, array.Items);
        return array;
    }
}

/// <param name="Key">Null for a spread.</param>
/// <param name="Default">Of a shorthand that turns out to be a pattern.</param>
internal sealed record PropertyNode(Node? Key, Node Value, Node? Default);

internal sealed class ObjectNode : Node
{
    public required PropertyNode[] Properties { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var made = new JsObject();
        m.Take(1);
        foreach (var property in Properties)
        {
            if (property.Key is null)
            {
                var source = ((SpreadNode)property.Value).Value.Evaluate(m, scope);
                foreach (var key in source is null or Undefined ? [] : Members.Keys(m, source))
                {
                    m.Step();
                    made.Set(m, key, Members.Get(m, source, key));
                }
                continue;
            }
            var name = Js.Text(m, property.Key.Evaluate(m, scope));
            made.Set(m, name, property.Value.Evaluate(m, scope));
        }
        return made;
    }
}

internal sealed class ConditionalNode : Node
{
    public required Node Test { get; init; }

    public required Node Then { get; init; }

    public required Node Otherwise { get; init; }

    protected override object? Result(Machine m, Scope scope) => (Js.IsTrue(Test.Evaluate(m, scope)) ? Then : Otherwise).Evaluate(m, scope);
}

internal sealed class LogicalNode : Node
{
    public required string Operator { get; init; }

    public required Node Left { get; init; }

    public required Node Right { get; init; }

    public static bool Needs(string sign, object? left) => sign switch
    {
        "&&" => Js.IsTrue(left),
        "||" => !Js.IsTrue(left),
        _ => left is null or Undefined,
    };

    protected override object? Result(Machine m, Scope scope)
    {
        var left = Left.Evaluate(m, scope);
        return Needs(Operator, left) ? Right.Evaluate(m, scope) : left;
    }
}

internal sealed class BinaryNode : Node
{
    public required string Operator { get; init; }

    public required Node Left { get; init; }

    public required Node Right { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        var left = Left.Evaluate(m, scope);
        return Operators.Apply(m, Operator, left, Right.Evaluate(m, scope));
    }
}

internal sealed class UnaryNode : Node
{
    public required string Operator { get; init; }

    public required Node Value { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        if (Operator == "delete")
        {
            var member = (MemberNode)Value;
            return Members.Delete(m, member.Target.Evaluate(m, scope), member.Key.Evaluate(m, scope));
        }
        if (Operator == "typeof" && Value is NameNode name)
        {
            return scope.TryGet(m, name.Name, out _) ? Js.TypeOf(name.Evaluate(m, scope)) : "undefined";
        }
        var value = Value.Evaluate(m, scope);
        return Operator switch
        {
            "!" => !Js.IsTrue(value),
            "-" => -Js.Number(m, value),
            "+" => Js.Number(m, value),
            "~" => (double)~Js.Int32(m, value),
            "typeof" => Js.TypeOf(value),
            _ => Undefined.Value,
        };
    }
}

internal sealed class UpdateNode : Node
{
    public required Node Target { get; init; }

    public required bool Plus { get; init; }

    public required bool Before { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        if (Target is NameNode name)
        {
            var old = Js.Number(m, scope.Get(m, name.Name));
            var next = Plus ? old + 1 : old - 1;
            scope.Set(m, name.Name, next);
            return Before ? next : old;
        }
        var member = (MemberNode)Target;
        var target = member.Target.Evaluate(m, scope);
        var key = member.Key.Evaluate(m, scope);
        var before = Js.Number(m, Members.Get(m, target, key));
        var after = Plus ? before + 1 : before - 1;
        Members.Set(m, target, key, after);
        return Before ? after : before;
    }
}

internal sealed class AssignNode : Node
{
    public required Pattern Target { get; init; }

    /// <summary>"=" or a compound one.</summary>
    public required string Operator { get; init; }

    public required Node Value { get; init; }

    /// <summary>What a compound assignment reads first.</summary>
    public required Node? Current { get; init; }

    protected override object? Result(Machine m, Scope scope)
    {
        if (Current is null)
        {
            if (Target is MemberPattern)
            {
                return AssignMember(m, scope);
            }
            var value = Value.Evaluate(m, scope);
            Target.Bind(m, scope, value, declare: false);
            return value;
        }
        var sign = Operator[..^1];
        if (Current is MemberNode member)
        {
            var target = member.Target.Evaluate(m, scope);
            var key = member.Key.Evaluate(m, scope);
            var old = Members.Get(m, target, key);
            if (!Changes(m, scope, sign, old, out var changed))
            {
                return old;
            }
            Members.Set(m, target, key, changed);
            return changed;
        }
        var name = ((NameNode)Current).Name;
        var current = scope.Get(m, name);
        if (!Changes(m, scope, sign, current, out var result))
        {
            return current;
        }
        scope.Set(m, name, result);
        return result;
    }

    /// <summary>The member whose value a plain "=" sets: target and key come before the value, as the language has it.</summary>
    public MemberNode? Member { get; init; }

    private object? AssignMember(Machine m, Scope scope)
    {
        var target = Member!.Target.Evaluate(m, scope);
        var key = Member.Key.Evaluate(m, scope);
        var value = Value.Evaluate(m, scope);
        Members.Set(m, target, key, value);
        return value;
    }

    private bool Changes(Machine m, Scope scope, string sign, object? old, out object? value)
    {
        if (sign is "&&" or "||" or "??")
        {
            var needed = LogicalNode.Needs(sign, old);
            value = needed ? Value.Evaluate(m, scope) : null;
            return needed;
        }
        value = Operators.Apply(m, sign, old, Value.Evaluate(m, scope));
        return true;
    }
}

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
