using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>How settlement stands, for the status page.</summary>
/// <param name="Trouble">Null while the chain answers.</param>
public sealed record SettlementHealth(bool Reachable, string? Trouble, VaultState? Vault, DateTimeOffset At);

/// <summary>One loop that settles: deposits, epochs, outbox, windows. When the chain is down it says so and tries again.</summary>
public sealed partial class SettlementWorker(
    IEnumerable<ISettlementRail> rails,
    EpochBuilder builder,
    Outbox outbox,
    DepositWatcher deposits,
    IDbContextFactory<ArenaDb> databases,
    GroupWriter writer,
    IOptions<SettlementOptions> options,
    TimeProvider time,
    ILogger<SettlementWorker> log) : BackgroundService
{
    private volatile SettlementHealth? _health;

    /// <summary>The last look at the chain, or null before the first (or without a chain).</summary>
    public SettlementHealth? Health => _health;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (rails.FirstOrDefault() is not { } rail)
        {
            return;
        }
        using var timer = new PeriodicTimer(options.Value.Every, time);
        do
        {
            try
            {
                await StepAsync(rail, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (_health is not { Reachable: false })
                {
                    Log.Trouble(log, e.Message, e);
                }
                _health = new(false, e.Message, _health?.Vault, time.GetUtcNow());
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One pass; safe to repeat and to break off anywhere.</summary>
    public async Task StepAsync(ISettlementRail rail, CancellationToken ct)
    {
        var vault = await rail.ReadAsync(ct);
        await SameVaultAsync(vault, ct);
        await deposits.ReadAsync(rail, vault, ct);
        await FollowAsync(rail, vault, ct);
        await builder.BuildAsync(vault, ct);
        await outbox.AdvanceAsync(rail, vault, ct);
        if (_health is { Reachable: false })
        {
            Log.Back(log);
        }
        _health = new(true, null, vault, time.GetUtcNow());
    }

    /// <summary>Epochs and payout leaves belong to one vault on one chain; another one must not get them by a slip in the settings.</summary>
    private async Task SameVaultAsync(VaultState vault, CancellationToken ct)
    {
        const string name = "vault";
        var here = $"{vault.ChainId}/{vault.Vault}";
        await using var db = await databases.CreateDbContextAsync(ct);
        var known = await db.Set<ChainCursor>().AsNoTracking().FirstOrDefaultAsync(c => c.Name == name, ct);
        if (known is null)
        {
            await writer.WriteAsync(s => s.Run("INSERT INTO ChainCursors (Name, Block, BlockHash) VALUES ($0, 0, $1) ON CONFLICT (Name) DO NOTHING", name, here), ct);
        }
        else if (known.BlockHash != here)
        {
            throw new InvalidOperationException($"This site's epochs belong to vault {known.BlockHash} (chain/address), but the chain leads to {here}. Settlement stops until the settings name the right one.");
        }
    }

    /// <summary>Brings the rows of epochs that can still change up to what the vault says, and asks for finalization when a window is over.</summary>
    private async Task FollowAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var moving = await db.Set<SettlementEpoch>().AsNoTracking()
            .Where(e => e.Status != EpochStatus.Finalized || e.Number > vault.ConfirmedFinalized)
            .OrderBy(e => e.Number).ToListAsync(ct);
        foreach (var epoch in moving)
        {
            var now = time.GetUtcNow();
            var step = EpochRules.Next(epoch, await rail.EpochAsync(epoch.Number, ct), vault.ConfirmedFinalized, now);
            if (step is EpochStep.Halt halt)
            {
                throw new InvalidOperationException(halt.Because);
            }
            if (step is not EpochStep.Keep)
            {
                await writer.WriteAsync(s => Write(s, epoch.Number, step, now), ct);
            }
        }
    }

    private static int Write(WriteSession session, long number, EpochStep step, DateTimeOffset now)
    {
        switch (step)
        {
            case EpochStep.Back:
                return session.Run("UPDATE SettlementEpochs SET Status = 'Built', ProposeTx = NULL, ProposeBlock = NULL, ProposedAt = NULL, WindowEndsAt = NULL, FinalizeTx = NULL, FinalizedAt = NULL WHERE Number = $0", number);
            case EpochStep.Proposed proposed:
                return session.Run(
                    "UPDATE SettlementEpochs SET Status = 'Proposed', ProposedAt = COALESCE(ProposedAt, $1), WindowEndsAt = $2, FinalizedAt = NULL WHERE Number = $0",
                    number, WriteSession.Moment(now), WriteSession.Moment(proposed.WindowEndsAt));
            case EpochStep.Finalized:
                return session.Run("UPDATE SettlementEpochs SET Status = 'Finalized', FinalizedAt = $1 WHERE Number = $0", number, WriteSession.Moment(now));
            case EpochStep.AskFinalize:
                OutboxRows.Insert(session, OutboxKeys.Finalize(number), new VaultCall.Finalize(number), now);
                return 1;
            default:
                return 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "Settlement waits: {Trouble}")]
        public static partial void Trouble(ILogger logger, string trouble, Exception e);

        [LoggerMessage(6002, LogLevel.Information, "Settlement goes on.")]
        public static partial void Back(ILogger logger);
    }
}
