using System.Security.Claims;
using Arena.Engine.Agents;
using Arena.Engine.Training;
using Arena.Web.Accounts;
using Arena.Web.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Arena.Web.Training;

/// <summary>Versions as a tree, two of them compared, and which one plays.</summary>
internal static class LineageEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents/{id}").WithTags("Agents");
        agents.MapGet("/lineage", Read);
        agents.MapGet("/diff", Diff);
        agents.MapPut("/current-version", Use).RequireAuthorization(Access.Owner);
        agents.MapPut("/sparring", Spar).RequireAuthorization(Access.Owner);
    }

    /// <summary>An agent's versions, parents before children, with the run and the gate that made each, and every switch between them.</summary>
    private static async Task<Results<Ok<LineageAnswer>, ProblemHttpResult>> Read(AgentId id, LineageQuery lineages, CancellationToken ct) =>
        await lineages.OfAsync(id, ct) is { } lineage
            ? TypedResults.Ok(new LineageAnswer(
                lineage.Agent.Id.Value, lineage.Agent.Name, lineage.Agent.SparringPartner, [.. lineage.Nodes.Select(Answer)],
                [.. lineage.Switches.Select(s => new SwitchAnswer(s.At, s.FromVersionId.Value, s.ToVersionId.Value, s.Kind, s.RunId, s.Note))]))
            : Problems.NotFound("agent");

    /// <summary>Two versions in one space against every opponent that they met in two-player matches, and how their runs differ.</summary>
    /// <param name="from">A version's number.</param>
    /// <param name="to">Another's.</param>
    private static async Task<Results<Ok<DiffAnswer>, ProblemHttpResult>> Diff(AgentId id, int from, int to, string space, StrengthQuery strengths, CancellationToken ct) =>
        await strengths.CompareAsync(id, from, to, space, ct) is { } diff
            ? TypedResults.Ok(new DiffAnswer(
                diff.First.Number, diff.Second.Number, diff.Space,
                [.. diff.Opponents.Select(o => new OpponentAnswer(o.Opponent.Value, o.Agent.Value, o.Title, o.InPool, Score(o.First), Score(o.Second), o.Difference, o.Low, o.High, o.Reading))],
                [.. diff.Facts.Select(f => new FactAnswer(f.Name, f.First, f.Second))]))
            : Problems.NotFound("agent, version or space");

    /// <summary>Makes a version the one that plays; going back is the same call with the other version. Each version resumes its own rating.</summary>
    private static async Task<Results<Ok<SwitchAnswer>, ProblemHttpResult>> Use(AgentId id, UseWish wish, ClaimsPrincipal user, VersionDesk desk, CancellationToken ct) =>
        await desk.UseAsync(user.RequiredOwner(), id, new(wish.VersionId), wish.Note, ct) switch
        {
            Switched { Change: var s } => TypedResults.Ok(new SwitchAnswer(s.At, s.FromVersionId.Value, s.ToVersionId.Value, s.Kind, s.RunId, s.Note)),
            SwitchRefused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };

    /// <summary>Whether other agents' training runs may play against this policy.</summary>
    private static async Task<Results<Ok<SparWish>, ProblemHttpResult>> Spar(AgentId id, SparWish wish, ClaimsPrincipal user, VersionDesk desk, CancellationToken ct) =>
        await desk.SparAsync(user.RequiredOwner(), id, wish.Allowed, ct) is { } refused ? Problems.Because(refused.Code, refused.Reason) : TypedResults.Ok(wish);

    private static NodeAnswer Answer(LineageNode n) => new(
        n.Id.Value, n.Number, n.Parent?.Value, n.Depth, KindWords.Of(n.Status), n.Current, n.Hash, n.CreatedAt,
        n.Run is { } run
            ? new(run.Id.Value, run.Space, run.Options.Method, run.Options.Rounds, run.PairCount, run.PairsHash, TrainingEndpoints.Word(run.Status), run.Gate)
            : null,
        [.. n.Ratings.Select(r => new RatingAnswer(r.Space, r.MilliElo / 1000.0, r.Games))]);

    private static ScoreAnswer? Score(ScoreEstimate s) => s.Matches == 0 ? null : new(s.Matches, s.Mean, s.Low, s.High);

    /// <param name="SparringPartner">Whether other agents' training runs may play against it.</param>
    /// <param name="Switches">Newest first, at most 100.</param>
    public sealed record LineageAnswer(Guid AgentId, string Name, bool SparringPartner, IReadOnlyList<NodeAnswer> Versions, IReadOnlyList<SwitchAnswer> Switches);

    /// <param name="Depth">0 for a version without a parent.</param>
    /// <param name="Run">The run that made it; null for versions made by hand.</param>
    public sealed record NodeAnswer(Guid Id, int Number, Guid? ParentId, int Depth, string Status, bool Current, string Hash, DateTimeOffset CreatedAt, NodeRun? Run, IReadOnlyList<RatingAnswer> Ratings);

    public sealed record NodeRun(Guid Id, string Space, string Method, int Rounds, int PairCount, string PairsSha256, string Status, GateStanding? Gate);

    public sealed record RatingAnswer(string Space, double Rating, int Games);

    /// <param name="Kind">"promoted" by a gate or "chosen" by the owner.</param>
    public sealed record SwitchAnswer(DateTimeOffset At, Guid From, Guid To, string Kind, Guid? RunId, string? Note);

    /// <param name="Facts">Options and data that differ.</param>
    public sealed record DiffAnswer(int From, int To, string Space, IReadOnlyList<OpponentAnswer> Opponents, IReadOnlyList<FactAnswer> Facts);

    /// <param name="First">The first version's mean match score, 0 to 1, with Wilson's 95 % interval; null where they never met.</param>
    /// <param name="Difference">Second minus first, with Newcombe's interval.</param>
    public sealed record OpponentAnswer(
        Guid VersionId, Guid AgentId, string Title, bool InPool, ScoreAnswer? First, ScoreAnswer? Second, double? Difference, double? Low, double? High, string Reading);

    public sealed record ScoreAnswer(long Matches, double Mean, double Low, double High);

    public sealed record FactAnswer(string Name, string? First, string? Second);

    /// <param name="Note">Why, at most 200 characters; shown to everybody.</param>
    public sealed record UseWish(Guid VersionId, string? Note);

    public sealed record SparWish(bool Allowed);
}
