using System.Runtime.CompilerServices;
using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed partial class Runner
{
    private static readonly object True = true;
    private static readonly object False = false;

    /// <summary>Acts out the instructions of the topmost call, then of whichever is topmost next, until the first ends.</summary>
    // Optimised from the start: code that is not yet has ten times the frame on the host's stack, and this loop rarely returns to be replaced.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Interpret()
    {
    Topmost:
        var frame = _frames[_count - 1];
        if (frame.Routine is not null)
        {
            if (Continue(frame))
            {
                return;
            }
            goto Topmost;
        }
        var code = frame.Code!.Instructions;
        var operands = _operands;
        var top = _top;
        var at = frame.At + 1;
        while (true)
        {
            ref readonly var i = ref code[at];
            frame.At = at++;
            if (i.Line != 0)
            {
                m.Line = i.Line;
            }
            m.Step(i.Steps);
            if (i.Cells != 0)
            {
                m.Take(i.Cells);
                m.Step(i.More);
            }
            m.Depth = frame.Depth + i.Depth;
            switch (i.Op)
            {
                case Op.Nothing:
                    break;
                case Op.Constant:
                    operands[top++] = i.X;
                    break;
                case Op.Pop:
                    top--;
                    break;
                case Op.Duplicate:
                    operands[top] = operands[top - 1];
                    top++;
                    break;
                case Op.Slide:
                    operands[top - 1 - i.A] = operands[top - 1];
                    top -= i.A;
                    break;
                case Op.Jump:
                    at = i.A;
                    break;
                case Op.JumpIfFalse:
                    at = Js.IsTrue(operands[--top]) ? at : i.A;
                    break;
                case Op.JumpIfTrue:
                    at = Js.IsTrue(operands[--top]) ? i.A : at;
                    break;
                case Op.JumpUnlessNeeded:
                    if (LogicalNode.Needs((string)i.X!, operands[top - 1]))
                    {
                        top--;
                    }
                    else
                    {
                        at = i.A;
                    }
                    break;
                case Op.JumpUnlessUndefined:
                    if (operands[top - 1] is Undefined)
                    {
                        top--;
                    }
                    else
                    {
                        at = i.A;
                    }
                    break;
                case Op.Load:
                    operands[top++] = frame.Scope!.Get(m, (string)i.X!);
                    break;
                case Op.Store:
                    frame.Scope!.Set(m, (string)i.X!, operands[top - 1]);
                    break;
                case Op.Initialise:
                    frame.Scope!.Initialise(m, (string)i.X!, operands[--top]);
                    break;
                case Op.TypeOfName:
                    operands[top++] = TypeOf(frame.Scope!, (string)i.X!);
                    break;
                case Op.UpdateName:
                    var old = Js.Number(m, frame.Scope!.Get(m, (string)i.X!));
                    object next = (i.A & UpdateNode.Up) != 0 ? old + 1 : old - 1;
                    frame.Scope.Set(m, (string)i.X!, next);
                    operands[top++] = (i.A & UpdateNode.GivesNew) != 0 ? next : old;
                    break;
                case Op.Binary:
                    var right = operands[top - 1];
                    var left = operands[top - 2];
                    if (left is double x && right is double y && Operators.OfNumbers(i.A, x, y, out var compared, out var number))
                    {
                        operands[--top - 1] = i.A < Operators.FirstThatCompares ? number : compared ? True : False;
                        break;
                    }
                    if (i.A == 0 && (left is JsObject || right is JsObject))
                    {
                        _top = top;
                        if (AsksForText(frame, top - 2) || AsksForText(frame, top - 1))
                        {
                            goto Topmost;
                        }
                    }
                    operands[--top - 1] = Operators.Apply(m, (string)i.X!, left, right);
                    break;
                case Op.Unary:
                    operands[top - 1] = UnaryNode.Apply(m, (string)i.X!, operands[top - 1]);
                    break;
                case Op.Delete:
                    top--;
                    operands[top - 1] = Members.Delete(m, operands[top - 1], operands[top]);
                    break;
                case Op.Text:
                    operands[top - 1] = Js.Text(m, operands[top - 1]);
                    break;
                case Op.TemplateStart:
                    operands[top++] = new StringBuilder((string)i.X!);
                    break;
                case Op.TemplatePart:
                    _top = top;
                    if (operands[top - 1] is JsObject && AsksForText(frame, top - 1))
                    {
                        goto Topmost;
                    }
                    top--;
                    Template((StringBuilder)operands[top - 1]!, operands[top], (string)i.X!);
                    break;
                case Op.TemplateEnd:
                    operands[top - 1] = operands[top - 1]!.ToString();
                    break;
                case Op.EndChain:
                    if (ChainNode.Ends(operands[top - 1], i.X is not null))
                    {
                        operands[top - 1] = ChainNode.End;
                        at = i.A;
                    }
                    break;
                case Op.EndCallChain:
                    if (ChainNode.Ends(operands[top - 2], i.X is not null))
                    {
                        operands[--top - 1] = ChainNode.End;
                        at = i.A;
                    }
                    break;
                case Op.CloseChain:
                    operands[top - 1] = ReferenceEquals(operands[top - 1], ChainNode.End) ? Undefined.Value : operands[top - 1];
                    break;
                case Op.Get:
                    m.Line = i.A;
                    top--;
                    operands[top - 1] = Members.Get(m, operands[top - 1], operands[top]);
                    break;
                case Op.GetNamed:
                    m.Line = i.A;
                    operands[top - 1] = Members.Get(m, operands[top - 1], i.X);
                    break;
                case Op.GetMethod:
                    m.Line = i.A;
                    (operands[top - 2], operands[top - 1]) = (Members.Get(m, operands[top - 2], operands[top - 1]), operands[top - 2]);
                    break;
                case Op.GetNamedMethod:
                    m.Line = i.A;
                    (operands[top - 1], operands[top]) = (Members.Get(m, operands[top - 1], i.X), operands[top - 1]);
                    top++;
                    break;
                case Op.GetKept:
                    operands[top] = Members.Get(m, operands[top - 2], operands[top - 1]);
                    top++;
                    break;
                case Op.SetMember:
                    top -= 2;
                    Members.Set(m, operands[top - 1], operands[top], operands[top + 1]);
                    operands[top - 1] = operands[top + 1];
                    break;
                case Op.SetMemberFrom:
                    top -= 3;
                    Members.Set(m, operands[top + 1], operands[top + 2], operands[top]);
                    break;
                case Op.UpdateMember:
                    top--;
                    operands[top - 1] = Update(operands[top - 1], operands[top], i.A);
                    break;
                case Op.Array:
                    var array = new JsArray();
                    top -= i.A;
                    array.Items.AddRange(operands.AsSpan(top, i.A));
                    operands[top++] = array;
                    break;
                case Op.EmptyArray:
                    operands[top++] = new JsArray();
                    break;
                case Op.Append:
                    top--;
                    ((JsArray)operands[top - 1]!).Items.Add(operands[top]);
                    break;
                case Op.Spread:
                    top--;
                    Spread((JsArray)operands[top - 1]!, operands[top]);
                    break;
                case Op.Object:
                    operands[top++] = new JsObject();
                    break;
                case Op.SetNamedProperty:
                    top--;
                    ((JsObject)operands[top - 1]!).Set(m, (string)i.X!, operands[top]);
                    break;
                case Op.SetProperty:
                    top -= 2;
                    ((JsObject)operands[top - 1]!).Set(m, (string)operands[top]!, operands[top + 1]);
                    break;
                case Op.SpreadProperties:
                    top--;
                    SpreadProperties((JsObject)operands[top - 1]!, operands[top]);
                    break;
                case Op.Function:
                    operands[top++] = Function((FunctionNode)i.X!, frame.Scope!);
                    break;
                case Op.Class:
                    operands[top++] = Class((ClassNode)i.X!, frame);
                    break;
                case Op.Method:
                    top--;
                    Method((JsClass)operands[top - 1]!, operands[top], new((FunctionNode)i.X!, frame.Scope!));
                    break;
                case Op.StaticScope:
                    frame.Scope = StaticScope(frame.Scope!, (JsClass)operands[top - 2]!);
                    break;
                case Op.Static:
                    top -= 2;
                    ((JsClass)operands[top - 1]!).Static.Set(m, (string)operands[top]!, operands[top + 1]);
                    break;
                case Op.FieldScope:
                    frame.Scope = new Scope(frame.Scope);
                    frame.Scope.Declare(FunctionNode.This, true, frame.Made);
                    break;
                case Op.Field:
                    top -= 2;
                    frame.Made!.Set(m, (string)operands[top]!, operands[top + 1]);
                    break;
                case Op.Construct:
                    _count--;
                    m.Calls--;
                    _top = frame.Base;
                    Constructed((ClassNode)i.X!, frame.Scope!, frame.Made!, frame.Arguments);
                    goto Topmost;
                case Op.Call or Op.CallSpread:
                    var arguments = Arguments(operands, i.Op == Op.CallSpread, i.A, ref top);
                    top -= 2;
                    m.Line = ((CallNode)i.X!).Line;
                    _top = top;
                    switch (operands[top])
                    {
                        case JsFunction own:
                            Begin(own, operands[top + 1], arguments);
                            goto Topmost;
                        case JsNative native:
                            var result = Native(native, operands[top + 1], arguments, out var begun);
                            if (begun)
                            {
                                goto Topmost;
                            }
                            operands[top++] = result;
                            break;
                        default:
                            throw m.TypeError($"{CallNode.Describe(((CallNode)i.X).Function)} is not a function");
                    }
                    break;
                case Op.New or Op.NewSpread:
                    var given = Arguments(operands, i.Op == Op.NewSpread, i.A, ref top);
                    _top = --top;
                    New((NewNode)i.X!, operands[top], given);
                    goto Topmost;
                case Op.Parameter:
                    operands[top++] = Parameter(frame, i.A, (string[])i.X!);
                    break;
                case Op.Return:
                    if (Finish(operands[top - 1]))
                    {
                        return;
                    }
                    goto Topmost;
                case Op.Iterate:
                    operands[top - 1] = Iteration.Of(m, operands[top - 1]).GetEnumerator();
                    break;
                case Op.IterateFor:
                    var over = operands[top - 1];
                    operands[top - 1] = (i.A == 0 ? Iteration.Of(m, over) : over is null or Undefined ? [] : Members.Keys(m, over)).GetEnumerator();
                    break;
                case Op.Next:
                    var walked = (IEnumerator<object?>)operands[top - 1]!;
                    if (walked.MoveNext())
                    {
                        m.Step();
                        operands[top++] = walked.Current;
                    }
                    else
                    {
                        at = i.A;
                    }
                    break;
                case Op.NextOrUndefined:
                    var values = (IEnumerator<object?>)operands[top - 1]!;
                    operands[top++] = values.MoveNext() ? values.Current : Undefined.Value;
                    break;
                case Op.Rest:
                    operands[top] = Rest((IEnumerator<object?>)operands[top - 1]!);
                    top++;
                    break;
                case Op.PatternStart:
                    if (operands[top - 1] is null or Undefined)
                    {
                        throw m.TypeError($"Cannot destructure {Js.Text(m, operands[top - 1])}");
                    }
                    operands[top++] = i.A == 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
                    break;
                case Op.PatternGet:
                    var key = Js.Text(m, operands[top - 1]);
                    (operands[top - 2] as HashSet<string>)?.Add(key);
                    operands[top - 1] = Members.Get(m, operands[top - 3], operands[top - 1]);
                    break;
                case Op.PatternRest:
                    operands[top] = RestOf(operands[top - 2], (HashSet<string>)operands[top - 1]!);
                    top++;
                    break;
                case Op.Block:
                    frame.Scope = ((BlockNode)i.X!).Begin(m, frame.Scope!);
                    break;
                case Op.ForScope:
                    frame.Scope = new Scope(frame.Scope);
                    BlockNode.Declare(m, frame.Scope, ((ForNode)i.X!).Lexical, []);
                    break;
                case Op.NextScope:
                    frame.Scope = frame.Scope!.Copy();
                    break;
                case Op.ForEachScope:
                    frame.Scope = Unset(frame.Scope, ((ForEachNode)i.X!).Names, ((ForEachNode)i.X!).Constant);
                    break;
                case Op.SwitchScope:
                    frame.Scope = new Scope(frame.Scope);
                    BlockNode.Declare(m, frame.Scope, ((SwitchNode)i.X!).Lexical, ((SwitchNode)i.X!).Functions);
                    break;
                case Op.CatchScope:
                    frame.Scope = Unset(frame.Scope, (string[])i.X!, constant: false);
                    break;
                case Op.LeaveScope:
                    frame.Scope = frame.Scope!.Parent;
                    break;
                case Op.StrictEquals:
                    top--;
                    operands[top - 1] = Js.StrictEquals(m, operands[top - 1], operands[top]) ? True : False;
                    break;
                case Op.Try:
                    operands[top++] = frame.Scope;
                    break;
                case Op.Caught:
                    operands[top - 1] = ((ScriptThrowException)operands[top - 1]!).Value;
                    break;
                case Op.Resume:
                    operands[top++] = i.A;
                    break;
                case Op.ResumeThrow:
                    operands[top++] = -1;
                    break;
                case Op.EndFinally:
                    at = (int)operands[--top]!;
                    if (at < 0)
                    {
                        ThrowOn((ScriptThrowException)operands[top - 1]!);
                        goto Topmost;
                    }
                    break;
                case Op.ThrowOn:
                    ThrowOn((ScriptThrowException)operands[top - 1]!);
                    goto Topmost;
                case Op.Throw:
                    ThrowOn(new(operands[top - 1], i.A));
                    goto Topmost;
                default:
                    throw new InvalidOperationException($"Unknown instruction {i.Op}.");
            }
        }
    }

    /// <summary>Throws what the program threw, which costs no exception of the host where the program catches it.</summary>
    private void ThrowOn(ScriptThrowException thrown)
    {
        m.Throw();
        if (!Catches(thrown))
        {
            throw thrown;
        }
    }
}
