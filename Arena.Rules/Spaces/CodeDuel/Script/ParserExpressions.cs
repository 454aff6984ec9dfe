namespace Arena.Rules.Spaces.CodeDuel.Script;

internal sealed partial class Parser
{
    private static readonly string[][] Levels =
    [
        ["??"], ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!=", "===", "!=="], ["<", ">", "<=", ">=", "instanceof", "in"], ["<<", ">>", ">>>"], ["+", "-"], ["*", "/", "%"],
    ];

    private static readonly HashSet<string> Assignments = new(StringComparer.Ordinal)
    {
        "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=", "&&=", "||=", "??=",
    };

    /// <summary>What stood in parentheses of its own, where that makes a difference.</summary>
    private readonly HashSet<Node> _inParentheses = new(ReferenceEqualityComparer.Instance);

    /// <summary>Above 0 in the head of a for loop, where "in" belongs to the loop.</summary>
    private int _noIn;

    private Node Expression()
    {
        var first = Assignment();
        if (!Is(","))
        {
            return first;
        }
        var all = new List<Node> { first };
        while (Take(","))
        {
            all.Add(Assignment());
        }
        return new SequenceNode { Line = first.Line, Items = [.. all] };
    }

    private Node Assignment() => Nested(() =>
    {
        var at = _token;
        if (IsWord("async") && Peek() is { AfterNewLine: false } next && (next.Text is "function" or "(" || next.Kind == TokenKind.Name))
        {
            throw Problem(at, "async is not part of the subset: everything runs at once.");
        }
        if (_token.Kind == TokenKind.Name && !Reserved.Contains(_token.Text) && Peek() is { Text: "=>", Kind: TokenKind.Sign })
        {
            var parameter = new NamePattern(NewName());
            return Arrow([parameter], at.Line);
        }
        if (Is("(") && ArrowFollows())
        {
            return Arrow(Parameters(), at.Line);
        }
        var unfinished = _unfinished;
        _unfinished = null;
        var left = Conditional();
        if (_token.Kind != TokenKind.Sign || !Assignments.Contains(_token.Text))
        {
            _unfinished ??= unfinished;
            return left;
        }
        var sign = Advance().Text;
        // With "=" behind it what was read is a pattern, where defaults may stand.
        _unfinished = sign == "=" && left is ArrayNode or ObjectNode ? unfinished : _unfinished ?? unfinished;
        var target = sign == "=" ? ToPattern(left, at) : left is NameNode or MemberNode { Optional: false } ? ToPattern(left, at) : throw Problem(at, "This can't be assigned to.");
        var value = Assignment();
        if (value is FunctionNode { Name: "" } function && target is NamePattern named)
        {
            function.Name = named.Name;
        }
        return new AssignNode { Line = at.Line, Target = target, Operator = sign, Value = value, Current = sign == "=" ? null : left, Member = left as MemberNode };
    });

    private Node Arrow(IReadOnlyList<Pattern> parameters, int line)
    {
        Expect("=>");
        // Within its body the loop's head is over.
        var noIn = _noIn;
        _noIn = 0;
        var function = Is("{") ? FunctionBody("", line, parameters, arrow: true) : FunctionBody("", line, parameters, arrow: true, Assignment);
        _noIn = noIn;
        return function;
    }

    private Node Conditional()
    {
        var test = Binary(0);
        if (!Is("?"))
        {
            return test;
        }
        Advance();
        var noIn = _noIn;
        _noIn = 0;
        var then = Assignment();
        _noIn = noIn;
        Expect(":");
        return new ConditionalNode { Line = test.Line, Test = test, Then = then, Otherwise = Assignment() };
    }

