using Arena.Engine.Store;

namespace Arena.Engine.Settlement;

/// <summary>Epochs and their corrections as the group writer reads and writes them.</summary>
internal static class SettlementRows
{
    public static SettlementEpoch? Epoch(WriteSession session, long number) => session.First(
        "SELECT Number, ResultRoot, PayoutRoot, PayoutTotalGwei, Matches, LedgerUpTo, BuiltAt, Status, WindowEndsAt, FinalizedAt FROM SettlementEpochs WHERE Number = $0",
        r => new SettlementEpoch
        {
            Number = r.GetInt64(0),
            ResultRoot = r.GetString(1),
            PayoutRoot = r.GetString(2),
            PayoutTotalGwei = r.GetInt64(3),
            Matches = r.GetInt32(4),
            LedgerUpTo = r.GetInt64(5),
            BuiltAt = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(6)),
            Status = Enum.Parse<EpochStatus>(r.GetString(7)),
            WindowEndsAt = r.IsDBNull(8) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(8)),
            FinalizedAt = r.IsDBNull(9) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(9)),
        },
        number);

    /// <summary>An epoch's corrections, oldest first.</summary>
    public static IReadOnlyList<EpochCorrection> Corrections(WriteSession session, long epoch) => session.Read(
        """
        SELECT Number, Attempt, FellResultRoot, FellPayoutRoot, ResultRoot, PayoutRoot, Changes, "By", Reason, At FROM EpochCorrections WHERE Epoch = $0 ORDER BY Number
        """,
        r => new EpochCorrection
        {
            Epoch = epoch,
            Number = r.GetInt32(0),
            Attempt = r.GetInt64(1),
            FellResultRoot = r.GetString(2),
            FellPayoutRoot = r.GetString(3),
            ResultRoot = r.GetString(4),
            PayoutRoot = r.GetString(5),
            Changes = r.GetString(6),
            By = r.GetString(7),
            Reason = r.GetString(8),
            At = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(9)),
        },
        epoch);

    /// <summary>What each address may claim in total by an epoch, gwei; empty where there is no such epoch.</summary>
    public static Dictionary<string, long> Payouts(WriteSession session, long epoch) =>
        session.Read("SELECT Address, CumulativeGwei FROM EpochPayouts WHERE Epoch = $0", r => KeyValuePair.Create(r.GetString(0), r.GetInt64(1)), epoch).ToDictionary();

    public static void Insert(WriteSession session, EpochCorrection c) => session.Run(
        """
        INSERT INTO EpochCorrections (Epoch, Number, Attempt, FellResultRoot, FellPayoutRoot, ResultRoot, PayoutRoot, Changes, "By", Reason, At)
        VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        c.Epoch, c.Number, c.Attempt, c.FellResultRoot, c.FellPayoutRoot, c.ResultRoot, c.PayoutRoot, c.Changes, c.By, c.Reason, WriteSession.Moment(c.At));

    /// <summary>Puts the epoch as the papers make it in the place of the one that fell; it is unproposed again.</summary>
    public static void Replace(WriteSession session, SettlementEpoch epoch, RebuiltEpoch rebuilt)
    {
        session.Run(
            """
            UPDATE SettlementEpochs SET ResultRoot = $1, PayoutRoot = $2, PayoutTotalGwei = $3, Status = 'Built', ProposeTx = NULL, ProposeBlock = NULL,
                ProposedAt = NULL, WindowEndsAt = NULL, FinalizeTx = NULL, FinalizedAt = NULL
            WHERE Number = $0
            """,
            epoch.Number, rebuilt.ResultRoot, rebuilt.PayoutRoot, rebuilt.PayoutTotalGwei);
        session.Run("DELETE FROM EpochPayouts WHERE Epoch = $0", epoch.Number);
        Insert(session, rebuilt.Payouts);
        foreach (var (match, leaf) in rebuilt.PutRight)
        {
            session.Run("UPDATE Matches SET Leaf = $2 WHERE Id = $0 AND Epoch = $1", match.Value, epoch.Number, leaf);
        }
    }

    public static void Insert(WriteSession session, IEnumerable<EpochPayout> payouts)
    {
        foreach (var row in payouts)
        {
            session.Run("INSERT INTO EpochPayouts (Epoch, Address, CumulativeGwei) VALUES ($0, $1, $2)", row.Epoch, row.Address, row.CumulativeGwei);
        }
    }
}
