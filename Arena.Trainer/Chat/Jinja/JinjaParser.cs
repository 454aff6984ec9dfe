using System.Globalization;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>Templates of Jinja as chat templates use it, with its precedence of operators. Includes, imports and inheritance are refused.</summary>
internal sealed class JinjaParser
{
    private readonly List<JinjaToken> _tokens;
    private int _at;
    private int _nesting;

    private JinjaParser(List<JinjaToken> tokens) => _tokens = tokens;

    private JinjaToken Current => _tokens[_at];

    /// <exception cref="JinjaException">The message gives the line.</exception>
    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new JinjaParser(JinjaLexer.Read(template));
        var body = parser.Body();
        return parser.Current.Kind == TokenKind.End ? body : throw parser.Unexpected();
    }

    /// <summary>Statements up to the end, or to a block that begins with one of the names (which is left unread but for its opening).</summary>
    private List<Statement> Body(params string[] until)
    {
        using var _ = Deeper();
        var body = new List<Statement>();
        while (true)
        {
            var token = Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    _at++;
                    body.Add(new Data(token.Line, token.Text));
                    break;
                case TokenKind.PrintBegin:
                    _at++;
                    body.Add(new Print(token.Line, TupleOrExpression()));
                    Need(TokenKind.PrintEnd);
                    break;
                case TokenKind.BlockBegin when until.Contains(_tokens[_at + 1].Text) && _tokens[_at + 1].Kind == TokenKind.Name:
                    _at++;
                    return body;
                case TokenKind.BlockBegin:
                    _at++;
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
        var line = Current.Line;
        var word = NeedName();
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
                var filter = Filters(null, first: true);
                End();
                return new FilterBlock(line, filter, Until("endfilter"));
            case "with":
                var values = new List<(string, Expression)>();
                while (Current.Kind != TokenKind.BlockEnd)
                {
                    var name = NeedName();
                    NeedOperator("=");
                    values.Add((name, Value()));
                    Take(",");
                }
                End();
                return new With(line, values, Until("endwith"));
            case "generation":
                End();
                return new Generation(line, Until("endgeneration"));
            case "break" or "continue":
                End();
                return new LoopControl(line, word == "break");
            default:
                throw new JinjaException($"Line {line}: {{% {word} %}} is not supported.");
        }
    }

    private If ReadIf(int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        var condition = TupleOrExpression();
        End();
        while (true)
        {
            branches.Add((condition, Body("elif", "else", "endif")));
            switch (NeedName())
            {
                case "elif":
                    condition = TupleOrExpression();
                    End();
                    continue;
                case "else":
                    End();
                    branches.Add((null, Until("endif")));
                    return new(line, branches);
                default:
                    End();
                    return new(line, branches);
            }
        }
    }

    private For ReadFor(int line)
    {
        var targets = Targets();
        if (!TakeName("in"))
        {
            throw Unexpected();
        }
        // The condition after "if" belongs to the loop, not to the expression.
        var over = Or();
        while (Current.Is(","))
        {
            throw Unexpected();
        }
        var where = TakeName("if") ? Value() : null;
        if (Current.IsName("recursive"))
        {
            throw new JinjaException($"Line {line}: recursive loops are not supported.");
        }
        End();
        var body = Body("else", "endfor");
        IReadOnlyList<Statement> otherwise = [];
        if (NeedName() == "else")
        {
            End();
            otherwise = Until("endfor");
        }
        else
        {
            End();
        }
        return new(line, targets, over, where, body, otherwise);
    }

    private List<string> Targets()
    {
        var parenthesis = Take("(");
        var targets = new List<string> { NeedName() };
        while (Take(","))
        {
            targets.Add(NeedName());
        }
        if (parenthesis)
        {
            NeedOperator(")");
        }
        return targets;
    }

    private Statement ReadSet(int line)
    {
        var targets = new List<Expression>();
        do
        {
            var name = NeedName();
            targets.Add(Take(".") ? new Attribute(line, new Name(line, name), NeedName()) : new Name(line, name));
        }
        while (Take(","));
        if (Take("="))
        {
            var value = TupleOrExpression();
            End();
            return new Set(line, targets, value);
        }
        if (targets.Count > 1)
        {
            throw Unexpected();
        }
        var filter = Current.Is("|") ? Filters(null, first: false) : null;
        End();
        return new SetBlock(line, targets[0], filter, Until("endset"));
    }

    private Macro ReadMacro(int line)
    {
        var name = NeedName();
        var parameters = Parameters();
        End();
        return new(line, name, parameters, Until("endmacro"));
    }

    private CallBlock ReadCall(int line)
    {
        var parameters = Current.Is("(") ? Parameters() : [];
        var call = Value() as Call ?? throw new JinjaException($"Line {line}: {{% call %}} needs a call.");
        End();
        return new(line, call, new Macro(line, "caller", parameters, Until("endcall")));
    }

    private List<(string, Expression?)> Parameters()
    {
        NeedOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!Take(")"))
        {
            var name = NeedName();
            parameters.Add((name, Take("=") ? Value() : null));
            if (!Current.Is(")"))
            {
                NeedOperator(",");
            }
        }
        return parameters;
    }

    private List<Statement> Until(string end)
    {
        var body = Body(end);
        NeedName();
        // {% endmacro name %} and the like.
        if (Current.Kind == TokenKind.Name)
        {
            _at++;
        }
        End();
        return body;
    }

    private Expression TupleOrExpression()
    {
        var first = Value();
        if (!Current.Is(","))
        {
            return first;
        }
        var items = new List<Expression> { first };
        while (Take(","))
        {
            if (Current.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || Current.Is(")"))
            {
                break;
            }
            items.Add(Value());
        }
        return new ListOf(first.Line, items, Tuple: true);
    }

    private Expression Value()
    {
        using var _ = Deeper();
        var line = Current.Line;
        var value = Or();
        for (var links = 0; Current.IsName("if"); links++)
        {
            Link(links);
            var condition = Or();
            value = new Choice(line, condition, value, TakeName("else") ? Value() : null);
        }
        return value;
    }

    private Expression Or()
    {
        var left = And();
        for (var links = 0; Current.IsName("or"); links++)
        {
            var line = Link(links);
            left = new Binary(line, "or", left, And());
        }
        return left;
    }

    private Expression And()
    {
        var left = Not();
        for (var links = 0; Current.IsName("and"); links++)
        {
            var line = Link(links);
            left = new Binary(line, "and", left, Not());
        }
        return left;
    }

    private Expression Not()
    {
        if (!Current.IsName("not"))
        {
            return Compare();
        }
        using var _ = Deeper();
        return new Unary(Next().Line, "not", Not());
    }

    private Expression Compare()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                rest.Add((Next().Text, Sum()));
            }
            else if (Current.IsName("in"))
            {
                _at++;
                rest.Add(("in", Sum()));
            }
            else if (Current.IsName("not") && _tokens[_at + 1].IsName("in"))
            {
                _at += 2;
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(first.Line, first, rest);
            }
        }
    }

    private Expression Sum() => Chain(Concat, "+", "-");

    private Expression Concat() => Chain(Product, "~");

    private Expression Product() => Chain(Power, "*", "/", "//", "%");

    private Expression Power() => Chain(() => Sign(filters: true), "**");

    private Expression Chain(Func<Expression> part, params string[] operators)
    {
        var left = part();
        for (var links = 0; Current.Kind == TokenKind.Operator && operators.Contains(Current.Text); links++)
        {
            var op = Current.Text;
            left = new Binary(Link(links), op, left, part());
        }
        return left;
    }

    private Expression Sign(bool filters)
    {
        Expression value;
        if (Current.Is("-") || Current.Is("+"))
        {
            using var _ = Deeper();
            var token = Next();
            value = new Unary(token.Line, token.Text, Sign(filters: false));
        }
        else
        {
            value = Postfix(Primary());
        }
        return filters ? Filters(value, first: false) : value;
    }

    private Expression Primary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.Line, true),
                    "false" or "False" => new Literal(token.Line, false),
                    "none" or "None" => new Literal(token.Line, null),
                    var name => new Name(token.Line, name),
                };
            case TokenKind.Text:
                var text = token.Text;
                while (Current.Kind == TokenKind.Text)
                {
                    text += Next().Text;
                }
                return new Literal(token.Line, text);
            case TokenKind.Integer:
                return new Literal(token.Line, long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new JinjaException($"Line {token.Line}: {token.Text} is too large."));
            case TokenKind.Float:
                return new Literal(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                using (Deeper())
                {
                    if (Take(")"))
                    {
                        return new ListOf(token.Line, [], Tuple: true);
                    }
                    var inner = TupleOrExpression();
                    NeedOperator(")");
                    return inner;
                }
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(token.Line, Items("]"), Tuple: false);
            case TokenKind.Operator when token.Text == "{":
                return ReadDict(token.Line);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private List<Expression> Items(string end)
    {
        var items = new List<Expression>();
        while (!Take(end))
        {
            items.Add(Value());
            if (!Current.Is(end))
            {
                NeedOperator(",");
            }
        }
        return items;
    }

    private DictOf ReadDict(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!Take("}"))
        {
            var key = Value();
            NeedOperator(":");
            items.Add((key, Value()));
            if (!Current.Is("}"))
            {
                NeedOperator(",");
            }
        }
        return new(line, items);
    }

    private Expression Postfix(Expression value)
    {
        // Left-recursive chains are built, not nested, but walking them nests: so they count too.
        for (var links = 0; ; links++)
        {
            if (links > JinjaLimits.Nesting)
            {
                throw new JinjaException($"Line {value.Line}: more than {JinjaLimits.Nesting} accesses in a row.");
            }
            if (Current.Is("."))
            {
                var line = Next().Line;
                value = Current.Kind == TokenKind.Integer
                    ? new Item(line, value, new Literal(line, long.Parse(Next().Text, CultureInfo.InvariantCulture)))
                    : new Attribute(line, value, NeedName());
            }
            else if (Current.Is("["))
            {
                var line = Next().Line;
                value = new Item(line, value, Subscript(line));
                NeedOperator("]");
            }
            else if (Current.Is("("))
            {
                value = new Call(Current.Line, value, ReadArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Subscript(int line)
    {
        Expression? Part() => Current.Is(":") || Current.Is("]") ? null : Value();
        var from = Part();
        if (!Take(":"))
        {
            return from ?? throw Unexpected();
        }
        var to = Part();
        return new Slice(line, from, to, Take(":") ? Part() : null);
    }

    private Arguments ReadArguments()
    {
        using var _ = Deeper();
        NeedOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!Take(")"))
        {
            if (Current.Kind == TokenKind.Name && _tokens[_at + 1].Is("="))
            {
                var name = NeedName();
                _at++;
                named.Add((name, Value()));
            }
            else if (named.Count > 0 || Current.Is("*") || Current.Is("**"))
            {
                throw Unexpected();
            }
            else
            {
                positional.Add(Value());
            }
            if (!Current.Is(")"))
            {
                NeedOperator(",");
            }
        }
        return new(positional, named);
    }

    /// <summary>Filters and tests behind a value.</summary>
    /// <param name="first">The first filter's name comes without a bar.</param>
    private Expression Filters(Expression? value, bool first)
    {
        for (var links = 0; ; links++)
        {
            if (links > JinjaLimits.Nesting)
            {
                throw new JinjaException($"Line {Current.Line}: more than {JinjaLimits.Nesting} filters in a row.");
            }
            if (first || Current.Is("|"))
            {
                var line = Current.Line;
                _at += first ? 0 : 1;
                first = false;
                value = new Filter(line, value, NeedName(), Current.Is("(") ? ReadArguments() : Arguments.None);
            }
            else if (value is not null && Current.IsName("is"))
            {
                var line = Next().Line;
                var negated = TakeName("not");
                value = new Check(line, value, NeedTest(), TestArguments(), negated);
            }
            else if (value is not null && Current.Is("("))
            {
                value = new Call(Current.Line, value, ReadArguments());
            }
            else
            {
                return value ?? throw Unexpected();
            }
        }
    }

    private string NeedTest() => Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=" ? Next().Text : NeedName();

    private Arguments TestArguments()
    {
        if (Current.Is("("))
        {
            return ReadArguments();
        }
        var starts = Current.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{")
            || (Current.Kind == TokenKind.Name && Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not" or "recursive"));
        return starts ? new([Postfix(Primary())], []) : Arguments.None;
    }

    /// <summary>An operator in a chain: walking the chain nests, so its length counts.</summary>
    private int Link(int links) => links < 4 * JinjaLimits.Nesting ? Next().Line : throw new JinjaException($"Line {Current.Line}: more than {4 * JinjaLimits.Nesting} operators in a row.");

    private JinjaToken Next() => _tokens[_at].Kind == TokenKind.End ? throw Unexpected() : _tokens[_at++];

    private bool Take(string op)
    {
        var there = Current.Is(op);
        _at += there ? 1 : 0;
        return there;
    }

    private bool TakeName(string name)
    {
        var there = Current.IsName(name);
        _at += there ? 1 : 0;
        return there;
    }

    private void NeedOperator(string op)
    {
        if (!Take(op))
        {
            throw new JinjaException($"Line {Current.Line}: '{op}' was expected, not {Shown(Current)}.");
        }
    }

    private string NeedName() => Current.Kind == TokenKind.Name ? Next().Text : throw Unexpected();

    private void Need(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected();
        }
        _at++;
    }

    private void End() => Need(TokenKind.BlockEnd);

    private JinjaException Unexpected() => new($"Line {Current.Line}: {Shown(Current)} was not expected.");

    private static string Shown(JinjaToken token) => token.Kind switch
    {
        TokenKind.End => "the template's end",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.PrintEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.PrintBegin => "'{{'",
        _ => $"'{(token.Text.Length > 40 ? token.Text[..40] + "…" : token.Text)}'",
    };

    private Nested Deeper()
    {
        if (++_nesting > JinjaLimits.Nesting)
        {
            throw new JinjaException($"Line {Current.Line}: more than {JinjaLimits.Nesting} things inside each other.");
        }
        return new(this);
    }

    private readonly struct Nested(JinjaParser parser) : IDisposable
    {
        public void Dispose() => parser._nesting--;
    }
}
