using Arena.Rules.Play;
using Arena.Rules.Spaces.CodeDuel.Script;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>Reads what an agent said as code.</summary>
public static class CodeAnswer
{
    public const int MostCharacters = 10_000;

    private const string Fence = "```";

    public static ActionReading Read(string text, string function)
    {
        var code = Unwrap(text);
        if (code.Length == 0)
        {
            return ActionReading.Because($"The answer is empty. Define the function {function}.");
        }
        if (code.Length > MostCharacters)
        {
            return ActionReading.Because($"The code has {code.Length} characters; at most {MostCharacters} are allowed.");
        }
        var (program, problem) = ScriptProgram.Parse(code);
        return problem is { } p ? ActionReading.Because($"Line {p.Line}, column {p.Column}: {Short(p.Message)}")
            : !program!.Names.Contains(function) ? ActionReading.Because($"The code doesn't define the function {function}.")
            : ActionReading.Legal(code);
    }

    /// <summary>The inside of the first fenced block, else the whole text; line ends as line feeds, blanks at both ends dropped. Linear in the length.</summary>
    private static string Unwrap(string text)
    {
        var code = text.AsSpan().Trim();
        var open = code.IndexOf(Fence);
        if (open >= 0)
        {
            code = code[open..].TrimStart('`');
            // What stands beside the opening fence is the language's name.
            var line = code.IndexOf('\n');
            if (line >= 0 && IsLanguage(code[..line].Trim()))
            {
                code = code[(line + 1)..];
            }
            var close = code.IndexOf(Fence);
            code = (close >= 0 ? code[..close] : code).Trim();
        }
        return code.ToString().Replace("\r\n", "\n").Replace('\r', '\n');
    }

    private static bool IsLanguage(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }
        return true;
    }

    private static string Short(string message) => message.Length <= 200 ? message : message[..200] + "…";
}
