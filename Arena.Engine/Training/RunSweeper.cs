using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>Puts runs whose worker fell silent back into the queue, or ends them after too many tries.</summary>
public sealed partial class RunSweeper(IDbContextFactory<ArenaDb> factory, IOptions<TrainingSettings> settings, TimeProvider time, ILogger<RunSweeper> log) : BackgroundService
{
    /// <returns>Runs that were moved.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        var lost = db.TrainingRuns.Where(r => r.Status == RunStatus.Training && r.LeaseUntil < now);
        var cancelled = await lost.Where(r => r.CancelAsked).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, RunStatus.Cancelled).SetProperty(r => r.EndedAt, now), ct);
        foreach (var silent in await lost.Where(r => !r.CancelAsked).Select(r => new { r.Id, r.Worker, r.Attempt }).ToListAsync(ct))
        {
            db.TrainingLog.Add(RunLog.Line(silent.Id, now, $"{silent.Worker} fell silent in attempt {silent.Attempt}."));
        }
        await db.SaveChangesAsync(ct);
        var most = settings.Value.MostAttempts;
        var why = $"The training worker fell silent {most} times. Is the trainer running? Start a new run when it is.";
        var failed = await lost.Where(r => r.Attempt >= most).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, RunStatus.Failed).SetProperty(r => r.FailedBecause, why).SetProperty(r => r.EndedAt, now), ct);
        var requeued = await lost.Where(r => r.Attempt < most).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, RunStatus.Queued).SetProperty(r => r.LeaseUntil, (DateTimeOffset?)null), ct);
        if (failed + requeued > 0)
        {
            Log.Lost(log, requeued, failed);
        }
        return cancelled + failed + requeued;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.Value.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.SweepFailed(log, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Warning, "Training workers fell silent: {Requeued} runs go back to the queue, {Failed} ended.")]
        public static partial void Lost(ILogger logger, int requeued, int failed);

        [LoggerMessage(7002, LogLevel.Error, "Looking for silent training workers failed; trying again.")]
        public static partial void SweepFailed(ILogger logger, Exception e);
    }
}
