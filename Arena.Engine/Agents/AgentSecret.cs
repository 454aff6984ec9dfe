namespace Arena.Engine.Agents;

/// <summary>A secret of an agent, encrypted at rest (ASP.NET Data Protection); never exported, logged or shown again.</summary>
public sealed class AgentSecret
{
    public required AgentId AgentId { get; init; }

    /// <summary>E.g. "chat-key".</summary>
    public required string Name { get; init; }

    public required string Protected { get; set; }
}
