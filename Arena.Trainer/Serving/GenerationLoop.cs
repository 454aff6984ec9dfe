using System.Threading.Channels;

namespace Arena.Trainer.Serving;

/// <summary>
/// Continuous batching: the loop goes from lane to lane, one turn each, for as long as anybody waits for tokens. Requests are handed in from any
/// thread; everything else happens on the loop's.
/// </summary>
public sealed class GenerationLoop(ServeOptions options, ServeCounts counts)
{
    private readonly Channel<GenerationJob> _arrivals = Channel.CreateUnbounded<GenerationJob>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<LaneModel, Lane> _lanes = [];
    private volatile bool _stopping;

    /// <summary>Hands in a job; its <see cref="GenerationJob.Done"/> tells the rest.</summary>
    /// <exception cref="OverloadedException">Too many wait, or the server is ending; the job has been ended.</exception>
    internal void Add(GenerationJob job)
    {
        if (_stopping || counts.Wait(1) > options.MaxWaiting || !_arrivals.Writer.TryWrite(job))
        {
            if (!_stopping)
            {
                counts.Wait(-1);
            }
            counts.Refuse();
            var error = _stopping
                ? new OverloadedException("The server is stopping.", stopping: true)
                : new OverloadedException($"{options.MaxWaiting} requests are waiting already. Try again a little later.", stopping: false);
            job.Drop();
            throw error;
        }
        counts.Request();
    }

    /// <summary>New requests are turned away from now on; those that are under way are finished.</summary>
    public void Close()
    {
        _stopping = true;
        _arrivals.Writer.TryComplete();
    }

    /// <summary>The loop; ends after <see cref="Close"/> when nothing is left to do, or at once when asked to.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                while (_arrivals.Reader.TryRead(out var job))
                {
                    if (!_lanes.TryGetValue(job.Policy.Model, out var lane))
                    {
                        _lanes[job.Policy.Model] = lane = new Lane(job.Policy.Model, options, counts);
                    }
                    lane.Waiting.Add(job.Policy.Name, job);
                }
                stop.ThrowIfCancellationRequested();
                if (!TakeTurns() && !await _arrivals.Reader.WaitToReadAsync(stop))
                {
                    return;
                }
            }
        }
        finally
        {
            Close();
            foreach (var lane in _lanes.Values)
            {
                lane.Dispose();
            }
            while (_arrivals.Reader.TryRead(out var job))
            {
                job.Fail(new OverloadedException("The server is stopping.", stopping: true));
            }
        }
    }

    /// <summary>One turn for each lane; false when all are idle.</summary>
    private bool TakeTurns()
    {
        var busy = false;
        var waiting = 0;
        foreach (var (model, lane) in _lanes.ToList())
        {
            if (lane.IsIdle)
            {
                // A policy that has left the shelf leaves here too.
                if (model.IsRetired)
                {
                    lane.Dispose();
                    _lanes.Remove(model);
                }
                continue;
            }
            busy = true;
            waiting = lane.Waiting.Count;
            try
            {
                var others = Held() - lane.Bytes;
                if (others > 0 && others + lane.Bytes > options.KvBytes / 2)
                {
                    foreach (var idle in _lanes.Values.Where(l => l.IsIdle))
                    {
                        idle.Release();
                    }
                    others = Held() - lane.Bytes;
                }
                lane.Turn(others);
            }
            catch (Exception e)
            {
                // One broken model or a bug answers its own requests; the loop goes on.
                lane.FailAll(e);
            }
            counts.Wait(lane.Waiting.Count - waiting);
        }
        counts.Hold(_lanes.Values.Sum(l => l.RowCount), Held());
        return busy;
    }

    private long Held() => _lanes.Values.Sum(l => l.Bytes);
}
