using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Counts what a call uses and ends it when a limit is reached.</summary>
internal sealed class Machine(ScriptLimits limits)
{
    /// <summary>Longest text.</summary>
    private const long MostText = 1_000_000;

    /// <summary>Of <see cref="Descent"/>. Fixed, so that every host ends the same programs.</summary>
    private const int MostDescent = 500;

    /// <summary>What node says of too many calls within calls.</summary>
    public const string TooDeep = "Maximum call stack size exceeded";

    public long Steps { get; private set; }

    public long Cells { get; private set; }

    /// <summary>Nodes within nodes at this moment; what is thrown costs by that.</summary>
    public int Depth { get; set; }

    /// <summary>Calls within calls at this moment.</summary>
    public int Calls { get; set; }

    public int MostCalls => limits.Calls;

    /// <summary>What the host's stack holds at this moment, see <see cref="Descend"/>.</summary>
    public int Descent { get; set; }

    /// <summary>What a function gave that a built-in one called.</summary>
    public object? Answer { get; set; } = Undefined.Value;

    /// <summary>Of the statement that runs, for errors.</summary>
    public int Line { get; set; }

    public void Step(long count = 1)
    {
        if ((Steps += count) > limits.Steps)
        {
            Steps = limits.Steps;
            throw new ScriptStopException($"ran out of steps ({limits.Steps})");
        }
    }

    public void Take(long cells)
    {
        if ((Cells += cells) > limits.Cells)
        {
            throw new ScriptStopException($"ran out of memory ({limits.Cells} cells)");
        }
    }

    /// <summary>Pays for comparing or hashing a text: long ones are not free.</summary>
    public void Read(object? value)
    {
        if (value is string { Length: > 64 } text)
        {
            Step(text.Length / 16);
        }
    }

    /// <summary>The same, within an expression; always true.</summary>
    public bool Paid(object? value)
    {
        Read(value);
        return true;
    }

    /// <summary>Pays for going through a whole text.</summary>
    public string Through(string text)
    {
        Step(text.Length / 8);
        return text;
    }

    /// <summary>Pays for looking for one text in another, at the worst that two texts can be made for.</summary>
    public void Search(string text, string sought) => Step(1 + (text.Length + sought.Length) / 8 + (long)text.Length * sought.Length / 256);

    /// <summary>Pays for a text that is about to be made.</summary>
    public void TakeText(long length, long copied = 0)
    {
        Limit(length + copied);
        Take(length + copied / 16);
        Step((length + copied) / 16);
    }

    /// <summary>Ends what makes a text longer than any may be.</summary>
    public void Limit(long length)
    {
        if (length > MostText)
        {
            throw RangeError($"Invalid string length (at most {MostText} characters)");
        }
    }

    /// <summary>
    /// Before the few things that take from the host's stack: texts and JSON of values within values (1 each), and functions that the program is asked for in the midst of those
    /// (<see cref="Js.Call"/>). What it takes is given back by the caller, or by whoever catches.
    /// </summary>
    public void Descend(int by = 1)
    {
        if ((Descent += by) > MostDescent)
        {
            throw RangeError(TooDeep);
        }
        // Never reached: the limit needs a fraction of any stack, which a test holds. Better an exception than the end of the process.
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    /// <summary>Pays for throwing, which costs C# thousands of times an addition, and more the deeper it happens.</summary>
    public void Throw() => Step(100 + Depth / 4);

    public ScriptThrowException Error(string name, string message)
    {
        Throw();
        Take(4);
        var error = new JsObject { Kind = name };
        error.Set("name", name);
        error.Set("message", message);
        return new(error, Line);
    }

    public ScriptThrowException TypeError(string message) => Error("TypeError", message);

    public ScriptThrowException RangeError(string message) => Error("RangeError", message);
}

/// <summary>A limit was reached; no program can catch it.</summary>
internal sealed class ScriptStopException(string message) : Exception(message);

/// <summary>A value that the program threw, or an error of the language.</summary>
internal sealed class ScriptThrowException(object? value, int line) : Exception
{
    public object? Value { get; } = value;

    public int Line { get; } = line;
}

/// <summary>The source is not of the subset.</summary>
internal sealed class ScriptSyntaxException(ScriptProblem problem) : Exception(problem.Message)
{
    public ScriptProblem Problem { get; } = problem;
}
