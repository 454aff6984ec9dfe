using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>
/// Reads the vault's deposits block by block, only as deep as the rail's confirmations. The hash of the last block that was read is kept: when it has
/// left the chain (a reorganisation deeper than the confirmations, or an embedded chain that lost its last seconds), every deposit is read again, and
/// credits whose deposit the chain no longer holds are taken back (<see cref="DepositBook"/>) in the transaction that credits the others.
/// </summary>
public sealed partial class DepositWatcher(IDbContextFactory<ArenaDb> databases, Payouts payouts, IOptions<SettlementOptions> options, ILogger<DepositWatcher> log)
{
    /// <exception cref="InvalidOperationException">A node with confirmations has a shorter chain than was read: it lags, and nothing is taken back for that.</exception>
    public async Task ReadAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        var name = $"deposits/{vault.ChainId}/{vault.Vault}";
        var deepest = vault.Head.Number - rail.Confirmations;
        var cursor = await CursorAsync(name, ct);
        if (cursor is not null)
        {
            var now = await rail.BlockHashAsync(cursor.Block, ct);
            if (now is null && rail.Confirmations > 0)
            {
                throw new InvalidOperationException($"Deposits were read up to block {cursor.Block}, but the node has none of that number: it lags. Deposits wait until it has caught up.");
            }
            if (now != cursor.BlockHash)
            {
                await ReadAgainAsync(rail, name, deepest, ct);
                return;
            }
        }
        var read = cursor is null ? null : new ChainHead(cursor.Block, cursor.BlockHash);
        while ((read?.Number ?? -1) < deepest && await NextAsync(rail, read, deepest, ct) is { } part)
        {
            await payouts.CreditAsync(name, part.UpTo, part.Deposits, ct);
            read = part.UpTo;
        }
    }

    /// <summary>Everything from the first block on; nothing is booked before all is read.</summary>
    private async Task ReadAgainAsync(ISettlementRail rail, string name, long deepest, CancellationToken ct)
    {
        var all = new List<VaultDeposit>();
        ChainHead? read = null;
        while ((read?.Number ?? -1) < deepest)
        {
            if (await NextAsync(rail, read, deepest, ct) is not { } part)
            {
                return;
            }
            all.AddRange(part.Deposits);
            read = part.UpTo;
        }
        if (read is not null)
        {
            var (count, gwei) = await payouts.RecreditAsync(name, read, all, ct);
            Log.ReadAgain(log, read.Number, count, gwei);
        }
    }

    /// <summary>
    /// One call's blocks, or null when the chain moved while they were read: deposits of one branch must not be kept under a hash of another. The next pass looks again.
    /// </summary>
    private async Task<(ChainHead UpTo, IReadOnlyList<VaultDeposit> Deposits)?> NextAsync(ISettlementRail rail, ChainHead? read, long deepest, CancellationToken ct)
    {
        var from = (read?.Number ?? -1) + 1;
        var to = Math.Min(deepest, from + options.Value.BlocksPerCall - 1);
        var hash = await rail.BlockHashAsync(to, ct);
        var deposits = await rail.DepositsAsync(from, to, ct);
        var still = hash is not null && await rail.BlockHashAsync(to, ct) == hash && (read is null || await rail.BlockHashAsync(read.Number, ct) == read.Hash);
        return still ? (new(to, hash!), deposits) : null;
    }

    private async Task<ChainCursor?> CursorAsync(string name, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<ChainCursor>().AsNoTracking().FirstOrDefaultAsync(c => c.Name == name, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(6011, LogLevel.Warning, "The chain lost blocks whose deposits were read. All deposits were read again up to block {Block}; {Count} credits ({Gwei} gwei) were taken back.")]
        public static partial void ReadAgain(ILogger logger, long block, int count, long gwei);
    }
}
