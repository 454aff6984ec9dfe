using Arena.Engine.Training;
using Arena.Web.Site;

namespace Arena.Web.Training;

/// <summary>Tells the site's banners and status page how the trainer's server answers; its process may run and still be deaf.</summary>
internal sealed class TrainerWatch(TrainerHealth health, Parts parts, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        TrainerStanding? told = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = health.Now;
            // Its host says what it did with the process; here only what changed at the server is told.
            if (now.State is TrainerState.Up or TrainerState.Down && now != told)
            {
                told = now;
                parts.Report("trainer", "Trainer", now.State == TrainerState.Up ? PartState.On : PartState.Down, now.State == TrainerState.Up ? "Policies are served and training runs are taken." : now.Text);
            }
        }
    }
}
