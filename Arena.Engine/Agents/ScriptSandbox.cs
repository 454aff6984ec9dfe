using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Acornima.Ast;
using Arena.Rules.Play;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Runtime;
using Microsoft.Extensions.Options;
using JsEngine = Jint.Engine;

namespace Arena.Engine.Agents;

/// <summary>Why a script can't be used. Lines and columns count from 1.</summary>
public sealed record ScriptProblem(int Line, int Column, string Message)
{
    public override string ToString() => Line > 0 ? $"Line {Line}, column {Column}: {Message}" : Message;
}

/// <summary>One call of <c>act</c>: what it answered and what it wrote to the console.</summary>
public sealed record ScriptRun(AgentReply Reply, IReadOnlyList<string> Log);

/// <summary>
/// Runs owners' JavaScript. Every turn gets a fresh interpreter with nothing but the language itself: no host objects, no files,
/// no network, no eval; limits on time, statements, allocation and recursion. <c>Math.random</c> is drawn from the match's seed,
/// so that a match that runs again after a crash runs the same way. Thread-safe.
/// </summary>
public sealed class ScriptSandbox(IOptions<ArenaOptions> options) : IDisposable
{
    private const int KeptScripts = 200;
    private static readonly TimeSpan RegexTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Also finds what was declared with const or let, which is no property of the global object.</summary>
    private static readonly Prepared<Script> FindAct = JsEngine.PrepareScript("typeof act === 'function' ? act : undefined");

    private readonly ScriptOptions _limits = options.Value.Scripts;
    // Scripts are strangers' code that may use all its time: they never take every core of the machine.
    private readonly SemaphoreSlim _gate = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly ConcurrentDictionary<string, Prepared<Script>> _prepared = [];

    /// <summary>What is wrong with a script, or null. Looks for syntax errors and for <c>act</c> by running the script's top level.</summary>
    public ScriptProblem? Check(string source)
    {
        try
        {
            using var engine = NewEngine();
            engine.Execute(Parse(source));
            return engine.Evaluate(FindAct).IsCallable() ? null : new ScriptProblem(0, 0, "The script defines no function act(observation).");
        }
        catch (Exception e) when (e is ScriptPreparationException or Acornima.ParseErrorException)
        {
            var error = e as Acornima.ParseErrorException ?? e.InnerException as Acornima.ParseErrorException;
            return error is null
                ? new ScriptProblem(0, 0, e.Message)
                : new ScriptProblem(error.LineNumber, error.Column + 1, error.Description);
        }
        catch (JavaScriptException e)
        {
            return new ScriptProblem(e.Location.Start.Line, e.Location.Start.Column + 1, e.Message);
        }
        catch (Exception e)
        {
            return new ScriptProblem(0, 0, Explain(e).Detail!);
        }
    }

