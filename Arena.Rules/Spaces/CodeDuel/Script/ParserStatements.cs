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

    private DeclareNode Declaration(bool endsStatement)
    {
        var at = Advance();
        var parts = new List<(Pattern, Node?)>();
        do
        {
            var target = _token;
            var pattern = BindingTarget();
            foreach (var name in pattern.Names)
            {
                if (at.Text == "var")
                {
                    DeclareVar(target, name);
                }
                else
                {
                    DeclareLexical(target, name, at.Text == "const");
                }
            }
            var value = Take("=") ? Assignment() : null;
            if (value is FunctionNode { Name: "" } function && pattern is NamePattern named)
            {
                function.Name = named.Name;
            }
            if (value is null && endsStatement && (at.Text == "const" || pattern is not NamePattern))
            {
                throw Problem(target, "This declaration needs a value.");
            }
            parts.Add((pattern, value));
        }
        while (Take(","));
        if (endsStatement)
        {
            EndStatement();
        }
        return new DeclareNode { Line = at.Line, Parts = [.. parts], IsVar = at.Text == "var" };
    }

    private Node FunctionDeclaration()
    {
        var line = Advance().Line;
        if (Is("*"))
        {
            throw Problem(_token, "Generators are not part of the subset.");
        }
        var at = _token;
        var name = NewName();
        if (_block.Lexical.Any(l => l.Name == name) || _block.Parameters.Contains(name) && !_block.IsTop || !_block.IsTop && (_block.Vars.Contains(name) || _block.Functions.Any(f => f.Name == name)))
        {
            throw Problem(at, $"\"{name}\" is declared twice.");
        }
        var function = FunctionBody(name, line, Parameters(), arrow: false);
        _block.Functions.RemoveAll(f => f.Name == name);
        _block.Functions.Add(function);
        return new BlockNode { Line = line, Body = [], Lexical = [], Functions = [], Vars = [], OwnScope = false };
    }

    private DeclareNode ClassDeclaration()
    {
        var at = _token;
        var made = Class();
        made.BindsOwnName = false;
        if (made.Name.Length == 0)
        {
            throw Problem(at, "This class needs a name.");
        }
        DeclareLexical(at, made.Name, constant: true);
        return new DeclareNode { Line = at.Line, Parts = [(new NamePattern(made.Name), made)], IsVar = false };
    }

    private ClassNode Class()
    {
        var line = Advance().Line;
        var name = _token.Kind == TokenKind.Name && !Reserved.Contains(_token.Text) ? NewName() : "";
        if (IsWord("extends"))
        {
            throw Problem(_token, "Inheritance is not part of the subset.");
        }
        Expect("{");
        FunctionNode? constructor = null;
        var methods = new List<(Node, FunctionNode)>();
        var statics = new List<(Node, Node)>();
        var fields = new List<(Node, Node?)>();
        while (!Take("}"))
        {
            if (Take(";"))
            {
                continue;
            }
            var at = _token;
            var isStatic = IsWord("static");
            if (isStatic)
            {
                Advance();
            }
            if (Is("*") || ((IsWord("get") || IsWord("set") || IsWord("async")) && Lookahead.Next(_lexer) is { Kind: TokenKind.Name or TokenKind.Text, AfterNewLine: false }))
            {
                throw Problem(_token, "Getters, setters, generators and async methods are not part of the subset.");
            }
            var word = _token;
            var key = PropertyName();
            if (Is("("))
            {
                var method = FunctionBody(word.Text, word.Line, Parameters(), arrow: false);
                if (isStatic)
                {
                    statics.Add((key, method));
                }
                else if (word is { Kind: TokenKind.Name, Text: "constructor" })
                {
                    constructor = constructor is null ? method : throw Problem(at, "A class has one constructor.");
                }
                else
                {
                    methods.Add((key, method));
                }
                continue;
            }
            var value = Take("=") ? Assignment() : null;
            EndStatement();
            if (isStatic)
            {
                statics.Add((key, value ?? new LiteralNode { Line = at.Line, Value = Undefined.Value }));
            }
            else
            {
                fields.Add((key, value));
            }
        }
        return new ClassNode { Line = line, Name = name, Constructor = constructor, Methods = [.. methods], Statics = [.. statics], Fields = [.. fields] };
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
