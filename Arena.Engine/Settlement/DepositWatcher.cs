using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>
/// Reads the vault's deposits block by block, only as deep as the rail's confirmations, so that what is credited stays. If the cursor's own block has left the
/// chain all the same (a reorganisation deeper than that, or a dev chain that lost its last seconds), deposits of blocks that left with it are taken back, and
/// reading goes on from the last one that stayed: the same money sent again counts once.
/// </summary>
public sealed partial class DepositWatcher(IDbContextFactory<ArenaDb> databases, Payouts payouts, IOptions<SettlementOptions> options, ILogger<DepositWatcher> log)
{
    public async Task ReadAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        var name = $"deposits/{vault.ChainId}/{vault.Vault}";
        var deepest = vault.Head.Number - rail.Confirmations;
        var from = await StartAsync(rail, name, ct);
        while (from <= deepest)
        {
            var to = Math.Min(deepest, from + options.Value.BlocksPerCall - 1);
            var deposits = await rail.DepositsAsync(from, to, ct);
            var hash = await rail.BlockHashAsync(to, ct) ?? throw new InvalidOperationException($"The chain has no block {to} although its head is {vault.Head.Number}.");
            await payouts.CreditAsync(name, new(to, hash), deposits, ct);
            from = to + 1;
        }
    }

    private async Task<long> StartAsync(ISettlementRail rail, string name, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var cursor = await db.ChainCursors.AsNoTracking().FirstOrDefaultAsync(c => c.Name == name, ct);
        if (cursor is null)
        {
            return 0;
        }
        if (await rail.BlockHashAsync(cursor.Block, ct) == cursor.BlockHash)
        {
            return cursor.Block + 1;
        }
        var kept = await LastKeptAsync(db, rail, name, ct);
        var gone = await payouts.RewindAsync(name, kept, ct);
        Log.Rewound(log, cursor.Block, kept?.Number ?? 0, gone);
        return kept is null ? 0 : kept.Number + 1;
    }

    /// <summary>The last block with a standing deposit that is still in the chain: all before it are too.</summary>
    private static async Task<ChainHead?> LastKeptAsync(ArenaDb db, ISettlementRail rail, string name, CancellationToken ct)
    {
        var blocks = await db.CreditedDeposits.Where(d => d.Cursor == name && d.Stands).Select(d => new { d.Block, d.BlockHash }).Distinct().OrderByDescending(d => d.Block).ToListAsync(ct);
        foreach (var block in blocks)
        {
            if (await rail.BlockHashAsync(block.Block, ct) == block.BlockHash)
            {
                return new(block.Block, block.BlockHash);
            }
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(6101, LogLevel.Warning, "Block {Block} has left the chain. Deposits are read again after block {Kept}; {Gone} were taken back.")]
        public static partial void Rewound(ILogger logger, long block, long kept, int gone);
    }
}
