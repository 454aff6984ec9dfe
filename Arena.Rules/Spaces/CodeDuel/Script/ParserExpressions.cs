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
        if (IsWord("async") && Lookahead.Next(_lexer) is { AfterNewLine: false } next && (next.Text is "function" or "(" || next.Kind == TokenKind.Name))
        {
            throw Problem(at, "async is not part of the subset: everything runs at once.");
        }
        if (_token.Kind == TokenKind.Name && !Reserved.Contains(_token.Text) && Lookahead.Next(_lexer) is { Text: "=>", Kind: TokenKind.Sign })
        {
            var parameter = new NamePattern(NewName());
            return Arrow([parameter], at.Line);
        }
        if (Is("(") && Lookahead.ArrowFollows(_lexer))
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
                node = new MemberNode { Line = line, Target = node, Key = Key(), InChain = optional };
            }
            else if (Take("?."))
            {
                optional = true;
                node = Is("(") ? new CallNode { Line = line, Function = node, Arguments = Arguments(), Optional = true, InChain = true }
                    : Take("[") ? new MemberNode { Line = line, Target = node, Key = Index(), Optional = true, InChain = true }
                    : new MemberNode { Line = line, Target = node, Key = Key(), Optional = true, InChain = true };
            }
            else if (Take("["))
            {
                node = new MemberNode { Line = line, Target = node, Key = Index(), InChain = optional };
            }
            else if (Is("("))
            {
                node = new CallNode { Line = line, Function = node, Arguments = Arguments(), InChain = optional };
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
}
