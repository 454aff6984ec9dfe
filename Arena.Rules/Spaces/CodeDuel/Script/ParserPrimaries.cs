namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What an expression begins with (ECMA-262, 13.2): literals, names, parentheses, functions.</summary>
internal sealed partial class Parser
{
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
                if (Is("*") || ((IsWord("get") || IsWord("set") || IsWord("async")) && Lookahead.Next(_lexer) is { Kind: TokenKind.Name or TokenKind.Text or TokenKind.Number }))
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
}
