namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Turns the nodes of one function into instructions.</summary>
internal sealed class Emitter
{
    private readonly List<Instruction> _code = [];
    private readonly List<Handler> _handlers = [];
    private readonly List<Exit> _exits = [];
    private Instruction _next;
    private int _depth;

    /// <summary>Operands that statements around this place keep: what loops walk, what a switch compares.</summary>
    private int _operands;
    private int _scopes;

    /// <param name="depth">Of the nodes around it.</param>
    public static Code Emit(int depth, Action<Emitter> write)
    {
        var emitter = new Emitter { _depth = depth };
        write(emitter);
        return new([.. emitter._code], [.. emitter._handlers]);
    }

    /// <summary>A piece that has a value, which it leaves on top. Costs one step.</summary>
    public void Value(Node node)
    {
        // The first part of a long row (a + b + c ...) is as deep as the row is long, so it is not reached by recursion.
        Stack<Node>? row = null;
        for (; ; node = node.First!)
        {
            Step();
            _depth++;
            node.Begin(this);
            if (node.First is null)
            {
                break;
            }
            (row ??= new()).Push(node);
        }
        node.Emit(this);
        _depth--;
        while (row?.TryPop(out var outer) == true)
        {
            outer!.Emit(this);
            _depth--;
        }
    }

    /// <summary>A statement, which leaves nothing. Costs one step.</summary>
    public void Statement(Node node)
    {
        if (_next.Cells > 0 || _next.Steps == byte.MaxValue)
        {
            Flush();
        }
        _next.Line = node.Line;
        Step();
        _depth++;
        node.Emit(this);
        _depth--;
    }

    public void Step()
    {
        ref var count = ref _next.Cells > 0 ? ref _next.More : ref _next.Steps;
        if (count == byte.MaxValue)
        {
            Flush();
            _next.Steps = 1;
            return;
        }
        count++;
    }

    public void Take(int cells)
    {
        while (cells > 0)
        {
            if (_next.More > 0 || _next.Cells == byte.MaxValue)
            {
                Flush();
            }
            var part = Math.Min(cells, byte.MaxValue - _next.Cells);
            _next.Cells += (byte)part;
            cells -= part;
        }
    }

    public int Add(Op op, int a = 0, object? x = null)
    {
        (_next.Op, _next.A, _next.X, _next.Depth) = (op, a, x, (ushort)_depth);
        _code.Add(_next);
        _next = default;
        return _code.Count - 1;
    }

    /// <summary>This place, to jump to.</summary>
    public int Here()
    {
        Flush();
        return _code.Count;
    }

    /// <summary>Jumps added before come here.</summary>
    public void Land(params ReadOnlySpan<int> jumps)
    {
        var here = Here();
        foreach (var jump in jumps)
        {
            Patch(jump, here);
        }
    }

    public void LineFrom(int line) => _next.Line = line;

    public void Pop(int count = 1)
    {
        for (; count > 0; count--)
        {
            Add(Op.Pop);
        }
    }

    /// <summary>Counts operands that a statement keeps while its parts run.</summary>
    public void Keep(int operands) => _operands += operands;

    public void Enter(Op op, object? x = null)
    {
        Add(op, x: x);
        _scopes++;
    }

    public void Leave()
    {
        Add(Op.LeaveScope);
        _scopes--;
    }

    /// <summary>Around what a break or continue may leave.</summary>
    public Exit Open(string? label, bool isLoop, bool isSwitch = false)
    {
        var exit = new Exit(label, isLoop, isSwitch, _operands, _scopes);
        _exits.Add(exit);
        return exit;
    }

    public void Close(Exit exit)
    {
        _exits.RemoveAt(_exits.Count - 1);
        Land([.. exit.Breaks]);
    }

