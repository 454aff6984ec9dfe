namespace Arena.Engine.Verdicts;

/// <summary>One contestant as a judge meets it: a text, nothing else.</summary>
/// <param name="Player">Index in the match's order of players.</param>
/// <param name="Names">Names that would give the contestant away; judges mask them.</param>
public sealed record Contestant(int Player, string Text, IReadOnlyList<string> Names);

/// <summary>What judges are asked to compare.</summary>
/// <param name="Task">The prompt that both contestants answered.</param>
/// <param name="Contestants">Two, by player index.</param>
/// <param name="Seed">The match's seed, 32 bytes: secret until the match closes, so what is derived from it can't be guessed by contestants and can be checked by anybody later.</param>
public sealed record JudgingCase(MatchId Match, string Space, string Task, IReadOnlyList<Contestant> Contestants, byte[] Seed);

/// <summary>A judge: looks at a case in one seat order.</summary>
public interface IJudge
{
    /// <param name="first">Player index that is shown first.</param>
    /// <exception cref="OperationCanceledException">Only when <paramref name="ct"/> is cancelled.</exception>
    Task<JudgeOutcome> JudgeAsync(JudgingCase @case, int first, CancellationToken ct);
}

public abstract record JudgeOutcome;

/// <summary>A usable judgment.</summary>
/// <param name="Preferred">Player index, or null for a tie.</param>
/// <param name="Scores">Per player, per rubric line, 1 to 10.</param>
/// <param name="PromptHash">SHA-256 of template and rubric, lower-case hex.</param>
/// <param name="RawReply">What the model said, unedited.</param>
/// <param name="CostMicroUsd">Millionths of a US dollar, all tries together.</param>
public sealed record JudgeOpinion(
    int? Preferred,
    IReadOnlyDictionary<int, IReadOnlyDictionary<string, int>> Scores,
    string Reason,
    string Model,
    string PromptHash,
    string RawReply,
    TimeSpan Took,
    long CostMicroUsd,
    int Tries) : JudgeOutcome;

/// <summary>No judgment this time; the case is asked again later.</summary>
/// <param name="EndpointDown">The endpoint failed; else it answered, but not usably.</param>
/// <param name="Reason">For people; never holds a key.</param>
public sealed record JudgeSilence(bool EndpointDown, string Reason) : JudgeOutcome;
