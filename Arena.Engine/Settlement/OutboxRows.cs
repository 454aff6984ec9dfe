using Arena.Engine.Store;

namespace Arena.Engine.Settlement;

/// <summary>The outbox's rows as the group writer writes them.</summary>
internal static class OutboxRows
{
    /// <summary>Adds a call in the transaction of the change that wants it; a key that is there already stays as it is.</summary>
    public static void Insert(WriteSession session, string key, VaultCall call, DateTimeOffset now) => session.Run(
        "INSERT INTO OutboxRows (Key, Call, State, CreatedAt) VALUES ($0, $1, 'Pending', $2) ON CONFLICT (Key) DO NOTHING",
        key, OutboxCalls.Write(call), WriteSession.Moment(now));

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

    public static void Mined(WriteSession session, string key, MinedTransaction mined) => session.Run(
        "UPDATE OutboxRows SET State = 'Mined', MinedHash = $1, Block = $2, BlockHash = $3, Trouble = NULL WHERE Key = $0",
        key, mined.Hash, mined.Block, mined.BlockHash);

    public static void Unwound(WriteSession session, string key) => session.Run(
        "UPDATE OutboxRows SET State = 'Signed', MinedHash = NULL, Block = NULL, BlockHash = NULL, Trouble = 'Its block left the chain; sent again.' WHERE Key = $0", key);

    public static void Final(WriteSession session, string key) => session.Run("UPDATE OutboxRows SET State = 'Final' WHERE Key = $0", key);

    public static void Dropped(WriteSession session, string key, string because) => session.Run(
        "UPDATE OutboxRows SET State = 'Dropped', Trouble = $1 WHERE Key = $0", key, because);
}
