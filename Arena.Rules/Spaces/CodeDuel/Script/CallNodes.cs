namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class MemberNode : Node
{
    public required Node Target { get; init; }

    public required Node Key { get; init; }

    public bool Optional { get; init; }

    /// <summary>A link of a chain that a "?." before it may have ended.</summary>
    public bool InChain { get; init; }

    public override Node? First => Target;

    public override void Emit(Emitter e) => Emit(e, Op.Get, Op.GetNamed);

    /// <summary>The target is on top.</summary>
    /// <returns>The jump of a chain that ends here, to where the call ends that this is the function of.</returns>
    public int? EmitMethod(Emitter e) => Emit(e, Op.GetMethod, Op.GetNamedMethod);

    private int? Emit(Emitter e, Op get, Op getNamed)
    {
        int? ended = InChain ? e.Add(Op.EndChain, x: Optional ? this : null) : null;
        if (Key is LiteralNode { Value: string name })
        {
            e.Step();
            e.Add(getNamed, Line, name);
        }
        else
        {
            e.Value(Key);
            e.Add(get, Line);
        }
        if (ended is { } jump && get == Op.Get)
        {
            e.Land(jump);
        }
        return ended;
    }
}

/// <summary>a?.b.c as a whole: undefined as soon as a "?." finds nothing.</summary>
internal sealed class ChainNode : Node
{
    /// <summary>What the links of a chain hand on after that; never a value that a program sees.</summary>
    public static object End { get; } = new();

    public required Node Value { get; init; }

    /// <summary>Whether a link ends its chain, or stands behind the one that did.</summary>
    public static bool Ends(object? target, bool optional) => ReferenceEquals(target, End) || (optional && target is null or Undefined);

    public override Node? First => Value;

    public override void Emit(Emitter e) => e.Add(Op.CloseChain);
}

internal sealed class CallNode : Node
{
    public required Node Function { get; init; }

    public required Node[] Arguments { get; init; }

    public bool Optional { get; init; }

    /// <summary>A link of a chain that a "?." before it may have ended.</summary>
    public bool InChain { get; init; }

    public override Node? First => Function is MemberNode member ? member.Target : Function;

    public override void Begin(Emitter e)
    {
        if (Function is MemberNode)
        {
            e.Step();
        }
    }

    public override void Emit(Emitter e)
    {
        var ended = new List<int>();
        if (Function is MemberNode member)
        {
            if (member.EmitMethod(e) is { } jump)
            {
                ended.Add(jump);
            }
            if (InChain)
            {
                ended.Add(e.Add(Op.EndCallChain, x: Optional ? this : null));
            }
        }
        else
        {
            if (InChain)
            {
                ended.Add(e.Add(Op.EndChain, x: Optional ? this : null));
            }
            e.Add(Op.Constant, x: Undefined.Value);
        }
        e.Add(SpreadNode.Arguments(e, Arguments) ? Op.CallSpread : Op.Call, Arguments.Length, this);
        e.Land([.. ended]);
    }

    internal static string Describe(Node node, int levels = 4) => node switch
    {
        NameNode name => name.Name,
        MemberNode { Key: LiteralNode { Value: string key } } member when levels > 0 => $"{Describe(member.Target, levels - 1)}.{key}",
        MemberNode member when levels > 0 => $"{Describe(member.Target, levels - 1)}[...]",
        _ => "(...)",
    };
}

internal sealed class NewNode : Node
{
    public required Node Class { get; init; }

    public required Node[] Arguments { get; init; }

    public override Node? First => Class;

    public override void Emit(Emitter e) => e.Add(SpreadNode.Arguments(e, Arguments) ? Op.NewSpread : Op.New, Arguments.Length, this);
}
