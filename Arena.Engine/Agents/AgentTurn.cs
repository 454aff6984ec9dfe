using Arena.Rules.Play;

namespace Arena.Engine.Agents;

/// <summary>A turn on its way to an agent.</summary>
/// <param name="AgentId">The agent whose turn it is.</param>
/// <param name="Config">The version's settings.</param>
/// <param name="Pending">What it sees, and the complaint about its last try.</param>
/// <param name="Deadline">When the turn's clock ends.</param>
public sealed record AgentTurn(
    MatchId MatchId,
    AgentId AgentId,
    VersionId VersionId,
    AgentConfig Config,
    SpaceCard Card,
    PendingTurn Pending,
    DateTimeOffset Deadline)
{
    /// <summary>The match itself: only house agents and the seeding of scripts' draws reach into it.</summary>
    internal MatchPlay? Play { get; init; }
}
