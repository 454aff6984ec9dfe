using System.Runtime.CompilerServices;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>What a template made.</summary>
/// <param name="Generated">Start and end, in characters, of what stood between {% generation %} and {% endgeneration %}.</param>
internal sealed record JinjaOutput(string Text, IReadOnlyList<(int Start, int End)> Generated);

/// <summary>
/// One run of a template. There is no way out of it: no .NET object, file or address is reachable, and steps, text and depth are limited.
/// </summary>
internal sealed class JinjaRun(JinjaLimits limits, TimeProvider time)
{
    private readonly List<(int, int)> _generated = [];
    private Scope _scope = new(null);
    private StringBuilder _out = new();
    private bool _captured;
    private int _steps;
    private long _chars;
    private int _depth;

    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    public TimeProvider Time => time;

    /// <exception cref="JinjaException">The template failed, raised an error, or went beyond a limit.</exception>
    public JinjaOutput Execute(IReadOnlyList<Statement> body, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        foreach (var (name, value) in variables)
        {
            _scope.Set(name, value);
        }
        Run(body);
        return new(_out.ToString(), _generated);
    }

    /// <summary>Accounts for a text before it is built.</summary>
    public void Charge(long chars, int line = 0)
    {
        _chars += chars;
        if (chars > limits.OutputChars || _chars > limits.TotalChars)
        {
            throw new JinjaException($"{At(line)}the template builds more text than is allowed ({limits.OutputChars} characters at once, {limits.TotalChars} in all).");
        }
    }

    /// <summary>Accounts for work.</summary>
    public void Step(int line = 0, int count = 1)
    {
        _steps += count;
        if (_steps > limits.Steps || count > limits.Steps)
        {
            throw new JinjaException($"{At(line)}the template takes more than {limits.Steps} steps.");
        }
    }

    private static string At(int line) => line > 0 ? $"Line {line}: " : "";

