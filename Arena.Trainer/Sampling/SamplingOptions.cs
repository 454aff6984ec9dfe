namespace Arena.Trainer.Sampling;

/// <summary>How the next token is drawn.</summary>
/// <param name="Temperature">Logits are divided by it; 0 takes the likeliest token.</param>
/// <param name="TopK">Only the k likeliest tokens; 0 = all.</param>
/// <param name="TopP">Only the likeliest tokens that together hold this share; 1 = all.</param>
public sealed record SamplingOptions(double Temperature = 1, int TopK = 0, double TopP = 1)
{
    /// <summary>Only tokens at least this fraction as likely as the likeliest, after the temperature; 0 = all.</summary>
    public double MinP { get; init; }

    /// <summary>Taken from the logit of every token that the answer already holds.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken from a token's logit for each time the answer already holds it.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of single tokens.</summary>
    public IReadOnlyDictionary<int, double>? Bias { get; init; }

    internal bool ChangesLogits => PresencePenalty != 0 || FrequencyPenalty != 0 || Bias is { Count: > 0 };
}
