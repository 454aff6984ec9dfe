using Arena.Engine.Spaces;
using Arena.Engine.Store;

namespace Arena.Web.Site;

/// <summary>Reports the engine's own parts every few seconds; the trainer's and the chain's workers report theirs.</summary>
internal sealed class PartsWatch(Parts parts, StoreHealth store, GroupWriter writer, SpaceCatalog spaces, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            Report();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal void Report()
    {
        if (store.Trouble is { } trouble)
        {
            parts.Report("writer", "The database", PartState.Down, $"{trouble.Text} ({Words.Many(trouble.Waiting, "write")} waiting.)");
        }
        else
        {
            parts.Report("writer", "The database", PartState.On, writer.Waiting == 0 ? "It takes writes; none wait." : $"It takes writes; {Words.Count(writer.Waiting)} wait.");
        }
        var judged = spaces.All.Where(s => s.Card.Judging == Arena.Rules.Play.JudgingMode.Judges).ToList();
        if (judged.Count > 0)
        {
            var closed = judged.FirstOrDefault(s => !s.IsOpen);
            parts.Report("judges", "The judges' panel", closed is null ? PartState.On : PartState.Off, closed?.ClosedBecause ?? "Judged spaces are open.", banner: false);
        }
    }
}
