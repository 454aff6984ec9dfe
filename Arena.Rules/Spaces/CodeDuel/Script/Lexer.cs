using System.Globalization;
using System.Text;

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
internal sealed class Lexer(string source)
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

    /// <summary>The text of a template up to its end or to the next "${"; true at the end.</summary>
    public (string Text, bool Ended) TemplatePart(int line, int column)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= source.Length)
            {
                throw Problem(line, column, "This template has no end.");
            }
            var c = source[_at++];
            if (c == '`')
            {
                return (text.ToString(), true);
            }
            if (c == '$' && _at < source.Length && source[_at] == '{')
            {
                _at++;
                return (text.ToString(), false);
            }
            if (c == '\\')
            {
                Escape(text, line, column);
                continue;
            }
            if (c == '\r' && _at < source.Length && source[_at] == '\n')
            {
                continue;
            }
            if (c is '\n' or '\r')
            {
                NewLine();
                c = '\n';
            }
            text.Append(c);
        }
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

    private double Number(int line, int column)
    {
        var start = _at;
        if (source[_at] == '0' && _at + 1 < source.Length && char.ToLowerInvariant(source[_at + 1]) is 'x' or 'o' or 'b')
        {
            var radix = char.ToLowerInvariant(source[_at + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
            _at += 2;
            var value = 0.0;
            var digits = 0;
            for (; _at < source.Length && (source[_at] == '_' || (char.IsAsciiHexDigit(source[_at]) && Convert.ToInt32(source[_at].ToString(), 16) < radix)); _at++)
            {
                if (source[_at] != '_')
                {
                    value = value * radix + Convert.ToInt32(source[_at].ToString(), 16);
                    digits++;
                }
            }
            return digits > 0 ? End(value, start + 2) : throw Problem(line, column, "This number has no digits.");
        }
        Digits();
        if (_at < source.Length && source[_at] == '.')
        {
            _at++;
            Digits();
        }
        if (_at < source.Length && source[_at] is 'e' or 'E')
        {
            var before = _at++;
            if (_at < source.Length && source[_at] is '+' or '-')
            {
                _at++;
            }
            if (_at >= source.Length || !char.IsAsciiDigit(source[_at]))
            {
                _at = before;
            }
            Digits();
        }
        var text = source[start.._at].Replace("_", "", StringComparison.Ordinal);
        if (text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1]))
        {
            throw Problem(line, column, "Numbers don't begin with a 0; octal is written 0o17.");
        }
        return End(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), start);

        double End(double value, int digits) => Stray(source.AsSpan(digits, _at - digits)) ? throw Problem(line, column, "In a number _ stands between two digits.")
            : _at < source.Length && IsNamePart(source[_at])
            ? throw Problem(line, column, source[_at] == 'n' ? "BigInt is not part of the subset." : "A name can't follow a number directly.")
            : value;
    }

    /// <summary>Whether an underscore has no digit on one of its sides.</summary>
    private static bool Stray(ReadOnlySpan<char> digits)
    {
        for (var i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '_' && (i == 0 || i == digits.Length - 1 || !char.IsAsciiHexDigit(digits[i - 1]) || !char.IsAsciiHexDigit(digits[i + 1])))
            {
                return true;
            }
        }
        return false;
    }

    private void Digits()
    {
        while (_at < source.Length && (char.IsAsciiDigit(source[_at]) || source[_at] == '_'))
        {
            _at++;
        }
    }

    private string Quoted(char quote, int line, int column)
    {
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= source.Length || source[_at] is '\n' or '\r')
            {
                throw Problem(line, column, "This text has no closing quote on its line.");
            }
            var c = source[_at++];
            if (c == quote)
            {
                return text.ToString();
            }
            if (c == '\\')
            {
                Escape(text, line, column);
            }
            else
            {
                text.Append(c);
            }
        }
    }

    private void Escape(StringBuilder text, int line, int column)
    {
        if (_at >= source.Length)
        {
            throw Problem(line, column, "The source ends in an escape.");
        }
        var c = source[_at++];
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0' when _at >= source.Length || !char.IsAsciiDigit(source[_at]): text.Append('\0'); break;
            case 'x': text.Append((char)Hex(2, line, column)); break;
            case 'u' when _at < source.Length && source[_at] == '{':
                var close = source.IndexOf('}', _at);
                if (close < 0 || close - _at is < 2 or > 7 || !int.TryParse(source.AsSpan(_at + 1, close - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || point > 0x10FFFF)
                {
                    throw Problem(line, column, "This escape names no character.");
                }
                _at = close + 1;
                text.Append(point is >= 0xD800 and < 0xE000 ? ((char)point).ToString() : char.ConvertFromUtf32(point));
                break;
            case 'u': text.Append((char)Hex(4, line, column)); break;
            case '\r' when _at < source.Length && source[_at] == '\n':
                _at++;
                NewLine();
                break;
            case '\n' or '\r': NewLine(); break;
            case >= '0' and <= '9': throw Problem(line, column, "Octal escapes are not part of the subset.");
            default: text.Append(c); break;
        }
    }

    private int Hex(int digits, int line, int column)
    {
        if (_at + digits > source.Length || !int.TryParse(source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw Problem(line, column, "This escape names no character.");
        }
        _at += digits;
        return value;
    }
}
