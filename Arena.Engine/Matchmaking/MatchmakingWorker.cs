using Arena.Engine.Spaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matchmaking;

/// <summary>Wakes every space once a second. With many nodes each does; the grain makes one of many calls.</summary>
public sealed partial class MatchmakingWorker(SpaceCatalog catalog, IGrainFactory grains, IOptions<ArenaOptions> options, TimeProvider time, ILogger<MatchmakingWorker> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Matchmaking.Every, time);
        do
        {
            await Task.WhenAll(catalog.All.Select(offer => TickAsync(offer.Card.Slug, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TickAsync(string space, CancellationToken ct)
    {
        try
        {
            await grains.GetGrain<ISpaceGrain>(space).TickAsync();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Failed(log, space, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Error, "Matchmaking in {Space} failed and is tried again")]
        public static partial void Failed(ILogger logger, string space, Exception e);
    }
}