    public void Jump(Flow flow, string? label)
    {
        var (operands, scopes) = (_operands, _scopes);
        for (var i = _exits.Count - 1; ; i--)
        {
            var exit = _exits[i];
            if (exit.IsFinally)
            {
                Add(Op.Constant, x: Undefined.Value);
                Through(exit, ref operands, ref scopes);
                Pop();
            }
            else if (exit.Takes(flow, label))
            {
                Pop(operands - exit.Operands);
                LeaveTo(exit, scopes);
                (flow == Flow.Break ? exit.Breaks : exit.Continues).Add(Add(Op.Jump));
                return;
            }
        }
    }

    /// <summary>The value on top is returned, after what must run before.</summary>
    public void Return()
    {
        var (operands, scopes) = (_operands, _scopes);
        for (var i = _exits.Count - 1; i >= 0; i--)
        {
            if (_exits[i].IsFinally)
            {
                Through(_exits[i], ref operands, ref scopes);
            }
        }
        Add(Op.Return);
    }

    /// <summary>try, catch and finally. What comes out of the handler, or out of a body without one, pays once more on its way through.</summary>
    public void Try(TryNode node)
    {
        Add(Op.Try);
        Keep(1);
        var kept = _operands;
        Exit? last = null;
        if (node.Last is not null)
        {
            last = new(null, false, false, _operands, _scopes) { IsFinally = true };
            _exits.Add(last);
        }
        var from = Here();
        Statement(node.Body);
        var to = Here();
        var done = new List<int> { Add(Op.Jump) };
        if (node.Handler is not null)
        {
            var caught = Here();
            _handlers.Add(new(from, to, caught, kept));
            from = caught;
            Enter(Op.CatchScope, node.Caught?.Names.ToArray() ?? []);
            if (node.Caught is null)
            {
                Pop();
            }
            else
            {
                Add(Op.Caught);
                node.Caught.Emit(this, declare: true);
            }
            Statement(node.Handler);
            Leave();
            to = Here();
            done.Add(Add(Op.Jump));
        }
        _handlers.Add(new(from, to, Here(), kept));
        if (last is null)
        {
            Add(Op.ThrowOn);
            Land([.. done]);
        }
        else
        {
            _exits.RemoveAt(_exits.Count - 1);
            Add(Op.ResumeThrow);
            last.Breaks.Add(Add(Op.Jump));
            Land([.. done]);
            Add(Op.Constant, x: Undefined.Value);
            var resume = Add(Op.Resume);
            Land([.. last.Breaks]);
            Keep(2);
            Statement(node.Last!);
            Keep(-2);
            Add(Op.EndFinally);
            Land(resume);
            Pop();
        }
        Pop();
        Keep(-1);
    }

    /// <summary>Runs a finally on the way out: it comes back behind this place, with the value on top.</summary>
    private void Through(Exit exit, ref int operands, ref int scopes)
    {
        if (operands > exit.Operands)
        {
            Add(Op.Slide, operands - exit.Operands);
        }
        LeaveTo(exit, scopes);
        var resume = Add(Op.Resume);
        exit.Breaks.Add(Add(Op.Jump));
        Land(resume);
        (operands, scopes) = (exit.Operands, exit.Scopes);
    }

    private void LeaveTo(Exit exit, int scopes)
    {
        for (; scopes > exit.Scopes; scopes--)
        {
            Add(Op.LeaveScope);
        }
    }

    private void Patch(int jump, int target)
    {
        var instruction = _code[jump];
        instruction.A = target;
        _code[jump] = instruction;
    }

    private void Flush()
    {
        if (_next.Steps + _next.Cells + _next.Line > 0)
        {
            Add(Op.Nothing);
        }
    }

    /// <summary>What a jump can leave, or has to pass.</summary>
    internal sealed class Exit(string? label, bool isLoop, bool isSwitch, int operands, int scopes)
    {
        public int Operands { get; } = operands;

        public int Scopes { get; } = scopes;

        public bool IsFinally { get; init; }

        /// <summary>Jumps to its end; of a finally, to its beginning.</summary>
        public List<int> Breaks { get; } = [];

        public List<int> Continues { get; } = [];

        public bool Takes(Flow flow, string? sought) =>
            sought is null ? isLoop || (isSwitch && flow == Flow.Break) : sought == label && (isLoop || flow == Flow.Break);
    }
}
