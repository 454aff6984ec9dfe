using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>
/// Reads the vault's deposits block by block, only as deep as the rail's confirmations, so that what is credited stays.
/// If the cursor's own block has left the chain (deeper than confirmations, or a dev chain that lost its last seconds),
/// reading starts again from the beginning; keys by block hash and log index make a repeat harmless.
/// </summary>
public sealed class DepositWatcher(IDbContextFactory<ArenaDb> databases, Payouts payouts, IOptions<SettlementOptions> options)
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
        var cursor = await db.Set<ChainCursor>().AsNoTracking().FirstOrDefaultAsync(c => c.Name == name, ct);
        return cursor is null || await rail.BlockHashAsync(cursor.Block, ct) != cursor.BlockHash ? 0 : cursor.Block + 1;
    }
}
