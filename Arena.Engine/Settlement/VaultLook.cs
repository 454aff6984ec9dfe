using Arena.Engine.Store;

namespace Arena.Engine.Settlement;

/// <summary>
/// What the settlement worker last saw of the epoch that the vault is at. One row: an operator's tool reads it as a second program, which needs no way to the chain.
/// </summary>
public sealed record VaultLook
{
    /// <summary>There is one.</summary>
    public int Id { get; init; } = 1;

    public required DateTimeOffset At { get; init; }

    /// <summary>The epoch that the vault decides next; one that stopped settlement stands here for as long as it does.</summary>
    public required long Epoch { get; init; }

    /// <summary>Which proposal of its number the vault counts; 0 while it holds none.</summary>
    public long Attempt { get; init; }

    /// <summary>0x hex; empty while the vault holds none.</summary>
    public string ResultRoot { get; init; } = "";

    public string PayoutRoot { get; init; } = "";

    public DateTimeOffset? WindowEndsAt { get; init; }

    public bool Disputed { get; init; }

    public bool Rejected { get; init; }

    public bool Finalized { get; init; }

    /// <summary>Whether a rejection is as deep in the chain as the rail's confirmations.</summary>
    public bool Deep { get; init; }

    /// <summary>Why settlement has stopped, or null while it goes on.</summary>
    public string? Halt { get; init; }

    public EpochRoots Roots => new(ResultRoot, PayoutRoot);

    public static VaultLook Of(DateTimeOffset at, long epoch, VaultEpoch? held, bool deep = false, string? halt = null) => new()
    {
        At = at,
        Epoch = epoch,
        Attempt = held?.Attempt ?? 0,
        ResultRoot = held?.ResultRoot ?? "",
        PayoutRoot = held?.PayoutRoot ?? "",
        WindowEndsAt = held?.WindowEndsAt,
        Disputed = held?.Disputed ?? false,
        Rejected = held?.Rejected ?? false,
        Finalized = held?.Finalized ?? false,
        Deep = deep,
        Halt = halt,
    };

    /// <summary>Whether this says the same as an earlier look, whenever that was.</summary>
    internal bool Repeats(VaultLook? earlier) => earlier is not null && this with { At = earlier.At } == earlier;

    internal void Write(WriteSession session) => session.Run(
        """
        INSERT INTO VaultLooks (Id, At, Epoch, Attempt, ResultRoot, PayoutRoot, WindowEndsAt, Disputed, Rejected, Finalized, Deep, Halt)
        VALUES (1, $0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (Id) DO UPDATE SET At = $0, Epoch = $1, Attempt = $2, ResultRoot = $3, PayoutRoot = $4, WindowEndsAt = $5, Disputed = $6, Rejected = $7,
            Finalized = $8, Deep = $9, Halt = $10
        """,
        WriteSession.Moment(At), Epoch, Attempt, ResultRoot, PayoutRoot, WindowEndsAt is { } ends ? WriteSession.Moment(ends) : null, Disputed, Rejected, Finalized, Deep, Halt);

    internal static VaultLook? Read(WriteSession session) => session.First(
        "SELECT At, Epoch, Attempt, ResultRoot, PayoutRoot, WindowEndsAt, Disputed, Rejected, Finalized, Deep, Halt FROM VaultLooks",
        r => new VaultLook
        {
            At = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(0)),
            Epoch = r.GetInt64(1),
            Attempt = r.GetInt64(2),
            ResultRoot = r.GetString(3),
            PayoutRoot = r.GetString(4),
            WindowEndsAt = r.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(5)),
            Disputed = r.GetBoolean(6),
            Rejected = r.GetBoolean(7),
            Finalized = r.GetBoolean(8),
            Deep = r.GetBoolean(9),
            Halt = r.IsDBNull(10) ? null : r.GetString(10),
        });
}
