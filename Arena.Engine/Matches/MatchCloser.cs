using System.IO.Compression;
using Arena.Engine.Ledger;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>What became of an attempt to close a match.</summary>
/// <param name="Closing">Null when it was refused: another node holds the match, or it is over already.</param>
/// <param name="Judging">The transcript is stored; judges decide.</param>
public sealed record CloseOutcome(MatchClosing? Closing, bool Judging = false)
{
    public static CloseOutcome Stale { get; } = new(null, false);
}

/// <summary>
/// Ends matches, each in one transaction: status, scores, ratings, stakes, transcript, entries and what is still owed. The fence
/// makes sure that a match ends once, whoever plays it.
/// </summary>
public sealed class MatchCloser(GroupWriter writer, IOptions<ArenaOptions> options, TimeProvider time)
{
    /// <summary>Closes a played match, or hands it to the judges.</summary>
    public Task<CloseOutcome> CloseAsync(MatchLease lease, PlayedMatch played)
    {
        var transcript = Compress(played.Transcript);
        var hash = Convert.ToHexStringLower(played.Hash);
        var faults = MatchClosing.FaultsOf(played, lease.Plan.Seats.Count);
        var turns = played.Games.Sum(g => g.Turns.Count);
        return writer.WriteAsync(session => played.Scores is null
            ? ToJudges(session, lease, hash, transcript, faults, turns)
            : Close(session, lease.Plan, $"Running/{lease.Fence}", played.Scores, hash, null, faults, transcript, turns));
    }

    /// <summary>Closes a match that waits for its judges.</summary>
    /// <param name="scores">Micro-points per player.</param>
    /// <param name="verdictHash">SHA-256 of the canonical verdict, lower-case hex.</param>
    public Task<CloseOutcome> CloseJudgedAsync(MatchId id, IReadOnlyList<long> scores, string verdictHash, CancellationToken ct = default) =>
        writer.WriteAsync(session => CloseJudged(session, id, scores, verdictHash), ct);

    /// <summary>The same inside a transaction that does more, such as storing the verdict.</summary>
    public CloseOutcome CloseJudged(WriteSession session, MatchId id, IReadOnlyList<long> scores, string verdictHash)
    {
        var row = session.First(
            "SELECT TranscriptHash, Turns, Fence FROM Matches WHERE Id = $0 AND Status = 'Judging'",
            r => (Hash: r.GetString(0), Turns: r.GetInt32(1), Fence: r.GetInt64(2)), id.Value);
        if (row.Hash is null)
        {
            return CloseOutcome.Stale;
        }
        var faults = session.Read("SELECT Fault FROM MatchSeats WHERE MatchId = $0 ORDER BY Player", r => r.IsDBNull(0) ? null : r.GetString(0), id.Value);
        return Close(session, MatchRows.Load(session, id)!, $"Judging/{row.Fence}", scores, row.Hash, verdictHash, faults, null, row.Turns);
    }

    /// <summary>Ends a match without a result: a platform fault. Nothing but its own status changes; stakes and entries go back.</summary>
    /// <param name="reason">For everybody.</param>
    /// <returns>False when it was over already or another node holds it.</returns>
    public Task<bool> VoidAsync(MatchId id, long? fence, string reason, CancellationToken ct = default) =>
        writer.WriteAsync(session => Void(session, id, fence, reason), ct);

    private CloseOutcome ToJudges(WriteSession session, MatchLease lease, string hash, byte[] transcript, IReadOnlyList<string?> faults, int turns)
    {
        var id = lease.Plan.Id.Value;
        if (session.Run(
            "UPDATE Matches SET Status = 'Judging', TranscriptHash = $1, Turns = $2, LeaseOwner = NULL, LeaseUntil = NULL WHERE Id = $0 AND Status = 'Running' AND Fence = $3",
            id, hash, turns, lease.Fence) == 0)
        {
            return CloseOutcome.Stale;
        }
        session.Run("INSERT INTO MatchTranscripts (MatchId, Blob, Record) VALUES ($0, $1, $2)", id, transcript, Array.Empty<byte>());
        for (var player = 0; player < faults.Count; player++)
        {
            session.Run("UPDATE MatchSeats SET Fault = $2 WHERE MatchId = $0 AND Player = $1", id, player, faults[player]);
        }
        return new CloseOutcome(null, Judging: true);
    }

