using Microsoft.AspNetCore.Http.HttpResults;

namespace Arena.Web.Site;

/// <summary>The one place where refusals become RFC 9457 problems: every one has a stable <c>code</c> and a sentence for people.</summary>
public static class Problems
{
    private static readonly Dictionary<string, int> Statuses = new(StringComparer.Ordinal)
    {
        ["not-found"] = 404,
        ["unauthenticated"] = 401,
        ["forbidden"] = 403,
        ["cross-site"] = 403,
        ["not-yours"] = 403,
        ["name-taken"] = 409,
        ["already-entered"] = 409,
        ["already-answered"] = 409,
        ["turn-closed"] = 409,
        ["lease-lost"] = 409,
        ["key-reused"] = 422,
        ["balance-short"] = 402,
        ["agent-not-found"] = 404,
        ["entry-not-found"] = 404,
        ["space-unknown"] = 404,
        ["rate-limited"] = 429,
        ["internal"] = 500,
        ["too-many-agents"] = 429,
        ["not-closed"] = 409,
        ["not-available"] = 503,
        ["space-closed"] = 409,
        ["run-in-progress"] = 409,
        ["judge-known"] = 409,
        ["appealed-already"] = 409,
        ["match-not-found"] = 404,
        ["points-short"] = 402,
        ["trainer-off"] = 503,
        ["file-too-large"] = 413,
        ["disk-full"] = 507,
    };

    /// <summary>Codes with a status of their own.</summary>
    public static IReadOnlyDictionary<string, int> Known => Statuses;

    /// <summary>A problem with <paramref name="code"/>; codes not listed above are bad requests (400) unless <paramref name="status"/> says otherwise.</summary>
    public static ProblemHttpResult Because(string code, string reason, IDictionary<string, object?>? more = null, int? status = null)
    {
        var extensions = new Dictionary<string, object?>(more ?? new Dictionary<string, object?>()) { ["code"] = code };
        return TypedResults.Problem(
            detail: reason,
            statusCode: status ?? Statuses.GetValueOrDefault(code, StatusCodes.Status400BadRequest),
            title: Title(code),
            type: $"/docs/problems#{code}",
            extensions: extensions);
    }

    public static ProblemHttpResult NotFound(string what) => Because("not-found", $"There is no {what} with that name or id.");

    /// <summary>"name-taken" as "Name taken".</summary>
    private static string Title(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('-', ' ');
}
