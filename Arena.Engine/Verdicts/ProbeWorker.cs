using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arena.Engine.Verdicts;

/// <summary>Draws the probes of every window that has ended, once a minute.</summary>
public sealed partial class ProbeWorker(ProbeBook book, TimeProvider time, ILogger<ProbeWorker> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await book.DrawAsync(time.GetUtcNow(), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(log, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5030, LogLevel.Error, "Drawing probes of judges from closed matches failed; trying again.")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
