using Arena.Engine.Ledger;
using Arena.Engine.Store;

namespace Arena.Engine.Settlement;

/// <summary>
/// The ledger's side of deposits. A deposit is one log of one block: it counts while that block is part of the chain. When the chain has lost the block,
/// the credit is taken back by an entry of its own; what the owner has spent of it meanwhile stands on an account of its own ("owed/…", the only
/// owner's account that may lie below zero) and is paid from the owner's balance first: the same deposit sent again therefore counts once.
/// </summary>
internal static class DepositBook
{
    private const string GoneWords = "A deposit was taken back: the chain lost its block. Send it again.";

    /// <summary>The transfer that credits a deposit.</summary>
    public static string KeyOf(VaultDeposit deposit) => $"deposit/{deposit.BlockHash}/{deposit.LogIndex}";

    /// <summary>Credits a deposit unless it counts already; also one that had left the chain and is back.</summary>
    public static void Credit(WriteSession session, VaultDeposit deposit, DateTimeOffset now)
    {
        // Less than a gwei stays in the vault's pool: the ledger counts whole gwei.
        var gwei = (long)(deposit.Wei / EpochBook.WeiPerGwei);
        if (gwei == 0)
        {
            return;
        }
        var account = OwnerReference.OwnerOf(deposit.Account) is { } owner ? LedgerBook.AccountOf(owner) : $"stray/{deposit.Account}";
        var key = KeyOf(deposit);
        LedgerLeg[] legs = [new(LedgerBook.Chain, -gwei), new(account, gwei)];
        if (LedgerDesk.Book(session, new(key, "Deposit", legs), now) == TransferOutcome.AlreadyDone)
        {
            var (gone, back) = Times(session, key);
            if (gone > back)
            {
                LedgerDesk.Book(session, new($"back/{key}/{gone}", "Deposit: its block is part of the chain again", legs), now);
            }
        }
    }

    /// <summary>Takes every credit back whose deposit is not among <paramref name="canonical"/>, all that the chain now holds.</summary>
    /// <returns>How many were taken back now, and their gwei.</returns>
    public static (int Count, long Gwei) TakeBack(WriteSession session, IReadOnlySet<string> canonical, DateTimeOffset now)
    {
        var taken = (Count: 0, Gwei: 0L);
        var credited = session.Read(
            "SELECT Transfer, Account, AmountGwei FROM LedgerRows WHERE Transfer >= 'deposit/0x' AND Transfer < 'deposit/0y' AND AmountGwei > 0",
            r => (Key: r.GetString(0), Account: r.GetString(1), Gwei: r.GetInt64(2)));
        foreach (var credit in credited.Where(c => !canonical.Contains(c.Key)))
        {
            var (gone, back) = Times(session, credit.Key);
            if (gone > back)
            {
                continue;
            }
            var there = Math.Clamp(Balance(session, credit.Account), 0, credit.Gwei);
            LedgerLeg[] legs = [new(LedgerBook.Chain, credit.Gwei), new(credit.Account, -there), new(LedgerBook.OwedBy(credit.Account), there - credit.Gwei)];
            LedgerDesk.Book(session, new($"gone/{credit.Key}/{gone + 1}", GoneWords, [.. legs.Where(l => l.Gwei != 0)]), now);
            taken = (taken.Count + 1, taken.Gwei + credit.Gwei);
        }
        return taken;
    }

    /// <summary>Pays what accounts owe for deposits that the chain lost from what they hold now.</summary>
    public static void Collect(WriteSession session, DateTimeOffset now)
    {
        var owing = session.Read(
            "SELECT Account, SUM(AmountGwei), COUNT(*) FROM LedgerRows WHERE Account >= 'owed/' AND Account < 'owed0' GROUP BY Account HAVING SUM(AmountGwei) < 0",
            r => (Account: r.GetString(0), Gwei: -r.GetInt64(1), Rows: r.GetInt64(2)));
        foreach (var debt in owing)
        {
            var account = debt.Account[LedgerBook.Owed.Length..];
            var paid = Math.Min(debt.Gwei, Balance(session, account));
            if (paid > 0)
            {
                LedgerDesk.Book(session, new($"repaid/{account}/{debt.Rows}", "Paid for a deposit that the chain lost after it was spent", [new(account, -paid), new(debt.Account, paid)]), now);
            }
        }
    }

    private static long Balance(WriteSession session, string account) =>
        session.First("SELECT COALESCE(SUM(AmountGwei), 0) FROM LedgerRows WHERE Account = $0", r => r.GetInt64(0), account);

    /// <summary>How often a deposit has left the chain and come back.</summary>
    private static (long Gone, long Back) Times(WriteSession session, string key) => (Count(session, "gone/" + key), Count(session, "back/" + key));

    /// <summary>Transfers named prefix/number.</summary>
    private static long Count(WriteSession session, string prefix) =>
        session.First("SELECT COUNT(DISTINCT Transfer) FROM LedgerRows WHERE Transfer > $0 AND Transfer < $1", r => r.GetInt64(0), prefix + "/", prefix + "0");
}
