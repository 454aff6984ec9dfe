namespace Arena.Trainer.Chat.Jinja;

/// <summary>A template can't be read, asks for what is not there, raised an error itself, or went beyond a limit. The message says where.</summary>
public sealed class JinjaException(string message, bool raised = false) : Exception(message)
{
    /// <summary>The template itself refused, by raise_exception: the message is its author's.</summary>
    public bool Raised => raised;
}

/// <summary>What a template may cost: it comes with a model from elsewhere.</summary>
/// <param name="Steps">Expressions and statements evaluated.</param>
/// <param name="OutputChars">Characters of the result, and of any one string on the way.</param>
/// <param name="TotalChars">Characters of all strings that are built on the way.</param>
/// <param name="Depth">Calls of macros inside each other.</param>
public sealed record JinjaLimits(int Steps = 2_000_000, int OutputChars = 16 << 20, long TotalChars = 256L << 20, int Depth = 48)
{
    /// <summary>Characters of a template; the longest in common use have some 15,000.</summary>
    public const int TemplateChars = 256 << 10;

    /// <summary>Parentheses, calls, blocks inside each other in a template's text.</summary>
    public const int Nesting = 100;
}
