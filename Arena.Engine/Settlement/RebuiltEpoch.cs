using System.Globalization;
using Arena.Engine.Store;
using Arena.Rules.Results;

namespace Arena.Engine.Settlement;

/// <summary>An epoch made again from the papers: its matches' result records give the leaves, the ledger gives the payouts. Nothing is taken from what was proposed.</summary>
/// <param name="PayoutTotalGwei">Cumulative over all epochs and accounts.</param>
/// <param name="Payouts">What each address may claim in total, by address.</param>
/// <param name="WithoutRecord">Matches without a readable result record of their own: their leaves can't be made again.</param>
/// <param name="Changes">What differs from the epoch as it stands in the database, a line each.</param>
public sealed record RebuiltEpoch(
    string ResultRoot, string PayoutRoot, long PayoutTotalGwei, IReadOnlyList<EpochPayout> Payouts, IReadOnlyList<string> WithoutRecord, IReadOnlyList<string> Changes)
{
    /// <summary>Leaves that were not their records'.</summary>
    internal IReadOnlyList<MatchLeaf> PutRight { get; init; } = [];

    public EpochRoots Roots => new(ResultRoot, PayoutRoot);

    /// <param name="session">Sees the ledger, the records and the vault's address.</param>
    /// <param name="epoch">As it stands.</param>
    internal static RebuiltEpoch Make(WriteSession session, SettlementEpoch epoch)
    {
        var matches = session.Read(
            "SELECT m.Id, m.Leaf, t.Record FROM Matches m LEFT JOIN MatchTranscripts t ON t.MatchId = m.Id WHERE m.Epoch = $0 ORDER BY m.ClosedAt, m.Id",
            r => Paper.Of(Guid.Parse(r.GetString(0)), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1), r.IsDBNull(2) ? null : r.GetFieldValue<byte[]>(2)),
            epoch.Number);
        var made = PayoutsOf(session, epoch);
        var stood = SettlementRows.Payouts(session, epoch.Number);
        var (chain, vault) = Vault(session);
        var wrong = matches.Where(m => m.Leaf is not null && !m.Stored.AsSpan().SequenceEqual(m.Leaf)).ToList();
        return new(
            matches.Count == 0 ? EpochBook.Nothing : EpochBook.ResultRoot([.. matches.Select(m => m.Leaf ?? m.Stored ?? new byte[32])]),
            EpochBook.PayoutTree(chain, vault, made) is { } tree ? EpochBook.Hex(tree.Root) : EpochBook.Nothing,
            made.Sum(p => p.CumulativeGwei),
            made,
            [.. matches.Where(m => m.Leaf is null).Select(m => m.Match.ToString())],
            [
                .. wrong.Select(m => $"match {m.Match}: its leaf was not its record's"),
                .. made.Select(p => p.Address).Union(stood.Keys).Order(StringComparer.Ordinal)
                    .Select(a => (Address: a, Was: stood.GetValueOrDefault(a), Is: made.FirstOrDefault(p => p.Address == a)?.CumulativeGwei ?? 0))
                    .Where(c => c.Was != c.Is)
                    .Select(c => string.Create(CultureInfo.InvariantCulture, $"payout to {c.Address}: {c.Was} gwei in total become {c.Is}")),
            ])
        {
            PutRight = [.. wrong.Select(m => new MatchLeaf(m.Match, m.Leaf!))],
        };
    }

    /// <summary>
    /// What the epoch counted, and every correction of the books since. Withdrawals since then stay out: they come with the next epoch, and must not make
    /// what fell look different.
    /// </summary>
    private static List<EpochPayout> PayoutsOf(WriteSession session, SettlementEpoch epoch) => session.Read(
        $"""
        SELECT substr(Account, 9), SUM(AmountGwei) FROM LedgerRows
        WHERE Account LIKE 'payable/%' AND (Id <= $0 OR Transfer NOT LIKE '{Settlement.Payouts.WithdrawalKeys}%')
        GROUP BY Account HAVING SUM(AmountGwei) > 0 ORDER BY Account
        """,
        r => new EpochPayout { Epoch = epoch.Number, Address = r.GetString(0), CumulativeGwei = r.GetInt64(1) },
        epoch.LedgerUpTo);

    private static (long Chain, string Vault) Vault(WriteSession session)
    {
        var here = session.First("SELECT BlockHash FROM ChainCursors WHERE Name = $0", r => r.GetString(0), SettlementWorker.VaultCursor)
            ?? throw new InvalidOperationException("This site has epochs but no vault: its settlement worker has never seen one.");
        var slash = here.IndexOf('/', StringComparison.Ordinal);
        return (long.Parse(here.AsSpan(0, slash), CultureInfo.InvariantCulture), here[(slash + 1)..]);
    }

    /// <param name="Leaf">Its record's; null where there is no record that is its own.</param>
    private sealed record Paper(MatchId Match, byte[]? Stored, byte[]? Leaf)
    {
        public static Paper Of(Guid match, byte[]? stored, byte[]? record) =>
            new(new(match), stored, record is not null && ResultRecord.Read(record).Record?.Match == match ? ResultRecord.LeafOf(record) : null);
    }
}
