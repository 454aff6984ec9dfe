using Arena.Engine.Agents;

namespace Arena.Engine.Matches;

/// <summary>Whether an entry still asks for matches.</summary>
public enum EntryStatus
{
    Waiting,
    Playing,
    Done,
    Left,
    Stopped,
}

/// <summary>An agent version that stands in a space's queue for a number of matches.</summary>
public sealed class Entry
{
    private Entry()
    {
    }

    public Entry(Guid id, string space, string tier, AgentId agent, VersionId version, Guid owner, int matches, DateTimeOffset now)
    {
        Id = id;
        Space = space;
        Tier = tier;
        AgentId = agent;
        VersionId = version;
        OwnerId = owner;
        MatchesLeft = matches;
        EnteredAt = now;
        WaitingSince = now;
    }

    public Guid Id { get; private set; }

    public string Space { get; private set; } = "";

    public string Tier { get; private set; } = "free";

    public AgentId AgentId { get; private set; }

    public VersionId VersionId { get; private set; }

    public Guid OwnerId { get; private set; }

    public int MatchesLeft { get; private set; }

    public EntryStatus Status { get; private set; }

    public DateTimeOffset EnteredAt { get; private set; }

    public DateTimeOffset WaitingSince { get; private set; }

    /// <summary>The match it plays now.</summary>
    public MatchId? MatchId { get; private set; }

    /// <summary>Why it was stopped, for its owner.</summary>
    public string? StoppedBecause { get; private set; }

    /// <summary>Why it still waits, for its owner; null before the first look at it.</summary>
    public string? WaitingBecause { get; private set; }

    /// <summary>Not paired before this moment: set after a void match, so that an outage isn't hammered.</summary>
    public DateTimeOffset? HoldUntil { get; private set; }

    /// <summary>Void matches in a row.</summary>
    public int Voids { get; private set; }

    public void Leave() => Status = EntryStatus.Left;
}
