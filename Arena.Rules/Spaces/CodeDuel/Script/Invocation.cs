namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What a built-in function that calls others does next: it calls one, whose answer it then finds in <see cref="Machine.Answer"/>, or it ends with a value.</summary>
internal readonly struct Invocation
{
    private Invocation(object? function, object? self, object?[]? arguments) => (Function, Self, Arguments) = (function, self, arguments);

    /// <summary>The function, or the value that it ends with.</summary>
    public object? Function { get; }

    public object? Self { get; }

    /// <summary>Null at the end.</summary>
    public object?[]? Arguments { get; }

    public static Invocation Of(object? function, object? self, params object?[] arguments) => new(function, self, arguments);

    public static Invocation End(object? value) => new(value, null, null);
}

/// <summary>A call that has begun and not ended: of the program's functions, of a class's fields, or of a built-in function that calls others.</summary>
internal sealed class Frame
{
    public Code? Code { get; set; }

    /// <summary>The instruction that it is at.</summary>
    public int At { get; set; }

    /// <summary>Operands beneath its own.</summary>
    public int Base { get; set; }

    public Scope? Scope { get; set; }

    /// <summary>Nodes around the call.</summary>
    public int Depth { get; set; }

    /// <summary>To go back to; 0 leaves it.</summary>
    public int Line { get; set; }

    public object?[] Arguments { get; set; } = [];

    /// <summary>What "new" makes, which stands for what is returned; else null.</summary>
    public JsObject? Made { get; set; }

    /// <summary>The operand that its value becomes as a text, or -1.</summary>
    public int Into { get; set; }

    /// <summary>Of a built-in function.</summary>
    public IEnumerator<Invocation>? Routine { get; set; }
}
