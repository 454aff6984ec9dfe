namespace Arena.Engine.Verdicts;

/// <summary>A match whose judges could not decide: people are asked.</summary>
public sealed class Escalation
{
    public required MatchId MatchId { get; init; }

    /// <summary>The chance of player 0 when the judges were done.</summary>
    public required double Chance { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>A person's choice between two texts whose writers were hidden.</summary>
public sealed class PersonVote
{
    /// <summary>The match, or the gold case that was shown like one.</summary>
    public required MatchId MatchId { get; init; }

    public required Guid OwnerId { get; init; }

    /// <summary>Player index shown on the left.</summary>
    public required int First { get; init; }

    /// <summary>Player index, or null for a tie.</summary>
    public int? Preferred { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>An owner's dispute of a verdict: once a match, judged again by others.</summary>
public sealed class Appeal
{
    public const string Open = "open";

    /// <summary>The others say the same, or can't tell: the deposit is kept.</summary>
    public const string Rejected = "rejected";

    /// <summary>The others say otherwise: the deposit goes back and the match's pairs are withdrawn.</summary>
    public const string Upheld = "upheld";

    /// <summary>Nobody else could judge in time: the verdict stands, the deposit goes back.</summary>
    public const string Unheard = "unheard";

    public required MatchId MatchId { get; init; }

    public required Guid OwnerId { get; init; }

    public required string Reason { get; init; }

    public required long Deposit { get; init; }

    public required string State { get; set; }

    /// <summary>Who judged again and what they said, as JSON like a verdict's explanation; null while open.</summary>
    public string? Outcome { get; set; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }
}

/// <summary>Off-chain points of the free tier: append-only, an owner's balance is their sum.</summary>
public sealed class PointRow
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required long Amount { get; init; }

    /// <summary>"welcome", "appeal-deposit" or "appeal-refund".</summary>
    public required string Why { get; init; }

    public MatchId? MatchId { get; init; }

    public required DateTimeOffset At { get; init; }
}
