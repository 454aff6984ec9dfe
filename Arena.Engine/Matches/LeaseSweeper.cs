using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>
/// Renews the leases of what this node plays, and brings matches back whose lease has run out because their node died: every few seconds,
/// on every node. Waking a match that is played already does nothing.
/// </summary>
public sealed partial class LeaseSweeper(
    GroupWriter writer, IDbContextFactory<ArenaDb> factory, IGrainFactory grains, MatchHost host, MatchNode node, IOptions<ArenaOptions> options, TimeProvider time, ILogger<LeaseSweeper> log)
    : BackgroundService
{
    private const int AtOnce = 200;

    /// <summary>Prolongs what this node plays; a lease that somebody else has taken meanwhile stays theirs.</summary>
    public async Task RenewAsync(CancellationToken ct)
    {
        var playing = host.Playing;
        if (playing.Count == 0)
        {
            return;
        }
        var until = WriteSession.Moment(time.GetUtcNow() + options.Value.Lease.Duration);
        await writer.WriteAsync(
            session => playing.Sum(lease => session.Run(
                "UPDATE Matches SET LeaseUntil = $2 WHERE Id = $0 AND Fence = $1 AND Status = 'Running'", lease.Plan.Id.Value, lease.Fence, until)),
            ct);
    }

    /// <summary>Matches that nobody plays. Every running match has a lease, and only they have one.</summary>
    public async Task<IReadOnlyList<MatchId>> ExpiredAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = await factory.CreateDbContextAsync(ct);
        return await db.Matches.AsNoTracking()
            .Where(m => m.LeaseUntil < now && m.Status == MatchStatus.Running)
            .OrderBy(m => m.LeaseUntil).Select(m => m.Id).Take(AtOnce).ToListAsync(ct);
    }

    /// <summary>Lets others take over at once; called when this node stops in an orderly way.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await writer.WriteAsync(session => session.Run("UPDATE Matches SET LeaseUntil = 0 WHERE Status = 'Running' AND LeaseOwner = $0", node.Name), cancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(2), time, cancellationToken);
        }
        catch (Exception e)
        {
            // Only a courtesy: without it the leases run out by themselves.
            Log.NotReleased(log, e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lease = options.Value.Lease;
        using var timer = new PeriodicTimer(lease.SweepEvery < lease.RenewEvery ? lease.SweepEvery : lease.RenewEvery, time);
        var renewed = DateTimeOffset.MinValue;
        do
        {
            try
            {
                if (time.GetUtcNow() - renewed >= lease.RenewEvery)
                {
                    await RenewAsync(stoppingToken);
                    renewed = time.GetUtcNow();
                }
                foreach (var match in await ExpiredAsync(stoppingToken))
                {
                    Log.TakenOver(log, match);
                    await grains.GetGrain<IMatchGrain>(match.Value).StartAsync();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Information, "Match {Match} had nobody to play it and is taken up")]
        public static partial void TakenOver(ILogger logger, MatchId match);

        [LoggerMessage(1202, LogLevel.Error, "The lease sweep failed and is tried again")]
        public static partial void Failed(ILogger logger, Exception e);

        [LoggerMessage(1203, LogLevel.Debug, "Leases were not released")]
        public static partial void NotReleased(ILogger logger, Exception e);
    }
}
