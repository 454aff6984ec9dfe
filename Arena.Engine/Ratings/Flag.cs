using Arena.Engine.Agents;

namespace Arena.Engine.Ratings;

/// <summary>
/// What a detector saw and what follows from it. A flag is no verdict on anybody: it takes something out of the ladder or the count of votes for now, says so to
/// whom it concerns, and waits for an administrator, who upholds or dismisses it with a reason.
/// </summary>
public sealed class Flag
{
    /// <summary>One version lost to another by more than all its other matches explain.</summary>
    public const string ThrownGames = "thrown-games";

    /// <summary>Two versions seem to have taken turns in winning.</summary>
    public const string TradedWins = "traded-wins";

    /// <summary>A person's blind votes back one contestant, or turn the crowd round, whatever was written.</summary>
    public const string RiggedVotes = "rigged-votes";

    public const string Open = "open";
    public const string Upheld = "upheld";
    public const string Dismissed = "dismissed";

    public required Guid Id { get; init; }

    /// <summary>One of the three above.</summary>
    public required string Kind { get; init; }

    /// <summary>Space, or "" for votes.</summary>
    public required string Space { get; init; }

    /// <summary>Versions of a pair, smaller id first; null for votes.</summary>
    public VersionId? First { get; init; }

    public VersionId? Second { get; init; }

    /// <summary>Owners who are told: those of the two versions, or the voter twice.</summary>
    public required Guid OwnerA { get; init; }

    public required Guid OwnerB { get; init; }

    /// <summary>What was seen, in words and numbers.</summary>
    public required string Seen { get; init; }

    /// <summary>What it changes while it stands.</summary>
    public required string Changes { get; init; }

    public required string State { get; set; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }

    public bool Stands => State != Dismissed;
}

/// <summary>A line of a flag's log; never changed.</summary>
public sealed class FlagNote
{
    public const string Raised = "raised";
    public const string Objection = "objection";

    public required Guid Id { get; init; }

    public required Guid FlagId { get; init; }

    /// <summary>Owner or administrator; empty for the site.</summary>
    public required Guid By { get; init; }

    /// <summary>"raised", "objection", or a flag's state.</summary>
    public required string What { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }
}
