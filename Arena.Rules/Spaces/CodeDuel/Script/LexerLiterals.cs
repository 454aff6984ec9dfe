using System.Globalization;
using System.Text;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>Numbers, texts and the texts of templates.</summary>
internal sealed partial class Lexer
{
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
