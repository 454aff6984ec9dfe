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
        if (_health is { Reachable: false })
        {
            Log.Back(log);
        }
        _health = new(true, null, vault, time.GetUtcNow());
        await deposits.ReadAsync(rail, vault, ct);
        await FollowAsync(rail, vault, ct);
        await builder.BuildAsync(vault, ct);
        await outbox.AdvanceAsync(rail, vault, ct);
    }

    /// <summary>Brings the newest epoch's row up to what the vault says, and asks for finalization when the window is over.</summary>
    private async Task FollowAsync(ISettlementRail rail, VaultState vault, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var epoch = await db.Set<SettlementEpoch>().AsNoTracking().OrderByDescending(e => e.Number).FirstOrDefaultAsync(ct);
        if (epoch is null || epoch.Status == EpochStatus.Finalized)
        {
            return;
        }
        var now = time.GetUtcNow();
        if (await rail.EpochAsync(epoch.Number, ct) is not { } held)
        {
            return;
        }
        if (held.ResultRoot != epoch.ResultRoot || held.PayoutRoot != epoch.PayoutRoot)
        {
            throw new InvalidOperationException($"The vault holds other roots for epoch {epoch.Number} than this site built. Settlement stops here until a person has looked at it.");
        }
        if (epoch.Status == EpochStatus.Built)
        {
            var sent = await db.Set<OutboxRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Key == OutboxKeys.Propose(epoch.Number), ct);
            await writer.WriteAsync(
                s => s.Run(
                    "UPDATE SettlementEpochs SET Status = 'Proposed', ProposeTx = $1, ProposeBlock = $2, ProposedAt = $3, WindowEndsAt = $4 WHERE Number = $0 AND Status = 'Built'",
                    epoch.Number, sent?.MinedHash, sent?.Block, WriteSession.Moment(now), WriteSession.Moment(held.WindowEndsAt)),
                ct);
        }
        else if (held.Finalized)
        {
            var sent = await db.Set<OutboxRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Key == OutboxKeys.Finalize(epoch.Number), ct);
            await writer.WriteAsync(
                s => s.Run(
                    "UPDATE SettlementEpochs SET Status = 'Finalized', FinalizeTx = $1, FinalizedAt = $2 WHERE Number = $0 AND Status = 'Proposed'",
                    epoch.Number, sent?.MinedHash, WriteSession.Moment(now)),
                ct);
        }
        else if (!held.Disputed && now >= held.WindowEndsAt)
        {
            await writer.WriteAsync(
                s =>
                {
                    OutboxRows.Insert(s, OutboxKeys.Finalize(epoch.Number), new VaultCall.Finalize(epoch.Number), now);
                    return true;
                },
                ct);
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
