using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>One step that rewrites a text before it is split.</summary>
internal delegate string Normalizer(string text);

/// <summary>The normalizers of tokenizer.json, as functions. Each checks what it makes against the limits.</summary>
internal static class Normalizers
{
    public static Normalizer Unicode(bool compose, bool compatible) => text => Bounded(UnicodeForm.Of(text, compose, compatible), text);

    public static Normalizer Lowercase { get; } = text => text.ToLowerInvariant();

    /// <summary>Without the combining marks that a decomposition left.</summary>
    public static Normalizer StripAccents { get; } = text => string.Concat(text.EnumerateRunes().Where(r => Rune.GetUnicodeCategory(r) != System.Globalization.UnicodeCategory.NonSpacingMark));

    public static Normalizer Strip(bool left, bool right) => text => (left, right) switch
    {
        (true, true) => text.Trim(),
        (true, false) => text.TrimStart(),
        (false, true) => text.TrimEnd(),
        _ => text,
    };

    /// <summary>An empty text stays empty, as in Hugging Face's.</summary>
    public static Normalizer Prepend(string prefix) => text => text.Length == 0 ? text : Bounded(prefix + text, text);

    public static Normalizer Replace(string what, string with) => text =>
    {
        if (with.Length > what.Length)
        {
            // Counted first: the result of a hostile replacement must not be built.
            var count = 0L;
            for (var at = text.IndexOf(what, StringComparison.Ordinal); at >= 0; at = text.IndexOf(what, at + what.Length, StringComparison.Ordinal))
            {
                count++;
            }
            Check(text.Length + count * (with.Length - what.Length), text.Length);
        }
        return text.Replace(what, with, StringComparison.Ordinal);
    };

    public static Normalizer Replace(SplitPattern pattern, string with) => text =>
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (var (start, length) in pattern.Matches(text))
        {
            result.Append(text, at, start - at).Append(with);
            at = start + length;
            Check(result.Length, text.Length);
        }
        return result.Append(text, at, text.Length - at).ToString();
    };

    public static Normalizer Sequence(IReadOnlyList<Normalizer> steps) => text =>
    {
        var result = text;
        foreach (var step in steps)
        {
            result = step(result);
            // Each step is bounded by its own input; the chain by the first.
            Check(result.Length, text.Length);
        }
        return result;
    };

    private static string Bounded(string result, string text)
    {
        Check(result.Length, text.Length);
        return result;
    }

    private static void Check(long result, int text)
    {
        if (result > (long)text * TokenizerLimits.Expansion + TokenizerLimits.ExpansionFloor)
        {
            throw new TrainerException($"The tokenizer's normalizer would make {result} characters of a text of {text}; at most {TokenizerLimits.Expansion} times as many are allowed.");
        }
    }
}
