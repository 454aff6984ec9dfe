using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What instructions do that is more than a line.</summary>
internal sealed partial class Runner
{
    private static object?[] Arguments(object?[] operands, bool spread, int count, ref int top)
    {
        if (spread)
        {
            return [.. ((JsArray)operands[--top]!).Items];
        }
        top -= count;
        return count == 0 ? [] : operands.AsSpan(top, count).ToArray();
    }

    private string TypeOf(Scope scope, string name)
    {
        if (!scope.TryGet(m, name, out _))
        {
            return "undefined";
        }
        m.Step();
        m.Depth++;
        return Js.TypeOf(scope.Get(m, name));
    }

    private object Update(object? target, object? key, int how)
    {
        var before = Js.Number(m, Members.Get(m, target, key));
        object after = (how & UpdateNode.Up) != 0 ? before + 1 : before - 1;
        Members.Set(m, target, key, after);
        return (how & UpdateNode.GivesNew) != 0 ? after : before;
    }

    private void Template(StringBuilder text, object? value, string behind)
    {
        var part = Js.Text(m, value);
        m.TakeText(part.Length + behind.Length, text.Length);
        text.Append(part).Append(behind);
    }

    private void Spread(JsArray into, object? values)
    {
        foreach (var value in Iteration.Of(m, values))
        {
            m.Step();
            m.Take(1);
            into.Items.Add(value);
        }
    }

    private void SpreadProperties(JsObject into, object? source)
    {
        foreach (var key in source is null or Undefined ? [] : Members.Keys(m, source))
        {
            m.Step();
            into.Set(m, key, Members.Get(m, source, key));
        }
    }

    private static JsFunction Function(FunctionNode code, Scope scope)
    {
        if (!code.BindsOwnName)
        {
            return new(code, scope);
        }
        var own = new Scope(scope);
        var function = new JsFunction(code, own);
        own.Declare(code.Name, true, function);
        return function;
    }

    private static JsClass Class(ClassNode code, Frame frame)
    {
        if (!code.HasOwnScope)
        {
            return new(code, frame.Scope!);
        }
        frame.Scope = new Scope(frame.Scope);
        var type = new JsClass(code, frame.Scope);
        frame.Scope.Declare(code.Name, true, type);
        return type;
    }

    private void Method(JsClass type, object? key, JsFunction method)
    {
        var name = Js.Text(m, key);
        m.Read(name);
        type.Methods[name] = method;
    }

    private static Scope StaticScope(Scope scope, JsClass type)
    {
        var inner = new Scope(scope);
        inner.Declare(FunctionNode.This, true, type);
        if (type.Code.Name.Length > 0)
        {
            inner.Declare(type.Code.Name, true, type);
        }
        return inner;
    }

    private object? Parameter(Frame frame, int place, string[] names)
    {
        foreach (var name in names)
        {
            frame.Scope!.DeclareUnset(name, false);
        }
        return place < 0 ? new JsArray(m, frame.Arguments.Skip(~place)) : place < frame.Arguments.Length ? frame.Arguments[place] : Undefined.Value;
    }

    private JsArray Rest(IEnumerator<object?> values)
    {
        var rest = new JsArray();
        while (values.MoveNext())
        {
            rest.Add(m, values.Current);
        }
        return rest;
    }

    private JsObject RestOf(object? value, HashSet<string> taken)
    {
        var left = new JsObject();
        foreach (var key in Members.Keys(m, value).Where(k => !taken.Contains(k)))
        {
            left.Set(m, key, Members.Get(m, value, key));
        }
        return left;
    }

    private Scope Unset(Scope? scope, string[] names, bool constant)
    {
        var inner = new Scope(scope);
        foreach (var name in names)
        {
            m.Take(1);
            inner.DeclareUnset(name, constant);
        }
        return inner;
    }
}
