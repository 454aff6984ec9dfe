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
