using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Arena.Engine.Ratings;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Arena.Web.Judges;

internal static class FlagEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var flags = api.MapGroup("/flags").WithTags("Flags");
        flags.MapGet("", List).RequireAuthorization(Access.Admin);
        flags.MapGet("/mine", Mine).RequireAuthorization(Access.Owner);
        flags.MapPost("/{id:guid}/objection", Object).RequireAuthorization(Access.Owner);
        flags.MapPost("/{id:guid}/decision", Decide).RequireAuthorization(Access.Admin);
    }

    /// <summary>All flags with their logs, newest first; for admins.</summary>
    /// <param name="state">open, upheld or dismissed; none shows all.</param>
    private static async Task<Ok<IReadOnlyList<FlagAnswer>>> List(string? state, FlagDesk desk, CancellationToken ct) =>
        TypedResults.Ok<IReadOnlyList<FlagAnswer>>([.. (await desk.ListAsync(state, ct)).Select(FlagAnswer.Of)]);

    /// <summary>The flags that concern the caller.</summary>
    private static async Task<Ok<IReadOnlyList<FlagAnswer>>> Mine(ClaimsPrincipal user, FlagDesk desk, CancellationToken ct) =>
        TypedResults.Ok<IReadOnlyList<FlagAnswer>>([.. (await desk.OfOwnerAsync(user.RequiredOwner(), ct)).Select(FlagAnswer.Of)]);

    private static async Task<Results<NoContent, ProblemHttpResult>> Object(Guid id, FlagWords words, ClaimsPrincipal user, FlagDesk desk, CancellationToken ct) =>
        Answer(await desk.ObjectAsync(id, user.RequiredOwner(), words.Text, ct));

    private static async Task<Results<NoContent, ProblemHttpResult>> Decide(Guid id, FlagDecision decision, ClaimsPrincipal user, FlagDesk desk, CancellationToken ct) =>
        Answer(await desk.DecideAsync(id, user.RequiredOwner(), decision.Decision, decision.Reason, ct));

    private static Results<NoContent, ProblemHttpResult> Answer((string Code, string Reason)? refused) => refused switch
    {
        null => TypedResults.NoContent(),
        ("flag-not-found", _) => Problems.NotFound("flag"),
        var (code, reason) => Problems.Because(code, reason),
    };
}

/// <param name="Text">Why the flag is wrong.</param>
public sealed record FlagWords([property: Required, StringLength(2_000)] string Text);

/// <param name="Decision">upheld or dismissed.</param>
/// <param name="Reason">The owners read it.</param>
public sealed record FlagDecision([property: Required] string Decision, [property: Required, StringLength(2_000)] string Reason);

/// <param name="What">raised, objection, upheld or dismissed.</param>
public sealed record FlagLine(string What, string Text, DateTimeOffset At);

/// <param name="Versions">The two versions concerned; empty for votes.</param>
/// <param name="State">open, upheld or dismissed.</param>
public sealed record FlagAnswer(Guid Id, string Kind, string? Space, IReadOnlyList<Guid> Versions, string Seen, string Changes, string State, DateTimeOffset At, IReadOnlyList<FlagLine> Log)
{
    internal static FlagAnswer Of(FlagFile file) => new(
        file.Flag.Id, file.Flag.Kind, file.Flag.Space.Length > 0 ? file.Flag.Space : null, file.Flag.First is { } a && file.Flag.Second is { } b ? [a.Value, b.Value] : [],
        file.Flag.Seen, file.Flag.Changes, file.Flag.State, file.Flag.At, [.. file.Log.Select(n => new FlagLine(n.What, n.Text, n.At))]);
}
