namespace Arena.Engine.Agents;

/// <summary>What a token may do.</summary>
public enum TokenScope
{
    /// <summary>Everything its owner may do through the API.</summary>
    Owner,

    /// <summary>Play as one bot agent.</summary>
    Bot,

    /// <summary>Take training jobs.</summary>
    Worker,
}

/// <summary>An API token; only its SHA-256 is kept, the token itself is shown once.</summary>
public sealed class ApiToken
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required AgentId? AgentId { get; init; }

    public required TokenScope Scope { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>The first characters, so that an owner can tell tokens apart.</summary>
    public required string Prefix { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
