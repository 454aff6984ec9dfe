namespace Arena.Trainer.Serving;

/// <summary>Limits of a server.</summary>
public sealed record ServeOptions
{
    /// <summary>Most answers that advance together, per model.</summary>
    public int MaxRows { get; init; } = 256;

    /// <summary>Most requests that wait; more are turned away with 429.</summary>
    public int MaxWaiting { get; init; } = 4096;

    /// <summary>Most bytes of keys and values over all models. What does not fit now waits; what can never fit is refused.</summary>
    public long KvBytes { get; init; } = DefaultKvBytes;

    /// <summary>Most bytes of a request's body.</summary>
    public long BodyBytes { get; init; } = 4 << 20;

    /// <summary>How often at most a policy's files are looked at for a newer version.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Multiplications of one piece of a prompt: running answers wait for no more than that between two of their tokens. Two thousand million are some 20 to 50 ms on one core.
    /// </summary>
    public double PieceWork { get; init; } = 2e9;

    /// <summary>Models up to this many weights get a merged copy for each adapter, which is quicker; adapters over larger ones share the base in memory and in the batch.</summary>
    public long MergeBelow { get; init; } = 4_000_000;

    /// <summary>A quarter of the memory that the process may use.</summary>
    public static long DefaultKvBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
}
