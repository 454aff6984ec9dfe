using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>One prompt with the answers wanted to it, on its way through the loop. It keeps its policy in memory until it is done.</summary>
/// <param name="policy">Given back by the loop.</param>
/// <param name="rows">The answers; they share one prompt.</param>
/// <param name="cancel">When the caller has gone.</param>
internal sealed class GenerationJob(PolicyLease policy, IReadOnlyList<SampleRequest> rows, CancellationToken cancel)
{
    private readonly TaskCompletionSource<IReadOnlyList<SampleResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SampleResult?[] _results = new SampleResult?[rows.Count];
    private int _left = rows.Count;

    public ServedPolicy Policy => policy.Served;

    public IReadOnlyList<SampleRequest> Rows => rows;

    public IReadOnlyList<int> Prompt => rows[0].Prompt;

    /// <summary>Positions that its longest answer may fill, the prompt's included.</summary>
    public int Positions { get; } = rows[0].Prompt.Count + rows.Max(r => r.MaxTokens);

    /// <summary>Told of each answer as it ends, on the loop's thread.</summary>
    public Action<int, SampleResult>? OnRow { get; init; }

    public bool Gone => cancel.IsCancellationRequested;

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>One result for each row.</summary>
    public Task<IReadOnlyList<SampleResult>> Done => _done.Task;

    public void Finish(int row, SampleResult result)
    {
        _results[row] = result;
        OnRow?.Invoke(row, result);
        if (--_left == 0)
        {
            policy.Dispose();
            _done.TrySetResult(_results!);
        }
    }

    public void Fail(Exception error)
    {
        if (!IsDone)
        {
            policy.Dispose();
            _done.TrySetException(error);
        }
    }

    public void Drop()
    {
        if (!IsDone)
        {
            policy.Dispose();
            _done.TrySetCanceled(cancel);
        }
    }
}

/// <summary>The server can't take the request now.</summary>
/// <param name="stopping">It never will: it is ending.</param>
internal sealed class OverloadedException(string message, bool stopping) : Exception(message)
{
    public bool Stopping { get; } = stopping;
}
