namespace Arena.Trainer.Tokenizing;

/// <summary>What control tokens written out in a text are.</summary>
public enum ControlTokens
{
    /// <summary>Themselves: the text was written by us, or by a chat template.</summary>
    Recognised,

    /// <summary>Plain text, letter by letter: the text came from a user or an agent, who must not end turns or open new ones.</summary>
    PlainText,
}

/// <summary>How a text becomes ids.</summary>
/// <param name="AddSpecial">Puts the file's own beginning and end tokens around it (post-processor, add_bos_token).</param>
public sealed record EncodeOptions(bool AddSpecial = false, ControlTokens Control = ControlTokens.Recognised)
{
    /// <summary>Text as it stands, control tokens recognised.</summary>
    public static EncodeOptions Plain { get; } = new();

    /// <summary>Text of a user or an agent.</summary>
    public static EncodeOptions Untrusted { get; } = new(Control: ControlTokens.PlainText);
}
