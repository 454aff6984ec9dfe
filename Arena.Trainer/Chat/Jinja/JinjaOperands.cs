using System.Globalization;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>What operators join: literals, names, lists, and what stands behind them: accesses, calls, filters and tests.</summary>
internal sealed partial class JinjaExpressions
{
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
}
