using Arena.Engine.Ledger;
using Arena.Engine.Store;

namespace Arena.Engine.Matches;

/// <summary>Entries inside transactions that start and end matches.</summary>
internal static class EntryRows
{
    /// <summary>Whether an entry still asks for a match.</summary>
    public static bool IsWaiting(WriteSession session, Guid entry) =>
        session.First("SELECT 1 FROM Entries WHERE Id = $0 AND Status = 'Waiting' AND MatchesLeft > 0", _ => true, entry);

    /// <summary>Marks a waiting entry as playing.</summary>
    public static void Pair(WriteSession session, Guid entry, MatchId match) => session.Run(
        "UPDATE Entries SET Status = 'Playing', MatchId = $1, MatchesLeft = MatchesLeft - 1, WaitingBecause = NULL WHERE Id = $0", entry, match.Value);

    /// <summary>Back into the queue, or done.</summary>
    public static void AfterMatch(WriteSession session, MatchPlan plan, DateTimeOffset now)
    {
        foreach (var seat in plan.Seats)
        {
            if (seat.EntryId is { } entry)
            {
                session.Run(
                    """
                    UPDATE Entries SET Status = CASE WHEN MatchesLeft > 0 THEN 'Waiting' ELSE 'Done' END, MatchId = NULL, WaitingSince = $1, HoldUntil = NULL, Voids = 0
                    WHERE Id = $0 AND Status = 'Playing'
                    """,
                    entry, WriteSession.Moment(now));
            }
        }
    }

    /// <summary>Gives an entry its match back and lets it wait before the next, longer with each void match; after too many it is stopped.</summary>
    /// <returns>Where the seat's stake goes.</returns>
    public static StakeHome AfterVoid(WriteSession session, PlannedSeat seat, MatchmakingOptions options, string reason, DateTimeOffset now)
    {
        var owner = new StakeHome(LedgerBook.AccountOf(seat.OwnerId));
        if (seat.EntryId is not { } entry)
        {
            return owner;
        }
        var voids = session.First("SELECT Voids FROM Entries WHERE Id = $0 AND Status = 'Playing'", r => (int?)r.GetInt32(0), entry);
        if (voids is not { } before)
        {
            return owner;
        }
        if (before + 1 >= options.VoidsUntilStop)
        {
            session.Run(
                "UPDATE Entries SET Status = 'Stopped', MatchId = NULL, Voids = $1, StoppedBecause = $2 WHERE Id = $0",
                entry, before + 1, $"{before + 1} matches in a row could not be played. The last one: {reason}");
            return owner;
        }
        var hold = now + options.AfterVoid * Math.Pow(2, Math.Min(before, 8));
        session.Run(
            "UPDATE Entries SET Status = 'Waiting', MatchId = NULL, MatchesLeft = MatchesLeft + 1, Voids = $1, HoldUntil = $2, WaitingSince = $3, WaitingBecause = $4 WHERE Id = $0",
            entry, before + 1, WriteSession.Moment(hold), WriteSession.Moment(now), $"The last match was void ({reason}); the next try follows shortly.");
        return new StakeHome(LedgerBook.HoldOf(entry));
    }

    /// <summary>Pays back what stopped entries of a void match still hold.</summary>
    public static void ReturnUnused(WriteSession session, MatchPlan plan, DateTimeOffset now)
    {
        foreach (var seat in plan.Seats)
        {
            if (seat.EntryId is { } held && session.First("SELECT Status FROM Entries WHERE Id = $0", r => r.GetString(0), held) is "Stopped" or "Left")
            {
                Return(session, held, seat.OwnerId, now);
            }
        }
    }

    /// <summary>Pays back what an ended entry still holds.</summary>
    public static void Return(WriteSession session, Guid entry, Guid owner, DateTimeOffset now)
    {
        var left = session.First("SELECT COALESCE(SUM(AmountGwei), 0) FROM LedgerRows WHERE Account = $0", r => r.GetInt64(0), LedgerBook.HoldOf(entry));
        if (left > 0)
        {
            LedgerDesk.Book(session, LedgerBook.Return(entry, owner, left), now);
        }
    }
}