    /// <summary>Asks a script for its action. <paramref name="draws"/> feed <c>Math.random</c>.</summary>
    public async Task<ScriptRun> ActAsync(string source, PendingTurn turn, Draws draws, CancellationToken ct = default)
    {
        await _gate.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Act(source, turn, draws), ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private ScriptRun Act(string source, PendingTurn turn, Draws draws)
    {
        using var engine = NewEngine();
        IReadOnlyList<string> log = [];
        var tools = JsValue.Undefined;
        try
        {
            var script = Prepare(source);
            tools = engine.Evaluate(ScriptPrelude.Script);
            engine.Invoke(tools.Get("seed"), Words(draws));
            engine.Execute(script);
            var answer = engine.Invoke(engine.Evaluate(FindAct), new JsonParser(engine).Parse(Seen(turn))).UnwrapIfPromise();
            log = Log(tools);
            return new ScriptRun(Read(answer), log);
        }
        catch (Exception e)
        {
            if (!tools.IsUndefined() && log.Count == 0)
            {
                log = Log(tools);
            }
            return new ScriptRun(Explain(e), log);
        }
    }

    private Prepared<Script> Prepare(string source)
    {
        if (_prepared.Count > KeptScripts)
        {
            _prepared.Clear();
        }
        return _prepared.GetOrAdd(source, s => Parse(s));
    }

    private static Prepared<Script> Parse(string source) => JsEngine.PrepareScript(source, "script", options: new ScriptPreparationOptions
    {
        ParsingOptions = new ScriptParsingOptions { AllowReturnOutsideFunction = false, CompileRegex = false, RegexTimeout = RegexTime },
    });

    private JsEngine NewEngine() => new(o =>
    {
        o.LimitMemory(_limits.Memory);
        o.TimeoutInterval(_limits.Time);
        o.MaxStatements(_limits.Statements);
        o.LimitRecursion(_limits.Recursion);
        o.Constraints.MaxArraySize = 1_000_000;
        o.Constraints.RegexTimeout = RegexTime;
        o.Constraints.StackOverflowGuard = true;
        o.Constraints.PromiseTimeout = _limits.Time;
        o.DisableStringCompilation();
        o.Culture = CultureInfo.InvariantCulture;
        o.LocalTimeZone(TimeZoneInfo.Utc);
    });

    private static object[] Words(Draws draws) => [.. Enumerable.Range(0, 4).Select(_ => (object)(double)(uint)draws.NextWord())];

    /// <summary>What a script sees of a turn, as JSON on one line: text, json, legal, compact, seat, try, complaint.</summary>
    public static string Seen(PendingTurn turn)
    {
        var observation = turn.Observation;
        return new JsonObject
        {
            ["text"] = observation.Text,
            ["json"] = observation.Json.DeepClone(),
            ["legal"] = observation.Legal is null ? null : new JsonArray([.. observation.Legal.Select(a => JsonValue.Create(a))]),
            ["compact"] = observation.Compact,
            ["seat"] = turn.Seat,
            ["try"] = turn.Try,
            ["complaint"] = turn.Complaint,
        }.ToJsonString();
    }

    private static AgentReply Read(JsValue answer) => answer.Type switch
    {
        Types.String or Types.Number or Types.BigInt => AgentReply.Said(answer.ToString()),
        Types.Undefined or Types.Null => AgentReply.Failed(FaultKind.Crashed, "act() returned nothing; it must return the action as text."),
        _ => AgentReply.Failed(FaultKind.Crashed, $"act() returned {(answer.IsArray() ? "a list" : answer.Type == Types.Boolean ? "true or false" : "an object")}; it must return the action as text."),
    };

    private static IReadOnlyList<string> Log(JsValue tools)
    {
        try
        {
            return [.. tools.Get("lines").AsArray().Select(l => l.ToString())];
        }
        catch (Exception e) when (e is JavaScriptException or ArgumentException or InvalidOperationException)
        {
            return [];
        }
    }

    private AgentReply Explain(Exception e) => e switch
    {
        System.Text.RegularExpressions.RegexMatchTimeoutException => AgentReply.Failed(FaultKind.TimedOut, "A regular expression took too long."),
        TimeoutException => AgentReply.Failed(FaultKind.TimedOut, $"The script ran longer than {_limits.Time.TotalSeconds:0.###} s (an endless loop?) and was stopped."),
        ExecutionCanceledException => AgentReply.Failed(FaultKind.TimedOut, "The script was stopped at the end of the turn's clock."),
        StatementsCountOverflowException => AgentReply.Failed(FaultKind.TimedOut, $"The script executed more than {_limits.Statements:N0} statements (an endless loop?) and was stopped."),
        MemoryLimitExceededException or OutOfMemoryException => AgentReply.Failed(FaultKind.OverBudget, $"The script used more than {_limits.Memory / 1_000_000} MB of memory and was stopped."),
        RecursionDepthOverflowException or InsufficientExecutionStackException => AgentReply.Failed(FaultKind.Crashed, $"The script called itself more than {_limits.Recursion} levels deep and was stopped."),
        JavaScriptException js => AgentReply.Failed(FaultKind.Crashed, $"Line {js.Location.Start.Line}, column {js.Location.Start.Column + 1}: {js.Message}"),
        PromiseRejectedException promise => AgentReply.Failed(FaultKind.Crashed, $"act() rejected its promise: {promise.Message}"),
        _ => AgentReply.Failed(FaultKind.Crashed, e.Message),
    };
}
