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
