using System.Runtime.CompilerServices;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>Whether a loop goes on after a statement.</summary>
internal enum JinjaFlow
{
    Normal,
    Break,
    Continue,
}

/// <summary>Runs a template's statements and keeps what they write; values are the run's matter.</summary>
internal sealed class JinjaStatements(JinjaRun run, JinjaLimits limits)
{
    private readonly List<(int, int)> _generated = [];
    private StringBuilder _out = new();
    private bool _captured;
    private int _depth;

    /// <summary>All that was written so far.</summary>
    public JinjaOutput Output => new(_out.ToString(), _generated);

    public JinjaFlow Run(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body)
        {
            run.Step(statement.Line);
            var flow = Run(statement);
            if (flow != JinjaFlow.Normal)
            {
                return flow;
            }
        }
        return JinjaFlow.Normal;
    }

    private JinjaFlow Run(Statement statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (statement)
        {
            case Data data:
                Write(data.Text, data.Line);
                return JinjaFlow.Normal;
            case Print print:
                Write(Values.Text(run.Evaluate(print.Value)), print.Line);
                return JinjaFlow.Normal;
            case If choice:
                foreach (var (when, then) in choice.Branches)
                {
                    if (when is null || Values.True(run.Evaluate(when)))
                    {
                        return Run(then);
                    }
                }
                return JinjaFlow.Normal;
            case For loop:
                Loop(loop);
                return JinjaFlow.Normal;
            case Set set:
                var value = run.Evaluate(set.Value);
                Unpack(set, value);
                return JinjaFlow.Normal;
            case SetBlock block:
                var text = (object?)Capture(block.Body, new JinjaScope(run.Scope));
                Assign(block.Target, block.Filter is null ? text : run.Filtered(block.Filter, text));
                return JinjaFlow.Normal;
            case FilterBlock block:
                Write(Values.Text(run.Filtered(block.Filter, Capture(block.Body, new JinjaScope(run.Scope)))), block.Line);
                return JinjaFlow.Normal;
            case Macro macro:
                run.Scope.Set(macro.Id, MacroOf(macro));
                return JinjaFlow.Normal;
            case CallBlock call:
                var named = call.Of.With.Named.ToDictionary(n => n.Name, n => run.Evaluate(n.Value), StringComparer.Ordinal);
                named["caller"] = MacroOf(call.Caller);
                Write(Values.Text(run.Invoke(run.Evaluate(call.Of.Of), [.. call.Of.With.Positional.Select(run.Evaluate)], named, call.Line)), call.Line);
                return JinjaFlow.Normal;
            case With with:
                var scope = new JinjaScope(run.Scope);
                foreach (var (name, expression) in with.Values)
                {
                    scope.Set(name, run.Evaluate(expression));
                }
                return Inside(scope, with.Body);
            case Generation generation:
                var start = _out.Length;
                if (_captured)
                {
                    throw new JinjaException($"Line {generation.Line}: {{% generation %}} inside a macro or a block that is kept in a variable can't be followed.");
                }
                var flow = Inside(new JinjaScope(run.Scope), generation.Body);
                _generated.Add((start, _out.Length));
                return flow;
            case LoopControl control:
                return control.Break ? JinjaFlow.Break : JinjaFlow.Continue;
            default:
                throw new InvalidOperationException($"Unknown statement {statement.GetType().Name}.");
        }
    }

    private JinjaFlow Inside(JinjaScope scope, IReadOnlyList<Statement> body)
    {
        var outer = run.Scope;
        run.Scope = scope;
        try
        {
            return Run(body);
        }
        finally
        {
            run.Scope = outer;
        }
    }

    private void Loop(For loop)
    {
        var items = run.Items(run.Evaluate(loop.Over), loop.Line);
        var outer = run.Scope;
        if (loop.Where is { } where)
        {
            var kept = new List<object?>();
            foreach (var item in items)
            {
                run.Step(loop.Line);
                run.Scope = new JinjaScope(outer);
                Bind(loop.Targets, item, loop.Line);
                if (Values.True(run.Evaluate(where)))
                {
                    kept.Add(item);
                }
                run.Scope = outer;
            }
            items = kept;
        }
        var state = new LoopState(items);
        for (state.Index = 0; state.Index < items.Count; state.Index++)
        {
            run.Step(loop.Line);
            var scope = new JinjaScope(outer);
            scope.Set("loop", state);
            run.Scope = scope;
            Bind(loop.Targets, items[state.Index], loop.Line);
            var flow = Run(loop.Body);
            run.Scope = outer;
            if (flow == JinjaFlow.Break)
            {
                break;
            }
        }
        if (items.Count == 0)
        {
            Inside(new JinjaScope(outer), loop.Else);
        }
    }

    private void Bind(IReadOnlyList<string> targets, object? value, int line)
    {
        if (targets.Count == 1)
        {
            run.Scope.Set(targets[0], value);
            return;
        }
        var parts = run.Items(value, line);
        if (parts.Count != targets.Count)
        {
            throw new JinjaException($"Line {line}: {parts.Count} values for {targets.Count} names.");
        }
        for (var i = 0; i < parts.Count; i++)
        {
            run.Scope.Set(targets[i], parts[i]);
        }
    }

    private void Unpack(Set set, object? value)
    {
        if (set.Targets.Count == 1)
        {
            Assign(set.Targets[0], value);
            return;
        }
        var parts = run.Items(value, set.Line);
        if (parts.Count != set.Targets.Count)
        {
            throw new JinjaException($"Line {set.Line}: {parts.Count} values for {set.Targets.Count} names.");
        }
        for (var i = 0; i < parts.Count; i++)
        {
            Assign(set.Targets[i], parts[i]);
        }
    }

    private void Assign(Expression target, object? value)
    {
        if (target is Name name)
        {
            run.Scope.Set(name.Id, value);
        }
        else if (target is Attribute { Of: Name of, Field: var field } && run.Scope.Find(of.Id, out var found) && found is Namespace space)
        {
            space.Fields[field] = value;
        }
        else
        {
            throw new JinjaException($"Line {target.Line}: only names and fields of namespaces can be set.");
        }
    }

    private string Capture(IReadOnlyList<Statement> body, JinjaScope scope)
    {
        var (outer, captured) = (_out, _captured);
        (_out, _captured) = (new StringBuilder(), true);
        try
        {
            Inside(scope, body);
            return _out.ToString();
        }
        finally
        {
            (_out, _captured) = (outer, captured);
        }
    }

    private Callable MacroOf(Macro macro)
    {
        var home = run.Scope;
        return (_, positional, named) =>
        {
            if (++_depth > limits.Depth)
            {
                throw new JinjaException($"Line {macro.Line}: macros call each other more than {limits.Depth} deep.");
            }
            var scope = new JinjaScope(home);
            for (var i = 0; i < macro.Parameters.Count; i++)
            {
                var (name, otherwise) = macro.Parameters[i];
                var value = i < positional.Count ? positional[i]
                    : named.TryGetValue(name, out var given) ? given
                    : otherwise is null ? new Undefined(name) : run.Evaluate(otherwise);
                scope.Set(name, value);
            }
            if (positional.Count > macro.Parameters.Count)
            {
                throw new JinjaException($"Line {macro.Line}: the macro {macro.Id} takes {macro.Parameters.Count} values, not {positional.Count}.");
            }
            if (named.TryGetValue("caller", out var caller))
            {
                scope.Set("caller", caller);
            }
            var text = Capture(macro.Body, scope);
            _depth--;
            return text;
        };
    }

    private void Write(string text, int line)
    {
        run.Charge(text.Length, line);
        if (_out.Length + (long)text.Length > limits.OutputChars)
        {
            throw new JinjaException($"{JinjaRun.At(line)}the template writes more than {limits.OutputChars} characters.");
        }
        _out.Append(text);
    }
}
