using System.Buffers;
using System.Globalization;
using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>A token that is matched in the text before anything else is done with it.</summary>
/// <param name="Special">A control token: left out of decoded text, and never read out of untrusted text.</param>
/// <param name="SingleWord">Only where no letter or digit touches it.</param>
/// <param name="LeftStrip">Takes the white space before it along; <paramref name="RightStrip"/> that after it.</param>
/// <param name="Normalized">Matched after normalizing, not before.</param>
public sealed record AddedToken(int Id, string Content, bool Special, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false, bool Normalized = false);

/// <summary>Finds added tokens in text, leftmost first and longest at a place.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Trie _trie = new();
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">With the text to look for, where normalizing changes it.</param>
    public AddedTokens(IEnumerable<(AddedToken Token, string Pattern)> tokens)
    {
        var firsts = new HashSet<char>();
        foreach (var (token, pattern) in tokens.Where(t => t.Pattern.Length > 0))
        {
            _trie.Add(pattern, token.Id);
            _byId[token.Id] = token;
            firsts.Add(pattern[0]);
        }
        _firsts = SearchValues.Create([.. firsts]);
    }

    /// <summary>Text and tokens in turn: a token's id with the span it takes, or -1 for a span of plain text.</summary>
    /// <param name="allowed">Tokens that it refuses are text.</param>
    public IEnumerable<(int Start, int End, int Id)> Find(string text, Func<AddedToken, int, bool> allowed)
    {
        var done = 0;
        for (var at = Next(text, 0); at >= 0; at = Next(text, at))
        {
            var (length, id) = _trie.Longest(text, at);
            if (length == 0)
            {
                at++;
                continue;
            }
            var (token, start, end) = (_byId[id], at, at + length);
            at = end;
            if (!allowed(token, start) || (token.SingleWord && (IsWord(text, start, before: true) || IsWord(text, end, before: false))))
            {
                // A refused token hides the shorter ones inside it, as in Hugging Face's.
                continue;
            }
            while (token.LeftStrip && start > done && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }
            while (token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }
            if (start < done)
            {
                continue;
            }
            if (start > done)
            {
                yield return (done, start, -1);
            }
            yield return (start, end, id);
            (done, at) = (end, Math.Max(at, end));
        }
        if (done < text.Length)
        {
            yield return (done, text.Length, -1);
        }
    }

    private int Next(string text, int from)
    {
        if (from >= text.Length)
        {
            return -1;
        }
        var at = text.AsSpan(from).IndexOfAny(_firsts);
        return at < 0 ? -1 : from + at;
    }

    private static bool IsWord(string text, int at, bool before)
    {
        var status = before ? Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) : Rune.DecodeFromUtf16(text.AsSpan(at), out rune, out _);
        return status == OperationStatus.Done && (Rune.IsLetterOrDigit(rune)
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.LetterNumber);
    }
}
