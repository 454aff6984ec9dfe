using Arena.Engine.Agents;

namespace Arena.Engine.Training;

public enum RunStatus
{
    Queued,
    Training,

    /// <summary>The candidate plays its parent, then the pool.</summary>
    Gate,
    Promoted,
    Rejected,
    Failed,
    Cancelled,
}

/// <summary>A training run from a frozen preference set to a promoted or rejected candidate.</summary>
public sealed class TrainingRun
{
    public required RunId Id { get; init; }

    public required AgentId AgentId { get; init; }

    public required Guid OwnerId { get; init; }

    public required VersionId ParentVersionId { get; init; }

    public VersionId? CandidateVersionId { get; set; }

    public required string Space { get; init; }

    public RunStatus Status { get; set; }

    /// <summary>The options as JSON, as sent to the worker.</summary>
    public required string Options { get; init; }

    /// <summary>The frozen preference set as JSONL, its SHA-256 (lower-case hex) and number of pairs.</summary>
    public required byte[] Pairs { get; init; }

    public required string PairsHash { get; init; }

    public required int PairCount { get; init; }

    /// <summary>The opponents drawn when the run started (JSON list of <see cref="PoolMember"/>): what it trains and is gated against.</summary>
    public string Opponents { get; init; } = "[]";

    public int Attempt { get; set; }

    /// <summary>When the worker of this attempt took the run, and the share that was done then: what the time left is estimated from.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public double StartedDone { get; set; }

    public string? Worker { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>"pairs", "round" or "evaluate", and the share done, 0 to 1.</summary>
    public string? Phase { get; set; }

    public double Done { get; set; }

    public bool CancelAsked { get; set; }

    /// <summary>What the worker recorded: base, data hash, options, seed, result, evaluation (JSON).</summary>
    public string? Record { get; set; }

    /// <summary>The gate so far: pair outcomes, log-likelihood ratio, bounds, Elo with interval (JSON).</summary>
    public string? Gate { get; set; }

    public string? FailedBecause { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>One line of metrics, in TRL's names.</summary>
public sealed class TrainingMetric
{
    public required RunId RunId { get; init; }

    public required int Step { get; init; }

    public required string Json { get; init; }
}

/// <summary>A file that a run's worker has sent; its bytes lie in the policy store under their SHA-256.</summary>
public sealed class TrainingFile
{
    public required RunId RunId { get; init; }

    /// <summary>As in the Hugging Face layout, e.g. "model.safetensors".</summary>
    public required string Name { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Sha256 { get; set; }

    public required long Bytes { get; set; }
}

/// <summary>One line of what happened to a run, for people.</summary>
public sealed class TrainingLogLine
{
    public long Id { get; init; }

    public required RunId RunId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>At most 400 characters, without control characters.</summary>
    public required string Text { get; init; }
}

/// <summary>A change of the version that an agent plays with. Append-only: going back is another row.</summary>
public sealed class VersionSwitch
{
    public long Id { get; init; }

    public required AgentId AgentId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required VersionId FromVersionId { get; init; }

    public required VersionId ToVersionId { get; init; }

    /// <summary>"promoted" by a gate, or "chosen" by the owner (a rollback, or its reversal).</summary>
    public required string Kind { get; init; }

    public Guid? RunId { get; init; }

    /// <summary>The owner's words, at most 200 characters.</summary>
    public string? Note { get; init; }
}
