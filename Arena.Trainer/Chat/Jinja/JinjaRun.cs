using System.Runtime.CompilerServices;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>What a template made.</summary>
/// <param name="Generated">Start and end, in characters, of what stood between {% generation %} and {% endgeneration %}.</param>
internal sealed record JinjaOutput(string Text, IReadOnlyList<(int Start, int End)> Generated);

/// <summary>
/// One run of a template. There is no way out of it: no .NET object, file or address is reachable, and steps, text and depth are limited.
/// </summary>
internal sealed class JinjaRun(JinjaLimits limits, TimeProvider time)
{
    private int _steps;
    private long _chars;

    /// <summary>The names that can be seen now.</summary>
    public JinjaScope Scope { get; set; } = new(null);

    public TimeProvider Time => time;

    /// <exception cref="JinjaException">The template failed, raised an error, or went beyond a limit.</exception>
    public JinjaOutput Execute(IReadOnlyList<Statement> body, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        foreach (var (name, value) in variables)
        {
            Scope.Set(name, value);
        }
        var statements = new JinjaStatements(this, limits);
        statements.Run(body);
        return statements.Output;
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

    internal static string At(int line) => line > 0 ? $"Line {line}: " : "";

    public object? Evaluate(Expression expression)
    {
        Step(expression.Line);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Name name:
                return Scope.Find(name.Id, out var value) ? value : JinjaGlobals.Find(name.Id) is { } known ? known : new Undefined(name.Id);
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
    public object? Filtered(Expression expression, object? text)
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
}
