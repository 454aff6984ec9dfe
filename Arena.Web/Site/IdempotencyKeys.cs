using System.Collections.Concurrent;
using System.Text.Json;
using Arena.Engine.Matches;

namespace Arena.Web.Site;

/// <summary>What a write came to: a status with its answer, or a refusal.</summary>
public sealed record WriteOutcome(int Status, object? Answer, EntryRefused? Refused);

/// <summary>
/// Makes a repeated write with the same Idempotency-Key give the first answer instead of acting again. Answers are kept in this
/// process for a day; what must never happen twice is guarded by the database besides.
/// </summary>
public sealed class IdempotencyKeys(TimeProvider time)
{
    private const int LongestKey = 200;
    private const int Most = 50_000;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(Guid Owner, string Key), Known> _known = [];

    public async Task<IResult> OnceAsync<T>(Guid owner, string? key, T request, Func<Task<WriteOutcome>> act, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(key))
        {
            return Result(await act());
        }
        if (key.Length > LongestKey)
        {
            return Problems.Because("key-invalid", $"An Idempotency-Key has at most {LongestKey} characters.");
        }
        Sweep();
        var body = JsonSerializer.Serialize(request);
        var known = _known.GetOrAdd((owner, key), _ => new(body, time.GetUtcNow(), new(act)));
        if (known.Body != body)
        {
            return Problems.Because("key-reused", "This Idempotency-Key was used for another request.");
        }
        try
        {
            var outcome = await known.Outcome.Value.WaitAsync(ct);
            if (outcome.Refused is not null)
            {
                // Nothing happened, so the same key may try again once the reason is gone.
                _known.TryRemove((owner, key), out _);
            }
            return Result(outcome);
        }
        catch (Exception)
        {
            _known.TryRemove((owner, key), out _);
            throw;
        }
    }

    private static IResult Result(WriteOutcome outcome) => outcome.Refused is { } refused
        ? Problems.Because(refused.Code, refused.Reason)
        : Results.Json(outcome.Answer, statusCode: outcome.Status);

    private void Sweep()
    {
        if (_known.Count < Most)
        {
            return;
        }
        var before = time.GetUtcNow() - Kept;
        foreach (var (key, known) in _known)
        {
            if (known.At < before || _known.Count > 2 * Most)
            {
                _known.TryRemove(key, out _);
            }
        }
    }

    private sealed record Known(string Body, DateTimeOffset At, Lazy<Task<WriteOutcome>> Outcome);
}
