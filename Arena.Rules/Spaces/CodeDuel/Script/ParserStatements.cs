namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed partial class Parser
{
    private Node Statement()
    {
        var outer = _unfinished;
        _unfinished = null;
        var statement = Nested(AnyStatement);
        if (_unfinished is { } at)
        {
            throw Problem(at, "\"=\" stands here in a pattern only.");
        }
        _unfinished = outer;
        return statement;
    }

    private Node AnyStatement()
    {
        var start = _token;
        var line = start.Line;
        if (Is("{"))
        {
            return BlockStatement();
        }
        if (Take(";"))
        {
            return new BlockNode { Line = line, Body = [], Lexical = [], Functions = [], Vars = [], OwnScope = false };
        }
        if (_token.Kind == TokenKind.Name)
        {
            switch (_token.Text)
            {
                case "let" or "const" or "var": return Declaration(endsStatement: true);
                case "function": return FunctionDeclaration();
                case "class": return ClassDeclaration();
                case "if": return If();
                case "for": return For(null);
                case "while": return While(null);
                case "do": return DoWhile(null);
                case "switch": return Switch(null);
                case "return":
                    Advance();
                    var value = Is(";") || Is("}") || _token.Kind == TokenKind.End || _token.AfterNewLine ? null : Expression();
                    EndStatement();
                    return new ReturnNode { Line = line, Value = value };
                case "break" or "continue":
                    var isBreak = Advance().Text == "break";
                    var label = _token.Kind == TokenKind.Name && !_token.AfterNewLine && !Reserved.Contains(_token.Text) ? Advance().Text : null;
                    EndStatement();
                    CheckJump(start, isBreak, label);
                    return new JumpNode { Line = line, Flow = isBreak ? Flow.Break : Flow.Continue, Label = label };
                case "throw":
                    Advance();
                    var thrown = Expression();
                    EndStatement();
                    return new ThrowNode { Line = line, Value = thrown };
                case "try": return Try();
                case "with" or "import" or "export" or "debugger" or "enum" or "yield" or "await":
                    throw Problem(_token, $"\"{_token.Text}\" is not part of the subset.");
                case "async":
                    throw Problem(_token, "async is not part of the subset: everything runs at once.");
            }
        }
        var expression = Expression();
        if (expression is NameNode name && !_inParentheses.Contains(name) && Take(":"))
        {
            return Labelled(start, name.Name);
        }
        if (start is { Kind: TokenKind.Name, Text: "let" })
        {
            throw Unexpected();
        }
        EndStatement();
        return new ExpressionNode { Line = line, Value = expression };
    }

    /// <summary>The statement of an if or a loop, which declares nothing unless it is a block.</summary>
    private Node Inner() => IsWord("function") || IsWord("class") || IsWord("const") || (IsWord("let") && Lookahead.Next(_lexer) is { Kind: TokenKind.Name } or { Kind: TokenKind.Sign, Text: "[" or "{" })
        ? throw Problem(_token, "A declaration here needs braces around it.")
        : Statement();

    /// <param name="parameters">What a catch declares.</param>
    private BlockNode BlockStatement(HashSet<string>? parameters = null)
    {
        var line = Expect("{").Line;
        var outer = _block;
        _block = new() { Outer = outer, Parameters = parameters ?? [] };
        var body = new List<Node>();
        while (!Is("}"))
        {
            body.Add(_token.Kind == TokenKind.End ? throw Problem(_token, "The source ends within a block.") : Statement());
        }
        Advance();
        var block = new BlockNode
        {
            Line = line,
            Body = [.. body],
            Lexical = [.. _block.Lexical],
            Functions = [.. _block.Functions],
            Vars = [],
            OwnScope = _block.Lexical.Count + _block.Functions.Count > 0,
        };
        _block = outer;
        return block;
    }

    private Node If()
    {
        var line = Advance().Line;
        Expect("(");
        var test = Expression();
        Expect(")");
        var then = Inner();
        return new IfNode { Line = line, Test = test, Then = then, Otherwise = TakeWord("else") ? Inner() : null };
    }

    private Node Switch(string? label)
    {
        var line = Advance().Line;
        Expect("(");
        var value = Expression();
        Expect(")");
        Expect("{");
        var outer = _block;
        _block = new() { Outer = outer };
        var cases = new List<(Node? Test, Node[] Body)>();
        _function.Switches++;
        while (!Take("}"))
        {
            Node? test = null;
            if (IsWord("default") && cases.Any(c => c.Test is null))
            {
                throw Problem(_token, "A switch has one default.");
            }
            if (!TakeWord("default"))
            {
                if (!TakeWord("case"))
                {
                    throw Unexpected();
                }
                test = Expression();
            }
            Expect(":");
            var body = new List<Node>();
            while (!IsWord("case") && !IsWord("default") && !Is("}"))
            {
                body.Add(_token.Kind == TokenKind.End ? throw Unexpected() : Statement());
            }
            cases.Add((test, [.. body]));
        }
        _function.Switches--;
        var result = new SwitchNode { Line = line, Label = label, Value = value, Cases = [.. cases], Lexical = [.. _block.Lexical], Functions = [.. _block.Functions] };
        _block = outer;
        return result;
    }

    private Node Try()
    {
        var line = Advance().Line;
        var body = BlockStatement();
        Pattern? caught = null;
        BlockNode? handler = null;
        if (TakeWord("catch"))
        {
            if (Take("("))
            {
                caught = BindingTarget();
                Expect(")");
            }
            handler = BlockStatement([.. caught?.Names ?? []]);
        }
        var last = TakeWord("finally") ? BlockStatement() : null;
        return handler is null && last is null ? throw Unexpected() : new TryNode { Line = line, Body = body, Caught = caught, Handler = handler, Last = last };
    }
}
