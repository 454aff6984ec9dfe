namespace Arena.Trainer.Chat.Jinja;

/// <summary>A template's tokens and the place that reading has come to; counts how deep the reader is.</summary>
internal sealed class JinjaTokens(List<JinjaToken> tokens)
{
    private int _at;
    private int _nesting;

    public JinjaToken Current => tokens[_at];

    /// <summary>The token after the current one; there is none after the end.</summary>
    public JinjaToken Following => tokens[_at + 1];

    public JinjaToken Next() => tokens[_at].Kind == TokenKind.End ? throw Unexpected() : tokens[_at++];

    public bool Take(string op)
    {
        var there = Current.Is(op);
        _at += there ? 1 : 0;
        return there;
    }

    public bool TakeName(string name)
    {
        var there = Current.IsName(name);
        _at += there ? 1 : 0;
        return there;
    }

    public void NeedOperator(string op)
    {
        if (!Take(op))
        {
            throw new JinjaException($"Line {Current.Line}: '{op}' was expected, not {Shown(Current)}.");
        }
    }

    public string NeedName() => Current.Kind == TokenKind.Name ? Next().Text : throw Unexpected();

    public void Need(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected();
        }
        _at++;
    }

    /// <summary>The end of a block's opening.</summary>
    public void End() => Need(TokenKind.BlockEnd);

    public JinjaException Unexpected() => Unexpected(Current);

    public JinjaException Unexpected(JinjaToken token) => new($"Line {token.Line}: {Shown(token)} was not expected.");

    private static string Shown(JinjaToken token) => token.Kind switch
    {
        TokenKind.End => "the template's end",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.PrintEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.PrintBegin => "'{{'",
        _ => $"'{(token.Text.Length > 40 ? token.Text[..40] + "…" : token.Text)}'",
    };

    public Nested Deeper()
    {
        if (++_nesting > JinjaLimits.Nesting)
        {
            throw new JinjaException($"Line {Current.Line}: more than {JinjaLimits.Nesting} things inside each other.");
        }
        return new(this);
    }

    internal readonly struct Nested(JinjaTokens of) : IDisposable
    {
        public void Dispose() => of._nesting--;
    }
}
