namespace Arena.Judges;

/// <summary>A judge's scores of one entry that it saw alone, by rubric key, 1 to 10.</summary>
public sealed record JudgeScores(IReadOnlyDictionary<string, int> Scores, string Reason)
{
    /// <summary>As <see cref="JudgeAnswer.Read(string, Rubric)"/>: near-misses are repaired, the rest is refused with a reason.</summary>
    public static (JudgeScores? Scores, string? Problem) Read(string reply, Rubric rubric) => JudgeAnswer.Read<JudgeScores>(reply, root =>
    {
        var (scores, why) = JudgeAnswer.Scores(root, "scores", rubric);
        return scores is null ? (null, why) : JudgeAnswer.Sentence(root) is { } reason ? (new(scores, reason), null) : (null, JudgeAnswer.NoReason);
    });

    /// <summary>The higher sum is preferred; equal sums are a tie.</summary>
    public static JudgeAnswer Compare(JudgeScores first, JudgeScores second)
    {
        var lead = first.Scores.Values.Sum() - second.Scores.Values.Sum();
        return new(lead > 0 ? 0 : lead < 0 ? 1 : null, first.Scores, second.Scores, $"First: {first.Reason} Second: {second.Reason}");
    }
}
