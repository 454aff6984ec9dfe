using System.Text.Json;

namespace Arena.Trainer.Working;

/// <summary>A training job as the site hands it out.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Attempt">Counts leases of this job; goes back with every message.</param>
/// <param name="LeaseSeconds">The site gives the job to another worker after this long without a word.</param>
/// <param name="Space">Slug.</param>
/// <param name="Policy">What is trained.</param>
/// <param name="Options">Training options.</param>
/// <param name="Pairs">The frozen preference set.</param>
/// <param name="Opponents">The run's pool; null from a site that has none.</param>
public sealed record Job(Guid Id, int Attempt, int LeaseSeconds, string Space, JobPolicy Policy, JsonElement Options, JobPairs Pairs, IReadOnlyList<JobOpponent>? Opponents = null);

/// <summary>A member of a run's pool.</summary>
/// <param name="Kind">"house" or "policy".</param>
/// <param name="Name">A house agent's slug in the space, or a policy's name.</param>
/// <param name="Weight">Share of the pool's games.</param>
/// <param name="Temperature">With which a policy samples.</param>
/// <param name="Files">A policy's; empty for the shipped one.</param>
public sealed record JobOpponent(string Kind, string Name, double Weight, double? Temperature, IReadOnlyList<JobFile>? Files);

/// <param name="Name">The shipped model's name, or a policy of the site.</param>
/// <param name="Files">Empty for the shipped model.</param>
public sealed record JobPolicy(string Name, IReadOnlyList<JobFile>? Files);

/// <param name="Sha256">Lower-case hex.</param>
public sealed record JobFile(string Name, string Sha256, long Bytes);

/// <param name="Sha256">Of the bytes of pairs.jsonl, lower-case hex.</param>
/// <param name="Notation">"compact", or "text": lists of messages that hold the full text; null from a site that knows compact notation alone.</param>
public sealed record JobPairs(int Count, string? Sha256, string? Notation = null);

/// <summary>What a message about a job brought back.</summary>
public enum JobAnswer
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>The owner wants it to end.</summary>
    Cancel,

    /// <summary>The job is no longer this worker's.</summary>
    Lost,
}
