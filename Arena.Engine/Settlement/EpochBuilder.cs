using Arena.Engine.Store;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>
/// Fixes the next epoch in one transaction: the closed matches that no epoch holds, what every address may claim in
/// total, both roots, and the proposal in the outbox. One epoch is in flight at a time, as the vault demands.
/// </summary>
public sealed class EpochBuilder(GroupWriter writer, IOptions<SettlementOptions> options, TimeProvider time)
{
    /// <summary>The number of the epoch that was built, or null where there was nothing to settle or it is not yet time.</summary>
    public Task<long?> BuildAsync(VaultState vault, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return writer.WriteAsync(session => Build(session, vault, now), ct);
    }

    private long? Build(WriteSession session, VaultState vault, DateTimeOffset now)
    {
        var last = session.First(
            "SELECT Number, Status, BuiltAt, PayoutTotalGwei FROM SettlementEpochs ORDER BY Number DESC LIMIT 1",
            r => new Last(r.GetInt64(0), r.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2)), r.GetInt64(3)));
        if (last is not null && (last.Status != nameof(EpochStatus.Finalized) || now - last.BuiltAt < options.Value.EpochEvery))
        {
            return null;
        }
        var leaves = session.Read(
            "SELECT Id, Leaf FROM Matches WHERE Status = 'Closed' AND Epoch IS NULL ORDER BY ClosedAt, Id LIMIT $0",
            r => (Id: r.GetString(0), Leaf: r.GetFieldValue<byte[]>(1)), options.Value.MatchesPerEpoch);
        // Payable accounts only ever grow: what was claimed is the vault's to know, the claimable total is cumulative.
        var payouts = session.Read(
            "SELECT substr(Account, 9), SUM(AmountGwei) FROM LedgerRows WHERE Account LIKE 'payable/%' GROUP BY Account HAVING SUM(AmountGwei) > 0",
            r => (Address: r.GetString(0), Gwei: r.GetInt64(1)));
        if (leaves.Count == 0 && payouts.Sum(p => p.Gwei) == (last?.PayoutTotalGwei ?? 0))
        {
            return null;
        }

        var number = (last?.Number ?? 0) + 1;
        var upTo = session.First("SELECT COALESCE(MAX(Id), 0) FROM LedgerRows", r => r.GetInt64(0));
        var rows = payouts.Select(p => new EpochPayout { Epoch = number, Address = p.Address, CumulativeGwei = p.Gwei }).ToList();
        var tree = EpochBook.PayoutTree(vault.ChainId, vault.Vault, rows);
        var resultRoot = leaves.Count == 0 ? EpochBook.Nothing : EpochBook.ResultRoot([.. leaves.Select(l => l.Leaf)]);
        var payoutRoot = tree is null ? EpochBook.Nothing : EpochBook.Hex(tree.Root);
        var total = rows.Sum(r => r.CumulativeGwei);
        session.Run(
            """
            INSERT INTO SettlementEpochs (Number, ResultRoot, PayoutRoot, PayoutTotalGwei, Matches, LedgerUpTo, Status, BuiltAt)
            VALUES ($0, $1, $2, $3, $4, $5, 'Built', $6)
            """,
            number, resultRoot, payoutRoot, total, leaves.Count, upTo, WriteSession.Moment(now));
        SettlementRows.Insert(session, rows);
        foreach (var (id, _) in leaves)
        {
            session.Run("UPDATE Matches SET Epoch = $1 WHERE Id = $0 AND Epoch IS NULL", id, number);
        }
        OutboxRows.Propose(session, SettlementRows.Epoch(session, number)!, corrections: 0, now);
        return number;
    }

    private sealed record Last(long Number, string Status, DateTimeOffset BuiltAt, long PayoutTotalGwei);
}

/// <summary>The business keys of the outbox: one transaction each, ever.</summary>
internal static class OutboxKeys
{
    /// <param name="corrections">How often the epoch was corrected: what takes the place of a fallen proposal is another transaction.</param>
    public static string Propose(long epoch, int corrections) => corrections == 0 ? $"epoch/{epoch}/propose" : $"epoch/{epoch}/propose/{corrections + 1}";

    public static string Finalize(long epoch) => $"epoch/{epoch}/finalize";

    public static string Claim(long epoch, string address) => $"epoch/{epoch}/claim/{address}";
}
