using System.Globalization;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>Expressions, with Jinja's precedence of operators.</summary>
internal sealed class JinjaExpressions(JinjaTokens tokens)
{
    /// <summary>A value, or several with commas between: a tuple.</summary>
    public Expression TupleOrExpression()
    {
        var first = Value();
        if (!tokens.Current.Is(","))
        {
            return first;
        }
        var items = new List<Expression> { first };
        while (tokens.Take(","))
        {
            if (tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || tokens.Current.Is(")"))
            {
                break;
            }
            items.Add(Value());
        }
        return new ListOf(first.Line, items, Tuple: true);
    }

    /// <summary>A whole expression, with its "if" and "else".</summary>
    public Expression Value()
    {
        using var _ = tokens.Deeper();
        var line = tokens.Current.Line;
        var value = Or();
        for (var links = 0; tokens.Current.IsName("if"); links++)
        {
            Link(links);
            var condition = Or();
            value = new Choice(line, condition, value, tokens.TakeName("else") ? Value() : null);
        }
        return value;
    }

    /// <summary>An expression without an "if" of its own.</summary>
    public Expression Or()
    {
        var left = And();
        for (var links = 0; tokens.Current.IsName("or"); links++)
        {
            var line = Link(links);
            left = new Binary(line, "or", left, And());
        }
        return left;
    }

    private Expression And()
    {
        var left = Not();
        for (var links = 0; tokens.Current.IsName("and"); links++)
        {
            var line = Link(links);
            left = new Binary(line, "and", left, Not());
        }
        return left;
    }

    private Expression Not()
    {
        if (!tokens.Current.IsName("not"))
        {
            return Compare();
        }
        using var _ = tokens.Deeper();
        return new Unary(tokens.Next().Line, "not", Not());
    }

    private Expression Compare()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                rest.Add((tokens.Next().Text, Sum()));
            }
            else if (tokens.Current.IsName("in"))
            {
                tokens.Next();
                rest.Add(("in", Sum()));
            }
            else if (tokens.Current.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Next();
                tokens.Next();
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
        for (var links = 0; tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text); links++)
        {
            var op = tokens.Current.Text;
            left = new Binary(Link(links), op, left, part());
        }
        return left;
    }

    private Expression Sign(bool filters)
    {
        Expression value;
        if (tokens.Current.Is("-") || tokens.Current.Is("+"))
        {
            using var _ = tokens.Deeper();
            var token = tokens.Next();
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
        var token = tokens.Next();
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
                while (tokens.Current.Kind == TokenKind.Text)
                {
                    text += tokens.Next().Text;
                }
                return new Literal(token.Line, text);
            case TokenKind.Integer:
                return new Literal(token.Line, long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new JinjaException($"Line {token.Line}: {token.Text} is too large."));
            case TokenKind.Float:
                return new Literal(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                using (tokens.Deeper())
                {
                    if (tokens.Take(")"))
                    {
                        return new ListOf(token.Line, [], Tuple: true);
                    }
                    var inner = TupleOrExpression();
                    tokens.NeedOperator(")");
                    return inner;
                }
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(token.Line, Items("]"), Tuple: false);
            case TokenKind.Operator when token.Text == "{":
                return ReadDict(token.Line);
            default:
                throw tokens.Unexpected(token);
        }
    }

    private List<Expression> Items(string end)
    {
        var items = new List<Expression>();
        while (!tokens.Take(end))
        {
            items.Add(Value());
            if (!tokens.Current.Is(end))
            {
                tokens.NeedOperator(",");
            }
        }
        return items;
    }

    private DictOf ReadDict(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!tokens.Take("}"))
        {
            var key = Value();
            tokens.NeedOperator(":");
            items.Add((key, Value()));
            if (!tokens.Current.Is("}"))
            {
                tokens.NeedOperator(",");
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
            if (tokens.Current.Is("."))
            {
                var line = tokens.Next().Line;
                value = tokens.Current.Kind == TokenKind.Integer
                    ? new Item(line, value, new Literal(line, long.Parse(tokens.Next().Text, CultureInfo.InvariantCulture)))
                    : new Attribute(line, value, tokens.NeedName());
            }
            else if (tokens.Current.Is("["))
            {
                var line = tokens.Next().Line;
                value = new Item(line, value, Subscript(line));
                tokens.NeedOperator("]");
            }
            else if (tokens.Current.Is("("))
            {
                value = new Call(tokens.Current.Line, value, ReadArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Subscript(int line)
    {
        Expression? Part() => tokens.Current.Is(":") || tokens.Current.Is("]") ? null : Value();
        var from = Part();
        if (!tokens.Take(":"))
        {
            return from ?? throw tokens.Unexpected();
        }
        var to = Part();
        return new Slice(line, from, to, tokens.Take(":") ? Part() : null);
    }

    private Arguments ReadArguments()
    {
        using var _ = tokens.Deeper();
        tokens.NeedOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!tokens.Take(")"))
        {
            if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is("="))
            {
                var name = tokens.NeedName();
                tokens.Next();
                named.Add((name, Value()));
            }
            else if (named.Count > 0 || tokens.Current.Is("*") || tokens.Current.Is("**"))
            {
                throw tokens.Unexpected();
            }
            else
            {
                positional.Add(Value());
            }
            if (!tokens.Current.Is(")"))
            {
                tokens.NeedOperator(",");
            }
        }
        return new(positional, named);
    }

    /// <summary>Filters and tests behind a value.</summary>
    /// <param name="first">The first filter's name comes without a bar.</param>
    public Expression Filters(Expression? value, bool first)
    {
        for (var links = 0; ; links++)
        {
            if (links > JinjaLimits.Nesting)
            {
                throw new JinjaException($"Line {tokens.Current.Line}: more than {JinjaLimits.Nesting} filters in a row.");
            }
            if (first || tokens.Current.Is("|"))
            {
                var line = tokens.Current.Line;
                if (!first)
                {
                    tokens.Next();
                }
                first = false;
                value = new Filter(line, value, tokens.NeedName(), tokens.Current.Is("(") ? ReadArguments() : Arguments.None);
            }
            else if (value is not null && tokens.Current.IsName("is"))
            {
                var line = tokens.Next().Line;
                var negated = tokens.TakeName("not");
                value = new Check(line, value, NeedTest(), TestArguments(), negated);
            }
            else if (value is not null && tokens.Current.Is("("))
            {
                value = new Call(tokens.Current.Line, value, ReadArguments());
            }
            else
            {
                return value ?? throw tokens.Unexpected();
            }
        }
    }

    private string NeedTest() => tokens.Current.Kind == TokenKind.Operator && tokens.Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=" ? tokens.Next().Text : tokens.NeedName();

    private Arguments TestArguments()
    {
        if (tokens.Current.Is("("))
        {
            return ReadArguments();
        }
        var starts = tokens.Current.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || tokens.Current.Is("[") || tokens.Current.Is("{")
            || (tokens.Current.Kind == TokenKind.Name && tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not" or "recursive"));
        return starts ? new([Postfix(Primary())], []) : Arguments.None;
    }

    /// <summary>An operator in a chain: walking the chain nests, so its length counts.</summary>
    private int Link(int links) => links < 4 * JinjaLimits.Nesting ? tokens.Next().Line : throw new JinjaException($"Line {tokens.Current.Line}: more than {4 * JinjaLimits.Nesting} operators in a row.");
}
