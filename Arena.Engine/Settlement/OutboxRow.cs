using System.Globalization;
using System.Text.Json;

namespace Arena.Engine.Settlement;

/// <summary>States of a transaction that must happen exactly once.</summary>
public enum OutboxState
{
    Pending,

    /// <summary>Bytes are stored, not yet known to be sent.</summary>
    Signed,
    Broadcast,
    Mined,

    /// <summary>Deep enough not to be undone.</summary>
    Final,

    /// <summary>Done by somebody else, or no longer possible; the reason is kept.</summary>
    Dropped,
}

/// <summary>A transaction to be sent, under a business key that is unique: it is written with the change that wants it.</summary>
public sealed class OutboxRow
{
    /// <summary>E.g. "epoch/17/propose".</summary>
    public required string Key { get; init; }

    /// <summary>The call as JSON.</summary>
    public required string Call { get; init; }

    public OutboxState State { get; set; }

    /// <summary>Fixed by the first signature; a bump keeps it.</summary>
    public long? Nonce { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? MinedHash { get; set; }

    public long? Block { get; set; }

    public string? BlockHash { get; set; }

    /// <summary>The last trouble, for the admin.</summary>
    public string? Trouble { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every signed form, oldest first; any of them may be the one that is mined.</summary>
    public List<OutboxVersion> Versions { get; init; } = [];
}

/// <summary>One signed form of an outbox transaction, stored before it is sent.</summary>
public sealed class OutboxVersion
{
    public required string Key { get; init; }

    public required int Bump { get; init; }

    public required byte[] Raw { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset SignedAt { get; init; }
}

/// <summary>The calls of the outbox as JSON, amounts as decimal text.</summary>
internal static class OutboxCalls
{
    public static string Write(VaultCall call) => call switch
    {
        VaultCall.Propose p => JsonSerializer.Serialize(new Stored("propose", p.Number, p.ResultRoot, p.PayoutRoot, Text(p.TotalWei), p.Uri, null, null)),
        VaultCall.Finalize f => JsonSerializer.Serialize(new Stored("finalize", f.Number, null, null, null, null, null, null)),
        VaultCall.Claim c => JsonSerializer.Serialize(new Stored("claim", 0, null, null, Text(c.CumulativeWei), null, c.Account, [.. c.Proof.Select(s => new StoredStep(s.Hash, Text(s.SumWei), s.SiblingIsLeft))])),
        _ => throw new ArgumentException($"Unknown call {call}.", nameof(call)),
    };

    public static VaultCall Read(string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json) ?? throw new JsonException("An outbox call is empty.");
        return stored.Kind switch
        {
            "propose" => new VaultCall.Propose(stored.Number, stored.ResultRoot!, stored.PayoutRoot!, Wei(stored.Wei!), stored.Uri!),
            "finalize" => new VaultCall.Finalize(stored.Number),
            "claim" => new VaultCall.Claim(stored.Account!, Wei(stored.Wei!), [.. stored.Proof!.Select(s => new ClaimStep(s.Hash, Wei(s.Wei), s.Left))]),
            _ => throw new JsonException($"Unknown outbox call {stored.Kind}."),
        };
    }

    private static string Text(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);

    private static UInt128 Wei(string text) => UInt128.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Stored(string Kind, long Number, string? ResultRoot, string? PayoutRoot, string? Wei, string? Uri, string? Account, StoredStep[]? Proof);

    private sealed record StoredStep(string Hash, string Wei, bool Left);
}
