using Arena.Trainer.Policies;

namespace Arena.Trainer.Training;

/// <summary>An opponent that a job brought: a house agent, or a policy loaded from its files.</summary>
/// <param name="Name">A house agent's slug, or the policy's name.</param>
/// <param name="Weight">Share among the pool's games.</param>
/// <param name="Policy">Null for a house agent. The caller keeps and disposes it.</param>
/// <param name="Temperature">With which the policy samples.</param>
public sealed record PoolOpponent(string Name, double Weight, Policy? Policy = null, double Temperature = 1);
