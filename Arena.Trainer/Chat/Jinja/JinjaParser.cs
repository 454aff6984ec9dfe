namespace Arena.Trainer.Chat.Jinja;

/// <summary>Templates of Jinja as chat templates use it: the statements. Includes, imports and inheritance are refused.</summary>
internal sealed class JinjaParser
{
    private readonly JinjaTokens _tokens;
    private readonly JinjaExpressions _expressions;

    private JinjaParser(List<JinjaToken> tokens)
    {
        _tokens = new(tokens);
        _expressions = new(_tokens);
    }

    /// <exception cref="JinjaException">The message gives the line.</exception>
    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new JinjaParser(JinjaLexer.Read(template));
        var body = parser.Body();
        return parser._tokens.Current.Kind == TokenKind.End ? body : throw parser._tokens.Unexpected();
    }

    /// <summary>Statements up to the end, or to a block that begins with one of the names (which is left unread but for its opening).</summary>
    private List<Statement> Body(params string[] until)
    {
        using var _ = _tokens.Deeper();
        var body = new List<Statement>();
        while (true)
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    _tokens.Next();
                    body.Add(new Data(token.Line, token.Text));
                    break;
                case TokenKind.PrintBegin:
                    _tokens.Next();
                    body.Add(new Print(token.Line, _expressions.TupleOrExpression()));
                    _tokens.Need(TokenKind.PrintEnd);
                    break;
                case TokenKind.BlockBegin when until.Contains(_tokens.Following.Text) && _tokens.Following.Kind == TokenKind.Name:
                    _tokens.Next();
                    return body;
                case TokenKind.BlockBegin:
                    _tokens.Next();
                    body.Add(Block());
                    break;
                case TokenKind.End when until.Length > 0:
                    throw new JinjaException($"The template ends where {string.Join(" or ", until)} was expected.");
                default:
                    return body;
            }
        }
    }

    private Statement Block()
    {
        var line = _tokens.Current.Line;
        var word = _tokens.NeedName();
        switch (word)
        {
            case "if":
                return ReadIf(line);
            case "for":
                return ReadFor(line);
            case "set":
                return ReadSet(line);
            case "macro":
                return ReadMacro(line);
            case "call":
                return ReadCall(line);
            case "filter":
                var filter = _expressions.Filters(null, first: true);
                _tokens.End();
                return new FilterBlock(line, filter, Until("endfilter"));
            case "with":
                var values = new List<(string, Expression)>();
                while (_tokens.Current.Kind != TokenKind.BlockEnd)
                {
                    var name = _tokens.NeedName();
                    _tokens.NeedOperator("=");
                    values.Add((name, _expressions.Value()));
                    _tokens.Take(",");
                }
                _tokens.End();
                return new With(line, values, Until("endwith"));
            case "generation":
                _tokens.End();
                return new Generation(line, Until("endgeneration"));
            case "break" or "continue":
                _tokens.End();
                return new LoopControl(line, word == "break");
            default:
                throw new JinjaException($"Line {line}: {{% {word} %}} is not supported.");
        }
    }

    private If ReadIf(int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        var condition = _expressions.TupleOrExpression();
        _tokens.End();
        while (true)
        {
            branches.Add((condition, Body("elif", "else", "endif")));
            switch (_tokens.NeedName())
            {
                case "elif":
                    condition = _expressions.TupleOrExpression();
                    _tokens.End();
                    continue;
                case "else":
                    _tokens.End();
                    branches.Add((null, Until("endif")));
                    return new(line, branches);
                default:
                    _tokens.End();
                    return new(line, branches);
            }
        }
    }

    private For ReadFor(int line)
    {
        var targets = Targets();
        if (!_tokens.TakeName("in"))
        {
            throw _tokens.Unexpected();
        }
        // The condition after "if" belongs to the loop, not to the expression.
        var over = _expressions.Or();
        while (_tokens.Current.Is(","))
        {
            throw _tokens.Unexpected();
        }
        var where = _tokens.TakeName("if") ? _expressions.Value() : null;
        if (_tokens.Current.IsName("recursive"))
        {
            throw new JinjaException($"Line {line}: recursive loops are not supported.");
        }
        _tokens.End();
        var body = Body("else", "endfor");
        IReadOnlyList<Statement> otherwise = [];
        if (_tokens.NeedName() == "else")
        {
            _tokens.End();
            otherwise = Until("endfor");
        }
        else
        {
            _tokens.End();
        }
        return new(line, targets, over, where, body, otherwise);
    }

    private List<string> Targets()
    {
        var parenthesis = _tokens.Take("(");
        var targets = new List<string> { _tokens.NeedName() };
        while (_tokens.Take(","))
        {
            targets.Add(_tokens.NeedName());
        }
        if (parenthesis)
        {
            _tokens.NeedOperator(")");
        }
        return targets;
    }

    private Statement ReadSet(int line)
    {
        var targets = new List<Expression>();
        do
        {
            var name = _tokens.NeedName();
            targets.Add(_tokens.Take(".") ? new Attribute(line, new Name(line, name), _tokens.NeedName()) : new Name(line, name));
        }
        while (_tokens.Take(","));
        if (_tokens.Take("="))
        {
            var value = _expressions.TupleOrExpression();
            _tokens.End();
            return new Set(line, targets, value);
        }
        if (targets.Count > 1)
        {
            throw _tokens.Unexpected();
        }
        var filter = _tokens.Current.Is("|") ? _expressions.Filters(null, first: false) : null;
        _tokens.End();
        return new SetBlock(line, targets[0], filter, Until("endset"));
    }

    private Macro ReadMacro(int line)
    {
        var name = _tokens.NeedName();
        var parameters = Parameters();
        _tokens.End();
        return new(line, name, parameters, Until("endmacro"));
    }

    private CallBlock ReadCall(int line)
    {
        var parameters = _tokens.Current.Is("(") ? Parameters() : [];
        var call = _expressions.Value() as Call ?? throw new JinjaException($"Line {line}: {{% call %}} needs a call.");
        _tokens.End();
        return new(line, call, new Macro(line, "caller", parameters, Until("endcall")));
    }

    private List<(string, Expression?)> Parameters()
    {
        _tokens.NeedOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!_tokens.Take(")"))
        {
            var name = _tokens.NeedName();
            parameters.Add((name, _tokens.Take("=") ? _expressions.Value() : null));
            if (!_tokens.Current.Is(")"))
            {
                _tokens.NeedOperator(",");
            }
        }
        return parameters;
    }

    private List<Statement> Until(string end)
    {
        var body = Body(end);
        _tokens.NeedName();
        // {% endmacro name %} and the like.
        if (_tokens.Current.Kind == TokenKind.Name)
        {
            _tokens.Next();
        }
        _tokens.End();
        return body;
    }
}
