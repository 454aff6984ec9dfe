namespace Arena.Trainer.Sampling;

/// <summary>How the next token is drawn.</summary>
/// <param name="Temperature">Logits are divided by it; 0 takes the likeliest token.</param>
/// <param name="TopK">Only the k likeliest tokens; 0 = all.</param>
/// <param name="TopP">Only the likeliest tokens that together hold this share; 1 = all.</param>
public sealed record SamplingOptions(double Temperature = 1, int TopK = 0, double TopP = 1);
