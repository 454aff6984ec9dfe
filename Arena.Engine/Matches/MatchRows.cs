using Arena.Engine.Ledger;
using Arena.Engine.Spaces;
using Arena.Engine.Store;

namespace Arena.Engine.Matches;

/// <summary>A right to play and close a match: whoever holds the highest fence.</summary>
public sealed record MatchLease(MatchPlan Plan, long Fence);

/// <summary>The match's rows as the group writer reads and writes them: plain prepared statements, because this is the hot path.</summary>
internal static class MatchRows
{
    /// <summary>Writes a match that this node starts at once, its lease included, and takes its stakes.</summary>
    /// <exception cref="InvalidOperationException">A stake is missing.</exception>
    public static void Insert(WriteSession session, MatchPlan plan, string node, DateTimeOffset leaseUntil)
    {
        session.Run(
            """
            INSERT INTO Matches (Id, Space, RulesVersion, Kind, Tier, Status, Seed, Commitment, PaceMs, Fence, LeaseOwner, LeaseUntil, CreatedAt, StartedAt, Turns, GateRun, Material)
            VALUES ($0, $1, $2, $3, $4, 'Running', $5, $6, $7, 1, $8, $9, $10, $10, 0, $11, $12)
            """,
            plan.Id.Value, plan.Space, plan.RulesVersion, plan.Kind.ToString(), plan.Tier, plan.Seed, plan.Commitment, plan.PaceMs,
            node, WriteSession.Moment(leaseUntil), WriteSession.Moment(plan.CreatedAt), plan.GateRun, plan.MaterialHash);
        for (var player = 0; player < plan.Seats.Count; player++)
        {
            var seat = plan.Seats[player];
            session.Run(
                "INSERT INTO MatchSeats (MatchId, Player, AgentId, VersionId, OwnerId, EntryId) VALUES ($0, $1, $2, $3, $4, $5)",
                plan.Id.Value, player, seat.AgentId.Value, seat.VersionId.Value, seat.OwnerId, seat.EntryId);
        }
        if (FeeTier.Named(plan.Tier) is { FeeGwei: > 0 } tier)
        {
            var homes = plan.Seats.Select(s => new StakeHome(LedgerBook.HoldOf(s.EntryId ?? throw new InvalidOperationException("A staked seat needs an entry.")))).ToList();
            if (LedgerDesk.Book(session, LedgerBook.Stake(plan.Id, tier, homes), plan.CreatedAt) == TransferOutcome.Short)
            {
                throw new InvalidOperationException($"An entry of match {plan.Id} holds no stake.");
            }
        }
    }

    /// <summary>Takes over a match that nobody holds, or that this node holds already; null when it is over or somebody else's.</summary>
    public static MatchLease? TakeLease(WriteSession session, MatchId id, string node, DateTimeOffset now, DateTimeOffset until)
    {
        var fence = session.First(
            """
            UPDATE Matches SET Status = 'Running', Fence = Fence + 1, LeaseOwner = $1, LeaseUntil = $2, StartedAt = COALESCE(StartedAt, $3)
            WHERE Id = $0 AND Status IN ('Scheduled', 'Running') AND (LeaseUntil IS NULL OR LeaseUntil < $3 OR LeaseOwner = $1)
            RETURNING Fence
            """,
            r => (long?)r.GetInt64(0), id.Value, node, WriteSession.Moment(until), WriteSession.Moment(now));
        return fence is { } number ? new MatchLease(Load(session, id)!, number) : null;
    }

    /// <summary>A match's fixed facts, or null when there is none.</summary>
    public static MatchPlan? Load(WriteSession session, MatchId id)
    {
        var seats = session.Read(
            """
            SELECT s.AgentId, s.VersionId, v.Hash, s.OwnerId, s.EntryId FROM MatchSeats s
            JOIN AgentVersions v ON v.Id = s.VersionId WHERE s.MatchId = $0 ORDER BY s.Player
            """,
            r => new PlannedSeat(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetString(2), r.GetGuid(3), r.IsDBNull(4) ? null : r.GetGuid(4)),
            id.Value);
        return session.First(
            """
            SELECT m.Space, m.RulesVersion, m.Kind, m.Tier, m.Seed, m.PaceMs, m.GateRun, m.CreatedAt, s.Json FROM Matches m
            LEFT JOIN SpaceMaterials s ON s.Hash = m.Material WHERE m.Id = $0
            """,
            r => new MatchPlan(
                id, r.GetString(0), r.GetInt32(1), Enum.Parse<MatchKind>(r.GetString(2)), r.GetString(3), (byte[])r.GetValue(4), r.GetInt32(5),
                r.IsDBNull(6) ? null : r.GetGuid(6), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(7)), seats)
            { Material = r.IsDBNull(8) ? null : r.GetString(8) },
            id.Value);
    }
}
