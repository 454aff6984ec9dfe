using System.Buffers;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>
/// An answer, split the way docs/protocol.md says; every checker counts by these parts. All splits are linear in the length.
/// Characters are UTF-16 units; a letter has a Unicode category L*, a digit the category Nd; A to Z are folded to a to z, nothing else is.
/// </summary>
public sealed class WrittenText(string text)
{
    private const string EndMarks = ".!?\u2026";

    // What may stand behind an end mark: closing quotes, brackets and asterisks.
    private const string ClosingMarks = "\"')]}>*\u201d\u2019\u00bb";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    // The last white space of Unicode is U+3000.
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create([.. Enumerable.Range(0, 0x3001).Select(c => (char)c).Where(char.IsWhiteSpace)]);

    private IReadOnlyList<string>? _lines, _tokens;
    private IReadOnlyList<IReadOnlyList<string>>? _paragraphs;
    private IReadOnlyList<int>? _sentences;
    private int _words = -1;

    public string Text { get; } = text;

    /// <summary>Lines that are not blank, trimmed.</summary>
    public IReadOnlyList<string> Lines => _lines ??= [.. Text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];

    /// <summary>Runs of lines without a blank line between them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Paragraphs => _paragraphs ??= SplitParagraphs();

    /// <summary>Words: runs without white space that hold a letter or a digit.</summary>
    public int Words => _words >= 0 ? _words : _words = CountWords(Text);

    /// <summary>Longest runs of letters and digits, folded.</summary>
    public IReadOnlyList<string> Tokens => _tokens ??= SplitTokens(Text);

    /// <summary>For each sentence its number of words. A sentence ends in its own line, at a mark <c>. ! ? …</c> that white space or the line's end follows.</summary>
    public IReadOnlyList<int> Sentences => _sentences ??= SplitSentences();

    /// <summary>How often a letter (lower case, a to z) occurs, in either case.</summary>
    public int CountOf(char letter) => Text.Count(c => Fold(c) == letter);

    /// <summary>How often a word (folded) occurs among the tokens.</summary>
    public int CountOf(string word) => Tokens.Count(t => t == word);

    /// <summary>A to Z in lower case, everything else as it is.</summary>
    public static char Fold(char c) => c is >= 'A' and <= 'Z' ? (char)(c + 32) : c;

    /// <summary>Whether <paramref name="text"/> has <paramref name="phrase"/> at a place, A to Z folded.</summary>
    public static bool HasAt(string text, int place, string phrase)
    {
        if (place < 0 || place + phrase.Length > text.Length)
        {
            return false;
        }
        for (var i = 0; i < phrase.Length; i++)
        {
            if (Fold(text[place + i]) != Fold(phrase[i]))
            {
                return false;
            }
        }
        return true;
    }

    public static int CountWords(ReadOnlySpan<char> text)
    {
        var words = 0;
        var counted = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                counted = false;
            }
            else if (!counted && char.IsLetterOrDigit(c))
            {
                counted = true;
                words++;
            }
        }
        return words;
    }

    /// <summary>The tokens of a text, case kept when asked for.</summary>
    public static IReadOnlyList<string> SplitTokens(string text, bool keepCase = false)
    {
        var tokens = new List<string>();
        for (int start = 0, at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || !char.IsLetterOrDigit(text[at]))
            {
                if (at > start)
                {
                    tokens.Add(keepCase ? text[start..at] : string.Create(at - start, (text, start), (span, from) =>
                    {
                        for (var i = 0; i < span.Length; i++)
                        {
                            span[i] = Fold(from.text[from.start + i]);
                        }
                    }));
                }
                start = at + 1;
            }
        }
        return tokens;
    }

    private IReadOnlyList<IReadOnlyList<string>> SplitParagraphs()
    {
        var paragraphs = new List<IReadOnlyList<string>>();
        var current = new List<string>();
        foreach (var line in Text.Split('\n').Select(l => l.Trim()).Append(""))
        {
            if (line.Length > 0)
            {
                current.Add(line);
            }
            else if (current.Count > 0)
            {
                paragraphs.Add(current);
                current = [];
            }
        }
        return paragraphs;
    }

    private IReadOnlyList<int> SplitSentences()
    {
        var sentences = new List<int>();
        foreach (var line in Lines)
        {
            var words = 0;
            foreach (var range in line.AsSpan().SplitAny(WhiteSpace))
            {
                var chunk = line.AsSpan(range);
                words += CountWords(chunk);
                if (words > 0 && EndsSentence(chunk))
                {
                    sentences.Add(words);
                    words = 0;
                }
            }
        }
        return sentences;
    }

    private static bool EndsSentence(ReadOnlySpan<char> chunk)
    {
        var core = chunk.TrimEnd(ClosingMarks);
        if (core.Length == 0 || !EndMarks.Contains(core[^1]))
        {
            return false;
        }
        // The number of a list's item and "P.S." end nothing.
        return core.ContainsAnyExcept(Digits) && !(core.Length == 4 && (core[0] | 32) == 'p' && core[1] == '.' && (core[2] | 32) == 's' && core[3] == '.');
    }

}
