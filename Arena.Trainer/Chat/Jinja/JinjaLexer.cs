using System.Globalization;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

internal readonly record struct JinjaToken(TokenKind Kind, string Text, int Line)
{
    public bool Is(string op) => Kind == TokenKind.Operator && Text == op;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;
}

/// <summary>
/// Cuts a template into tokens, with transformers' settings: trim_blocks (the newline after a block goes), lstrip_blocks (spaces
/// before a block at its line's beginning go); '-' takes all white space, '+' keeps it.
/// </summary>
internal sealed class JinjaLexer(string source)
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";", "(", ")", "[", "]", "{", "}"];

    private readonly string _text = source;
    private readonly List<JinjaToken> _tokens = [];
    private int _at;
    private int _line = 1;

    public static List<JinjaToken> Read(string template)
    {
        if (template.Length > JinjaLimits.TemplateChars)
        {
            throw new JinjaException($"The template has {template.Length} characters; at most {JinjaLimits.TemplateChars} are allowed.");
        }
        var text = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        // Jinja drops one newline at the very end.
        return new JinjaLexer(text.EndsWith('\n') ? text[..^1] : text).Run();
    }

    private List<JinjaToken> Run()
    {
        while (_at < _text.Length)
        {
            var tag = NextTag();
            var data = _text[_at..tag];
            var kind = tag < _text.Length ? _text[tag + 1] : '\0';
            var sign = tag + 2 < _text.Length ? _text[tag + 2] : '\0';
            Data(kind == '\0' ? data : Left(data, kind, sign));
            _line += data.Count(c => c == '\n');
            _at = tag;
            if (kind != '\0')
            {
                Tag(kind, sign);
            }
        }
        _tokens.Add(new(TokenKind.End, "", _line));
        return _tokens;
    }

    private int NextTag()
    {
        for (var i = _text.IndexOf('{', _at); i >= 0 && i + 1 < _text.Length; i = _text.IndexOf('{', i + 1))
        {
            if (_text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }
        return _text.Length;
    }

    /// <summary>Text before a tag, without what the tag takes.</summary>
    private string Left(string data, char kind, char sign)
    {
        if (sign == '-')
        {
            return data.TrimEnd();
        }
        if (kind == '{' || sign == '+')
        {
            return data;
        }
        var line = data.LastIndexOf('\n') + 1;
        var atLineStart = line > 0 || _at == 0 || _text[_at - 1] == '\n';
        return atLineStart && data.AsSpan(line).Trim().IsEmpty ? data[..line] : data;
    }

    private void Data(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new(TokenKind.Data, text, _line));
        }
    }

    private void Tag(char kind, char sign)
    {
        var start = _line;
        _at += 2 + (sign is '-' || (sign is '+' && kind != '{') ? 1 : 0);
        if (kind == '#')
        {
            var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
            if (end < 0)
            {
                throw new JinjaException($"Line {start}: a comment does not end.");
            }
            _line += _text.AsSpan(_at, end - _at).Count('\n');
            var closing = _text[end - 1];
            _at = end + 2;
            After(closing, trimNewline: true);
            return;
        }
        if (kind == '%' && Raw())
        {
            return;
        }
        _tokens.Add(new(kind == '{' ? TokenKind.PrintBegin : TokenKind.BlockBegin, "", _line));
        var open = new Stack<char>();
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _line += _text[_at++] == '\n' ? 1 : 0;
            }
            if (_at >= _text.Length)
            {
                throw new JinjaException($"Line {start}: a tag does not end.");
            }
            var close = kind == '{' ? "}}" : "%}";
            var signed = _text[_at] is '-' or '+' && At(close, 1);
            if (open.Count == 0 && (signed || At(close, 0)))
            {
                _tokens.Add(new(kind == '{' ? TokenKind.PrintEnd : TokenKind.BlockEnd, "", _line));
                var mark = signed ? _text[_at] : '\0';
                _at += signed ? 3 : 2;
                After(mark, trimNewline: kind == '%');
                return;
            }
            Inside(open);
        }
    }

    /// <summary>White space behind a tag.</summary>
    private void After(char sign, bool trimNewline)
    {
        if (sign == '-')
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _line += _text[_at++] == '\n' ? 1 : 0;
            }
        }
        else if (sign != '+' && trimNewline && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
            _line++;
        }
    }

    /// <summary>{% raw %}: text up to {% endraw %} as it stands.</summary>
    private bool Raw()
    {
        var match = System.Text.RegularExpressions.Regex.Match(_text[_at..], @"\A\s*raw\s*(-?)%}(\n?)([\s\S]*?)\{%(-?)\s*endraw\s*(-?)%}(\n?)", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        if (!match.Success)
        {
            return false;
        }
        string Group(int i) => match.Groups[i].Value;
        var body = Group(1) == "-" ? Group(3).TrimStart() : Group(3);
        if (Group(4) == "-")
        {
            body = body.TrimEnd();
        }
        Data(body);
        _line += match.Value.Count(c => c == '\n');
        _at += match.Length;
        if (Group(5) == "-")
        {
            After('-', trimNewline: false);
        }
        return true;
    }

    private void Inside(Stack<char> open)
    {
        var c = _text[_at];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            {
                _at++;
            }
            _tokens.Add(new(TokenKind.Name, _text[start.._at], _line));
        }
        else if (char.IsAsciiDigit(c))
        {
            Number();
        }
        else if (c is '"' or '\'')
        {
            Quoted(c);
        }
        else
        {
            var op = Array.Find(Operators, o => At(o, 0)) ?? throw new JinjaException($"Line {_line}: '{c}' means nothing here.");
            if (op is "(" or "[" or "{")
            {
                open.Push(op[0]);
            }
            else if (op is ")" or "]" or "}" && (!open.TryPop(out var opened) || (opened, op[0]) is not (('(', ')') or ('[', ']') or ('{', '}'))))
            {
                throw new JinjaException($"Line {_line}: '{op}' closes nothing.");
            }
            _tokens.Add(new(TokenKind.Operator, op, _line));
            _at += op.Length;
        }
    }

    private void Number()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }
        var real = false;
        if (_at + 1 < _text.Length && _text[_at] == '.' && char.IsAsciiDigit(_text[_at + 1]))
        {
            real = true;
            for (_at++; _at < _text.Length && char.IsAsciiDigit(_text[_at]); _at++)
            {
            }
        }
        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            var exponent = _at + 1 + (_at + 1 < _text.Length && _text[_at + 1] is '+' or '-' ? 1 : 0);
            if (exponent < _text.Length && char.IsAsciiDigit(_text[exponent]))
            {
                real = true;
                for (_at = exponent; _at < _text.Length && char.IsAsciiDigit(_text[_at]); _at++)
                {
                }
            }
        }
        _tokens.Add(new(real ? TokenKind.Float : TokenKind.Integer, _text[start.._at].Replace("_", "", StringComparison.Ordinal), _line));
    }

    /// <summary>A Python string literal.</summary>
    private void Quoted(char quote)
    {
        var (line, text) = (_line, new StringBuilder());
        for (_at++; ; _at++)
        {
            if (_at >= _text.Length)
            {
                throw new JinjaException($"Line {line}: a string does not end.");
            }
            var c = _text[_at];
            if (c == quote)
            {
                _at++;
                break;
            }
            if (c == '\n')
            {
                _line++;
            }
            if (c != '\\' || _at + 1 >= _text.Length)
            {
                text.Append(c);
                continue;
            }
            Escape(_text[++_at], text);
        }
        _tokens.Add(new(TokenKind.Text, text.ToString(), line));
    }

    private void Escape(char c, StringBuilder text)
    {
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case 'a': text.Append('\a'); break;
            case '0': text.Append('\0'); break;
            case '\\' or '\'' or '"': text.Append(c); break;
            case '\n': _line++; break;
            case 'x' or 'u' or 'U':
                var digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                if (_at + digits >= _text.Length || !int.TryParse(_text.AsSpan(_at + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) || !(Rune.IsValid(code) || code is >= 0xD800 and < 0xE000))
                {
                    throw new JinjaException($"Line {_line}: an escape \\{c} needs {digits} hexadecimal digits of a character.");
                }
                text.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
                _at += digits;
                break;
            default: text.Append('\\').Append(c); break;
        }
    }

    private bool At(string what, int offset) => string.CompareOrdinal(_text, _at + offset, what, 0, what.Length) == 0;
}
