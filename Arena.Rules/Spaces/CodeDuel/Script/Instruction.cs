namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>
/// What one instruction does with the operands, the last of which is the top. A is a number, X an object: a name, a text, or the node that the instruction
/// is of. Where a jump is meant, A is the place of the next instruction.
/// </summary>
internal enum Op : byte
{
    Nothing,
    Constant,
    Pop,
    Duplicate,

    /// <summary>Removes A operands beneath the top.</summary>
    Slide,
    Jump,
    JumpIfFalse,
    JumpIfTrue,

    /// <summary>Keeps the left side and jumps where an operator (X) needs no right one.</summary>
    JumpUnlessNeeded,
    JumpUnlessUndefined,

    Load,
    Store,
    Initialise,
    TypeOfName,
    UpdateName,

    Binary,
    Unary,
    Delete,
    Text,
    TemplateStart,
    TemplatePart,
    TemplateEnd,

    /// <summary>Ends the links of a "?." chain and jumps behind the link.</summary>
    EndChain,
    EndCallChain,
    CloseChain,
    Get,
    GetNamed,

    /// <summary>Leaves the function and whose it is.</summary>
    GetMethod,
    GetNamedMethod,

    /// <summary>Leaves target and key beneath the value.</summary>
    GetKept,
    SetMember,
    SetMemberFrom,
    UpdateMember,

    Array,
    EmptyArray,
    Append,
    Spread,
    Object,
    SetProperty,
    SetNamedProperty,
    SpreadProperties,

    Function,
    Class,
    Method,
    StaticScope,
    Static,
    FieldScope,
    Field,
    Construct,

    Call,
    CallSpread,
    New,
    NewSpread,
    Parameter,
    Return,

    Iterate,
    Next,
    NextOrUndefined,
    Rest,
    PatternStart,
    PatternGet,
    PatternRest,

    Block,
    ForScope,
    NextScope,
    ForEachScope,
    SwitchScope,
    CatchScope,
    LeaveScope,
    IterateFor,
    StrictEquals,

    Throw,
    Try,
    Caught,
    ThrowOn,
    Resume,
    ResumeThrow,
    EndFinally,
}

/// <summary>
/// One instruction, and what is counted before it acts, in this order: the line, <see cref="Steps"/>, <see cref="Cells"/>, <see cref="More"/> steps. So what the
/// nodes cost needs no instructions of its own.
/// </summary>
internal struct Instruction
{
    public Op Op;

    public byte Steps, Cells, More;

    /// <summary>Nodes around it within its function; what is thrown costs by that.</summary>
    public ushort Depth;

    /// <summary>Of the statement that begins here, or 0.</summary>
    public int Line;

    public int A;

    public object? X;
}

/// <summary>Where an exception goes that comes out of the instructions from <see cref="From"/> to before <see cref="To"/>.</summary>
/// <param name="Operands">That are kept; the last of them is the scope.</param>
internal sealed record Handler(int From, int To, int Target, int Operands);

/// <summary>The instructions of a function, of a class's fields or of a whole program.</summary>
/// <param name="Handlers">Inner ones first.</param>
internal sealed record Code(Instruction[] Instructions, Handler[] Handlers)
{
    /// <summary>More operands than it ever holds at once: no instruction leaves more than one.</summary>
    public int Room { get; } = Instructions.Length + Handlers.Length + 4;
}
