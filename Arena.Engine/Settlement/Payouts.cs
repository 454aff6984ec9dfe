using Arena.Engine.Ledger;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>What became of a wish to withdraw.</summary>
public abstract record WithdrawalResult
{
    public sealed record Queued(string Address, long Gwei) : WithdrawalResult;

    public sealed record Refused(string Code, string Reason) : WithdrawalResult;
}

/// <summary>Money between the ledger and the vault: deposits in, withdrawals into the next epoch's payouts.</summary>
public sealed class Payouts(IDbContextFactory<ArenaDb> databases, GroupWriter writer, TimeProvider time)
{
    /// <summary>What an address may claim; only ever credited, so that its sum is the cumulative amount of the next epoch.</summary>
    public static string PayableTo(string address) => $"payable/{address}";

    /// <summary>Moves part of an owner's balance to the address that the owner named; it can be claimed once the next epoch is final.</summary>
    public async Task<WithdrawalResult> WithdrawAsync(Guid owner, long gwei, CancellationToken ct)
    {
        if (gwei <= 0)
        {
            return new WithdrawalResult.Refused("amount-invalid", "The amount must be more than zero.");
        }
        await using var db = await databases.CreateDbContextAsync(ct);
        var named = await db.Users.Where(u => u.Id == owner).Select(u => u.PayoutAddress).SingleAsync(ct);
        if (named is null || OwnerReference.Canonical(named) is not { } address)
        {
            return new WithdrawalResult.Refused("no-payout-address", "Name the address that is to be paid first.");
        }
        var missing = LedgerBook.MissingOf(LedgerBook.AccountOf(owner));
        if (await db.LedgerRows.Where(r => r.Account == missing).SumAsync(r => r.AmountGwei, ct) < 0)
        {
            return new WithdrawalResult.Refused("deposit-missing", "A deposit of yours left the chain after it had been spent. Deposit it again first.");
        }
        var now = time.GetUtcNow();
        var transfer = new LedgerTransfer(
            $"withdrawal/{Guid.CreateVersion7(now):D}",
            $"Withdrawal to {address}",
            [new(LedgerBook.AccountOf(owner), -gwei), new(PayableTo(address), gwei)]);
        var outcome = await writer.WriteAsync(session => LedgerDesk.Book(session, transfer, now), ct);
        return outcome == TransferOutcome.Done
            ? new WithdrawalResult.Queued(address, gwei)
            : new WithdrawalResult.Refused("balance-short", "Your balance does not cover this amount.");
    }

    /// <summary>Credits deposits and moves the cursor in one transaction; a deposit that stands counts once.</summary>
    public Task CreditAsync(string cursor, ChainHead upTo, IReadOnlyList<VaultDeposit> deposits, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return writer.WriteAsync(
            session =>
            {
                foreach (var deposit in deposits)
                {
                    Credit(session, cursor, deposit, now);
                }
                return Move(session, cursor, upTo);
            },
            ct);
    }

    /// <summary>Takes back every standing deposit above a block and puts the cursor there, in one transaction.</summary>
    /// <param name="kept">The last block that holds a deposit and is still in the chain; null = none.</param>
    /// <returns>Deposits taken back.</returns>
    public Task<int> RewindAsync(string cursor, ChainHead? kept, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return writer.WriteAsync(
            session =>
            {
                var gone = session.Read(
                    "SELECT Key, Account, Gwei, Turn FROM CreditedDeposits WHERE Cursor = $0 AND Block > $1 AND Stands = 1 ORDER BY Block DESC, Key",
                    r => (Key: r.GetString(0), Account: r.GetString(1), Gwei: r.GetInt64(2), Turn: r.GetInt32(3)), cursor, kept?.Number ?? -1);
                foreach (var deposit in gone)
                {
                    LedgerDesk.Book(session, LedgerBook.TakeBack(CreditedDeposit.Transfer(deposit.Key, deposit.Turn + 1), deposit.Account, deposit.Gwei, LedgerDesk.Sum(session, deposit.Account)), now);
                    session.Run("UPDATE CreditedDeposits SET Stands = 0, Turn = Turn + 1 WHERE Key = $0", deposit.Key);
                }
                if (kept is null)
                {
                    session.Run("DELETE FROM ChainCursors WHERE Name = $0", cursor);
                }
                else
                {
                    Move(session, cursor, kept);
                }
                return gone.Count;
            },
            ct);
    }

    private static int Move(WriteSession session, string cursor, ChainHead to) => session.Run(
        "INSERT INTO ChainCursors (Name, Block, BlockHash) VALUES ($0, $1, $2) ON CONFLICT (Name) DO UPDATE SET Block = $1, BlockHash = $2",
        cursor, to.Number, to.Hash);

    private static void Credit(WriteSession session, string cursor, VaultDeposit deposit, DateTimeOffset now)
    {
        // Less than a gwei stays in the vault's pool: the ledger counts whole gwei.
        var gwei = (long)(deposit.Wei / EpochBook.WeiPerGwei);
        if (gwei == 0)
        {
            return;
        }
        var key = $"deposit/{deposit.BlockHash}/{deposit.LogIndex}";
        var known = session.First("SELECT Stands, Turn FROM CreditedDeposits WHERE Key = $0", r => (Stands: r.GetBoolean(0), Turn: r.GetInt32(1), IsKnown: true), key);
        if (known is { IsKnown: true, Stands: true })
        {
            return;
        }
        var turn = known.IsKnown ? known.Turn + 1 : 0;
        var account = OwnerReference.OwnerOf(deposit.Account) is { } owner ? LedgerBook.AccountOf(owner) : $"stray/{deposit.Account}";
        var missing = -LedgerDesk.Sum(session, LedgerBook.MissingOf(account));
        LedgerDesk.Book(session, LedgerBook.Deposit(CreditedDeposit.Transfer(key, turn), account, gwei, missing), now);
        session.Run(
            """
            INSERT INTO CreditedDeposits (Key, Cursor, Block, BlockHash, Account, Gwei, Stands, Turn) VALUES ($0, $1, $2, $3, $4, $5, 1, $6)
            ON CONFLICT (Key) DO UPDATE SET Stands = 1, Turn = $6
            """,
            key, cursor, deposit.Block, deposit.BlockHash, account, gwei, turn);
    }
}
