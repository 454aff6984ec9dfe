namespace Arena.Rules.Spaces.CodeDuel.Script;

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
