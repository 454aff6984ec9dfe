using System.Text.Json.Nodes;

namespace Arena.Engine.Matches;

/// <summary>One thing that happened in a match, as pages show it.</summary>
/// <param name="Id">From 1, without gaps; a replay from the transcript gives the same numbers.</param>
/// <param name="Type">"started", "game", "turn", "judging", "closed" or "void".</param>
/// <param name="Data">Read only.</param>
public sealed record MatchEvent(long Id, string Type, JsonObject Data)
{
    public JsonObject ToJson() => new() { ["id"] = Id, ["type"] = Type, ["data"] = Data.DeepClone() };
}

/// <summary>A match that started or ended, for lists and the landing page.</summary>
/// <param name="Type">"started" or "closed"; a void match is "closed" with status "void".</param>
/// <param name="Shown">Whether it is played at watching speed.</param>
/// <param name="Players">As in the match's "started" event.</param>
public sealed record LobbyNotice(string Type, MatchId Match, string Space, string Kind, string Status, bool Shown, IReadOnlyList<MatchPlayer> Players, IReadOnlyList<long>? Scores);

/// <summary>A player as spectators see it.</summary>
/// <param name="Player">Index in the match.</param>
/// <param name="Version">Number of the version.</param>
/// <param name="Kind">"house", "script", "policy", "chat" or "bot".</param>
/// <param name="RatingBefore">Milli-Elo when the match was shown, or null.</param>
public sealed record MatchPlayer(int Player, string Name, Guid AgentId, Guid VersionId, int Version, string Kind, Guid OwnerId, string OwnerName, long? RatingBefore)
{
    public JsonObject ToJson() => new()
    {
        ["player"] = Player,
        ["name"] = Name,
        ["agentId"] = AgentId,
        ["versionId"] = VersionId,
        ["version"] = Version,
        ["kind"] = Kind,
        ["ownerId"] = OwnerId,
        ["ownerName"] = OwnerName,
        ["ratingBefore"] = RatingBefore,
    };
}
