using System.Text;

namespace Arena.Rules.Play;

/// <summary>The leniency about form that all spaces share; meaning is each space's own.</summary>
public static class AnswerText
{
    /// <summary>
    /// The answer without surrounding white space, one fence (``` lines with or without a language, or single backticks) and
    /// one trailing period (kept where the answer is prose). Linear in the length.
    /// </summary>
    public static string Unwrap(string text, bool keepPeriod = false)
    {
        var answer = text.AsSpan().Trim();
        if (answer.Length >= 6 && answer.StartsWith("```") && answer.EndsWith("```"))
        {
            answer = answer[3..^3];
            var line = answer.IndexOf('\n');
            if (line >= 0 && !answer[..line].Trim().ContainsAny(" \t"))
            {
                answer = answer[(line + 1)..];
            }
        }
        else if (answer.Length >= 2 && answer[0] == '`' && answer[^1] == '`')
        {
            answer = answer[1..^1];
        }
        answer = answer.Trim();
        if (!keepPeriod && answer.EndsWith("."))
        {
            answer = answer[..^1].TrimEnd();
        }
        return answer.Length == text.Length ? text : answer.ToString();
    }

    /// <summary>Prose: control characters but line breaks dropped, never more than one empty line, no backticks or blanks at either end. Linear in the length.</summary>
    public static string Tidy(string text)
    {
        var tidy = new StringBuilder(Math.Min(text.Length, 4_096));
        var breaks = 0;
        foreach (var c in text)
        {
            if (c == '\n')
            {
                if (++breaks <= 2)
                {
                    tidy.Append(c);
                }
            }
            else if (c == '\t')
            {
                tidy.Append(' ');
            }
            else if (!char.IsControl(c))
            {
                tidy.Append(c);
                breaks = char.IsWhiteSpace(c) ? breaks : 0;
            }
        }
        var (start, end) = (0, tidy.Length);
        var tidied = tidy.ToString();
        for (; start < end && IsEdge(tidied[start]); start++)
        {
        }
        for (; start < end && IsEdge(tidied[end - 1]); end--)
        {
        }
        return tidied[start..end];

        static bool IsEdge(char c) => c == '`' || char.IsWhiteSpace(c);
    }

    /// <summary>Words of prose: runs without white space.</summary>
    public static int CountWords(string text)
    {
        var words = 0;
        var inWord = false;
        foreach (var c in text)
        {
            var letter = !char.IsWhiteSpace(c);
            words += letter && !inWord ? 1 : 0;
            inWord = letter;
        }
        return words;
    }

    /// <summary>The start of an answer, for a complaint: at most 40 characters, controls shown as spaces.</summary>
    public static string Quote(string answer)
    {
        var start = answer.Length <= 40 ? answer : answer[..40] + "…";
        return "\"" + string.Create(start.Length, start, (span, s) =>
        {
            for (var i = 0; i < s.Length; i++)
            {
                span[i] = char.IsControl(s[i]) || char.IsSurrogate(s[i]) ? ' ' : s[i];
            }
        }) + "\"";
    }
}
