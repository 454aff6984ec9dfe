using System.Globalization;
using System.Text;

namespace Arena.Trainer.Sampling;

/// <summary>
/// A small grammar of answers, as a space states it (docs/trainer.md has the notation):
/// <code>"call" | "fold" | "raise " int(4, 200)</code>
/// Parts after each other, "|" between alternatives, parentheses, "?" for what may be absent, <c>int(from, to)</c> for a whole number without leading
/// zeros, <c>expression(n, n, …)</c> for arithmetic over the given numbers (<see cref="ExpressionState"/>). Nothing repeats, so every answer ends by itself.
/// States are derivatives: what is left of the grammar after the bytes so far.
/// </summary>
public sealed class AnswerGrammar
{
    private const int LongestText = 20_000;
    private const int DeepestNesting = 32;

    private readonly SortedSet<byte> _alphabet;

    private AnswerGrammar(IAnswerState start, SortedSet<byte> alphabet) => (Start, _alphabet) = (start, alphabet);

    public IAnswerState Start { get; }

    /// <summary>Why a vocabulary can't be held to it, or null. Every byte must be a token alone: then a beginning that the grammar allows can always be finished.</summary>
    public string? Problem(TokenBytes tokens) => _alphabet.Where(b => !tokens.Writes(b)).Select(b => (byte?)b).FirstOrDefault() is { } missing
        ? $"The model's vocabulary has no token for {(missing is > 32 and < 127 ? $"\"{(char)missing}\"" : $"byte 0x{missing:x2}")} alone, which answers of this grammar need."
        : null;

    /// <exception cref="FormatException">Not the notation; says where and why.</exception>
    public static AnswerGrammar Parse(string text)
    {
        if (text.Length > LongestText)
        {
            throw new FormatException($"a grammar has at most {LongestText:N0} characters");
        }
        var reader = new Reader(text);
        var start = reader.Whole();
        return new(start, reader.Alphabet);
    }

    private sealed class Reader(string text)
    {
        private int _at, _depth;

        public SortedSet<byte> Alphabet { get; } = [];

        public IAnswerState Whole()
        {
            var result = Alternatives();
            return Peek() == '\0' ? result : throw Bad("expected |, a part or the end");
        }

        private IAnswerState Alternatives()
        {
            if (++_depth > DeepestNesting)
            {
                throw Bad($"nested deeper than {DeepestNesting}");
            }
            var result = Sequence();
            while (Peek() == '|')
            {
                _at++;
                result = new EitherState(result, Sequence());
            }
            _depth--;
            return result;
        }

        private IAnswerState Sequence()
        {
            var parts = new List<IAnswerState> { Part() };
            while (Peek() is not ('\0' or '|' or ')'))
            {
                parts.Add(Part());
            }
            return Enumerable.Reverse(parts).Aggregate((rest, part) => new ThenState(part, rest));
        }

        private IAnswerState Part()
        {
            IAnswerState part;
            switch (Peek())
            {
                case '"':
                    part = Literal();
                    break;
                case '(':
                    _at++;
                    part = Alternatives();
                    Take(')');
                    break;
                case var c when char.IsAsciiLetter(c):
                    part = Named();
                    break;
                default:
                    throw Bad("expected a text in quotation marks, a parenthesis, int(…) or expression(…)");
            }
            while (Peek() == '?')
            {
                _at++;
                part = new EitherState(part, TextState.Nothing);
            }
            return part;
        }

        private TextState Literal()
        {
            var value = new StringBuilder();
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] == '\\')
                {
                    value.Append(++_at < text.Length ? text[_at] switch { '"' => '"', '\\' => '\\', 'n' => '\n', _ => throw Bad("known escapes are \\\", \\\\ and \\n") } : throw Bad("the text doesn't end"));
                    continue;
                }
                value.Append(text[_at]);
            }
            if (_at == text.Length || value.Length == 0)
            {
                throw Bad(value.Length == 0 ? "a text must not be empty" : "the text doesn't end");
            }
            _at++;
            var bytes = Encoding.UTF8.GetBytes(value.ToString());
            Alphabet.UnionWith(bytes);
            return new TextState(bytes, 0);
        }

        private IAnswerState Named()
        {
            var start = _at;
            while (_at < text.Length && char.IsAsciiLetter(text[_at]))
            {
                _at++;
            }
            var name = text[start.._at];
            var numbers = Numbers();
            switch (name)
            {
                case "int" when numbers.Count == 2:
                    Alphabet.UnionWith("0123456789"u8.ToArray());
                    return numbers[0] <= numbers[1] ? new WholeState(numbers[0], numbers[1], 0, 0) : throw Bad("int(from, to) needs from at most to");
                case "expression" when numbers.Count is > 0 and <= ExpressionState.MostNumbers && numbers.All(n => n is > 0 and <= ExpressionState.LargestNumber):
                    Alphabet.UnionWith("0123456789+-*/()"u8.ToArray());
                    return ExpressionState.Of([.. numbers]);
                case "int":
                    throw Bad("int takes two numbers");
                case "expression":
                    throw Bad($"expression takes 1 to {ExpressionState.MostNumbers} numbers from 1 to {ExpressionState.LargestNumber}");
                default:
                    throw Bad($"\"{name}\" is not known; known: int, expression");
            }
        }

        private List<long> Numbers()
        {
            var numbers = new List<long>();
            Take('(');
            do
            {
                Peek();
                var start = _at;
                while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                {
                    _at++;
                }
                numbers.Add(_at - start is > 0 and <= 9 ? long.Parse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture) : throw Bad("expected a whole number of at most nine digits"));
            }
            while (Peek() == ',' && ++_at > 0);
            Take(')');
            return numbers;
        }

        private void Take(char expected)
        {
            if (Peek() != expected)
            {
                throw Bad($"expected {expected}");
            }
            _at++;
        }

        /// <summary>The next sign after blanks; \0 at the end.</summary>
        private char Peek()
        {
            while (_at < text.Length && text[_at] is ' ' or '\n' or '\t' or '\r')
            {
                _at++;
            }
            return _at < text.Length ? text[_at] == '\0' ? '\uffff' : text[_at] : '\0';
        }

        private FormatException Bad(string why) => new($"at character {Math.Min(_at, text.Length) + 1}: {why}");
    }

    /// <summary>The rest of a text.</summary>
    private sealed class TextState(byte[] bytes, int at) : IAnswerState
    {
        public static readonly TextState Nothing = new([], 0);

        public bool IsWhole => at == bytes.Length;

        public IReadOnlyDictionary<byte, IAnswerState> Next => field ??= IsWhole ? new Dictionary<byte, IAnswerState>() : new Dictionary<byte, IAnswerState> { [bytes[at]] = new TextState(bytes, at + 1) };
    }

    /// <summary>One or the other.</summary>
    private sealed class EitherState(IAnswerState one, IAnswerState other) : IAnswerState
    {
        public bool IsWhole => one.IsWhole || other.IsWhole;

        public IReadOnlyDictionary<byte, IAnswerState> Next => field ??= Merge(one.Next, other.Next);
    }

    /// <summary>One after the other.</summary>
    private sealed class ThenState(IAnswerState first, IAnswerState rest) : IAnswerState
    {
        public bool IsWhole => first.IsWhole && rest.IsWhole;

        public IReadOnlyDictionary<byte, IAnswerState> Next => field ??= Merge(
            first.Next.ToDictionary(n => n.Key, n => (IAnswerState)new ThenState(n.Value, rest)), first.IsWhole ? rest.Next : new Dictionary<byte, IAnswerState>());
    }

    /// <summary>A whole number within bounds, of which some digits stand.</summary>
    private sealed class WholeState(long from, long to, long value, int digits) : IAnswerState
    {
        public bool IsWhole => digits > 0 && value >= from && value <= to;

        public IReadOnlyDictionary<byte, IAnswerState> Next => field ??= Enumerable.Range(0, digits > 0 && value == 0 ? 0 : 10).Select(d => (Digit: d, Value: value * 10 + d)).Where(d => Reaches(d.Value))
            .ToDictionary(d => (byte)('0' + d.Digit), d => (IAnswerState)new WholeState(from, to, d.Value, digits + 1));

        /// <summary>Whether a number within the bounds begins with these digits.</summary>
        private bool Reaches(long begun)
        {
            for (long low = begun, high = begun; low <= to; (low, high) = (low * 10, high * 10 + 9))
            {
                if (high >= from)
                {
                    return true;
                }
                if (begun == 0)
                {
                    return false;
                }
            }
            return false;
        }
    }

    private static IReadOnlyDictionary<byte, IAnswerState> Merge(IReadOnlyDictionary<byte, IAnswerState> one, IReadOnlyDictionary<byte, IAnswerState> other)
    {
        if (other.Count == 0)
        {
            return one;
        }
        var merged = new Dictionary<byte, IAnswerState>(one);
        foreach (var (value, state) in other)
        {
            merged[value] = merged.TryGetValue(value, out var there) ? new EitherState(there, state) : state;
        }
        return merged;
    }
}
