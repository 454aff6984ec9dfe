namespace Arena.Engine.Agents;

/// <summary>How far a version is trusted to play.</summary>
public enum VersionStatus
{
    /// <summary>May play rated matches.</summary>
    Ready,

    /// <summary>Trained; plays its parent in the gate.</summary>
    Candidate,

    /// <summary>Won the gate and became the agent's current version.</summary>
    Promoted,

    /// <summary>Did not win the gate.</summary>
    Rejected,
}

/// <summary>An immutable, content-hashed version of an agent: what a rating belongs to.</summary>
public sealed class AgentVersion
{
    private AgentVersion()
    {
    }

    public AgentVersion(VersionId id, AgentId agent, int number, string config, string hash, VersionId? parent, VersionStatus status, DateTimeOffset now)
    {
        Id = id;
        AgentId = agent;
        Number = number;
        Config = config;
        Hash = hash;
        ParentId = parent;
        Status = status;
        CreatedAt = now;
    }

    public VersionId Id { get; private set; }

    public AgentId AgentId { get; private set; }

    /// <summary>1 for the first.</summary>
    public int Number { get; private set; }

    /// <summary>The kind's own settings as JSON (<see cref="AgentConfig"/>); never holds a secret.</summary>
    public string Config { get; private set; } = "{}";

    /// <summary>SHA-256 of kind and config, lower-case hex.</summary>
    public string Hash { get; private set; } = "";

    public VersionId? ParentId { get; private set; }

    public VersionStatus Status { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public void Promote() => Status = VersionStatus.Promoted;

    public void Reject() => Status = VersionStatus.Rejected;
}
