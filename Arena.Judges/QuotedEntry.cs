using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Arena.Judges;

/// <summary>Makes a contestant's text safe to quote to a judge: hidden characters, chat-template marks and names go, the fence can't be forged.</summary>
public static partial class QuotedEntry
{
    /// <summary>UTF-16 units of an entry that a judge sees.</summary>
    public const int LongestEntry = 8_000;

    /// <summary>
    /// The marker around entries. It comes from the match's seed, which is secret until the match closes: contestants
    /// can't guess it, and afterwards anybody can compute it and so rebuild the prompt.
    /// </summary>
    public static string Fence(ReadOnlySpan<byte> seed, Guid judge, int first)
    {
        var name = Encoding.UTF8.GetBytes($"arena-judge-fence-v1/{judge:D}/{first}/");
        return Convert.ToHexStringLower(SHA256.HashData([.. name, .. seed]))[..24];
    }

    /// <param name="names">Names to mask; those under three characters are left, as they would mask ordinary words.</param>
    public static string Of(string text, string fence, IReadOnlyList<string> names)
    {
        var kept = new StringBuilder(Math.Min(text.Length, LongestEntry));
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsShown(rune))
            {
                kept.Append(rune.ToString());
            }
        }
        var clean = TemplateMarks().Replace(kept.ToString(), " ").Replace(fence, "[marker]", StringComparison.OrdinalIgnoreCase);
        foreach (var name in names.Select(n => n.Trim()).Where(n => n.Length >= 3).OrderByDescending(n => n.Length))
        {
            clean = Regex.Replace(clean, $@"(?<!\w){Regex.Escape(name)}(?!\w)", "[name]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        clean = clean.Trim();
        return clean.Length == 0 ? "(empty)" : clean.Length <= LongestEntry ? clean : clean[..LongestEntry] + "\n[cut here: longer than judges read]";
    }

    /// <summary>Control, bidirectional, zero-width, tag and private-use characters are not part of what people read.</summary>
    private static bool IsShown(Rune rune) => rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // <|im_start|> and its kin, Llama's [INST] and <<SYS>>, sentence marks: a server's template could read them as turns.
    [GeneratedRegex(@"<\|[^|<>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex TemplateMarks();
}
