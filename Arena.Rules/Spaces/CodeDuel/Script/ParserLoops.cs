namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Loops, labels, and the jumps that need them.</summary>
internal sealed partial class Parser
{
    private Node Labelled(Token at, string label)
    {
        if (_function.Labels.Any(l => l.Name == label))
        {
            throw Problem(at, $"The label \"{label}\" stands within one of the same name.");
        }
        _function.Labels.Add((label, IsWord("for") || IsWord("while") || IsWord("do")));
        Node statement = _token.Text switch
        {
            "for" when IsWord("for") => For(label),
            "while" when IsWord("while") => While(label),
            "do" when IsWord("do") => DoWhile(label),
            "switch" when IsWord("switch") => Switch(label),
            _ => new LabelNode { Line = _token.Line, Label = label, Body = Inner() },
        };
        _function.Labels.RemoveAt(_function.Labels.Count - 1);
        return statement;
    }

    /// <summary>The statement that a loop repeats.</summary>
    private Node LoopBody()
    {
        _function.Loops++;
        var body = Inner();
        _function.Loops--;
        return body;
    }

    private void CheckJump(Token at, bool isBreak, string? label)
    {
        var known = label is null
            ? _function.Loops + (isBreak ? _function.Switches : 0) > 0
            : _function.Labels.Any(l => l.Name == label && (isBreak || l.OfLoop));
        if (!known)
        {
            throw Problem(at, (isBreak, label) switch
            {
                (true, null) => "break stands in a loop or a switch only.",
                (false, null) => "continue stands in a loop only.",
                (true, _) => $"There is no label \"{label}\" around this break.",
                _ => $"There is no loop with the label \"{label}\" around this continue.",
            });
        }
    }

    private Node While(string? label)
    {
        var line = Advance().Line;
        Expect("(");
        var test = Expression();
        Expect(")");
        return new ForNode { Line = line, Label = label, Test = test, Body = LoopBody() };
    }

    private Node DoWhile(string? label)
    {
        var line = Advance().Line;
        var body = LoopBody();
        if (!TakeWord("while"))
        {
            throw Problem(_token, "\"while\" is expected.");
        }
        Expect("(");
        var test = Expression();
        Expect(")");
        Take(";");
        return new ForNode { Line = line, Label = label, Test = test, Body = body, TestsLast = true };
    }

    private Node For(string? label)
    {
        var line = Advance().Line;
        if (IsWord("await"))
        {
            throw Problem(_token, "await is not part of the subset.");
        }
        Expect("(");
        var outer = _block;
        _block = new() { Outer = outer };
        Node? first = null;
        Pattern? target = null;
        var declared = false;
        if (IsWord("let") || IsWord("const") || IsWord("var"))
        {
            declared = true;
            _noIn++;
            var declaration = Declaration(endsStatement: false);
            _noIn--;
            first = declaration;
            if (declaration.Parts is [(var pattern, null)])
            {
                target = pattern;
            }
        }
        else if (!Is(";"))
        {
            var at = _token;
            _noIn++;
            var expression = Expression();
            _noIn--;
            first = new ExpressionNode { Line = line, Value = expression };
            if (IsWord("of") || IsWord("in"))
            {
                target = ToPattern(expression, at);
                _unfinished = null;
            }
        }
        Node loop;
        if (target is not null && (IsWord("of") || IsWord("in")))
        {
            var keys = Advance().Text == "in";
            var over = keys ? Expression() : Assignment();
            Expect(")");
            loop = new ForEachNode
            {
                Line = line,
                Label = label,
                Target = target,
                Declares = declared && _block.Lexical.Count > 0,
                Constant = _block.Lexical.Any(l => l.Constant),
                Keys = keys,
                Over = over,
                Body = LoopBody(),
            };
        }
        else
        {
            Expect(";");
            var test = Is(";") ? null : Expression();
            Expect(";");
            var update = Is(")") ? null : Expression();
            Expect(")");
            loop = new ForNode { Line = line, Label = label, Start = first, Lexical = [.. _block.Lexical], Test = test, Update = update, Body = LoopBody() };
        }
        _block = outer;
        return loop;
    }
}
