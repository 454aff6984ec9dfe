using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>Brings the rows of epochs that can still change up to what the vault says, and asks for proposals and finalizations: acts on what <see cref="EpochRules"/> decides.</summary>
public sealed class EpochFollower(IDbContextFactory<ArenaDb> databases, GroupWriter writer, TimeProvider time)
{
    /// <summary>One pass over them, oldest first; it ends at the first epoch that stops settlement.</summary>
    /// <returns>What the vault holds: of the epoch that stopped settlement, otherwise of the one that it decides next.</returns>
    public async Task<VaultLook> FollowAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        var next = vault.LastFinalized + 1;
        var look = VaultLook.Of(time.GetUtcNow(), next, vault.Pending);
        await using var db = await databases.CreateDbContextAsync(ct);
        var moving = await db.SettlementEpochs.AsNoTracking()
            .Where(e => e.Status != EpochStatus.Finalized || e.Number > vault.ConfirmedFinalized)
            .OrderBy(e => e.Number).ToListAsync(ct);
        foreach (var epoch in moving)
        {
            var corrections = await db.CorrectionsAsync(epoch.Number, ct);
            var held = await rail.EpochAsync(epoch.Number, ct);
            var now = time.GetUtcNow();
            var step = EpochRules.Next(epoch, held, [.. corrections.Select(c => c.Fell)], vault.ConfirmedFinalized, now);
            if (step is EpochStep.Halt halt)
            {
                var confirmed = held!.Rejected ? await rail.ConfirmedEpochAsync(epoch.Number, ct) : null;
                return VaultLook.Of(now, epoch.Number, held, confirmed is { Rejected: true } && confirmed.Roots == held.Roots && confirmed.Attempt == held.Attempt, halt.Because);
            }
            if (step is not EpochStep.Keep)
            {
                await writer.WriteAsync(s => Write(s, epoch, corrections.Count, step, now), ct);
            }
            look = epoch.Number == next ? VaultLook.Of(now, next, held) : look;
        }
        return look;
    }

    private static int Write(WriteSession session, SettlementEpoch epoch, int corrections, EpochStep step, DateTimeOffset now)
    {
        // A correction may have taken its place since it was read.
        if (SettlementRows.Epoch(session, epoch.Number)?.Roots != epoch.Roots)
        {
            return 0;
        }
        switch (step)
        {
            case EpochStep.AskPropose:
                return OutboxRows.Propose(session, epoch, corrections, now);
            case EpochStep.Back:
                return session.Run("UPDATE SettlementEpochs SET Status = 'Built', ProposeTx = NULL, ProposeBlock = NULL, ProposedAt = NULL, WindowEndsAt = NULL, FinalizeTx = NULL, FinalizedAt = NULL WHERE Number = $0", epoch.Number);
            case EpochStep.Proposed proposed:
                return session.Run(
                    "UPDATE SettlementEpochs SET Status = 'Proposed', ProposedAt = COALESCE(ProposedAt, $1), WindowEndsAt = $2, FinalizedAt = NULL WHERE Number = $0",
                    epoch.Number, WriteSession.Moment(now), WriteSession.Moment(proposed.WindowEndsAt));
            case EpochStep.Finalized:
                return session.Run("UPDATE SettlementEpochs SET Status = 'Finalized', FinalizedAt = $1 WHERE Number = $0", epoch.Number, WriteSession.Moment(now));
            case EpochStep.AskFinalize:
                OutboxRows.Insert(session, OutboxKeys.Finalize(epoch.Number), new VaultCall.Finalize(epoch.Number), now);
                return 1;
            default:
                return 0;
        }
    }
}
