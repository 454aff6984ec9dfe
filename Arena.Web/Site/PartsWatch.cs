using Arena.Engine.Settlement;
using Arena.Engine.Spaces;
using Arena.Engine.Store;

namespace Arena.Web.Site;

/// <summary>Reports the engine's own parts every few seconds; the trainer's reports its own.</summary>
internal sealed class PartsWatch(Parts parts, StoreHealth store, GroupWriter writer, SpaceCatalog spaces, IEnumerable<ISettlementRail> rails, SettlementWorker settlement, TimeProvider time) : BackgroundService
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
        Chain();
        var judged = spaces.All.Where(s => s.Card.Judging == Arena.Rules.Play.JudgingMode.Judges).ToList();
        if (judged.Count > 0)
        {
            var closed = judged.FirstOrDefault(s => !s.IsOpen);
            parts.Report("judges", "The judges' panel", closed is null ? PartState.On : PartState.Off, closed?.ClosedBecause ?? "Judged spaces are open.", banner: false);
        }
    }

    private void Chain()
    {
        if (!rails.Any())
        {
            parts.Report("chain", "The chain", PartState.Off, "Matches are played, rated and checkable as always; results are not anchored, and staked tiers can't be paid in or out.");
            return;
        }
        if (settlement.Health?.Halt is { } halt)
        {
            parts.Report("settlement", "Settlement", PartState.Down, $"It has stopped at epoch {halt.Epoch}. {halt.Halt} Matches go on and count; payouts wait until a person has put it right, and nothing is lost. "
                + "Whoever runs this site: ./arena-admin settlement status says what to do.");
        }
        else
        {
            parts.Report("settlement", "Settlement", PartState.On, "Nothing stands in its way.");
        }
        switch (settlement.Health)
        {
            case { Reachable: true, Vault: { } vault }:
                parts.Report("chain", "The chain", PartState.On, $"Block {Words.Count(vault.Head.Number)}; {Words.Many(vault.LastFinalized, "epoch")} final.");
                break;
            case { Reachable: false, Trouble: var trouble }:
                parts.Report("chain", "The chain", PartState.Down, $"It does not answer ({trouble}). Matches go on; settlement waits and loses nothing.");
                break;
            case null:
                parts.Report("chain", "The chain", PartState.On, "It is being read for the first time.");
                break;
        }
    }
}
