namespace Arena.Trainer.Chat.Jinja;

/// <summary>A part of a template; the line is for errors.</summary>
internal abstract record Node(int Line);

internal abstract record Expression(int Line) : Node(Line);

internal sealed record Literal(int Line, object? Value) : Expression(Line);

internal sealed record Name(int Line, string Id) : Expression(Line);

internal sealed record ListOf(int Line, IReadOnlyList<Expression> Items, bool Tuple) : Expression(Line);

internal sealed record DictOf(int Line, IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression(Line);

internal sealed record Attribute(int Line, Expression Of, string Field) : Expression(Line);

internal sealed record Item(int Line, Expression Of, Expression Key) : Expression(Line);

internal sealed record Slice(int Line, Expression? From, Expression? To, Expression? Step) : Expression(Line);

internal sealed record Arguments(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static Arguments None { get; } = new([], []);
}

internal sealed record Call(int Line, Expression Of, Arguments With) : Expression(Line);

/// <param name="Of">Null in a filter block: the block's own text.</param>
internal sealed record Filter(int Line, Expression? Of, string Id, Arguments With) : Expression(Line);

internal sealed record Check(int Line, Expression Of, string Id, Arguments With, bool Negated) : Expression(Line);

internal sealed record Unary(int Line, string Operator, Expression Of) : Expression(Line);

internal sealed record Binary(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

internal sealed record Comparison(int Line, Expression First, IReadOnlyList<(string Operator, Expression With)> Rest) : Expression(Line);

/// <param name="Else">Undefined without one.</param>
internal sealed record Choice(int Line, Expression When, Expression Then, Expression? Else) : Expression(Line);

internal abstract record Statement(int Line) : Node(Line);

internal sealed record Data(int Line, string Text) : Statement(Line);

internal sealed record Print(int Line, Expression Value) : Statement(Line);

internal sealed record If(int Line, IReadOnlyList<(Expression? When, IReadOnlyList<Statement> Then)> Branches) : Statement(Line);

internal sealed record For(int Line, IReadOnlyList<string> Targets, Expression Over, Expression? Where, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else) : Statement(Line);

/// <summary>Targets are names, or one "namespace.field".</summary>
internal sealed record Set(int Line, IReadOnlyList<Expression> Targets, Expression Value) : Statement(Line);

internal sealed record SetBlock(int Line, Expression Target, Expression? Filter, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record Macro(int Line, string Id, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record CallBlock(int Line, Call Of, Macro Caller) : Statement(Line);

internal sealed record FilterBlock(int Line, Expression Filter, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record With(int Line, IReadOnlyList<(string Name, Expression Value)> Values, IReadOnlyList<Statement> Body) : Statement(Line);

/// <summary>{% generation %}: what the assistant says, for masks.</summary>
internal sealed record Generation(int Line, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record LoopControl(int Line, bool Break) : Statement(Line);
