using Arena.Engine.Store;

namespace Arena.Engine.Settlement;

/// <summary>The outbox's rows as the group writer writes them.</summary>
internal static class OutboxRows
{
    /// <summary>
    /// Adds a call in the transaction of the change that wants it. A key that is there already stays as it is, but one that was
    /// dropped is taken up again: whoever had done it saw it leave the chain.
    /// </summary>
    public static void Insert(WriteSession session, string key, VaultCall call, DateTimeOffset now) => session.Run(
        """
        INSERT INTO OutboxRows (Key, Call, State, CreatedAt) VALUES ($0, $1, 'Pending', $2)
        ON CONFLICT (Key) DO UPDATE SET State = 'Pending', Nonce = NULL, SentAt = NULL, Trouble = NULL WHERE OutboxRows.State = 'Dropped'
        """,
        key, OutboxCalls.Write(call), WriteSession.Moment(now));

    /// <summary>Asks for an epoch's proposal as it stands; one that waits, is on its way or went through stays as it is.</summary>
    /// <param name="corrections">How often it was corrected.</param>
    public static int Propose(WriteSession session, SettlementEpoch epoch, int corrections, DateTimeOffset now)
    {
        var call = new VaultCall.Propose(epoch.Number, epoch.ResultRoot, epoch.PayoutRoot, EpochBook.Wei(epoch.PayoutTotalGwei), $"/api/v1/epochs/{epoch.Number}");
        Insert(session, OutboxKeys.Propose(epoch.Number, corrections), call, now);
        return 1;
    }

    /// <summary>
    /// The chain's next nonce is not above what was mined: the chain went back further than confirmations reach (a development chain
    /// that was killed loses its last seconds). The same bytes go out again, in order.
    /// </summary>
    public static void UnwoundFrom(WriteSession session, long nonce) => session.Run(
        """
        UPDATE OutboxRows SET State = 'Signed', MinedHash = NULL, Block = NULL, BlockHash = NULL, Trouble = 'Its block left the chain; sent again.'
        WHERE State IN ('Mined', 'Final') AND Nonce >= $0
        """,
        nonce);

    /// <summary>Stores signed bytes before anything is sent.</summary>
    public static void Signed(WriteSession session, string key, long nonce, int bump, SignedTransaction signed, DateTimeOffset now)
    {
        session.Run(
            "INSERT INTO OutboxVersions (Key, Bump, Raw, Hash, SignedAt) VALUES ($0, $1, $2, $3, $4)",
            key, bump, signed.Raw, signed.Hash, WriteSession.Moment(now));
        session.Run("UPDATE OutboxRows SET State = 'Signed', Nonce = $1 WHERE Key = $0", key, nonce);
    }

    public static void Sent(WriteSession session, string key, string? trouble, DateTimeOffset now) => session.Run(
        "UPDATE OutboxRows SET State = 'Broadcast', SentAt = $1, Trouble = $2 WHERE Key = $0", key, WriteSession.Moment(now), trouble);

    /// <summary>Where it was mined; its epoch's row learns the transaction with it.</summary>
    public static void Mined(WriteSession session, string key, VaultCall call, MinedTransaction mined)
    {
        session.Run(
            "UPDATE OutboxRows SET State = 'Mined', MinedHash = $1, Block = $2, BlockHash = $3, Trouble = NULL WHERE Key = $0",
            key, mined.Hash, mined.Block, mined.BlockHash);
        _ = call switch
        {
            VaultCall.Propose p => session.Run("UPDATE SettlementEpochs SET ProposeTx = $1, ProposeBlock = $2 WHERE Number = $0", p.Number, mined.Hash, mined.Block),
            VaultCall.Finalize f => session.Run("UPDATE SettlementEpochs SET FinalizeTx = $1 WHERE Number = $0", f.Number, mined.Hash),
            _ => 0,
        };
    }

    public static void Unwound(WriteSession session, string key) => session.Run(
        "UPDATE OutboxRows SET State = 'Signed', MinedHash = NULL, Block = NULL, BlockHash = NULL, Trouble = 'Its block left the chain; sent again.' WHERE Key = $0", key);

    public static void Final(WriteSession session, string key) => session.Run("UPDATE OutboxRows SET State = 'Final' WHERE Key = $0", key);

    public static void Dropped(WriteSession session, string key, string because) => session.Run(
        "UPDATE OutboxRows SET State = 'Dropped', Trouble = $1 WHERE Key = $0", key, because);
}
