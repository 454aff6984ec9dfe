using System.Text.Json;
using System.Text.Json.Serialization;
using Arena.Engine.Agents;

namespace Arena.Engine.Training;

/// <summary>One opponent of a run's pool, as frozen with the run, as shown, and as sent to the worker.</summary>
/// <param name="Kind">"house" or "policy".</param>
/// <param name="Name">A house agent's slug in the space; a policy's name as in a job: "arena-tiny", or the id of the version whose files it uses.</param>
/// <param name="Weight">Share of the games, all members' together 1.</param>
/// <param name="Source">"house", "past" (an earlier version of the same agent) or "sparring" (another agent whose owner allows it).</param>
/// <param name="Title">For people: the agent's name, with the version for policies.</param>
/// <param name="Elo">Its rating in the space when it was drawn; 1500 where it had none.</param>
/// <param name="Rated">Whether it had a rating.</param>
/// <param name="Expected">The parent's expected score against it, 0 to 1.</param>
/// <param name="Temperature">With which a policy samples; null for house agents.</param>
/// <param name="Files">A policy's files; empty for the shipped base model, null for house agents.</param>
public sealed record PoolMember(
    string Kind, string Name, double Weight, string Source, string Title, Guid AgentId, Guid VersionId,
    double Elo, bool Rated, double Expected, double? Temperature, IReadOnlyList<PolicyFile>? Files)
{
    public const string House = "house";
    public const string Policy = "policy";
    public const string Past = "past";
    public const string Sparring = "sparring";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string ToJson(IReadOnlyList<PoolMember> members) => JsonSerializer.Serialize(members, Json);

    public static IReadOnlyList<PoolMember> ListOf(string json) => JsonSerializer.Deserialize<List<PoolMember>>(json, Json) ?? [];
}
