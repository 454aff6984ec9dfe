namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class BlockNode : Node
{
    public required Node[] Body { get; init; }

    public required (string Name, bool Constant)[] Lexical { get; init; }

    public required FunctionNode[] Functions { get; init; }

    public required string[] Vars { get; init; }

    /// <summary>False for functions' bodies, which share their parameters' scope, and for blocks that declare nothing.</summary>
    public required bool OwnScope { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
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
        foreach (var statement in Body)
        {
            if (statement.Run(m, inner) is var flow and not Flow.Normal)
            {
                return flow;
            }
        }
        return Flow.Normal;
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

    protected override Flow Perform(Machine m, Scope scope)
    {
        Value.Evaluate(m, scope);
        return Flow.Normal;
    }
}

internal sealed class DeclareNode : Node
{
    public required (Pattern Target, Node? Value)[] Parts { get; init; }

    public required bool IsVar { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        foreach (var (target, value) in Parts)
        {
            if (value is null && IsVar)
            {
                continue;
            }
            var given = value is null ? Undefined.Value : value.Evaluate(m, scope);
            target.Bind(m, scope, given, declare: !IsVar);
        }
        return Flow.Normal;
    }
}

internal sealed class ReturnNode : Node
{
    public required Node? Value { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        m.Returned = Value is null ? Undefined.Value : Value.Evaluate(m, scope);
        return Flow.Return;
    }
}

internal sealed class JumpNode : Node
{
    public required Flow Flow { get; init; }

    public required string? Label { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        m.Label = Label;
        return Flow;
    }
}

internal sealed class ThrowNode : Node
{
    public required Node Value { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var value = Value.Evaluate(m, scope);
        m.Throw();
        throw new ScriptThrowException(value, Line);
    }
}

internal sealed class LabelNode : Node
{
    public required string Label { get; init; }

    public required Node Body { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var flow = Body.Run(m, scope);
        return flow == Flow.Break && m.Label == Label ? Flow.Normal : flow;
    }
}

internal sealed class IfNode : Node
{
    public required Node Test { get; init; }

    public required Node Then { get; init; }

    public required Node? Otherwise { get; init; }

    protected override Flow Perform(Machine m, Scope scope) =>
        Js.IsTrue(Test.Evaluate(m, scope)) ? Then.Run(m, scope) : Otherwise?.Run(m, scope) ?? Flow.Normal;
}

/// <summary>What loops share: which breaks and continues are theirs.</summary>
internal abstract class LoopNode : Node
{
    public string? Label { get; init; }

    public required Node Body { get; init; }

    /// <summary>Runs the body once.</summary>
    /// <returns>Null to go on, else how the loop ends.</returns>
    protected Flow? Turn(Machine m, Scope scope)
    {
        var flow = Body.Run(m, scope);
        if (flow == Flow.Normal)
        {
            return null;
        }
        if (flow == Flow.Return || (m.Label is not null && m.Label != Label))
        {
            return flow;
        }
        m.Label = null;
        return flow == Flow.Break ? Flow.Normal : null;
    }
}

/// <summary>for, while and do-while.</summary>
internal sealed class ForNode : LoopNode
{
    public Node? First { get; init; }

    public (string Name, bool Constant)[] Lexical { get; init; } = [];

    public Node? Test { get; init; }

    public Node? Update { get; init; }

    public bool TestsLast { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var inner = scope;
        if (Lexical.Length > 0)
        {
            inner = new Scope(scope);
            BlockNode.Declare(m, inner, Lexical, []);
        }
        First?.Run(m, inner);
        for (var first = true; ; first = false)
        {
            if (!(TestsLast && first) && Test is not null && !Js.IsTrue(Test.Evaluate(m, inner)))
            {
                return Flow.Normal;
            }
            if (Turn(m, inner) is { } end)
            {
                return end;
            }
            if (Lexical.Length > 0)
            {
                m.Take(Lexical.Length);
                inner = inner.Copy();
            }
            Update?.Evaluate(m, inner);
            m.Line = Line;
            m.Step();
        }
    }
}

/// <summary>for-of and for-in.</summary>
internal sealed class ForEachNode : LoopNode
{
    public required Pattern Target { get; init; }

    /// <summary>By let or const: a scope of its own for each turn.</summary>
    public required bool Declares { get; init; }

    public required bool Constant { get; init; }

    /// <summary>for-in: over the names of properties.</summary>
    public required bool Keys { get; init; }

    public required Node Over { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var over = Over.Evaluate(m, scope);
        var values = !Keys ? Iteration.Of(m, over) : over is null or Undefined ? [] : Members.Keys(m, over);
        foreach (var value in values)
        {
            m.Step();
            var inner = scope;
            if (Declares)
            {
                inner = new Scope(scope);
                foreach (var name in Target.Names)
                {
                    m.Take(1);
                    inner.DeclareUnset(name, Constant);
                }
            }
            Target.Bind(m, inner, value, Declares);
            if (Turn(m, inner) is { } end)
            {
                return end;
            }
        }
        return Flow.Normal;
    }
}

internal sealed class SwitchNode : Node
{
    public required string? Label { get; init; }

    public required Node Value { get; init; }

    public required (Node? Test, Node[] Body)[] Cases { get; init; }

    public required (string Name, bool Constant)[] Lexical { get; init; }

    public required FunctionNode[] Functions { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var value = Value.Evaluate(m, scope);
        var inner = new Scope(scope);
        BlockNode.Declare(m, inner, Lexical, Functions);
        var from = Array.FindIndex(Cases, c => c.Test is not null && Js.StrictEquals(m, value, c.Test.Evaluate(m, inner)));
        if (from < 0)
        {
            from = Array.FindIndex(Cases, c => c.Test is null);
        }
        for (var i = from; i >= 0 && i < Cases.Length; i++)
        {
            foreach (var statement in Cases[i].Body)
            {
                var flow = statement.Run(m, inner);
                if (flow == Flow.Break && (m.Label is null || m.Label == Label))
                {
                    m.Label = null;
                    return Flow.Normal;
                }
                if (flow != Flow.Normal)
                {
                    return flow;
                }
            }
        }
        return Flow.Normal;
    }
}

internal sealed class TryNode : Node
{
    public required BlockNode Body { get; init; }

    public required Pattern? Caught { get; init; }

    public required BlockNode? Handler { get; init; }

    public required BlockNode? Last { get; init; }

    protected override Flow Perform(Machine m, Scope scope)
    {
        var depth = m.Depth;
        var flow = Flow.Normal;
        ScriptThrowException? thrown = null;
        try
        {
            flow = Body.Run(m, scope);
        }
        catch (ScriptThrowException e)
        {
            m.Depth = depth;
            thrown = e;
        }
        if (thrown is not null && Handler is not null)
        {
            try
            {
                flow = Handle(m, scope, thrown.Value);
                thrown = null;
            }
            catch (ScriptThrowException e)
            {
                m.Depth = depth;
                thrown = e;
            }
        }
        if (Last is not null)
        {
            var (returned, label) = (m.Returned, m.Label);
            if (Last.Run(m, scope) is var last and not Flow.Normal)
            {
                return last;
            }
            (m.Returned, m.Label) = (returned, label);
        }
        if (thrown is null)
        {
            return flow;
        }
        m.Throw();
        throw new ScriptThrowException(thrown.Value, thrown.Line);
    }

    private Flow Handle(Machine m, Scope scope, object? value)
    {
        var inner = new Scope(scope);
        foreach (var name in Caught?.Names ?? [])
        {
            m.Take(1);
            inner.DeclareUnset(name, false);
        }
        Caught?.Bind(m, inner, value, declare: true);
        return Handler!.Run(m, inner);
    }
}