    private CloseOutcome Close(
        WriteSession session, MatchPlan plan, string guard, IReadOnlyList<long> scores, string hash, string? verdict,
        IReadOnlyList<string?> faults, byte[]? transcript, int turns)
    {
        var now = time.GetUtcNow();
        var rated = plan.Kind == MatchKind.Rated;
        var standings = rated ? plan.Seats.Select(s => RatingRows.Read(session, plan.Space, s)).ToList() : [];
        var closing = MatchClosing.Decide(plan, scores, hash, verdict, standings, faults, now);
        var id = plan.Id.Value;
        if (session.Run(
            """
            UPDATE Matches SET Status = 'Closed', ClosedAt = $1, TranscriptHash = $2, Leaf = $3, Turns = $4, LeaseOwner = NULL, LeaseUntil = NULL
            WHERE Id = $0 AND Status || '/' || Fence = $5
            """,
            id, WriteSession.Moment(now), hash, closing.Leaf, turns, guard) == 0)
        {
            return CloseOutcome.Stale;
        }
        for (var player = 0; player < closing.Seats.Count; player++)
        {
            var seat = closing.Seats[player];
            session.Run(
                """
                UPDATE MatchSeats SET Score = $2, RatingBefore = $3, RatingAfter = $4, GamesBefore = $5, K = $6, PreviousMatch = $7, Fault = $8
                WHERE MatchId = $0 AND Player = $1
                """,
                id, player, seat.Score, seat.Rating?.Before, seat.Rating?.After, seat.Before?.Games, seat.Rating?.K, seat.Before?.LastMatch?.Value, seat.Fault);
            if (rated)
            {
                RatingRows.Write(session, plan, plan.Seats[player], seat, now);
            }
        }
        if (transcript is not null)
        {
            session.Run("INSERT INTO MatchTranscripts (MatchId, Blob, Record) VALUES ($0, $1, $2)", id, transcript, closing.Record);
        }
        else
        {
            session.Run("UPDATE MatchTranscripts SET Record = $1 WHERE MatchId = $0", id, closing.Record);
        }
        if (FeeTier.Named(plan.Tier) is { FeeGwei: > 0 } tier)
        {
            LedgerDesk.Book(session, LedgerBook.Close(plan.Id, tier, [.. plan.Seats.Select((s, i) => new StakedSeat(s.OwnerId, scores[i]))]), now);
        }
        EntryRows.AfterMatch(session, plan, now);
        if (plan.Kind != MatchKind.Gate)
        {
            session.Run(
                "INSERT INTO MatchFollowUps (MatchId, Kind, DueAt, Attempts) VALUES ($0, $1, $2, 0)", id, MatchFollowUp.Pairs, WriteSession.Moment(now));
        }
        return new CloseOutcome(closing);
    }

    private bool Void(WriteSession session, MatchId id, long? fence, string reason)
    {
        var now = time.GetUtcNow();
        if (session.Run(
            """
            UPDATE Matches SET Status = 'Void', VoidReason = $1, ClosedAt = $2, LeaseOwner = NULL, LeaseUntil = NULL
            WHERE Id = $0 AND Status IN ('Scheduled', 'Running', 'Judging') AND ($3 IS NULL OR Fence = $3)
            """,
            id.Value, reason.Length <= 500 ? reason : reason[..500], WriteSession.Moment(now), fence) == 0)
        {
            return false;
        }
        var plan = MatchRows.Load(session, id)!;
        var homes = plan.Seats.Select(s => EntryRows.AfterVoid(session, s, options.Value.Matchmaking, reason, now)).ToList();
        if (FeeTier.Named(plan.Tier) is { FeeGwei: > 0 } tier)
        {
            LedgerDesk.Book(session, LedgerBook.Void(id, tier, homes), now);
            EntryRows.ReturnUnused(session, plan, now);
        }
        return true;
    }

    /// <summary>Brotli at a fast level: transcripts are repetitive text, and the level above costs several times as much for a tenth less.</summary>
    internal static byte[] Compress(byte[] transcript)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(transcript.Length)];
        return BrotliEncoder.TryCompress(transcript, buffer, out var written, quality: 3, window: 18)
            ? buffer[..written]
            : throw new InvalidOperationException("The transcript could not be compressed.");
    }

    internal static byte[] Decompress(byte[] blob)
    {
        using var source = new BrotliStream(new MemoryStream(blob), CompressionMode.Decompress);
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }
}
