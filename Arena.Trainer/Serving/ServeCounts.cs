namespace Arena.Trainer.Serving;

/// <summary>What the server has done so far, for /health, /metrics and the terminal. Written by the loop, read by anybody.</summary>
public sealed class ServeCounts
{
    private long _requests, _refused, _promptTokens, _tokens, _steps, _rows;
    private int _largestBatch, _running, _waiting;
    private long _bytes;

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Turned away because too many waited.</summary>
    public long Refused => Volatile.Read(ref _refused);

    public long PromptTokens => Volatile.Read(ref _promptTokens);

    /// <summary>Tokens drawn.</summary>
    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>Token steps of a batch, and rows that took part in them: their quotient is the mean batch.</summary>
    public (long Steps, long Rows) Batches => (Volatile.Read(ref _steps), Volatile.Read(ref _rows));

    public int LargestBatch => Volatile.Read(ref _largestBatch);

    public int Running => Volatile.Read(ref _running);

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Bytes of keys and values held now.</summary>
    public long KvBytes => Volatile.Read(ref _bytes);

    internal void Request() => Interlocked.Increment(ref _requests);

    internal void Refuse() => Interlocked.Increment(ref _refused);

    internal int Wait(int change) => Interlocked.Add(ref _waiting, change);

    internal void Read(int tokens) => Volatile.Write(ref _promptTokens, _promptTokens + tokens);

    internal void Draw() => Volatile.Write(ref _tokens, _tokens + 1);

    internal void Batch(int rows)
    {
        Volatile.Write(ref _steps, _steps + 1);
        Volatile.Write(ref _rows, _rows + rows);
        Volatile.Write(ref _largestBatch, Math.Max(_largestBatch, rows));
    }

    internal void Hold(int running, long bytes)
    {
        Volatile.Write(ref _running, running);
        Volatile.Write(ref _bytes, bytes);
    }
}
