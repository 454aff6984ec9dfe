using Arena.Engine.Agents;

namespace Arena.Engine.Ratings;

/// <summary>A version's live Elo in one space.</summary>
public sealed class Rating
{
    public required string Space { get; init; }

    public required VersionId VersionId { get; init; }

    public required AgentId AgentId { get; init; }

    /// <summary>Thousandths of an Elo point; 1,500,000 at the start.</summary>
    public long MilliElo { get; set; } = 1_500_000;

    public int Games { get; set; }

    public int Wins { get; set; }

    public int Losses { get; set; }

    public int Draws { get; set; }

    public MatchId? LastMatch { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Fewer than 30 games: shown with a question mark.</summary>
    public bool IsProvisional => Games < 30;
}