    private Node Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Power();
        }
        var left = Binary(level + 1);
        while (Operator(Levels[level]) is { } sign)
        {
            var line = Advance().Line;
            var right = Binary(level + 1);
            if (sign is "??" or "||" && (Mixes(sign, left) || Mixes(sign, right)))
            {
                throw Problem(_token, "?? beside && or || needs parentheses.");
            }
            left = sign is "&&" or "||" or "??"
                ? new LogicalNode { Line = line, Operator = sign, Left = left, Right = right }
                : new BinaryNode { Line = line, Operator = sign, Left = left, Right = right };
        }
        return left;
    }

    private bool Mixes(string sign, Node side) => side is LogicalNode inner && !_inParentheses.Contains(inner) && (sign == "??") != (inner.Operator == "??");

    private string? Operator(string[] signs) =>
        _token.Kind is TokenKind.Sign || (_token.Kind == TokenKind.Name && _token.Text is "instanceof" or "in" && !(_token.Text == "in" && _noIn > 0))
            ? Array.Find(signs, s => s == _token.Text) : null;

    private Node Power()
    {
        var at = _token;
        var left = Unary();
        if (!Is("**"))
        {
            return left;
        }
        if (left is UnaryNode && !_inParentheses.Contains(left))
        {
            throw Problem(at, "Put the base of ** in parentheses.");
        }
        Advance();
        return new BinaryNode { Line = at.Line, Operator = "**", Left = left, Right = Nested(Power) };
    }

    private Node Unary()
    {
        var at = _token;
        if ((_token.Kind == TokenKind.Sign && _token.Text is "!" or "-" or "+" or "~") || (_token.Kind == TokenKind.Name && _token.Text is "typeof" or "void" or "delete"))
        {
            var sign = Advance().Text;
            var value = Nested(Unary);
            return sign == "delete" && value is not MemberNode
                ? throw Problem(at, "Only a property can be deleted.")
                : new UnaryNode { Line = at.Line, Operator = sign, Value = value };
        }
        if (Is("++") || Is("--"))
        {
            var sign = Advance().Text;
            return new UpdateNode { Line = at.Line, Target = Reference(Nested(Unary), at), Plus = sign == "++", Before = true };
        }
        var operand = Call();
        if ((Is("++") || Is("--")) && !_token.AfterNewLine)
        {
            return new UpdateNode { Line = at.Line, Target = Reference(operand, at), Plus = Advance().Text == "++", Before = false };
        }
        return operand;
    }

    private Node Reference(Node node, Token at) => node is NameNode or MemberNode { Optional: false } ? node : throw Problem(at, "Only a variable or a property can be counted up or down.");

    private Node Call()
    {
        var start = _token;
        var node = IsWord("new") ? New() : Primary();
        var optional = false;
        while (true)
        {
            var line = _token.Line;
            if (Take("."))
            {
                node = new MemberNode { Line = line, Target = node, Key = Key() };
            }
            else if (Take("?."))
            {
                optional = true;
                node = Is("(") ? new CallNode { Line = line, Function = node, Arguments = Arguments(), Optional = true }
                    : Take("[") ? new MemberNode { Line = line, Target = node, Key = Index(), Optional = true }
                    : new MemberNode { Line = line, Target = node, Key = Key(), Optional = true };
            }
            else if (Take("["))
            {
                node = new MemberNode { Line = line, Target = node, Key = Index() };
            }
            else if (Is("("))
            {
                node = new CallNode { Line = line, Function = node, Arguments = Arguments() };
            }
            else if (_token.Kind == TokenKind.Template)
            {
                throw Problem(_token, "Tagged templates are not part of the subset.");
            }
            else
            {
                return optional ? new ChainNode { Line = start.Line, Value = node } : node;
            }
        }
    }

    private LiteralNode Key() => _token.Kind == TokenKind.Name && _token.Text == Members.Prototype ? throw Problem(_token, "Prototypes are not part of the subset.")
        : _token.Kind == TokenKind.Name
        ? new LiteralNode { Line = _token.Line, Value = Advance().Text }
        : throw Problem(_token, Is("#") ? "Private members are not part of the subset." : "A property's name is expected.");

    private Node Index()
    {
        var noIn = _noIn;
        _noIn = 0;
        var key = Expression();
        _noIn = noIn;
        Expect("]");
        return key;
    }

    private Node New()
    {
        var line = Advance().Line;
        if (Is("."))
        {
            throw Problem(_token, "new.target is not part of the subset.");
        }
        var made = IsWord("new") ? Nested(New) : Primary();
        while (Is(".") || Is("[") || Is("?."))
        {
            if (Is("?."))
            {
                throw Problem(_token, "?. can't stand in what new makes.");
            }
            made = Take(".") ? new MemberNode { Line = line, Target = made, Key = Key() } : new MemberNode { Line = Advance().Line, Target = made, Key = Index() };
        }
        return new NewNode { Line = line, Class = made, Arguments = Is("(") ? Arguments() : [] };
    }

    private Node[] Arguments()
    {
        Expect("(");
        var noIn = _noIn;
        _noIn = 0;
        var arguments = new List<Node>();
        while (!Is(")"))
        {
            arguments.Add(Take("...") ? new SpreadNode { Line = _token.Line, Value = Assignment() } : Assignment());
            if (!Is(")"))
            {
                Expect(",");
            }
        }
        Advance();
        _noIn = noIn;
        return [.. arguments];
    }

    private Node Primary()
    {
        var at = _token;
        switch (at.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new LiteralNode { Line = at.Line, Value = at.Number };
            case TokenKind.Text:
                Advance();
                return new LiteralNode { Line = at.Line, Value = at.Text };
            case TokenKind.Template:
                return Template(at);
            case TokenKind.Sign when at.Text == "(":
                Advance();
                var noIn = _noIn;
                _noIn = 0;
                var inner = Nested(Expression);
                _noIn = noIn;
                Expect(")");
                _inParentheses.Add(inner);
                return inner;
            case TokenKind.Sign when at.Text == "[":
                return Nested(ArrayLiteral);
            case TokenKind.Sign when at.Text == "{":
                return Nested(ObjectLiteral);
            case TokenKind.Sign when at.Text is "/" or "/=":
                throw Problem(at, "Regular expressions are not part of the subset.");
            case TokenKind.Name:
                return Word(at);
            default:
                throw Unexpected();
        }
    }

    private Node Word(Token at)
    {
        switch (at.Text)
        {
            case "true" or "false":
                Advance();
                return new LiteralNode { Line = at.Line, Value = at.Text == "true" };
            case "null":
                Advance();
                return new LiteralNode { Line = at.Line, Value = null };
            case "this":
                Advance();
                return new NameNode { Line = at.Line, Name = FunctionNode.This };
            case "function":
                Advance();
                if (Is("*"))
                {
                    throw Problem(_token, "Generators are not part of the subset.");
                }
                var name = Is("(") ? "" : NewName();
                return FunctionBody(name, at.Line, Parameters(), arrow: false) is var function && name.Length > 0 ? function.Named() : function;
            case "class":
                return Class();
            case "super" or "import" or "yield" or "await":
                throw Problem(at, $"\"{at.Text}\" is not part of the subset.");
            default:
                return new NameNode { Line = at.Line, Name = Name() };
        }
    }

    private TemplateNode Template(Token at)
    {
        // The token after the opening quote is not read yet: the template's text comes straight from the source.
        _lexer.Resume(at.At + 1);
        var texts = new List<string>();
        var values = new List<Node>();
        while (true)
        {
            var (text, ended) = _lexer.TemplatePart(at.Line, at.Column);
            texts.Add(text);
            if (ended)
            {
                _token = _lexer.Next();
                return new TemplateNode { Line = at.Line, Texts = [.. texts], Values = [.. values] };
            }
            _token = _lexer.Next();
            values.Add(Nested(Expression));
            if (!Is("}"))
            {
                throw Problem(_token, "\"}\" is expected.");
            }
            _lexer.Resume(_token.At + 1);
        }
    }

    private Node ArrayLiteral()
    {
        var line = Advance().Line;
        var items = new List<Node?>();
        while (!Is("]"))
        {
            if (Take(","))
            {
                items.Add(null);
                continue;
            }
            items.Add(Take("...") ? new SpreadNode { Line = _token.Line, Value = Assignment() } : Assignment());
            if (!Is("]"))
            {
                Expect(",");
            }
        }
        Advance();
        return new ArrayNode { Line = line, Items = [.. items] };
    }

    private Node ObjectLiteral()
    {
        var line = Advance().Line;
        var properties = new List<PropertyNode>();
        while (!Is("}"))
        {
            var at = _token;
            if (Take("..."))
            {
                properties.Add(new(null, new SpreadNode { Line = at.Line, Value = Assignment() }, null));
            }
            else
            {
                if (Is("*") || ((IsWord("get") || IsWord("set") || IsWord("async")) && Peek() is { Kind: TokenKind.Name or TokenKind.Text or TokenKind.Number }))
                {
                    throw Problem(at, "Getters, setters, generators and async methods are not part of the subset.");
                }
                var key = PropertyName();
                if (Is("("))
                {
                    properties.Add(new(key, FunctionBody(at.Text, at.Line, Parameters(), arrow: false), null));
                }
                else if (Take(":"))
                {
                    if (at is { Kind: TokenKind.Name or TokenKind.Text, Text: Members.Prototype })
                    {
                        throw Problem(at, "Prototypes are not part of the subset.");
                    }
                    var value = Assignment();
                    if (value is FunctionNode { Name: "" } function && at.Kind == TokenKind.Name)
                    {
                        function.Name = at.Text;
                    }
                    properties.Add(new(key, value, null));
                }
                else if (at.Kind == TokenKind.Name && !Reserved.Contains(at.Text))
                {
                    // {a = 1} is a pattern in disguise; as a value the default is never looked at.
                    if (Is("="))
                    {
                        _unfinished ??= _token;
                    }
                    properties.Add(new(key, new NameNode { Line = at.Line, Name = at.Text }, Take("=") ? Assignment() : null));
                }
                else
                {
                    throw Unexpected();
                }
            }
            if (!Is("}"))
            {
                Expect(",");
            }
        }
        Advance();
        return new ObjectNode { Line = line, Properties = [.. properties] };
    }

    private Node PropertyName()
    {
        var at = _token;
        switch (at.Kind)
        {
            case TokenKind.Name or TokenKind.Text:
                Advance();
                return new LiteralNode { Line = at.Line, Value = at.Text };
            case TokenKind.Number:
                Advance();
                return new LiteralNode { Line = at.Line, Value = Numbers.Text(at.Number) };
            case TokenKind.Sign when at.Text == "[":
                Advance();
                var key = Assignment();
                Expect("]");
                return key;
            default:
                throw Unexpected();
        }
    }

    /// <summary>The token after the next one.</summary>
    private Token Peek()
    {
        var mark = _lexer.Mark();
        var next = _lexer.Next();
        _lexer.Return(mark);
        return next;
    }

    /// <summary>Whether the parenthesis at hand closes before "=>". Looks ahead by brackets only.</summary>
    private bool ArrowFollows()
    {
        var mark = _lexer.Mark();
        var depth = 1;
        try
        {
            while (depth > 0)
            {
                var token = _lexer.Next();
                if (token.Kind == TokenKind.End)
                {
                    return false;
                }
                if (token.Kind == TokenKind.Template)
                {
                    SkipTemplate(0);
                }
                else if (token.Kind == TokenKind.Sign)
                {
                    depth += token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
                }
            }
            return _lexer.Next() is { Kind: TokenKind.Sign, Text: "=>" };
        }
        catch (ScriptSyntaxException)
        {
            // Whatever is wrong there is found again, in its place.
            return false;
        }
        finally
        {
            _lexer.Return(mark);
        }
    }

    private void SkipTemplate(int nesting)
    {
        if (nesting > MostNesting)
        {
            throw Problem(_token, "Nested too deeply.");
        }
        while (!_lexer.TemplatePart(1, 1).Ended)
        {
            for (var depth = 1; depth > 0;)
            {
                var token = _lexer.Next();
                if (token.Kind == TokenKind.End)
                {
                    throw Unexpected();
                }
                if (token.Kind == TokenKind.Template)
                {
                    SkipTemplate(nesting + 1);
                }
                else if (token.Kind == TokenKind.Sign)
                {
                    depth += token.Text == "{" ? 1 : token.Text == "}" ? -1 : 0;
                }
            }
        }
    }
}
