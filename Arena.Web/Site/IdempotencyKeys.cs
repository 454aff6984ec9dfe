using System.Security.Cryptography;
using System.Text.Json;
using Arena.Engine;
using Arena.Engine.Store;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Web.Site;

/// <summary>What a write came to: a status with its answer, a refusal (code and reason), or what the same key was answered before.</summary>
public sealed record WriteOutcome(int Status, object? Answer, (string Code, string Reason)? Refused = null, KeptAnswer? Earlier = null)
{
    public static WriteOutcome Because(string code, string reason) => new(0, null, (code, reason));

    public static WriteOutcome Repeated(KeptAnswer earlier) => new(0, null, null, earlier);
}

/// <summary>
/// Makes a repeated write with the same Idempotency-Key give the first answer instead of acting again, also after a restart: the key is committed
/// with the deed (<see cref="WriteKeys"/>). A refused write keeps nothing, so the same key may try again once the reason is gone.
/// </summary>
public sealed class IdempotencyKeys(IDbContextFactory<ArenaDb> databases, IOptions<JsonOptions> json)
{
    private const int LongestKey = 200;
    private const string Json = "application/json; charset=utf-8";

    /// <param name="key">The header; empty acts in any case.</param>
    /// <param name="what">The write's name; with <paramref name="request"/> it says what the key stands for.</param>
    /// <param name="act">The engine's write; it hands its key on into the transaction.</param>
    /// <param name="read">What its result means.</param>
    public async Task<IResult> OnceAsync<TRequest, TResult>(
        Guid owner, string? key, string what, TRequest request, Func<Once<TResult>?, Task<TResult>> act, Func<TResult, WriteOutcome> read, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(key))
        {
            return Result(read(await act(null)), null);
        }
        if (key.Length > LongestKey)
        {
            return Problems.Because("key-invalid", $"An Idempotency-Key has at most {LongestKey} characters.");
        }
        var hash = Hash(what, request);
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            // Before the write's own checks: what has been done once is answered the same although a check would refuse it by now.
            if (await WriteKeys.FindAsync(db, owner, key, ct) is { } kept)
            {
                return Result(WriteOutcome.Repeated(kept), hash);
            }
        }
        return Result(read(await act(new(new(owner, key, hash), result => Keep(hash, read(result))))), hash);
    }

    private KeptAnswer? Keep(string hash, WriteOutcome outcome) => outcome is { Refused: null, Earlier: null } ? new(hash, outcome.Status, Body(outcome.Answer)) : null;

    private string Body(object? answer) => JsonSerializer.Serialize(answer, json.Value.SerializerOptions);

    private IResult Result(WriteOutcome outcome, string? hash) => outcome switch
    {
        { Refused: { } refused } => Problems.Because(refused.Code, refused.Reason),
        { Earlier: { } earlier } when earlier.Request != hash => Problems.Because("key-reused", "This Idempotency-Key was used for another request."),
        { Earlier: { } earlier } => Results.Text(earlier.Body, Json, statusCode: earlier.Status),
        _ => Results.Text(Body(outcome.Answer), Json, statusCode: outcome.Status),
    };

    private static string Hash<T>(string what, T request) =>
        Convert.ToHexStringLower(SHA256.HashData([.. JsonSerializer.SerializeToUtf8Bytes(what), .. JsonSerializer.SerializeToUtf8Bytes(request)]));
}
