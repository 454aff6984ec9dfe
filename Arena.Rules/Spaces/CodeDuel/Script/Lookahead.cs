namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Looks past the parser's token without reading on.</summary>
internal static class Lookahead
{
    /// <summary>The token after the parser's.</summary>
    public static Token Next(Lexer lexer)
    {
        var mark = lexer.Mark();
        var next = lexer.Next();
        lexer.Return(mark);
        return next;
    }

    /// <summary>Whether the parenthesis at hand closes before "=>". Goes by brackets only.</summary>
    public static bool ArrowFollows(Lexer lexer)
    {
        var mark = lexer.Mark();
        var depth = 1;
        try
        {
            while (depth > 0)
            {
                var token = lexer.Next();
                if (token.Kind == TokenKind.End || (token.Kind == TokenKind.Template && !SkipTemplate(lexer, 0)))
                {
                    return false;
                }
                if (token.Kind == TokenKind.Sign)
                {
                    depth += token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
                }
            }
            return lexer.Next() is { Kind: TokenKind.Sign, Text: "=>" };
        }
        catch (ScriptSyntaxException)
        {
            // Whatever is wrong there is found again, in its place.
            return false;
        }
        finally
        {
            lexer.Return(mark);
        }
    }

    /// <summary>False where the source ends within the template, or it nests too deeply.</summary>
    private static bool SkipTemplate(Lexer lexer, int nesting)
    {
        if (nesting > Parser.MostNesting)
        {
            return false;
        }
        while (!lexer.TemplatePart(1, 1).Ended)
        {
            for (var depth = 1; depth > 0;)
            {
                var token = lexer.Next();
                if (token.Kind == TokenKind.End || (token.Kind == TokenKind.Template && !SkipTemplate(lexer, nesting + 1)))
                {
                    return false;
                }
                if (token.Kind == TokenKind.Sign)
                {
                    depth += token.Text == "{" ? 1 : token.Text == "}" ? -1 : 0;
                }
            }
        }
        return true;
    }
}
