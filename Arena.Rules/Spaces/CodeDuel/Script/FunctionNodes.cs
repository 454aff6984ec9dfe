namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed class FunctionNode : Node
{
    /// <summary>"this" can't be a name, so nothing else is bound to it.</summary>
    public const string This = "this";

    private Code? _code;

    public required string Name { get; set; }

    public required Pattern[] Parameters { get; init; }

    /// <summary>A block, or an arrow's expression.</summary>
    public required Node Body { get; init; }

    public required bool IsArrow { get; init; }

    /// <summary>A function expression with a name can call itself by it.</summary>
    public bool BindsOwnName { get; private set; }

    /// <summary>Written when it is called first.</summary>
    public Code Code => _code ??= Emitter.Emit(1, Write);

    public FunctionNode Named()
    {
        BindsOwnName = true;
        return this;
    }

    public override void Emit(Emitter e)
    {
        e.Take(1);
        e.Add(Op.Function, x: this);
    }

    private void Write(Emitter e)
    {
        for (var i = 0; i < Parameters.Length; i++)
        {
            e.Add(Op.Parameter, Parameters[i] is RestPattern ? ~i : i, Parameters[i].Names.ToArray());
            Parameters[i].Emit(e, declare: true);
        }
        if (Body is BlockNode)
        {
            e.Statement(Body);
            e.Add(Op.Constant, x: Undefined.Value);
        }
        else
        {
            e.Value(Body);
        }
        e.Add(Op.Return);
    }
}

internal sealed class ClassNode : Node
{
    private Code? _fields;

    public required string Name { get; init; }

    /// <summary>Of an expression: its methods know it by its name. A declaration's name is bound around it.</summary>
    public bool BindsOwnName { get; set; } = true;

    public bool HasOwnScope => BindsOwnName && Name.Length > 0;

    public required FunctionNode? Constructor { get; init; }

    public required (Node Key, FunctionNode Method)[] Methods { get; init; }

    public required (Node Key, Node Value)[] Statics { get; init; }

    public required (Node Key, Node? Value)[] Fields { get; init; }

    /// <summary>Gives a new object its fields, then calls the constructor.</summary>
    public Code FieldCode => _fields ??= Emitter.Emit(0, WriteFields);

    public override void Emit(Emitter e)
    {
        e.Take(1 + Methods.Length);
        if (HasOwnScope)
        {
            e.Enter(Op.Class, this);
        }
        else
        {
            e.Add(Op.Class, x: this);
        }
        foreach (var (key, method) in Methods)
        {
            e.Value(key);
            e.Add(Op.Method, x: method);
        }
        foreach (var (key, value) in Statics)
        {
            e.Value(key);
            e.Add(Op.Text);
            e.Enter(Op.StaticScope, this);
            e.Value(value);
            e.Leave();
            e.Add(Op.Static);
        }
        if (HasOwnScope)
        {
            e.Leave();
        }
    }

    private void WriteFields(Emitter e)
    {
        foreach (var (key, value) in Fields)
        {
            e.Value(key);
            e.Add(Op.Text);
            if (value is null)
            {
                e.Add(Op.Constant, x: Undefined.Value);
            }
            else
            {
                e.Enter(Op.FieldScope);
                e.Value(value);
                e.Leave();
            }
            e.Add(Op.Field);
        }
        e.Add(Op.Construct, x: this);
    }
}
