using System.Globalization;
using System.Text;

namespace Arena.Rules.Ratings;

/// <summary>
/// How a text is written, whatever it says: what style control takes out of a ranking. Headers, lists and bold as arena-hard counts them in Markdown;
/// length in characters, because there is no tokenizer here and words can be joined.
/// </summary>
/// <param name="Length">Characters (Unicode scalar values) but white space, controls and invisible format characters.</param>
/// <param name="Headers">Lines that begin with one to six # and a space.</param>
/// <param name="Lists">Lines that begin, after any indent, with a bullet (-, *, + or •) or up to three digits and a period or bracket, and a space.</param>
/// <param name="Bold">Stretches of one line between ** and **, or __ and __.</param>
public readonly record struct TextStyle(int Length, int Headers, int Lists, int Bold)
{
    /// <summary>What the features are called, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["length", "headers", "lists", "bold"];

    /// <summary>The counts by <see cref="Names"/>.</summary>
    public int this[int feature] => feature switch { 0 => Length, 1 => Headers, 2 => Lists, _ => Bold };

    /// <summary>Counts a text as judges are shown it. Linear in its length.</summary>
    public static TextStyle Of(string text)
    {
        int length = 0, headers = 0, lists = 0, bold = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length += Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format ? 0 : 1;
        }
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            headers += IsHeader(line) ? 1 : 0;
            lists += IsItem(line.TrimStart()) ? 1 : 0;
            bold += Stretches(line, '*') + Stretches(line, '_');
        }
        return new(length, headers, lists, bold);
    }

    private static bool IsHeader(ReadOnlySpan<char> line)
    {
        var marks = line.IndexOfAnyExcept('#');
        return marks is >= 1 and <= 6 && char.IsWhiteSpace(line[marks]);
    }

    private static bool IsItem(ReadOnlySpan<char> line)
    {
        if (line.Length >= 2 && line[0] is '-' or '*' or '+' or '•' && char.IsWhiteSpace(line[1]))
        {
            return true;
        }
        var digits = line.IndexOfAnyExceptInRange('0', '9');
        return digits is >= 1 and <= 3 && digits + 1 < line.Length && line[digits] is '.' or ')' && char.IsWhiteSpace(line[digits + 1]);
    }

    /// <summary>Stretches between two doubled marks without that mark in them.</summary>
    private static int Stretches(ReadOnlySpan<char> line, char mark)
    {
        var found = 0;
        for (var at = 0; at + 4 < line.Length;)
        {
            if (line[at] != mark || line[at + 1] != mark)
            {
                at++;
                continue;
            }
            var inside = line[(at + 2)..].IndexOf(mark);
            if (inside < 0)
            {
                break;
            }
            var end = at + 2 + inside;
            var closed = inside > 0 && end + 1 < line.Length && line[end + 1] == mark;
            found += closed ? 1 : 0;
            at = closed ? end + 2 : inside == 0 ? at + 1 : end;
        }
        return found;
    }
}
