namespace Arena.Rules.Spaces.CodeDuel.Script;

internal enum TokenKind
{
    End,
    Name,
    Number,
    Text,
    Sign,
    Template,
}

/// <param name="Text">The name, sign or text.</param>
/// <param name="AfterNewLine">A line break stands before it.</param>
internal readonly record struct Token(TokenKind Kind, string Text, double Number, int Line, int Column, int At, bool AfterNewLine);

/// <summary>Cuts a source into tokens, one at a time, as the parser asks.</summary>
internal sealed partial class Lexer(string source)
{
    // Longest first, so that the first that fits is the right one.
    private static readonly string[] Signs =
    [
        ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=",
        "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
        "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~", "?", ":", "=", ".",
    ];

    // Each name once, so that scopes can compare by reference; the globals' names are the ones that they were declared by.
    private readonly Dictionary<string, string> _names = new(Globals.Names, StringComparer.Ordinal);
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public static ScriptSyntaxException Problem(int line, int column, string message) => new(new(line, column, message));

    public Token Next()
    {
        var newLine = Blank();
        var (line, column, at) = (_line, _at - _lineStart + 1, _at);
        if (_at >= source.Length)
        {
            return new(TokenKind.End, "the end", 0, line, column, at, newLine);
        }
        var c = source[_at];
        if (IsNameStart(c))
        {
            while (_at < source.Length && IsNamePart(source[_at]))
            {
                _at++;
            }
            return new(TokenKind.Name, Once(source[at.._at]), 0, line, column, at, newLine);
        }
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1])))
        {
            return new(TokenKind.Number, "", Number(line, column), line, column, at, newLine);
        }
        if (c is '"' or '\'')
        {
            _at++;
            return new(TokenKind.Text, Quoted(c, line, column), 0, line, column, at, newLine);
        }
        if (c == '`')
        {
            _at++;
            return new(TokenKind.Template, "`", 0, line, column, at, newLine);
        }
        if (source.AsSpan(_at).StartsWith("<!--", StringComparison.Ordinal) || ((newLine || line == 1 && source.AsSpan(0, _at).IsWhiteSpace()) && source.AsSpan(_at).StartsWith("-->", StringComparison.Ordinal)))
        {
            throw Problem(line, column, "Comments of HTML are not part of the subset; put a space between the signs.");
        }
        foreach (var sign in Signs)
        {
            if (string.CompareOrdinal(source, _at, sign, 0, sign.Length) == 0 && !(sign == "?." && _at + 2 < source.Length && char.IsAsciiDigit(source[_at + 2])))
            {
                _at += sign.Length;
                return new(TokenKind.Sign, sign, 0, line, column, at, newLine);
            }
        }
        throw Problem(line, column, c is '#' or '@' ? $"\"{c}\" is not part of the subset." : $"The character U+{(int)c:X4} can't stand here.");
    }

    /// <summary>Goes on reading at a place on the line at hand.</summary>
    public void Resume(int at) => _at = at;

    /// <summary>The place that reading has come to, to return to.</summary>
    public (int At, int Line, int LineStart) Mark() => (_at, _line, _lineStart);

    public void Return((int At, int Line, int LineStart) mark) => (_at, _line, _lineStart) = mark;

    internal static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$' || (c > 127 && char.IsLetter(c));

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsAsciiDigit(c);

    private string Once(string name)
    {
        if (!_names.TryGetValue(name, out var kept))
        {
            _names[name] = kept = name;
        }
        return kept;
    }

    private bool Blank()
    {
        var newLine = false;
        while (_at < source.Length)
        {
            var c = source[_at];
            if (c is '\n' or '\u2028' or '\u2029' || (c == '\r' && (_at + 1 >= source.Length || source[_at + 1] != '\n')))
            {
                _at++;
                NewLine();
                newLine = true;
            }
            else if (char.IsWhiteSpace(c) || c == '\uFEFF')
            {
                _at++;
            }
            else if (c == '/' && _at + 1 < source.Length && source[_at + 1] == '/')
            {
                while (_at < source.Length && source[_at] is not ('\n' or '\r'))
                {
                    _at++;
                }
            }
            else if (c == '/' && _at + 1 < source.Length && source[_at + 1] == '*')
            {
                var (line, column) = (_line, _at - _lineStart + 1);
                var end = source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw Problem(line, column, "This comment has no end.");
                }
                for (; _at < end; _at++)
                {
                    if (source[_at] == '\n')
                    {
                        _line++;
                        _lineStart = _at + 1;
                        newLine = true;
                    }
                }
                _at = end + 2;
            }
            else
            {
                break;
            }
        }
        return newLine;
    }

    private void NewLine()
    {
        _line++;
        _lineStart = _at;
    }
}
