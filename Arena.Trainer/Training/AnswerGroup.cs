namespace Arena.Trainer.Training;

/// <summary>One sampled answer to a prompt.</summary>
/// <param name="Sequence">Its tokens; the policy's own are counted.</param>
/// <param name="Text">For the record.</param>
/// <param name="Value">How good it turned out, 0 to 1.</param>
/// <param name="Own">The policy's; false = an opponent's to the same prompt, which pairs may choose and never reject, and gradients of own choices leave out.</param>
public sealed record SampledAnswer(MarkedSequence Sequence, string Text, double Value, bool Own = true)
{
    /// <summary>The first token that was the policy's choice.</summary>
    public int Decision => Sequence.Tokens[Array.IndexOf(Sequence.Counted, true)];
}

/// <summary>Answers to one prompt, which can be compared.</summary>
public sealed record AnswerGroup(string Prompt, IReadOnlyList<SampledAnswer> Answers);
