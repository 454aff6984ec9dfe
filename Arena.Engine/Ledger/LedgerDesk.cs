using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Ledger;

/// <summary>What became of a transfer.</summary>
public enum TransferOutcome
{
    Done,

    /// <summary>A transfer with this key was booked before; nothing moved.</summary>
    AlreadyDone,

    /// <summary>An account other than the chain's, the protocol's and a debt would fall below zero; nothing moved.</summary>
    Short,
}

/// <summary>Books transfers and answers what an account holds.</summary>
public sealed class LedgerDesk(IDbContextFactory<ArenaDb> factory, GroupWriter writer, TimeProvider time)
{
    /// <summary>What an owner may spend now, in gwei.</summary>
    public Task<long> BalanceAsync(Guid owner, CancellationToken ct = default) => BalanceAsync(LedgerBook.AccountOf(owner), ct);

    /// <summary>The sum of an account's rows, in gwei.</summary>
    public async Task<long> BalanceAsync(string account, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return await db.LedgerRows.Where(r => r.Account == account).SumAsync(r => r.AmountGwei, ct);
    }

    /// <summary>An account's rows, newest first.</summary>
    public async Task<IReadOnlyList<LedgerRow>> RowsAsync(string account, int take, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return await db.LedgerRows.AsNoTracking().Where(r => r.Account == account).OrderByDescending(r => r.Id).Take(take).ToListAsync(ct);
    }

    /// <summary>Books a transfer in its own transaction.</summary>
    public Task<TransferOutcome> TransferAsync(LedgerTransfer transfer, CancellationToken ct = default) =>
        writer.WriteAsync(session => Book(session, transfer, time.GetUtcNow()), ct);

    /// <summary>Books a transfer inside a transaction that does more: it counts once, and no account but the chain's, the protocol's and a debt falls below zero.</summary>
    public static TransferOutcome Book(WriteSession session, LedgerTransfer transfer, DateTimeOffset now)
    {
        transfer.Checked();
        if (session.First("SELECT 1 FROM LedgerRows WHERE Transfer = $0 LIMIT 1", _ => true, transfer.Key))
        {
            return TransferOutcome.AlreadyDone;
        }
        foreach (var leg in transfer.Legs)
        {
            // Holds and escrows can't be overdrawn either; only the chain, the protocol and what is owed for lost deposits have no floor.
            if (leg.Gwei < 0 && leg.Account is not (LedgerBook.Chain or LedgerBook.Protocol) && !leg.Account.StartsWith(LedgerBook.Owed, StringComparison.Ordinal)
                && session.First("SELECT COALESCE(SUM(AmountGwei), 0) FROM LedgerRows WHERE Account = $0", r => r.GetInt64(0), leg.Account) + leg.Gwei < 0)
            {
                return TransferOutcome.Short;
            }
        }
        foreach (var leg in transfer.Legs)
        {
            session.Run(
                "INSERT INTO LedgerRows (Transfer, Account, AmountGwei, Reason, At) VALUES ($0, $1, $2, $3, $4)",
                transfer.Key, leg.Account, leg.Gwei, transfer.Reason, WriteSession.Moment(now));
        }
        return TransferOutcome.Done;
    }
}
