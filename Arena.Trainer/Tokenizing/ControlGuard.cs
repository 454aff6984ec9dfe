using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>
/// Keeps untrusted text from becoming control tokens when a template puts it between real ones: a mark (a code point that no
/// text may use, U+FDD0) is set inside every control token that is written in it, and inside what could become one with the
/// template's text beside it. The tokenizer does not read a marked place as a control token and takes the marks out again.
/// </summary>
/// <param name="controls">The texts of the control tokens.</param>
public sealed class ControlGuard(IReadOnlyList<string> controls)
{
    private const char Mark = '\uFDD0';

    // Behind a mark: the mark was in the text itself.
    private const char Literal = '\uFDD1';

    /// <summary>The text with marks.</summary>
    public string Guard(string text)
    {
        var marks = new SortedSet<int>();
        foreach (var control in controls)
        {
            for (var at = text.IndexOf(control, StringComparison.Ordinal); at >= 0; at = text.IndexOf(control, at + 1, StringComparison.Ordinal))
            {
                marks.Add(control.Length == 1 ? at : at + 1);
            }
            Borders(text, control, marks);
        }
        if (marks.Count == 0 && !text.Contains(Mark, StringComparison.Ordinal))
        {
            return text;
        }
        var guarded = new StringBuilder(text.Length + marks.Count + 8);
        for (var i = 0; i <= text.Length; i++)
        {
            if (marks.Contains(i))
            {
                guarded.Append(Mark);
            }
            if (i < text.Length)
            {
                guarded.Append(text[i]);
                if (text[i] == Mark)
                {
                    guarded.Append(Literal);
                }
            }
        }
        return guarded.ToString();
    }

    /// <summary>The text without marks.</summary>
    public static string Remove(string guarded)
    {
        if (!guarded.Contains(Mark, StringComparison.Ordinal))
        {
            return guarded;
        }
        var text = new StringBuilder(guarded.Length);
        for (var i = 0; i < guarded.Length; i++)
        {
            if (guarded[i] != Mark)
            {
                text.Append(guarded[i]);
            }
            else if (i + 1 < guarded.Length && guarded[i + 1] == Literal)
            {
                text.Append(Mark);
                i++;
            }
        }
        return text.ToString();
    }

    /// <summary>Whether a mark stands right before a place (control tokens of one character).</summary>
    internal static bool Stands(string guarded, int at) => at > 0 && guarded[at - 1] == Mark;

    /// <summary>A beginning of a control token at the text's end, or an end at its beginning, which the template could complete.</summary>
    private static void Borders(string text, string control, SortedSet<int> marks)
    {
        // Templates trim; and a letter at the border (of a role, say) is left alone.
        var (start, end) = (text.Length - text.AsSpan().TrimStart().Length, text.AsSpan().TrimEnd().Length);
        for (var length = 1; length < control.Length && length <= end - start; length++)
        {
            if (!char.IsLetterOrDigit(text[end - 1]) && string.CompareOrdinal(text, end - length, control, 0, length) == 0)
            {
                marks.Add(end);
            }
            if (!char.IsLetterOrDigit(text[start]) && string.CompareOrdinal(text, start, control, control.Length - length, length) == 0)
            {
                marks.Add(start);
            }
        }
    }
}
