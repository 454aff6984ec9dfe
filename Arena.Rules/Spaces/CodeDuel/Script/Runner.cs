using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>
/// Runs instructions. Calls within calls are frames in a list and take nothing of the host's stack: as many fit in a browser as on a server, and it is the limits
/// that end a program, the same everywhere.
/// </summary>
internal sealed partial class Runner(Machine m)
{
    /// <summary>Calls that are not this runner's own.</summary>
    private readonly int _below = m.Calls;
    private readonly int _descent = m.Descent;

    private Frame[] _frames = new Frame[8];
    private int _count;
    private object?[] _operands = new object?[64];
    private int _top;
    private object? _result;

    /// <summary>Runs a whole program's top level.</summary>
    public void Program(Code code, Scope scope)
    {
        Push(code, scope);
        Run();
    }

    /// <summary>Calls any function.</summary>
    /// <exception cref="ScriptThrowException">What the program threw and didn't catch.</exception>
    public object? Call(object? function, object? self, object?[] arguments)
    {
        Invoke(function, self, arguments);
        return _count == 0 ? _operands[0] : Run();
    }

    private object? Run()
    {
        while (true)
        {
            try
            {
                Interpret();
                return _result;
            }
            catch (ScriptThrowException e) when (Catches(e))
            {
                // A filter, not a throw from here: that would pile one exception's frames onto the next for each runner within a runner.
            }
        }
    }

    /// <summary>Finds the handler of what was thrown; frames without one end.</summary>
    private bool Catches(ScriptThrowException thrown)
    {
        m.Descent = _descent;
        for (; _count > 0; _count--)
        {
            var frame = _frames[_count - 1];
            var handler = frame.Routine is null ? Array.Find(frame.Code!.Handlers, h => frame.At >= h.From && frame.At < h.To) : null;
            if (handler is not null)
            {
                m.Calls = _below + _count;
                _top = frame.Base + handler.Operands;
                frame.Scope = (Scope)_operands[_top - 1]!;
                _operands[_top++] = thrown;
                frame.At = handler.Target - 1;
                return true;
            }
            frame.Routine = null;
        }
        m.Calls = _below;
        return false;
    }

    private Frame Push(Code? code, Scope? scope)
    {
        if (++m.Calls > m.MostCalls)
        {
            m.Calls--;
            throw m.RangeError(Machine.TooDeep);
        }
        if (_count == _frames.Length)
        {
            Array.Resize(ref _frames, _count * 2);
        }
        var frame = _frames[_count++] ??= new();
        (frame.Code, frame.At, frame.Base, frame.Scope, frame.Depth) = (code, -1, _top, scope, m.Depth);
        (frame.Line, frame.Arguments, frame.Made, frame.Into, frame.Routine) = (0, [], null, -1, null);
        if (_operands.Length < _top + (code?.Room ?? 1))
        {
            Array.Resize(ref _operands, Math.Max(_operands.Length * 2, _top + (code?.Room ?? 1)));
        }
        return frame;
    }

    /// <summary>Begins a call; what ends at once leaves its value with the caller.</summary>
    private void Invoke(object? function, object? self, object?[] arguments)
    {
        switch (function)
        {
            case JsFunction own:
                Begin(own, self, arguments);
                break;
            case JsNative native:
                Deliver(Native(native, self, arguments, out var begun), begun);
                break;
            case JsClass type:
                throw m.TypeError($"Class constructor {type.Code.Name} cannot be invoked without 'new'");
            default:
                throw m.TypeError($"{(function is string ? "a text" : Js.Text(m, function))} is not a function");
        }
    }

    private Frame Begin(JsFunction function, object? self, object?[] arguments)
    {
        var code = function.Code;
        m.Step();
        var own = new Scope(function.Scope);
        var frame = Push(code.Code, own);
        (frame.Line, frame.Arguments) = (m.Line, arguments);
        if (!code.IsArrow)
        {
            own.Declare(FunctionNode.This, true, self);
        }
        m.Take(1 + code.Parameters.Length);
        return frame;
    }

    /// <param name="begun">True where it calls others: then it is the topmost frame now, and has no value yet.</param>
    private object? Native(JsNative native, object? self, object?[] arguments, out bool begun)
    {
        m.Step();
        m.Depth++;
        begun = native.Routine is not null;
        if (begun)
        {
            var routine = native.Routine!(m, self, arguments);
            m.Depth--;
            Push(null, null).Routine = routine;
            return null;
        }
        var value = native.Code(m, self, arguments);
        m.Depth--;
        return value;
    }

    private void Deliver(object? value, bool begun)
    {
        if (begun)
        {
            return;
        }
        if (_count > 0 && _frames[_count - 1].Routine is not null)
        {
            m.Answer = value;
            return;
        }
        _operands[_top++] = value;
    }

    /// <summary>The topmost call ends with a value.</summary>
    /// <returns>True where it was the first.</returns>
    private bool Finish(object? value)
    {
        var frame = _frames[--_count];
        m.Calls--;
        if (frame.Line > 0)
        {
            m.Line = frame.Line;
        }
        if (frame.Made is not null && !Js.IsObject(value))
        {
            value = frame.Made;
        }
        _top = frame.Base;
        frame.Routine = null;
        if (_count == 0)
        {
            _result = value;
            return true;
        }
        if (frame.Into >= 0)
        {
            m.Depth = frame.Depth;
            _operands[frame.Into] = Js.Primitive(m, value);
        }
        else
        {
            Deliver(value, begun: false);
        }
        return false;
    }

    /// <summary>Goes on with a built-in function until it calls or ends.</summary>
    /// <returns>True where it was the first call and ended.</returns>
    private bool Continue(Frame frame)
    {
        m.Depth = frame.Depth + 1;
        frame.Routine!.MoveNext();
        var next = frame.Routine.Current;
        if (next.Arguments is null)
        {
            return Finish(next.Function);
        }
        Invoke(next.Function, next.Self, next.Arguments);
        return false;
    }

    /// <summary>Makes an instance. Fields come first, then the constructor.</summary>
    private void New(NewNode node, object? made, object?[] arguments)
    {
        m.Line = node.Line;
        m.Take(1);
        switch (made)
        {
            case JsClass type:
                var self = new JsObject { Class = type };
                if (type.Code.Fields.Length == 0)
                {
                    Constructed(type.Code, type.Scope, self, arguments);
                    return;
                }
                var frame = Push(type.Code.FieldCode, type.Scope);
                (frame.Made, frame.Arguments) = (self, arguments);
                return;
            case JsNative { Make: { } make }:
                _operands[_top++] = make(m, arguments);
                return;
            case JsFunction { Code.IsArrow: false } function:
                var instance = new JsObject { Class = function };
                Begin(function, instance, arguments).Made = instance;
                return;
            default:
                throw m.TypeError($"{CallNode.Describe(node.Class)} is not a constructor");
        }
    }

    /// <summary>An instance that has its fields meets its constructor, if there is one.</summary>
    private void Constructed(ClassNode type, Scope scope, JsObject self, object?[] arguments)
    {
        if (type.Constructor is { } constructor)
        {
            Begin(new JsFunction(constructor, scope), self, arguments).Made = self;
            return;
        }
        _operands[_top++] = self;
    }

    /// <summary>Whether an operand's text comes from a function of the program: then it is called, and the instruction acts again when that has its value.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AsksForText(Frame frame, int place)
    {
        if (_operands[place] is not JsObject { Kind: null } made || made.Method("valueOf") is not null || made.Method("toString") is not JsFunction own)
        {
            return false;
        }
        Begin(own, made, []).Into = place;
        frame.At--;
        return true;
    }
}
