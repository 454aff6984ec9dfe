using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What one call may use. All three are counted, never timed: the same program meets the same limit on every machine.</summary>
/// <param name="Steps">Evaluated nodes, and elements or characters that built-in functions touch.</param>
/// <param name="Cells">Array elements, properties, bindings and characters that are made.</param>
/// <param name="Calls">Calls within calls, of functions and of built-in functions that call others; one more is a RangeError, which the program can catch.</param>
public sealed record ScriptLimits(long Steps = 400_000, long Cells = 4_000_000, int Calls = 10_000);

/// <summary>Why a source can't be run. Lines and columns count from 1.</summary>
public sealed record ScriptProblem(int Line, int Column, string Message)
{
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}

/// <summary>How a call ended.</summary>
/// <param name="Value">The returned value as JSON (undefined, NaN and infinities become null); null on failure.</param>
/// <param name="Failure">Null, or why there is no value: "ran out of steps", "TypeError: ... (line 3)".</param>
public sealed record ScriptOutcome(JsonNode? Value, string? Failure, long Steps, long Cells);

/// <summary>
/// A program in the subset of JavaScript that docs/code-duel.md describes. Deterministic: no clock, no chance, no host, and
/// every step is counted, so that a replay anywhere gives the same values and the same counts.
/// </summary>
public sealed class ScriptProgram
{
    /// <summary>Longest source, in UTF-16 units.</summary>
    public const int LongestSource = 20_000;

    private readonly BlockNode _body;
    private Code? _code;

    private ScriptProgram(BlockNode body) => _body = body;

    /// <summary>What the top level declares: functions, and names that may hold one.</summary>
    public IEnumerable<string> Names => [.. _body.Functions.Select(f => f.Name), .. _body.Lexical.Select(l => l.Name), .. _body.Vars];

    /// <summary>Reads a source. Never throws, whatever the text.</summary>
    public static (ScriptProgram? Program, ScriptProblem? Problem) Parse(string source)
    {
        if (source.Length > LongestSource)
        {
            return (null, new(1, 1, $"The source has {source.Length} characters; {LongestSource} are allowed."));
        }
        try
        {
            return (new(new Parser(source).Program()), null);
        }
        catch (ScriptSyntaxException e)
        {
            return (null, e.Problem);
        }
    }

    /// <summary>Runs the top level, then calls <paramref name="function"/>. Each call starts afresh: nothing is kept from the one before.</summary>
    public ScriptOutcome Call(string function, IReadOnlyList<JsonNode?> arguments, ScriptLimits limits)
    {
        var machine = new Machine(limits);
        try
        {
            var globals = new Scope(Globals.Scope);
            new Runner(machine).Program(_code ??= Emitter.Emit(0, Write), globals);
            if (globals.Named(function) is not { } called || !Js.IsFunction(called))
            {
                return new(null, $"there is no function {function}", machine.Steps, machine.Cells);
            }
            var value = new Runner(machine).Call(called, Undefined.Value, [.. arguments.Select(a => JsonText.Read(machine, a))]);
            return new(JsonText.Write(machine, value), null, machine.Steps, machine.Cells);
        }
        catch (ScriptStopException e)
        {
            return new(null, e.Message, machine.Steps, machine.Cells);
        }
        catch (ScriptThrowException e)
        {
            return new(null, $"{Describe(machine, e.Value)} (line {e.Line})", machine.Steps, machine.Cells);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NullReferenceException or InvalidCastException or IndexOutOfRangeException or ArithmeticException or FormatException or KeyNotFoundException)
        {
            // A fault of the interpreter that nobody knows yet must cost one call, not the match: the same call ends like this everywhere.
            return new(null, $"the interpreter failed ({e.GetType().Name}, line {machine.Line})", machine.Steps, machine.Cells);
        }
    }

    private void Write(Emitter e)
    {
        e.Statement(_body);
        e.Add(Op.Constant, x: Undefined.Value);
        e.Add(Op.Return);
    }

    private static string Describe(Machine machine, object? thrown)
    {
        try
        {
            var text = thrown is JsObject { } error && error.Own("message") is { } message
                ? $"{Js.Text(machine, error.Own("name") ?? "Error")}: {Js.Text(machine, message)}"
                : $"thrown: {Js.Text(machine, thrown)}";
            return text.Length <= 200 ? text : text[..200];
        }
        catch (Exception e) when (e is ScriptStopException or ScriptThrowException)
        {
            return "an error that can't be shown";
        }
    }
}
