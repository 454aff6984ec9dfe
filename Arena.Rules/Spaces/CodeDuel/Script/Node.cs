namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
    Return,
}

/// <summary>A piece of a program that runs itself. Expressions have a value; statements have a flow.</summary>
internal abstract class Node
{
    public required int Line { get; init; }

    /// <summary>The value; costs one step.</summary>
    public object? Evaluate(Machine m, Scope scope)
    {
        m.Step();
        m.Enter();
        var value = Result(m, scope);
        m.Depth--;
        return value;
    }

    /// <summary>Runs a statement; costs one step.</summary>
    public Flow Run(Machine m, Scope scope)
    {
        m.Line = Line;
        m.Step();
        m.Enter();
        var flow = Perform(m, scope);
        m.Depth--;
        return flow;
    }

    protected virtual object? Result(Machine m, Scope scope) => throw new InvalidOperationException($"{GetType().Name} is a statement.");

    protected virtual Flow Perform(Machine m, Scope scope) => throw new InvalidOperationException($"{GetType().Name} is an expression.");
}

/// <summary>What a value is bound or assigned to.</summary>
internal abstract class Pattern
{
    public abstract IEnumerable<string> Names { get; }

    /// <param name="declare">True gives new bindings their first value; false assigns.</param>
    public abstract void Bind(Machine m, Scope scope, object? value, bool declare);
}

internal sealed class NamePattern(string name) : Pattern
{
    public string Name { get; } = name;

    public override IEnumerable<string> Names => [Name];

    public override void Bind(Machine m, Scope scope, object? value, bool declare)
    {
        if (declare)
        {
            scope.Initialise(m, Name, value);
        }
        else
        {
            scope.Set(m, Name, value);
        }
    }
}

internal sealed class MemberPattern(MemberNode member) : Pattern
{
    public override IEnumerable<string> Names => [];

    public override void Bind(Machine m, Scope scope, object? value, bool declare)
    {
        var target = member.Target.Evaluate(m, scope);
        Members.Set(m, target, member.Key.Evaluate(m, scope), value);
    }
}

internal sealed class DefaultPattern(Pattern target, Node value) : Pattern
{
    public override IEnumerable<string> Names => target.Names;

    public override void Bind(Machine m, Scope scope, object? given, bool declare) =>
        target.Bind(m, scope, given is Undefined ? value.Evaluate(m, scope) : given, declare);
}

/// <summary>The rest of an array or of arguments; its holder collects them.</summary>
internal sealed class RestPattern(Pattern target) : Pattern
{
    public override IEnumerable<string> Names => target.Names;

    public override void Bind(Machine m, Scope scope, object? value, bool declare) => target.Bind(m, scope, value, declare);
}

internal sealed class ArrayPattern(Pattern?[] items) : Pattern
{
    public override IEnumerable<string> Names => items.OfType<Pattern>().SelectMany(i => i.Names);

    public override void Bind(Machine m, Scope scope, object? value, bool declare)
    {
        using var values = Iteration.Of(m, value).GetEnumerator();
        foreach (var item in items)
        {
            if (item is RestPattern)
            {
                var rest = new JsArray();
                while (values.MoveNext())
                {
                    rest.Add(m, values.Current);
                }
                item.Bind(m, scope, rest, declare);
                return;
            }
            m.Step();
            var next = values.MoveNext() ? values.Current : Undefined.Value;
            item?.Bind(m, scope, next, declare);
        }
    }
}

internal sealed class ObjectPattern((Node Key, Pattern Target)[] parts, Pattern? rest) : Pattern
{
    public override IEnumerable<string> Names => parts.SelectMany(p => p.Target.Names).Concat(rest?.Names ?? []);

    public override void Bind(Machine m, Scope scope, object? value, bool declare)
    {
        if (value is null or Undefined)
        {
            throw m.TypeError($"Cannot destructure {Js.Text(m, value)}");
        }
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, target) in parts)
        {
            var name = key.Evaluate(m, scope);
            taken.Add(Js.Text(m, name));
            target.Bind(m, scope, Members.Get(m, value, name), declare);
        }
        if (rest is null)
        {
            return;
        }
        var left = new JsObject();
        foreach (var key in Members.Keys(m, value).Where(k => !taken.Contains(k)))
        {
            left.Set(m, key, Members.Get(m, value, key));
        }
        rest.Bind(m, scope, left, declare);
    }
}
