using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>How settlement stands, for the status page.</summary>
/// <param name="Trouble">Null while the chain answers.</param>
/// <param name="Halt">Why settlement has stopped until a person has looked at it, although the chain answers; null while it goes on.</param>
public sealed record SettlementHealth(bool Reachable, string? Trouble, VaultState? Vault, DateTimeOffset At, VaultLook? Halt = null);

/// <summary>
/// One loop that settles: deposits, epochs, outbox, windows. When the chain is down it says so and tries again. When the vault holds what this site did not
/// build, or a dispute brought an epoch down, it goes on looking and crediting deposits, and sends nothing until a person has put it right.
/// </summary>
public sealed partial class SettlementWorker(
    IEnumerable<ISettlementRail> rails,
    EpochBuilder builder,
    EpochFollower follower,
    Outbox outbox,
    DepositWatcher deposits,
    IDbContextFactory<ArenaDb> databases,
    GroupWriter writer,
    IOptions<SettlementOptions> options,
    TimeProvider time,
    ILogger<SettlementWorker> log) : BackgroundService
{
    /// <summary>The cursor that names the vault ("chain id/address") to which this site's epochs belong.</summary>
    internal const string VaultCursor = "vault";

    private volatile SettlementHealth? _health;
    private VaultLook? _look;

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
                _health = new(false, e.Message, _health?.Vault, time.GetUtcNow(), _health?.Halt);
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
        var look = await follower.FollowAsync(rail, vault, ct);
        if (look.Halt is null && await builder.BuildAsync(vault, ct) is not null)
        {
            // The vault may hold something under the new number already.
            look = await follower.FollowAsync(rail, vault, ct);
        }
        look = await StrangerAsync(look, ct);
        await KeepAsync(look, ct);
        if (look.Halt is null)
        {
            await outbox.AdvanceAsync(rail, vault, ct);
        }
        if (look.Halt is { } because)
        {
            if (_health?.Halt?.Halt != because)
            {
                Log.Stopped(log, because);
            }
        }
        else if (_health is { Reachable: false } or { Halt: not null })
        {
            Log.Back(log);
        }
        _health = new(true, null, vault, time.GetUtcNow(), look.Halt is null ? null : look);
    }

    /// <summary>A proposal without an epoch of this site: somebody else has the settler's key, or the database is an older copy.</summary>
    private async Task<VaultLook> StrangerAsync(VaultLook look, CancellationToken ct)
    {
        if (look.Halt is not null || look.Attempt == 0 || look.Rejected)
        {
            return look;
        }
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.SettlementEpochs.AnyAsync(e => e.Number == look.Epoch, ct) ? look
            : look with { Halt = $"The vault holds a proposal of epoch {look.Epoch}, but this site built none." };
    }

    /// <summary>Epochs and payout leaves belong to one vault on one chain; another one must not get them by a slip in the settings.</summary>
    private async Task SameVaultAsync(VaultState vault, CancellationToken ct)
    {
        const string name = VaultCursor;
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

    /// <summary>What was seen, for whoever can't ask the chain; the same again only now and then.</summary>
    private async Task KeepAsync(VaultLook look, CancellationToken ct)
    {
        if (!look.Repeats(_look) || look.At - _look!.At >= ResumeRules.LookEvery)
        {
            await writer.WriteAsync(
                s =>
                {
                    look.Write(s);
                    return true;
                },
                ct);
            _look = look;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "Settlement waits: {Trouble}")]
        public static partial void Trouble(ILogger logger, string trouble, Exception e);

        [LoggerMessage(6002, LogLevel.Information, "Settlement goes on.")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(6003, LogLevel.Error, "Settlement has stopped. {Because} `./arena-admin settlement status` says what to do.")]
        public static partial void Stopped(ILogger logger, string because);
    }
}
