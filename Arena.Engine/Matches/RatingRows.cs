using Arena.Engine.Agents;
using Arena.Engine.Store;

namespace Arena.Engine.Matches;

/// <summary>Rating rows inside the closing transaction.</summary>
internal static class RatingRows
{
    public static Standing Read(WriteSession session, string space, PlannedSeat seat)
    {
        // House agents anchor the list: they move slowly (Arena.Rules.Ratings.Elo).
        var anchor = seat.OwnerId == Owner.HouseId;
        return session.First(
            "SELECT MilliElo, Games, LastMatch FROM Ratings WHERE Space = $0 AND VersionId = $1",
            r => new Standing(r.GetInt64(0), r.GetInt32(1), r.IsDBNull(2) ? null : new MatchId(r.GetGuid(2)), anchor),
            space, seat.VersionId.Value) ?? Standing.Newcomer(anchor);
    }

    public static void Write(WriteSession session, MatchPlan plan, PlannedSeat seat, SeatClosing closing, DateTimeOffset now) => session.Run(
        """
        INSERT INTO Ratings (Space, VersionId, AgentId, MilliElo, Games, Wins, Losses, Draws, LastMatch, UpdatedAt) VALUES ($0, $1, $2, $3, 1, $4, $5, $6, $7, $8)
        ON CONFLICT (Space, VersionId) DO UPDATE SET MilliElo = excluded.MilliElo, Games = Games + 1, Wins = Wins + excluded.Wins,
        Losses = Losses + excluded.Losses, Draws = Draws + excluded.Draws, LastMatch = excluded.LastMatch, UpdatedAt = excluded.UpdatedAt
        """,
        plan.Space, seat.VersionId.Value, seat.AgentId.Value, closing.Rating!.After,
        closing.Outcome == MatchOutcome.Win ? 1 : 0, closing.Outcome == MatchOutcome.Loss ? 1 : 0, closing.Outcome == MatchOutcome.Draw ? 1 : 0,
        plan.Id.Value, WriteSession.Moment(now));
}
