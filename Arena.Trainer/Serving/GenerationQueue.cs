using System.Threading.Channels;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>One request waiting for tokens.</summary>
/// <param name="Model">Policy name.</param>
/// <param name="Prepare">Makes the rows once the policy is known; throws <see cref="TrainerException"/> when the request does not fit it.</param>
public sealed record GenerationJob(string Model, Func<ServedPolicy, IReadOnlyList<SampleRequest>> Prepare)
{
    internal TaskCompletionSource<GenerationOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What became of a request: results, one per row; or why not.</summary>
public sealed record GenerationOutcome(ServedPolicy? Policy, IReadOnlyList<SampleResult> Results, bool UnknownModel, string? Refused);

/// <summary>What the queue has done so far.</summary>
public sealed record GenerationCounts(long Requests, long Batches, long Rows, long Tokens, int LargestBatch);

/// <summary>
/// Gathers requests that arrive together and continues them in lock step: a batch of one model at a time. While a batch runs the
/// next requests collect, so batches grow with the load by themselves and a lone request waits for nobody.
/// </summary>
public sealed class GenerationQueue(PolicyShelf shelf, int maxRows = 256)
{
    private readonly Channel<GenerationJob> _waiting = Channel.CreateBounded<GenerationJob>(4096);
    private GenerationCounts _counts = new(0, 0, 0, 0, 0);

    public GenerationCounts Counts => _counts;

    /// <summary>Waits its turn and gives the outcome.</summary>
    public async Task<GenerationOutcome> RunAsync(GenerationJob job, CancellationToken cancel)
    {
        await _waiting.Writer.WriteAsync(job, cancel);
        return await job.Done.Task.WaitAsync(cancel);
    }

    /// <summary>The loop; ends when asked to.</summary>
    public async Task PumpAsync(CancellationToken stop)
    {
        var pending = new List<GenerationJob>();
        while (await _waiting.Reader.WaitToReadAsync(stop))
        {
            while (pending.Count < maxRows && _waiting.Reader.TryRead(out var job))
            {
                pending.Add(job);
            }
            foreach (var group in pending.GroupBy(j => j.Model))
            {
                await RunGroupAsync(group.Key, [.. group], stop);
            }
            pending.Clear();
        }
    }

    private async Task RunGroupAsync(string model, IReadOnlyList<GenerationJob> jobs, CancellationToken stop)
    {
        try
        {
            if (await shelf.FindAsync(model, stop) is not { } policy)
            {
                foreach (var job in jobs)
                {
                    job.Done.TrySetResult(new(null, [], UnknownModel: true, null));
                }
                return;
            }
            Generate(policy, jobs);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // One bad policy or a bug answers its own requests; the loop goes on.
            foreach (var job in jobs)
            {
                if (e is TrainerException)
                {
                    job.Done.TrySetResult(new(null, [], false, e.Message));
                }
                else
                {
                    job.Done.TrySetException(e);
                }
            }
        }
    }

    private void Generate(ServedPolicy policy, IReadOnlyList<GenerationJob> jobs)
    {
        var rows = new List<SampleRequest>();
        var ranges = new List<(GenerationJob Job, int Start, int Count)>();
        foreach (var job in jobs)
        {
            try
            {
                var own = job.Prepare(policy);
                ranges.Add((job, rows.Count, own.Count));
                rows.AddRange(own);
            }
            catch (TrainerException e)
            {
                job.Done.TrySetResult(new(policy, [], false, e.Message));
            }
        }
        if (rows.Count == 0)
        {
            return;
        }
        var results = BatchSampler.Run(policy.Decoder, policy.Weights, rows);
        _counts = new(_counts.Requests + ranges.Count, _counts.Batches + 1, _counts.Rows + rows.Count, _counts.Tokens + results.Sum(r => r.Tokens.Count), Math.Max(_counts.LargestBatch, rows.Count));
        foreach (var (job, start, count) in ranges)
        {
            job.Done.TrySetResult(new(policy, results[start..(start + count)], false, null));
        }
    }
}
