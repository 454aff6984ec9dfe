using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Matches;

/// <summary>What the players of a match that still runs are rated now; a closed match says what they were rated before it.</summary>
internal static class LiveRatings
{
    /// <summary>Fills "ratingBefore" (milli-Elo) of players who have none yet. Versions without a rating in the space stay without.</summary>
    public static async Task AddAsync(JsonObject frames, ArenaDb db, CancellationToken ct)
    {
        var space = (string?)frames["match"]?["space"];
        var players = (frames["players"] as JsonArray ?? []).OfType<JsonObject>().Where(p => p["ratingBefore"] is null).ToList();
        var versions = players.Select(p => new VersionId((Guid)p["versionId"]!)).ToList();
        var ratings = await db.Ratings.Where(r => r.Space == space && versions.Contains(r.VersionId)).Select(r => new { r.VersionId, r.MilliElo }).ToDictionaryAsync(r => r.VersionId, r => r.MilliElo, ct);
        foreach (var player in players)
        {
            if (ratings.TryGetValue(new VersionId((Guid)player["versionId"]!), out var rating))
            {
                player["ratingBefore"] = rating;
            }
        }
    }
}
