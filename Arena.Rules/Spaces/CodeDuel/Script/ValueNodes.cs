namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class LiteralNode : Node
{
    public required object? Value { get; init; }

    public override void Emit(Emitter e) => e.Add(Op.Constant, x: Value);
}

internal sealed class NameNode : Node
{
    public required string Name { get; init; }

    public override void Emit(Emitter e) => e.Add(Op.Load, x: Name);
}

internal sealed class TemplateNode : Node
{
    public required string[] Texts { get; init; }

    public required Node[] Values { get; init; }

    public override void Emit(Emitter e)
    {
        if (Values.Length == 0)
        {
            e.Add(Op.Constant, x: Texts[0]);
            return;
        }
        e.Add(Op.TemplateStart, x: Texts[0]);
        for (var i = 0; i < Values.Length; i++)
        {
            e.Value(Values[i]);
            e.Add(Op.TemplatePart, x: Texts[i + 1]);
        }
        e.Add(Op.TemplateEnd);
    }
}

/// <summary>Only within an array, arguments or an object: its holder spreads it.</summary>
internal sealed class SpreadNode : Node
{
    public required Node Value { get; init; }

    public override void Emit(Emitter e) => throw new InvalidOperationException("A spread has no value of its own.");

    /// <summary>Leaves all arguments, or one list of them if any of them is spread.</summary>
    public static bool Arguments(Emitter e, Node[] arguments)
    {
        if (Array.Exists(arguments, a => a is SpreadNode))
        {
            e.Add(Op.EmptyArray);
            Into(e, arguments);
            return true;
        }
        foreach (var argument in arguments)
        {
            e.Take(1);
            e.Value(argument);
        }
        return false;
    }

    /// <summary>Fills the array on top with items whose spread members stand for all their values.</summary>
    public static void Into(Emitter e, Node?[] items)
    {
        foreach (var item in items)
        {
            if (item is SpreadNode spread)
            {
                e.Value(spread.Value);
                e.Add(Op.Spread);
                continue;
            }
            e.Take(1);
            if (item is null)
            {
                e.Add(Op.Constant, x: Undefined.Value);
            }
            else
            {
                e.Value(item);
            }
            e.Add(Op.Append);
        }
    }
}

internal sealed class ArrayNode : Node
{
    public required Node?[] Items { get; init; }

    public override void Emit(Emitter e)
    {
        e.Take(1);
        if (Items.Length is 0 or > 16 || Array.Exists(Items, i => i is null or SpreadNode))
        {
            e.Add(Op.EmptyArray);
            SpreadNode.Into(e, Items);
            return;
        }
        foreach (var item in Items)
        {
            e.Take(1);
            e.Value(item!);
        }
        e.Add(Op.Array, Items.Length);
    }
}

/// <param name="Key">Null for a spread.</param>
/// <param name="Default">Of a shorthand that turns out to be a pattern.</param>
internal sealed record PropertyNode(Node? Key, Node Value, Node? Default);

internal sealed class ObjectNode : Node
{
    public required PropertyNode[] Properties { get; init; }

    public override void Emit(Emitter e)
    {
        e.Take(1);
        e.Add(Op.Object);
        foreach (var property in Properties)
        {
            if (property.Key is null)
            {
                e.Value(((SpreadNode)property.Value).Value);
                e.Add(Op.SpreadProperties);
            }
            else if (property.Key is LiteralNode { Value: string name })
            {
                e.Step();
                e.Value(property.Value);
                e.Add(Op.SetNamedProperty, x: name);
            }
            else
            {
                e.Value(property.Key);
                e.Add(Op.Text);
                e.Value(property.Value);
                e.Add(Op.SetProperty);
            }
        }
    }
}
