using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Arena.Trainer.Tokenizing;

/// <summary>
/// A pattern of tokenizer.json: a plain string or a regular expression over code points. .NET's expressions see UTF-16 units, so a
/// character beyond U+FFFF is shown to them as one stand-in of its own category, and the places found are mapped back.
/// </summary>
internal sealed class SplitPattern
{
    // One character of the same general category below U+10000 each; none is ASCII, and none is in a range that known patterns name.
    private static readonly Dictionary<UnicodeCategory, char> StandIns = new()
    {
        [UnicodeCategory.UppercaseLetter] = '\u0418',
        [UnicodeCategory.LowercaseLetter] = '\u0438',
        [UnicodeCategory.OtherLetter] = '\u16A0',
        [UnicodeCategory.ModifierLetter] = '\u02C0',
        [UnicodeCategory.NonSpacingMark] = '\u0483',
        [UnicodeCategory.SpacingCombiningMark] = '\u0903',
        [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '\u0966',
        [UnicodeCategory.LetterNumber] = '\u16EE',
        [UnicodeCategory.OtherNumber] = '\u2460',
        [UnicodeCategory.MathSymbol] = '\u2200',
        [UnicodeCategory.CurrencySymbol] = '\u20AC',
        [UnicodeCategory.ModifierSymbol] = '\u02D8',
        [UnicodeCategory.OtherSymbol] = '\u2603',
        [UnicodeCategory.ConnectorPunctuation] = '\u203F',
        [UnicodeCategory.DashPunctuation] = '\u2014',
        [UnicodeCategory.OtherPunctuation] = '\u2020',
        [UnicodeCategory.Format] = '\u2061',
        [UnicodeCategory.PrivateUse] = '\uE123',
        [UnicodeCategory.OtherNotAssigned] = '\u0378',
    };

    private readonly string? _text;
    private readonly Regex? _regex;

    private SplitPattern(string? text, Regex? regex) => (_text, _regex) = (text, regex);

    public static SplitPattern Literal(string text) => new(text, null);

    /// <exception cref="ArgumentException">The expression can't be read.</exception>
    public static SplitPattern Expression(string pattern)
    {
        if (pattern.Length > TokenizerLimits.PatternChars)
        {
            throw new ArgumentException($"a regular expression has {pattern.Length} characters; at most {TokenizerLimits.PatternChars} are allowed");
        }
        return new(null, new Regex(pattern, RegexOptions.CultureInvariant, TokenizerLimits.PatternTime));
    }

    /// <summary>The matches that are not empty, from left to right: start and length.</summary>
    /// <exception cref="TrainerException">The expression backtracks beyond the time limit.</exception>
    public IEnumerable<(int Start, int Length)> Matches(string text)
    {
        if (_regex is null)
        {
            for (var at = text.IndexOf(_text!, StringComparison.Ordinal); at >= 0; at = text.IndexOf(_text!, at + _text!.Length, StringComparison.Ordinal))
            {
                yield return (at, _text!.Length);
            }
            yield break;
        }
        var (shown, places) = Shown(text);
        var match = Next(() => _regex.Match(shown));
        while (match.Success)
        {
            if (match.Length > 0)
            {
                var (start, end) = places is null ? (match.Index, match.Index + match.Length) : (places[match.Index], places[match.Index + match.Length]);
                yield return (start, end - start);
            }
            var current = match;
            match = Next(current.NextMatch);
        }
    }

    private static Match Next(Func<Match> search)
    {
        try
        {
            return search();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new TrainerException($"A regular expression of the tokenizer took longer than {TokenizerLimits.PatternTime.TotalSeconds:0} s on this text; it backtracks without end.", e);
        }
    }

    /// <summary>The text with one unit a code point, and where each stood; null where nothing changed.</summary>
    private static (string Shown, int[]? Places) Shown(string text)
    {
        if (!text.Any(char.IsSurrogate))
        {
            return (text, null);
        }
        var shown = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            places.Add(at);
            if (Rune.TryGetRuneAt(text, at, out var rune))
            {
                shown.Append(rune.IsBmp ? (char)rune.Value : StandIns.GetValueOrDefault(Rune.GetUnicodeCategory(rune), '\u0378'));
                at += rune.Utf16SequenceLength;
            }
            else
            {
                shown.Append('\uFFFD');
                at++;
            }
        }
        places.Add(text.Length);
        return (shown.ToString(), [.. places]);
    }
}
