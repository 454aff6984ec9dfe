namespace Arena.Engine.Verdicts;

/// <summary>An AI judge: an endpoint (OpenAI-compatible, or of a reward model), a model and a way of asking. A changed model or prompt is a new version, which starts without a record.</summary>
public sealed class Judge
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Base address, up to and including "/v1".</summary>
    public required string Endpoint { get; set; }

    public required string Model { get; set; }

    /// <summary>How it is asked, one of <see cref="JudgeMethods"/>.</summary>
    public string Method { get; set; } = JudgeMethods.Pairwise;

    /// <summary>Short hash of method, served model and prompt, as of its last answer; null before the first.</summary>
    public string? Version { get; set; }

    /// <summary>Why its votes count nothing, or null: canaries showed that it does what entries tell it. Ends with a new version, or when an administrator clears it.</summary>
    public string? Compromised { get; set; }

    /// <summary>When an administrator last cleared the mark; canaries before it count no more.</summary>
    public DateTimeOffset ClearedAt { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Encrypted key, or null where the endpoint needs none.</summary>
    public string? ProtectedKey { get; set; }

    /// <summary>Price of a million prompt tokens, millionths of a US dollar; 0 where the model costs nothing.</summary>
    public long InputMicroUsdPerMillionTokens { get; set; }

    /// <summary>Price of a million answer tokens, millionths of a US dollar.</summary>
    public long OutputMicroUsdPerMillionTokens { get; set; }

    public bool Enabled { get; set; } = true;

    /// <summary>"configuration" or "admin".</summary>
    public required string Origin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One judge, one seat order.</summary>
public sealed class Judgment
{
    public required Guid Id { get; init; }

    public required MatchId MatchId { get; init; }

    public required Guid JudgeId { get; init; }

    /// <summary>Player index shown first.</summary>
    public required int First { get; init; }

    /// <summary>Preferred player index, or null for a tie or an abstention.</summary>
    public int? Preferred { get; init; }

    /// <summary>Rubric scores per player as JSON.</summary>
    public required string Scores { get; init; }

    public required string Reason { get; init; }

    public required string Model { get; init; }

    /// <summary>SHA-256 of the prompt template, lower-case hex.</summary>
    public required string PromptHash { get; init; }

    public required string RawReply { get; init; }

    public required long LatencyMs { get; init; }

    /// <summary>What it cost, millionths of a US dollar.</summary>
    public required long CostMicroUsd { get; init; }

    /// <summary>Questions asked until this answer came, 1 = the first.</summary>
    public required int Tries { get; init; }

    /// <summary>Given on appeal, after the match had closed: no part of the verdict's hash.</summary>
    public bool OnAppeal { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>What stands in the way of one judgment: kept so that people see it and so that a restart goes on waiting, not from the start.</summary>
public sealed class JudgingTrouble
{
    public required MatchId MatchId { get; init; }

    public required Guid JudgeId { get; init; }

    /// <summary>Player index shown first.</summary>
    public required int First { get; init; }

    public int Tries { get; set; }

    /// <summary>Whether the endpoint failed (else it answered, but not usably).</summary>
    public bool EndpointDown { get; set; }

    /// <summary>For people.</summary>
    public string Reason { get; set; } = "";

    public DateTimeOffset Since { get; set; }

    public DateTimeOffset NextTryAt { get; set; }
}

/// <summary>The panel's result on a match.</summary>
public sealed class Verdict
{
    public required MatchId MatchId { get; init; }

    /// <summary>Micro-points per player as JSON.</summary>
    public required string Scores { get; init; }

    /// <summary>Which judges agreed, abstained (inconsistent between orders) or failed, as JSON.</summary>
    public required string Explanation { get; init; }

    public required string RubricHash { get; init; }

    /// <summary>SHA-256 of the canonical verdict, lower-case hex, named in the result record.</summary>
    public required string Hash { get; init; }

    public required DateTimeOffset At { get; init; }
}
