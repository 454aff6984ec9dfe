using Arena.Engine.Agents;

namespace Arena.Engine.Matches;

/// <summary>A match's life (DESIGN section 1). It never changes after <see cref="Closed"/> or <see cref="Void"/>.</summary>
public enum MatchStatus
{
    Scheduled,
    Running,

    /// <summary>Played; waits for the judges' verdict.</summary>
    Judging,
    Closed,

    /// <summary>A platform fault: stakes released, no rating change.</summary>
    Void,
}

/// <summary>Why a match is played; only rated ones move ratings.</summary>
public enum MatchKind
{
    Rated,
    Casual,
    Gate,
}

/// <summary>One contest. The row is the authority over its life; a grain only hosts it.</summary>
public sealed class Match
{
    public required MatchId Id { get; init; }

    public required string Space { get; init; }

    public required int RulesVersion { get; init; }

    public required MatchKind Kind { get; init; }

    public required string Tier { get; init; }

    public MatchStatus Status { get; set; }

    /// <summary>32 bytes, secret until the match ends.</summary>
    public required byte[] Seed { get; init; }

    /// <summary>SHA-256 commitment published before play, lower-case hex.</summary>
    public required string Commitment { get; init; }

    /// <summary>Hash of the <see cref="Spaces.SpaceMaterial"/> that it is played with, or null.</summary>
    public string? Material { get; init; }

    /// <summary>Least time between shown turns, milliseconds; 0 = as fast as the agents.</summary>
    public required int PaceMs { get; init; }

    /// <summary>Raised with each lease; a close with an older number is refused.</summary>
    public long Fence { get; set; }

    public string? LeaseOwner { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Why it is void, for everybody.</summary>
    public string? VoidReason { get; set; }

    /// <summary>keccak-256 of the canonical transcript, lower-case hex; null until closed.</summary>
    public string? TranscriptHash { get; set; }

    /// <summary>keccak-256(keccak-256(result record)), 32 bytes; null until closed.</summary>
    public byte[]? Leaf { get; set; }

    /// <summary>The settlement epoch that holds it, or null while it waits.</summary>
    public long? Epoch { get; set; }

    /// <summary>Number of turns, for lists.</summary>
    public int Turns { get; set; }

    /// <summary>The training run whose gate this match belongs to.</summary>
    public Guid? GateRun { get; init; }

    public List<MatchSeat> Seats { get; init; } = [];
}

/// <summary>One player of a match, with what the match did to its rating.</summary>
public sealed class MatchSeat
{
    public required MatchId MatchId { get; init; }

    /// <summary>Index in the match's order of players.</summary>
    public required int Player { get; init; }

    public required AgentId AgentId { get; init; }

    public required VersionId VersionId { get; init; }

    public required Guid OwnerId { get; init; }

    public Guid? EntryId { get; init; }

    /// <summary>Micro-points, null until closed.</summary>
    public long? Score { get; set; }

    /// <summary>Milli-Elo before and after; null when the match is not rated or not closed.</summary>
    public long? RatingBefore { get; set; }

    public long? RatingAfter { get; set; }

    /// <summary>Rated games before this match, and the K that was used.</summary>
    public int? GamesBefore { get; set; }

    public int? K { get; set; }

    /// <summary>The version's rated match before this one in the space.</summary>
    public MatchId? PreviousMatch { get; set; }

    /// <summary>The first fault of this player as "what: detail", or null.</summary>
    public string? Fault { get; set; }
}

/// <summary>The match's papers: the canonical transcript, compressed, and the canonical result record.</summary>
public sealed class MatchTranscript
{
    public required MatchId MatchId { get; init; }

    /// <summary>Brotli-compressed canonical transcript.</summary>
    public required byte[] Blob { get; init; }

    /// <summary>Canonical result record, whose double keccak is the leaf.</summary>
    public required byte[] Record { get; init; }
}

/// <summary>An answer from outside the process, on disk before it is acknowledged or acted upon; a resumed match reads it back.</summary>
public sealed class RecordedReply
{
    public required MatchId MatchId { get; init; }

    public required int Turn { get; init; }

    public required int Try { get; init; }

    public string? Text { get; init; }

    public string? Fault { get; init; }

    public string? Detail { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>Work that a closed match still owes, written in the transaction that closed it; its worker removes the row when it is done.</summary>
public sealed class MatchFollowUp
{
    /// <summary>Preference pairs are to be drawn from the match.</summary>
    public const string Pairs = "pairs";

    public required MatchId MatchId { get; init; }

    /// <summary>E.g. <see cref="Pairs"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Not before; a failed attempt moves it.</summary>
    public required DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }
}
