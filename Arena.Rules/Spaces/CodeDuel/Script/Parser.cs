using System.Runtime.CompilerServices;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Reads a source into nodes that run themselves: a recursive descent over the ECMAScript grammar, less what the subset leaves out.</summary>
internal sealed partial class Parser
{
    /// <summary>Nodes within nodes that a source may have; far below what a stack holds.</summary>
    internal const int MostNesting = 100;

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "export", "extends", "false", "finally", "for",
        "function", "if", "import", "in", "instanceof", "new", "null", "return", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void",
        "while", "with", "yield", "let", "static", "await", "enum", "implements", "interface", "package", "private", "protected", "public",
    };

    private readonly Lexer _lexer;
    private Token _token;
    private int _nesting;
    private Block _block = new() { IsTop = true };
    private Function _function = new();

    /// <summary>Where "{a = 1}" was read that is no pattern yet; none may be left at the end of a statement.</summary>
    private Token? _unfinished;

    public Parser(string source)
    {
        _lexer = new(source);
        _token = _lexer.Next();
    }

    public BlockNode Program()
    {
        var body = new List<Node>();
        while (_token.Kind != TokenKind.End)
        {
            body.Add(Statement());
        }
        return new BlockNode { Line = 1, Body = [.. body], Lexical = [.. _block.Lexical], Functions = [.. _block.Functions], Vars = [.. _function.Vars], OwnScope = false };
    }

    private ScriptSyntaxException Unexpected() => Lexer.Problem(_token.Line, _token.Column, _token.Kind == TokenKind.End ? "The source ends too early." : $"\"{Shown(_token)}\" can't stand here.");

    private ScriptSyntaxException Problem(Token at, string message) => Lexer.Problem(at.Line, at.Column, message);

    private static string Shown(Token token) => token.Kind switch
    {
        TokenKind.Number => "this number",
        TokenKind.Text => "this text",
        _ => token.Text.Length <= 40 ? token.Text : token.Text[..40],
    };

    private Token Advance()
    {
        var token = _token;
        _token = _lexer.Next();
        return token;
    }

    private bool Is(string sign) => _token.Kind == TokenKind.Sign && _token.Text == sign;

    private bool IsWord(string word) => _token.Kind == TokenKind.Name && _token.Text == word;

    private bool Take(string sign)
    {
        if (!Is(sign))
        {
            return false;
        }
        Advance();
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(word))
        {
            return false;
        }
        Advance();
        return true;
    }

    private Token Expect(string sign) => Is(sign) ? Advance() : throw (_token.Kind == TokenKind.End
        ? Problem(_token, $"The source ends where \"{sign}\" is expected.")
        : Problem(_token, $"\"{sign}\" is expected instead of \"{Shown(_token)}\"."));

    private string Name()
    {
        if (_token.Kind != TokenKind.Name || Reserved.Contains(_token.Text))
        {
            throw _token.Kind == TokenKind.Name ? Problem(_token, $"\"{_token.Text}\" is a reserved word.") : Unexpected();
        }
        return Advance().Text;
    }

    /// <summary>Automatic semicolons, as the language has them.</summary>
    private void EndStatement()
    {
        if (!Take(";") && !Is("}") && _token.Kind != TokenKind.End && !_token.AfterNewLine)
        {
            throw Unexpected();
        }
    }

    private T Nested<T>(Func<T> parse)
    {
        if (++_nesting > MostNesting)
        {
            throw Problem(_token, $"Nested deeper than {MostNesting} levels.");
        }
        // A hundred levels fit into any stack that is not nearly full already.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var result = parse();
        _nesting--;
        return result;
    }

    /// <summary>A name that a declaration gives.</summary>
    private string NewName()
    {
        var at = _token;
        var name = Name();
        return name is "eval" or "arguments" ? throw Problem(at, $"\"{name}\" can't be declared or assigned to.") : name;
    }

    private void DeclareLexical(Token at, string name, bool constant)
    {
        if (_block.Lexical.Any(l => l.Name == name) || _block.Functions.Any(f => f.Name == name) || _block.Vars.Contains(name) || _block.Parameters.Contains(name))
        {
            throw Problem(at, $"\"{name}\" is declared twice.");
        }
        _block.Lexical.Add((name, constant));
    }

    /// <summary>A var belongs to its function and passes the blocks between.</summary>
    private void DeclareVar(Token at, string name)
    {
        for (var block = _block; block is not null; block = block.Outer)
        {
            if (block.Lexical.Any(l => l.Name == name) || (!block.IsTop && block.Functions.Any(f => f.Name == name)))
            {
                throw Problem(at, $"\"{name}\" is declared twice.");
            }
            block.Vars.Add(name);
        }
        _function.Vars.Add(name);
    }

    private FunctionNode FunctionBody(string name, int line, IReadOnlyList<Pattern> parameters, bool arrow, Func<Node>? expression = null)
    {
        var (block, function, unfinished) = (_block, _function, _unfinished);
        (_block, _function, _unfinished) = (new() { IsTop = true, Parameters = [.. parameters.SelectMany(p => p.Names)] }, new(), null);
        Node body;
        if (expression is not null)
        {
            body = expression();
        }
        else
        {
            Expect("{");
            var statements = new List<Node>();
            while (!Is("}"))
            {
                statements.Add(_token.Kind == TokenKind.End ? throw Problem(_token, "The source ends within a function.") : Statement());
            }
            body = new BlockNode { Line = line, Body = [.. statements], Lexical = [.. _block.Lexical], Functions = [.. _block.Functions], Vars = [.. _function.Vars], OwnScope = false };
        }
        (_block, _function, _unfinished) = (block, function, _unfinished ?? unfinished);
        if (expression is null)
        {
            Advance();
        }
        return new FunctionNode { Line = line, Name = name, Parameters = [.. parameters], Body = body, IsArrow = arrow };
    }

    private List<Pattern> Parameters()
    {
        Expect("(");
        var parameters = new List<Pattern>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!Is(")"))
        {
            var at = _token;
            var isRest = Take("...");
            parameters.Add(isRest ? new RestPattern(BindingTarget()) : BindingElement());
            foreach (var name in parameters[^1].Names)
            {
                if (!names.Add(name))
                {
                    throw Problem(at, $"\"{name}\" is declared twice.");
                }
            }
            if (isRest)
            {
                break;
            }
            if (!Is(")"))
            {
                Expect(",");
            }
        }
        Expect(")");
        return parameters;
    }

    private Pattern BindingElement()
    {
        var target = BindingTarget();
        return Take("=") ? new DefaultPattern(target, Assignment()) : target;
    }

    private Pattern BindingTarget() => Nested<Pattern>(() =>
    {
        if (Take("["))
        {
            var items = new List<Pattern?>();
            while (!Is("]"))
            {
                if (Take(","))
                {
                    items.Add(null);
                    continue;
                }
                if (Take("..."))
                {
                    items.Add(new RestPattern(BindingTarget()));
                    break;
                }
                items.Add(BindingElement());
                if (!Is("]"))
                {
                    Expect(",");
                }
            }
            Expect("]");
            return new ArrayPattern([.. items]);
        }
        if (Take("{"))
        {
            var parts = new List<(Node Key, Pattern Target)>();
            Pattern? rest = null;
            while (!Is("}"))
            {
                if (Take("..."))
                {
                    rest = new NamePattern(NewName());
                    break;
                }
                var at = _token;
                var key = PropertyName();
                if (Take(":"))
                {
                    parts.Add((key, BindingElement()));
                }
                else
                {
                    Pattern own = at.Kind == TokenKind.Name && !Reserved.Contains(at.Text) && at.Text is not ("eval" or "arguments") ? new NamePattern(at.Text) : throw Unexpected();
                    parts.Add((key, Take("=") ? new DefaultPattern(own, Assignment()) : own));
                }
                if (!Is("}"))
                {
                    Expect(",");
                }
            }
            Expect("}");
            return new ObjectPattern([.. parts], rest);
        }
        return new NamePattern(NewName());
    });

    /// <summary>What was read as an expression turns out to be assigned to.</summary>
    private Pattern ToPattern(Node node, Token at) => node switch
    {
        NameNode { Name: "eval" or "arguments" or FunctionNode.This } => throw Problem(at, "This can't be assigned to."),
        NameNode name => new NamePattern(name.Name),
        MemberNode member => new MemberPattern(member),
        AssignNode { Operator: "=" } assign => new DefaultPattern(assign.Target, assign.Value),
        ArrayNode or ObjectNode when _inParentheses.Contains(node) => throw Problem(at, "A pattern has no parentheses of its own."),
        ArrayNode array when array.Items[..Math.Max(0, array.Items.Length - 1)].Any(i => i is SpreadNode) => throw Problem(at, "Only the last part takes the rest."),
        ObjectNode made when made.Properties[..Math.Max(0, made.Properties.Length - 1)].Any(p => p.Key is null) => throw Problem(at, "Only the last part takes the rest."),
        ObjectNode made when made.Properties.Any(p => p.Value is SpreadNode { Value: not (NameNode or MemberNode) }) => throw Problem(at, "The rest of an object goes into a name."),
        ArrayNode array => new ArrayPattern([.. array.Items.Select(i => i is null ? null : i is SpreadNode spread ? new RestPattern(ToPattern(spread.Value, at)) : ToPattern(i, at))]),
        ObjectNode made => new ObjectPattern(
            [.. made.Properties.Where(p => p.Key is not null).Select(p => (p.Key!, p.Default is null ? ToPattern(p.Value, at) : new DefaultPattern(ToPattern(p.Value, at), p.Default)))],
            made.Properties.FirstOrDefault(p => p.Key is null) is { } rest ? ToPattern(((SpreadNode)rest.Value).Value, at) : null),
        _ => throw Problem(at, "This can't be assigned to."),
    };

    private sealed class Block
    {
        /// <summary>The block around it in the same function.</summary>
        public Block? Outer { get; init; }

        /// <summary>A function's body: there functions are like vars.</summary>
        public bool IsTop { get; init; }

        public HashSet<string> Parameters { get; init; } = [];

        /// <summary>Declared in it or in a block within it.</summary>
        public HashSet<string> Vars { get; } = new(StringComparer.Ordinal);

        public List<(string Name, bool Constant)> Lexical { get; } = [];

        public List<FunctionNode> Functions { get; } = [];
    }

    private sealed class Function
    {
        public HashSet<string> Vars { get; } = new(StringComparer.Ordinal);

        /// <summary>What surrounds the statement at hand.</summary>
        public int Loops { get; set; }

        public int Switches { get; set; }

        public List<(string Name, bool OfLoop)> Labels { get; } = [];
    }
}
