using Orleans.Placement;

namespace Arena.Engine.Matches;

/// <summary>One match, played in one place of the cluster at a time. The database decides, the grain only hosts.</summary>
public interface IMatchGrain : IGrainWithGuidKey
{
    /// <summary>Begins to play, or goes on; returns at once. Does nothing where the match is being played here or is over.</summary>
    Task StartAsync();
}

[PreferLocalPlacement]
internal sealed class MatchGrain(MatchHost host) : Grain, IMatchGrain, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task? _run;

    public Task StartAsync()
    {
        _run ??= RunAsync();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_run is { } run)
        {
            await run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        // Matches with slow agents live longer than the idle time after which grains are collected.
        DelayDeactivation(TimeSpan.FromHours(6));
        // Lets the caller go on: the first turns would otherwise be played inside its call.
        await Task.Yield();
        try
        {
            await host.PlayAsync(new MatchId(this.GetPrimaryKey()), _stopping.Token);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Deactivated; the sweeper brings it back.
        }
        finally
        {
            _run = null;
            DeactivateOnIdle();
        }
    }
}