    private Flow Run(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body)
        {
            Step(statement.Line);
            var flow = Run(statement);
            if (flow != Flow.Normal)
            {
                return flow;
            }
        }
        return Flow.Normal;
    }

    private Flow Run(Statement statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (statement)
        {
            case Data data:
                Write(data.Text, data.Line);
                return Flow.Normal;
            case Print print:
                Write(Values.Text(Evaluate(print.Value)), print.Line);
                return Flow.Normal;
            case If choice:
                foreach (var (when, then) in choice.Branches)
                {
                    if (when is null || Values.True(Evaluate(when)))
                    {
                        return Run(then);
                    }
                }
                return Flow.Normal;
            case For loop:
                Loop(loop);
                return Flow.Normal;
            case Set set:
                var value = Evaluate(set.Value);
                Unpack(set, value);
                return Flow.Normal;
            case SetBlock block:
                var text = (object?)Capture(block.Body, new Scope(_scope));
                Assign(block.Target, block.Filter is null ? text : Filtered(block.Filter, text));
                return Flow.Normal;
            case FilterBlock block:
                Write(Values.Text(Filtered(block.Filter, Capture(block.Body, new Scope(_scope)))), block.Line);
                return Flow.Normal;
            case Macro macro:
                _scope.Set(macro.Id, MacroOf(macro));
                return Flow.Normal;
            case CallBlock call:
                var named = call.Of.With.Named.ToDictionary(n => n.Name, n => Evaluate(n.Value), StringComparer.Ordinal);
                named["caller"] = MacroOf(call.Caller);
                Write(Values.Text(Invoke(Evaluate(call.Of.Of), [.. call.Of.With.Positional.Select(Evaluate)], named, call.Line)), call.Line);
                return Flow.Normal;
            case With with:
                var scope = new Scope(_scope);
                foreach (var (name, expression) in with.Values)
                {
                    scope.Set(name, Evaluate(expression));
                }
                return Inside(scope, with.Body);
            case Generation generation:
                var start = _out.Length;
                if (_captured)
                {
                    throw new JinjaException($"Line {generation.Line}: {{% generation %}} inside a macro or a block that is kept in a variable can't be followed.");
                }
                var flow = Inside(new Scope(_scope), generation.Body);
                _generated.Add((start, _out.Length));
                return flow;
            case LoopControl control:
                return control.Break ? Flow.Break : Flow.Continue;
            default:
                throw new InvalidOperationException($"Unknown statement {statement.GetType().Name}.");
        }
    }

    private Flow Inside(Scope scope, IReadOnlyList<Statement> body)
    {
        var outer = _scope;
        _scope = scope;
        try
        {
            return Run(body);
        }
        finally
        {
            _scope = outer;
        }
    }

    private void Loop(For loop)
    {
        var items = Items(Evaluate(loop.Over), loop.Line);
        var outer = _scope;
        if (loop.Where is { } where)
        {
            var kept = new List<object?>();
            foreach (var item in items)
            {
                Step(loop.Line);
                _scope = new Scope(outer);
                Bind(loop.Targets, item, loop.Line);
                if (Values.True(Evaluate(where)))
                {
                    kept.Add(item);
                }
                _scope = outer;
            }
            items = kept;
        }
        var state = new LoopState(items);
        for (state.Index = 0; state.Index < items.Count; state.Index++)
        {
            Step(loop.Line);
            var scope = new Scope(outer);
            scope.Set("loop", state);
            _scope = scope;
            Bind(loop.Targets, items[state.Index], loop.Line);
            var flow = Run(loop.Body);
            _scope = outer;
            if (flow == Flow.Break)
            {
                break;
            }
        }
        if (items.Count == 0)
        {
            Inside(new Scope(outer), loop.Else);
        }
    }

    private void Bind(IReadOnlyList<string> targets, object? value, int line)
    {
        if (targets.Count == 1)
        {
            _scope.Set(targets[0], value);
            return;
        }
        var parts = Items(value, line);
        if (parts.Count != targets.Count)
        {
            throw new JinjaException($"Line {line}: {parts.Count} values for {targets.Count} names.");
        }
        for (var i = 0; i < parts.Count; i++)
        {
            _scope.Set(targets[i], parts[i]);
        }
    }

    private void Unpack(Set set, object? value)
    {
        if (set.Targets.Count == 1)
        {
            Assign(set.Targets[0], value);
            return;
        }
        var parts = Items(value, set.Line);
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
            _scope.Set(name.Id, value);
        }
        else if (target is Attribute { Of: Name of, Field: var field } && _scope.Find(of.Id, out var found) && found is Namespace space)
        {
            space.Fields[field] = value;
        }
        else
        {
            throw new JinjaException($"Line {target.Line}: only names and fields of namespaces can be set.");
        }
    }

    private string Capture(IReadOnlyList<Statement> body, Scope scope)
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
        var home = _scope;
        return (_, positional, named) =>
        {
            if (++_depth > limits.Depth)
            {
                throw new JinjaException($"Line {macro.Line}: macros call each other more than {limits.Depth} deep.");
            }
            var scope = new Scope(home);
            for (var i = 0; i < macro.Parameters.Count; i++)
            {
                var (name, otherwise) = macro.Parameters[i];
                var value = i < positional.Count ? positional[i]
                    : named.TryGetValue(name, out var given) ? given
                    : otherwise is null ? new Undefined(name) : Evaluate(otherwise);
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
        Charge(text.Length, line);
        if (_out.Length + (long)text.Length > limits.OutputChars)
        {
            throw new JinjaException($"{At(line)}the template writes more than {limits.OutputChars} characters.");
        }
        _out.Append(text);
    }

    public object? Evaluate(Expression expression)
    {
        Step(expression.Line);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Name name:
                return _scope.Find(name.Id, out var value) ? value : JinjaGlobals.Find(name.Id) is { } known ? known : new Undefined(name.Id);
            case ListOf list:
                var items = list.Items.Select(Evaluate);
                return list.Tuple ? new TupleValue(items) : items.ToList();
            case DictOf dict:
                var made = new DictValue();
                foreach (var (key, item) in dict.Items)
                {
                    made[Evaluate(key) ?? throw new JinjaException($"Line {dict.Line}: none can't be a key here.")] = Evaluate(item);
                }
                return made;
            case Attribute attribute:
                return JinjaAccess.Attribute(Evaluate(attribute.Of), attribute.Field, attribute.Line);
            case Item { Key: Slice slice } item:
                return JinjaAccess.Slice(this, Evaluate(item.Of), Part(slice.From), Part(slice.To), Part(slice.Step), item.Line);
            case Item item:
                return JinjaAccess.Item(Evaluate(item.Of), Evaluate(item.Key), item.Line);
            case Call call:
                return Invoke(Evaluate(call.Of), [.. call.With.Positional.Select(Evaluate)], call.With.Named.ToDictionary(n => n.Name, n => Evaluate(n.Value), StringComparer.Ordinal), call.Line);
            case Filter filter:
                return Filtered(filter, null);
            case Check check:
                var passed = JinjaChecks.Holds(check.Id, Evaluate(check.Of), [.. check.With.Positional.Select(Evaluate)], check.Line);
                return passed != check.Negated;
            case Unary unary:
                return JinjaOperators.Unary(unary.Operator, Evaluate(unary.Of), unary.Line);
            case Binary { Operator: "and" } both:
                return Evaluate(both.Left) is var left && Values.True(left) ? Evaluate(both.Right) : left;
            case Binary { Operator: "or" } either:
                return Evaluate(either.Left) is var one && Values.True(one) ? one : Evaluate(either.Right);
            case Binary binary:
                return JinjaOperators.Binary(this, binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right), binary.Line);
            case Comparison comparison:
                var before = Evaluate(comparison.First);
                foreach (var (op, with) in comparison.Rest)
                {
                    var after = Evaluate(with);
                    if (!JinjaOperators.Compare(this, op, before, after, comparison.Line))
                    {
                        return false;
                    }
                    before = after;
                }
                return true;
            case Choice choice:
                return Values.True(Evaluate(choice.When)) ? Evaluate(choice.Then) : choice.Else is null ? new Undefined("the choice") : Evaluate(choice.Else);
            default:
                throw new InvalidOperationException($"Unknown expression {expression.GetType().Name}.");
        }
    }

    /// <summary>The items of a list, dict (its keys) or text (its characters).</summary>
    public List<object?> Items(object? value, int line)
    {
        switch (value)
        {
            case List<object?> list:
                Step(line, list.Count);
                return list;
            case DictValue dict:
                Step(line, dict.Count);
                return [.. dict.Keys];
            case string text:
                Step(line, text.Length);
                return [.. text.EnumerateRunes().Select(r => r.ToString())];
            case Undefined:
                return [];
            default:
                throw new JinjaException($"{At(line)}{Values.Kind(value)} has no items.");
        }
    }

    public object? Invoke(object? function, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named, int line)
    {
        if (function is not Callable callable)
        {
            throw new JinjaException($"{At(line)}{Values.Kind(function)} can't be called.");
        }
        Step(line);
        try
        {
            return callable(this, positional, named);
        }
        catch (JinjaException e) when (line > 0 && !e.Raised && !e.Message.StartsWith("Line ", StringComparison.Ordinal))
        {
            throw new JinjaException($"{At(line)}{e.Message}");
        }
    }

    /// <summary>A chain of filters; the innermost without a value of its own takes <paramref name="text"/>.</summary>
    private object? Filtered(Expression expression, object? text)
    {
        if (expression is not Filter filter)
        {
            return Evaluate(expression);
        }
        var value = filter.Of is null ? text : Filtered(filter.Of, text);
        var named = filter.With.Named.ToDictionary(n => n.Name, n => Evaluate(n.Value), StringComparer.Ordinal);
        return JinjaFilters.Apply(this, filter.Id, value, [.. filter.With.Positional.Select(Evaluate)], named, filter.Line);
    }

    private object? Part(Expression? expression) => expression is null ? null : Evaluate(expression);

    private sealed class Scope(Scope? outer)
    {
        private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

        public void Set(string name, object? value) => _values[name] = value;

        public bool Find(string name, out object? value)
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope._values.TryGetValue(name, out value))
                {
                    return true;
                }
            }
            value = null;
            return false;
        }

        private Scope? Outer { get; } = outer;
    }
}
