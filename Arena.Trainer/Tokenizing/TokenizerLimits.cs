namespace Arena.Trainer.Tokenizing;

/// <summary>What a tokenizer from elsewhere may cost. Beyond a limit reading or encoding stops with a <see cref="TrainerException"/>.</summary>
public static class TokenizerLimits
{
    /// <summary>Bytes of a tokenizer.json or tokenizer.model; the largest in common use has 33 MB.</summary>
    public const long FileBytes = 128L << 20;

    /// <summary>Highest id and number of tokens.</summary>
    public const int Tokens = 4_000_000;

    /// <summary>Characters of one token.</summary>
    public const int TokenChars = 4_096;

    /// <summary>Steps in a normalizer, pre-tokenizer, post-processor or decoder, at any depth.</summary>
    public const int Steps = 64;

    /// <summary>A normalizer may make a text at most this many times as long (and a little, for short ones): NFKD's longest is 18.</summary>
    public const int Expansion = 20;

    /// <summary>What a short text may grow to all the same, characters.</summary>
    public const int ExpansionFloor = 4_096;

    /// <summary>Characters of one text to encode.</summary>
    public const int TextChars = 64 << 20;

    /// <summary>Characters of a regular expression.</summary>
    public const int PatternChars = 8_192;

    /// <summary>Longest search of one match; a pattern that backtracks without end stops here.</summary>
    public static TimeSpan PatternTime { get; } = TimeSpan.FromSeconds(2);
}
