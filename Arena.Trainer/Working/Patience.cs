namespace Arena.Trainer.Working;

/// <summary>Tries again through outages of the site, waiting longer each time up to half a minute, and says once that it waits and once that it is back.</summary>
public sealed class Patience(TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private bool _down;

    /// <summary>Whether an error means "not now": no connection, a server error, a time-out of the request.</summary>
    public static bool IsOutage(Exception error, CancellationToken cancel) =>
        error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested)
        || error is TrainerException { InnerException: HttpRequestException };

    /// <summary>Runs until it succeeds, is cancelled, or fails for another reason than an outage.</summary>
    public async Task TryAsync(Func<Task> action, CancellationToken cancel)
    {
        for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                await action();
                Reached();
                return;
            }
            catch (Exception e) when (IsOutage(e, cancel))
            {
                Missed(e);
                await Task.Delay(wait, time, cancel);
            }
        }
    }

    public void Reached()
    {
        if (_down)
        {
            _down = false;
            say("The site is back.");
        }
    }

    public void Missed(Exception error)
    {
        if (!_down)
        {
            _down = true;
            say($"The site does not answer ({error.Message}); waiting for it.");
        }
    }
}
