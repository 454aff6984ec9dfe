namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class BlockNode : Node
{
    public required Node[] Body { get; init; }

    public required (string Name, bool Constant)[] Lexical { get; init; }

    public required FunctionNode[] Functions { get; init; }

    public required string[] Vars { get; init; }

    /// <summary>False for functions' bodies, which share their parameters' scope, and for blocks that declare nothing.</summary>
    public required bool OwnScope { get; init; }

    public override void Emit(Emitter e)
    {
        if (OwnScope)
        {
            e.Enter(Op.Block, this);
        }
        else if (Lexical.Length + Functions.Length + Vars.Length > 0)
        {
            e.Add(Op.Block, x: this);
        }
        foreach (var statement in Body)
        {
            e.Statement(statement);
        }
        if (OwnScope)
        {
            e.Leave();
        }
    }

    /// <summary>The scope that its statements run in, with all that is declared in it.</summary>
    public Scope Begin(Machine m, Scope scope)
    {
        var inner = OwnScope ? new Scope(scope) : scope;
        Declare(m, inner, Lexical, Functions);
        m.Step((long)Vars.Length * (Vars.Length + inner.Count) / 64);
        foreach (var name in Vars)
        {
            if (!inner.Has(name))
            {
                m.Take(1);
                inner.Declare(name, false, Undefined.Value);
            }
        }
        return inner;
    }

    internal static void Declare(Machine m, Scope scope, (string Name, bool Constant)[] lexical, FunctionNode[] functions)
    {
        m.Take(lexical.Length + functions.Length);
        m.Step((long)functions.Length * (functions.Length + lexical.Length + scope.Count) / 64);
        foreach (var (name, constant) in lexical)
        {
            scope.DeclareUnset(name, constant);
        }
        foreach (var function in functions)
        {
            scope.Declare(function.Name, false, new JsFunction(function, scope));
        }
    }
}

internal sealed class ExpressionNode : Node
{
    public required Node Value { get; init; }

    public override void Emit(Emitter e)
    {
        e.Value(Value);
        e.Pop();
    }
}

internal sealed class DeclareNode : Node
{
    public required (Pattern Target, Node? Value)[] Parts { get; init; }

    public required bool IsVar { get; init; }

    public override void Emit(Emitter e)
    {
        foreach (var (target, value) in Parts)
        {
            if (value is not null)
            {
                e.Value(value);
            }
            else if (!IsVar)
            {
                e.Add(Op.Constant, x: Undefined.Value);
            }
            if (value is not null || !IsVar)
            {
                target.Emit(e, declare: !IsVar);
            }
        }
    }
}

internal sealed class ReturnNode : Node
{
    public required Node? Value { get; init; }

    public override void Emit(Emitter e)
    {
        if (Value is null)
        {
            e.Add(Op.Constant, x: Undefined.Value);
        }
        else
        {
            e.Value(Value);
        }
        e.Return();
    }
}

internal sealed class JumpNode : Node
{
    public required Flow Flow { get; init; }

    public required string? Label { get; init; }

    public override void Emit(Emitter e) => e.Jump(Flow, Label);
}

internal sealed class ThrowNode : Node
{
    public required Node Value { get; init; }

    public override void Emit(Emitter e)
    {
        e.Value(Value);
        e.Add(Op.Throw, Line);
    }
}

internal sealed class LabelNode : Node
{
    public required string Label { get; init; }

    public required Node Body { get; init; }

    public override void Emit(Emitter e)
    {
        var exit = e.Open(Label, isLoop: false);
        e.Statement(Body);
        e.Close(exit);
    }
}

internal sealed class IfNode : Node
{
    public required Node Test { get; init; }

    public required Node Then { get; init; }

    public required Node? Otherwise { get; init; }

    public override void Emit(Emitter e)
    {
        e.Value(Test);
        var no = e.Add(Op.JumpIfFalse);
        e.Statement(Then);
        if (Otherwise is null)
        {
            e.Land(no);
            return;
        }
        var done = e.Add(Op.Jump);
        e.Land(no);
        e.Statement(Otherwise);
        e.Land(done);
    }
}

internal sealed class SwitchNode : Node
{
    public required string? Label { get; init; }

    public required Node Value { get; init; }

    public required (Node? Test, Node[] Body)[] Cases { get; init; }

    public required (string Name, bool Constant)[] Lexical { get; init; }

    public required FunctionNode[] Functions { get; init; }

    /// <summary>The value stays an operand until the end.</summary>
    public override void Emit(Emitter e)
    {
        e.Value(Value);
        e.Keep(1);
        e.Enter(Op.SwitchScope, this);
        var exit = e.Open(Label, isLoop: false, isSwitch: true);
        var jumps = new int[Cases.Length];
        for (var i = 0; i < Cases.Length; i++)
        {
            if (Cases[i].Test is { } test)
            {
                e.Add(Op.Duplicate);
                e.Value(test);
                e.Add(Op.StrictEquals);
                jumps[i] = e.Add(Op.JumpIfTrue);
            }
        }
        var otherwise = e.Add(Op.Jump);
        if (Array.FindIndex(Cases, c => c.Test is null) is >= 0 and var last)
        {
            jumps[last] = otherwise;
        }
        else
        {
            exit.Breaks.Add(otherwise);
        }
        for (var i = 0; i < Cases.Length; i++)
        {
            e.Land(jumps[i]);
            foreach (var statement in Cases[i].Body)
            {
                e.Statement(statement);
            }
        }
        e.Close(exit);
        e.Leave();
        e.Keep(-1);
        e.Pop();
    }
}

internal sealed class TryNode : Node
{
    public required BlockNode Body { get; init; }

    public required Pattern? Caught { get; init; }

    public required BlockNode? Handler { get; init; }

    public required BlockNode? Last { get; init; }

    public override void Emit(Emitter e) => e.Try(this);
}
