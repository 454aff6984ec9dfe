namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>How a jump leaves what is around it.</summary>
internal enum Flow
{
    Break,
    Continue,
}

/// <summary>A piece of a program that writes its own instructions. Expressions leave a value on top; statements leave nothing.</summary>
internal abstract class Node
{
    public required int Line { get; init; }

    /// <summary>The expression whose value <see cref="Emit"/> finds on top, where rows of any length are made: the left side of an operator, the object of a member.</summary>
    public virtual Node? First => null;

    /// <summary>What is counted before <see cref="First"/> beside the step.</summary>
    public virtual void Begin(Emitter e)
    {
    }

    public abstract void Emit(Emitter e);
}

/// <summary>What a value is bound or assigned to.</summary>
internal abstract class Pattern
{
    public abstract IEnumerable<string> Names { get; }

    /// <summary>Takes the value from the top.</summary>
    /// <param name="declare">True gives new bindings their first value; false assigns.</param>
    public abstract void Emit(Emitter e, bool declare);
}

internal sealed class NamePattern(string name) : Pattern
{
    public string Name { get; } = name;

    public override IEnumerable<string> Names => [Name];

    public override void Emit(Emitter e, bool declare)
    {
        if (declare)
        {
            e.Add(Op.Initialise, x: Name);
            return;
        }
        e.Add(Op.Store, x: Name);
        e.Pop();
    }
}

internal sealed class MemberPattern(MemberNode member) : Pattern
{
    public override IEnumerable<string> Names => [];

    public override void Emit(Emitter e, bool declare)
    {
        e.Value(member.Target);
        e.Value(member.Key);
        e.Add(Op.SetMemberFrom);
    }
}

internal sealed class DefaultPattern(Pattern target, Node value) : Pattern
{
    public override IEnumerable<string> Names => target.Names;

    public override void Emit(Emitter e, bool declare)
    {
        var given = e.Add(Op.JumpUnlessUndefined);
        e.Value(value);
        e.Land(given);
        target.Emit(e, declare);
    }
}

/// <summary>The rest of an array or of arguments; its holder collects them.</summary>
internal sealed class RestPattern(Pattern target) : Pattern
{
    public override IEnumerable<string> Names => target.Names;

    public override void Emit(Emitter e, bool declare) => target.Emit(e, declare);
}

internal sealed class ArrayPattern(Pattern?[] items) : Pattern
{
    public override IEnumerable<string> Names => items.OfType<Pattern>().SelectMany(i => i.Names);

    public override void Emit(Emitter e, bool declare)
    {
        e.Add(Op.Iterate);
        foreach (var item in items)
        {
            if (item is not RestPattern)
            {
                e.Step();
            }
            e.Add(item is RestPattern ? Op.Rest : Op.NextOrUndefined);
            if (item is null)
            {
                e.Pop();
                continue;
            }
            item.Emit(e, declare);
        }
        e.Pop();
    }
}

internal sealed class ObjectPattern((Node Key, Pattern Target)[] parts, Pattern? rest) : Pattern
{
    public override IEnumerable<string> Names => parts.SelectMany(p => p.Target.Names).Concat(rest?.Names ?? []);

    public override void Emit(Emitter e, bool declare)
    {
        e.Add(Op.PatternStart, rest is null ? 0 : 1);
        foreach (var (key, target) in parts)
        {
            e.Value(key);
            e.Add(Op.PatternGet);
            target.Emit(e, declare);
        }
        if (rest is not null)
        {
            e.Add(Op.PatternRest);
            rest.Emit(e, declare);
        }
        e.Pop(2);
    }
}
