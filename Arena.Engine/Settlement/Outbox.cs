using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>Carries the outbox's transactions to the chain: acts on what <see cref="OutboxRules"/> decides, one step a row and pass.</summary>
public sealed class Outbox(IDbContextFactory<ArenaDb> databases, GroupWriter writer, TimeProvider time)
{
    /// <summary>Moves every open row one step on, in the order in which they were wanted.</summary>
    public async Task AdvanceAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        await Write(s => OutboxRows.UnwoundFrom(s, vault.SettlerNonce), ct);
        List<OutboxRow> open;
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            open = await db.Set<OutboxRow>().AsNoTracking().Include(r => r.Versions)
                .Where(r => r.State != OutboxState.Final && r.State != OutboxState.Dropped)
                .OrderBy(r => r.CreatedAt).ThenBy(r => r.Nonce).ToListAsync(ct);
        }
        foreach (var row in open)
        {
            // Nonces from the chain's on that belong to other open rows are taken; finished ones are history.
            var taken = open.Where(r => r != row).Select(r => r.Nonce).ToHashSet();
            var free = vault.SettlerNonce;
            while (taken.Contains(free))
            {
                free++;
            }
            var call = OutboxCalls.Read(row.Call);
            var now = time.GetUtcNow();
            var view = await ViewAsync(rail, vault, row, call, now, ct);
            var step = OutboxRules.Next(row, view, free, rail.Confirmations, now);
            await ActAsync(rail, row, call, step, ct);
        }
    }

    private static async Task<OutboxView> ViewAsync(ISettlementRail rail, VaultState vault, OutboxRow row, VaultCall call, DateTimeOffset now, CancellationToken ct)
    {
        var stillThere = true;
        if (row.State == OutboxState.Mined)
        {
            stillThere = await rail.BlockHashAsync(row.Block!.Value, ct) == row.BlockHash;
        }
        MinedTransaction? mined = null;
        foreach (var version in row.Versions.Where(_ => row.State != OutboxState.Mined).OrderBy(v => v.Bump))
        {
            // A version that the vault reverted says nothing about the one that was signed after it.
            mined = await rail.FindAsync(version.Hash, ct);
            if (mined is { Succeeded: true })
            {
                break;
            }
        }
        return new(mined, stillThere, vault.Head.Number, vault.SettlerNonce, OutboxRules.NeedOf(vault, call, now));
    }

    private async Task ActAsync(ISettlementRail rail, OutboxRow row, VaultCall call, OutboxStep step, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        switch (step)
        {
            case OutboxStep.Sign sign:
                var signed = await rail.SignAsync(call, sign.Nonce, sign.Bump, ct);
                await Write(s => OutboxRows.Signed(s, row.Key, sign.Nonce, sign.Bump, signed, now), ct);
                // The next row of this pass must not get the same nonce.
                row.Nonce = sign.Nonce;
                break;
            case OutboxStep.Send send:
                var trouble = await rail.BroadcastAsync(row.Versions.Single(v => v.Bump == send.Bump).Raw, ct);
                await Write(s => OutboxRows.Sent(s, row.Key, trouble, now), ct);
                break;
            case OutboxStep.Found found:
                await Write(s => OutboxRows.Mined(s, row.Key, call, found.Mined), ct);
                break;
            case OutboxStep.Settled:
                await Write(s => OutboxRows.Final(s, row.Key), ct);
                break;
            case OutboxStep.Unwound:
                await Write(s => OutboxRows.Unwound(s, row.Key), ct);
                break;
            case OutboxStep.Drop drop:
                await Write(s => OutboxRows.Dropped(s, row.Key, drop.Because), ct);
                break;
            default:
                break;
        }
    }

    private Task Write(Action<WriteSession> work, CancellationToken ct) => writer.WriteAsync(
        session =>
        {
            work(session);
            return true;
        },
        ct);
}
