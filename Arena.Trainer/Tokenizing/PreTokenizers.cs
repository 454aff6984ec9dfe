using System.Globalization;
using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>A piece of a text on its way to the model.</summary>
/// <param name="Text">After normalizing.</param>
/// <param name="First">Whether the whole text begins with it; some tokenizers put a space before that piece only.</param>
internal readonly record struct Piece(string Text, bool First);

/// <summary>One step that splits pieces into smaller ones.</summary>
internal delegate IEnumerable<Piece> PreTokenizer(Piece piece);

/// <summary>What becomes of the text that a pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>The pre-tokenizers of tokenizer.json, as functions.</summary>
internal static class PreTokenizers
{
    // GPT-2's own expression, used by ByteLevel unless it says otherwise.
    private static readonly SplitPattern Gpt2 = SplitPattern.Expression(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    public static PreTokenizer Sequence(IReadOnlyList<PreTokenizer> steps) => piece => steps.Aggregate((IEnumerable<Piece>)[piece], (pieces, step) => pieces.SelectMany(p => step(p)));

    public static PreTokenizer Split(SplitPattern pattern, SplitBehavior behavior, bool invert) => piece => Parts(piece, Spans(pattern, piece.Text, invert), behavior);

    /// <summary>Splits by GPT-2's expression if asked, and writes every byte as the character that stands for it.</summary>
    public static PreTokenizer ByteLevel(bool addPrefixSpace, bool useRegex) => piece =>
    {
        var text = addPrefixSpace && piece.Text.Length > 0 && piece.Text[0] != ' ' ? " " + piece.Text : piece.Text;
        var parts = useRegex ? Parts(piece with { Text = text }, Spans(Gpt2, text, invert: false), SplitBehavior.Isolated) : [piece with { Text = text }];
        return parts.Select(p => p with { Text = ByteAlphabet.Write(p.Text) });
    };

    /// <summary>Spaces as a visible mark, one before the text, and a cut before each.</summary>
    public static PreTokenizer Metaspace(string replacement, string prepend, bool split) => piece =>
    {
        var text = piece.Text.Replace(" ", replacement, StringComparison.Ordinal);
        if (!text.StartsWith(replacement, StringComparison.Ordinal) && (prepend == "always" || (prepend == "first" && piece.First)))
        {
            text = replacement + text;
        }
        var marked = piece with { Text = text };
        return split ? Parts(marked, Spans(SplitPattern.Literal(replacement), text, invert: false), SplitBehavior.MergedWithNext) : [marked];
    };

    public static PreTokenizer Digits(bool individual) => piece =>
        Parts(piece, Spans(piece.Text, r => Rune.GetUnicodeCategory(r) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    public static PreTokenizer Punctuation(SplitBehavior behavior) => piece =>
        Parts(piece, Spans(piece.Text, r => Rune.IsPunctuation(r) || (r.IsAscii && Rune.IsSymbol(r))), behavior);

    public static PreTokenizer WhitespaceSplit { get; } = piece => Parts(piece, Spans(piece.Text, Rune.IsWhiteSpace), SplitBehavior.Removed);

    /// <summary>Words and runs of anything else that is no space.</summary>
    public static PreTokenizer Whitespace { get; } = piece => Parts(piece, Spans(SplitPattern.Expression(@"\w+|[^\w\s]+"), piece.Text, invert: true), SplitBehavior.Removed);

    /// <summary>Cuts around given texts, leftmost and longest first.</summary>
    public static PreTokenizer Cut(Dictionary<string, int> atoms)
    {
        var found = new AddedTokens(atoms.Select(a => (new AddedToken(a.Value, a.Key, Special: false), a.Key)));
        return piece => Parts(piece, [.. found.Find(piece.Text, (_, _) => true).Select(f => (f.Start, f.End, f.Id >= 0))], SplitBehavior.Isolated);
    }

    /// <summary>The whole text as spans, with a mark on those that matched.</summary>
    private static List<(int Start, int End, bool Match)> Spans(SplitPattern pattern, string text, bool invert)
    {
        var spans = new List<(int, int, bool)>();
        var at = 0;
        foreach (var (start, length) in pattern.Matches(text))
        {
            if (start > at)
            {
                spans.Add((at, start, invert));
            }
            spans.Add((start, start + length, !invert));
            at = start + length;
        }
        if (at < text.Length)
        {
            spans.Add((at, text.Length, invert));
        }
        return spans;
    }

    private static List<(int Start, int End, bool Match)> Spans(string text, Predicate<Rune> matches)
    {
        var spans = new List<(int Start, int End, bool Match)>();
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var end = at + rune.Utf16SequenceLength;
            if (matches(rune))
            {
                spans.Add((at, end, true));
            }
            else if (spans.Count > 0 && !spans[^1].Match)
            {
                spans[^1] = (spans[^1].Start, end, false);
            }
            else
            {
                spans.Add((at, end, false));
            }
            at = end;
        }
        return spans;
    }

    private static IEnumerable<Piece> Parts(Piece piece, List<(int Start, int End, bool Match)> spans, SplitBehavior behavior)
    {
        var kept = behavior switch
        {
            SplitBehavior.Removed => [.. spans.Where(s => !s.Match)],
            SplitBehavior.Isolated => spans,
            _ => Joined(spans, behavior),
        };
        foreach (var (start, end, _) in kept)
        {
            if (end > start)
            {
                yield return new(kept.Count == 1 && end - start == piece.Text.Length ? piece.Text : piece.Text[start..end], piece.First && start == 0);
            }
        }
    }

    private static List<(int Start, int End, bool Match)> Joined(List<(int Start, int End, bool Match)> spans, SplitBehavior behavior)
    {
        var joined = new List<(int Start, int End, bool Match)>();
        if (behavior == SplitBehavior.MergedWithNext)
        {
            // As in Hugging Face's: a match goes to the following text, not to another match.
            var previous = false;
            for (var i = spans.Count - 1; i >= 0; i--)
            {
                if (spans[i].Match && !previous && joined.Count > 0)
                {
                    joined[^1] = (spans[i].Start, joined[^1].End, false);
                }
                else
                {
                    joined.Add(spans[i]);
                }
                previous = spans[i].Match;
            }
            joined.Reverse();
            return joined;
        }
        var last = false;
        foreach (var span in spans)
        {
            var join = joined.Count > 0 && (behavior == SplitBehavior.Contiguous ? span.Match == last : span.Match && !last);
            if (join)
            {
                joined[^1] = (joined[^1].Start, span.End, joined[^1].Match);
            }
            else
            {
                joined.Add(span);
            }
            last = span.Match;
        }
        return joined;
    }
}
