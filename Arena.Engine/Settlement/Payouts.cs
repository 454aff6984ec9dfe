using Arena.Engine.Ledger;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>What became of a wish to withdraw.</summary>
public abstract record WithdrawalResult
{
    public sealed record Queued(string Address, long Gwei) : WithdrawalResult;

    /// <summary>The same key withdrew before; nothing moved now.</summary>
    public sealed record QueuedBefore(KeptAnswer Answer) : WithdrawalResult;

    public sealed record Refused(string Code, string Reason) : WithdrawalResult;
}

/// <summary>Money between the ledger and the vault: deposits in, withdrawals into the next epoch's payouts.</summary>
public sealed class Payouts(IDbContextFactory<ArenaDb> databases, GroupWriter writer, TimeProvider time)
{
    /// <summary>Begins the keys of withdrawals.</summary>
    internal const string WithdrawalKeys = "withdrawal/";

    /// <summary>What an address may claim; only ever credited, so that its sum is the cumulative amount of the next epoch.</summary>
    public static string PayableTo(string address) => $"payable/{address}";

    /// <summary>Moves part of an owner's balance to the address that the owner named; it can be claimed once the next epoch is final.</summary>
    /// <param name="once">Makes a repeat move nothing; kept in the withdrawal's own transaction.</param>
    public async Task<WithdrawalResult> WithdrawAsync(Guid owner, long gwei, CancellationToken ct, Once<WithdrawalResult>? once = null)
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
        var now = time.GetUtcNow();
        var transfer = new LedgerTransfer(
            $"{WithdrawalKeys}{Guid.CreateVersion7(now):D}",
            $"Withdrawal to {address}",
            [new(LedgerBook.AccountOf(owner), -gwei), new(PayableTo(address), gwei)]);
        return await writer.WriteAsync(
            session => WriteKeys.Act<WithdrawalResult>(session, once, now, kept => new WithdrawalResult.QueuedBefore(kept), () =>
            {
                // What is owed for a deposit that the chain lost is paid before anything leaves.
                DepositBook.Collect(session, now);
                return LedgerDesk.Book(session, transfer, now) == TransferOutcome.Done
                    ? new WithdrawalResult.Queued(address, gwei)
                    : new WithdrawalResult.Refused("balance-short", "Your balance does not cover this amount.");
            }),
            ct);
    }

    /// <summary>Credits deposits and moves the cursor in one transaction; a deposit that was seen before counts once.</summary>
    public Task CreditAsync(string cursor, ChainHead upTo, IReadOnlyList<VaultDeposit> deposits, CancellationToken ct) =>
        writer.WriteAsync(session => Credit(session, cursor, upTo, deposits), ct);

    /// <summary>
    /// After the chain has lost blocks: takes back the credits of deposits that it no longer holds, credits those that it does, and moves the cursor, in one transaction.
    /// </summary>
    /// <param name="all">Every deposit of the chain up to <paramref name="upTo"/>.</param>
    /// <returns>How many credits were taken back, and their gwei.</returns>
    public Task<(int Count, long Gwei)> RecreditAsync(string cursor, ChainHead upTo, IReadOnlyList<VaultDeposit> all, CancellationToken ct) =>
        writer.WriteAsync(
            session =>
            {
                var taken = DepositBook.TakeBack(session, all.Select(DepositBook.KeyOf).ToHashSet(), time.GetUtcNow());
                Credit(session, cursor, upTo, all);
                return taken;
            },
            ct);

    private int Credit(WriteSession session, string cursor, ChainHead upTo, IReadOnlyList<VaultDeposit> deposits)
    {
        var now = time.GetUtcNow();
        foreach (var deposit in deposits)
        {
            DepositBook.Credit(session, deposit, now);
        }
        DepositBook.Collect(session, now);
        return session.Run(
            "INSERT INTO ChainCursors (Name, Block, BlockHash) VALUES ($0, $1, $2) ON CONFLICT (Name) DO UPDATE SET Block = $1, BlockHash = $2",
            cursor, upTo.Number, upTo.Hash);
    }
}
