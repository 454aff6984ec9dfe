namespace Arena.Trainer.Chat.Jinja;

/// <summary>Expressions, with Jinja's precedence of operators.</summary>
internal sealed partial class JinjaExpressions(JinjaTokens tokens)
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

    /// <summary>An operator in a chain: walking the chain nests, so its length counts.</summary>
    private int Link(int links) => links < 4 * JinjaLimits.Nesting ? tokens.Next().Line : throw new JinjaException($"Line {tokens.Current.Line}: more than {4 * JinjaLimits.Nesting} operators in a row.");
}
