namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class SequenceNode : Node
{
    public required Node[] Items { get; init; }

    public override void Emit(Emitter e)
    {
        for (var i = 0; i < Items.Length; i++)
        {
            e.Value(Items[i]);
            if (i < Items.Length - 1)
            {
                e.Pop();
            }
        }
    }
}

internal sealed class ConditionalNode : Node
{
    public required Node Test { get; init; }

    public required Node Then { get; init; }

    public required Node Otherwise { get; init; }

    public override void Emit(Emitter e)
    {
        e.Value(Test);
        var no = e.Add(Op.JumpIfFalse);
        e.Value(Then);
        var done = e.Add(Op.Jump);
        e.Land(no);
        e.Value(Otherwise);
        e.Land(done);
    }
}

internal sealed class LogicalNode : Node
{
    public required string Operator { get; init; }

    public required Node Left { get; init; }

    public required Node Right { get; init; }

    public override Node? First => Left;

    public static bool Needs(string sign, object? left) => sign switch
    {
        "&&" => Js.IsTrue(left),
        "||" => !Js.IsTrue(left),
        _ => left is null or Undefined,
    };

    public override void Emit(Emitter e)
    {
        var done = e.Add(Op.JumpUnlessNeeded, x: Operator);
        e.Value(Right);
        e.Land(done);
    }
}

internal sealed class BinaryNode : Node
{
    public required string Operator { get; init; }

    public required Node Left { get; init; }

    public required Node Right { get; init; }

    public override Node? First => Left;

    public override void Emit(Emitter e)
    {
        e.Value(Right);
        e.Add(Op.Binary, Operators.Number(Operator), Operator);
    }
}

internal sealed class UnaryNode : Node
{
    public required string Operator { get; init; }

    public required Node Value { get; init; }

    public static object? Apply(Machine m, string sign, object? value) => sign switch
    {
        "!" => !Js.IsTrue(value),
        "-" => -Js.Number(m, value),
        "+" => Js.Number(m, value),
        "~" => (double)~Js.Int32(m, value),
        "typeof" => Js.TypeOf(value),
        _ => Undefined.Value,
    };

    public override void Emit(Emitter e)
    {
        if (Operator == "delete")
        {
            var member = (MemberNode)Value;
            e.Value(member.Target);
            e.Value(member.Key);
            e.Add(Op.Delete);
        }
        else if (Operator == "typeof" && Value is NameNode name)
        {
            e.Add(Op.TypeOfName, x: name.Name);
        }
        else
        {
            e.Value(Value);
            e.Add(Op.Unary, x: Operator);
        }
    }
}

internal sealed class UpdateNode : Node
{
    /// <summary>Bits of the instructions' number.</summary>
    public const int Up = 1, GivesNew = 2;

    public required Node Target { get; init; }

    public required bool Plus { get; init; }

    public required bool Before { get; init; }

    public override void Emit(Emitter e)
    {
        var how = (Plus ? Up : 0) | (Before ? GivesNew : 0);
        if (Target is NameNode name)
        {
            e.Add(Op.UpdateName, how, name.Name);
            return;
        }
        var member = (MemberNode)Target;
        e.Value(member.Target);
        e.Value(member.Key);
        e.Add(Op.UpdateMember, how);
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

    /// <summary>The member whose value is set: target and key come before the value, as the language has it.</summary>
    public MemberNode? Member { get; init; }

    public override void Emit(Emitter e)
    {
        var sign = Operator[..^1];
        if (Current is null && Target is not MemberPattern)
        {
            e.Value(Value);
            if (Target is NamePattern { Name: var name })
            {
                e.Add(Op.Store, x: name);
                return;
            }
            e.Add(Op.Duplicate);
            Target.Emit(e, declare: false);
            return;
        }
        if (Member is not null)
        {
            e.Value(Member.Target);
            e.Value(Member.Key);
        }
        if (Current is not null)
        {
            e.Add(Member is not null ? Op.GetKept : Op.Load, x: (Current as NameNode)?.Name);
        }
        int? unneeded = sign is "&&" or "||" or "??" ? e.Add(Op.JumpUnlessNeeded, x: sign) : null;
        e.Value(Value);
        if (sign.Length > 0 && unneeded is null)
        {
            e.Add(Op.Binary, Operators.Number(sign), sign);
        }
        e.Add(Member is not null ? Op.SetMember : Op.Store, x: (Current as NameNode)?.Name);
        if (unneeded is not { } jump)
        {
            return;
        }
        if (Member is null)
        {
            e.Land(jump);
            return;
        }
        var done = e.Add(Op.Jump);
        e.Land(jump);
        e.Add(Op.Slide, 2);
        e.Land(done);
    }
}
