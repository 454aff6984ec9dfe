namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>for, while and do-while.</summary>
internal sealed class ForNode : Node
{
    public string? Label { get; init; }

    public required Node Body { get; init; }

    public Node? Start { get; init; }

    public (string Name, bool Constant)[] Lexical { get; init; } = [];

    public Node? Test { get; init; }

    public Node? Update { get; init; }

    public bool TestsLast { get; init; }

    public override void Emit(Emitter e)
    {
        if (Lexical.Length > 0)
        {
            e.Enter(Op.ForScope, this);
        }
        if (Start is not null)
        {
            e.Statement(Start);
        }
        var exit = e.Open(Label, isLoop: true);
        int? untested = TestsLast ? e.Add(Op.Jump) : null;
        var turn = e.Here();
        if (Test is not null)
        {
            e.Value(Test);
            exit.Breaks.Add(e.Add(Op.JumpIfFalse));
        }
        if (untested is { } jump)
        {
            e.Land(jump);
        }
        e.Statement(Body);
        e.Land([.. exit.Continues]);
        if (Lexical.Length > 0)
        {
            e.Take(Lexical.Length);
            e.Add(Op.NextScope);
        }
        if (Update is not null)
        {
            e.Value(Update);
            e.Pop();
        }
        e.LineFrom(Line);
        e.Step();
        e.Add(Op.Jump, turn);
        e.Close(exit);
        if (Lexical.Length > 0)
        {
            e.Leave();
        }
    }
}

/// <summary>for-of and for-in.</summary>
internal sealed class ForEachNode : Node
{
    private string[]? _names;

    public string? Label { get; init; }

    public required Node Body { get; init; }

    public required Pattern Target { get; init; }

    /// <summary>By let or const: a scope of its own for each turn.</summary>
    public required bool Declares { get; init; }

    public required bool Constant { get; init; }

    /// <summary>for-in: over the names of properties.</summary>
    public required bool Keys { get; init; }

    public required Node Over { get; init; }

    public string[] Names => _names ??= [.. Target.Names];

    /// <summary>What is walked stays an operand until the end.</summary>
    public override void Emit(Emitter e)
    {
        e.Value(Over);
        e.Add(Op.IterateFor, Keys ? 1 : 0);
        e.Keep(1);
        var exit = e.Open(Label, isLoop: true);
        var turn = e.Here();
        exit.Breaks.Add(e.Add(Op.Next));
        if (Declares)
        {
            e.Enter(Op.ForEachScope, this);
        }
        Target.Emit(e, Declares);
        e.Statement(Body);
        if (Declares)
        {
            e.Leave();
        }
        e.Land([.. exit.Continues]);
        e.Add(Op.Jump, turn);
        e.Close(exit);
        e.Keep(-1);
        e.Pop();
    }
}
