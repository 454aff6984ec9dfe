using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Store;

/// <summary>A write that was done under an Idempotency-Key, with its answer. The row is committed together with what the write did.</summary>
public sealed class DoneWrite
{
    public required Guid OwnerId { get; init; }

    public required string Key { get; init; }

    /// <summary>What was asked, as a hash or in full: the same key for another request is refused.</summary>
    public required string Request { get; init; }

    /// <summary>The answer's HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The answer's body, as it was sent.</summary>
    public required string Answer { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>What a key stands for.</summary>
/// <param name="Request">The request, as a hash or in full.</param>
public sealed record WriteKey(Guid OwnerId, string Key, string Request);

/// <summary>The answer that a write gave.</summary>
/// <param name="Request">The request that it answered, in the same form as in its key.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON.</param>
public sealed record KeptAnswer(string Request, int Status, string Body);

/// <summary>A write that must act once.</summary>
/// <param name="Key">Who asks, under which key, for what.</param>
/// <param name="Keep">What a repeat is answered; null for a result that did nothing, whose key stays free.</param>
public sealed record Once<T>(WriteKey Key, Func<T, KeptAnswer?> Keep);

/// <summary>
/// Keys of writes that act once. A key is looked up and kept in the transaction of the write itself: of two requests at once the second sees the
/// first's answer, and a process that dies leaves either both the deed and its key, or neither.
/// </summary>
public static class WriteKeys
{
    /// <summary>How long a key gives the first answer, at least. Older rows go when the next key is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    /// <summary>Acts, or gives what the same key was answered before.</summary>
    /// <param name="once">Null acts in any case.</param>
    /// <param name="repeated">The result that carries an earlier answer.</param>
    public static T Act<T>(WriteSession session, Once<T>? once, DateTimeOffset now, Func<KeptAnswer, T> repeated, Func<T> act)
    {
        if (once is null)
        {
            return act();
        }
        var kept = session.First(
            "SELECT Request, Status, Answer FROM DoneWrites WHERE OwnerId = $0 AND Key = $1",
            r => new KeptAnswer(r.GetString(0), r.GetInt32(1), r.GetString(2)),
            once.Key.OwnerId, once.Key.Key);
        if (kept is not null)
        {
            return repeated(kept);
        }
        var result = act();
        if (once.Keep(result) is { } answer)
        {
            session.Run("DELETE FROM DoneWrites WHERE At < $0", WriteSession.Moment(now - Kept));
            session.Run(
                "INSERT INTO DoneWrites (OwnerId, Key, Request, Status, Answer, At) VALUES ($0, $1, $2, $3, $4, $5)",
                once.Key.OwnerId, once.Key.Key, once.Key.Request, answer.Status, answer.Body, WriteSession.Moment(now));
        }
        return result;
    }

    /// <summary>The row for a write that saves through <see cref="ArenaDb"/>; add it before saving. Null where nothing is to be kept.</summary>
    public static DoneWrite? Row<T>(Once<T>? once, T result, DateTimeOffset now) => once?.Keep(result) is { } answer
        ? new() { OwnerId = once.Key.OwnerId, Key = once.Key.Key, Request = once.Key.Request, Status = answer.Status, Answer = answer.Body, At = now }
        : null;

    /// <summary>What a key was answered, or null where it is new.</summary>
    public static async Task<KeptAnswer?> FindAsync(ArenaDb db, Guid owner, string key, CancellationToken ct) =>
        await db.DoneWrites.AsNoTracking().Where(w => w.OwnerId == owner && w.Key == key).Select(w => new KeptAnswer(w.Request, w.Status, w.Answer)).FirstOrDefaultAsync(ct);
}

internal sealed class DoneWriteMapping : IEntityTypeConfiguration<DoneWrite>
{
    public void Configure(EntityTypeBuilder<DoneWrite> builder)
    {
        builder.HasKey(w => new { w.OwnerId, w.Key });
        builder.HasIndex(w => w.At);
    }
}
