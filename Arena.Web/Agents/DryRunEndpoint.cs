using System.Text.Json.Nodes;
using Arena.Engine.Matches;
using Arena.Web.Site;

namespace Arena.Web.Agents;

/// <summary>"Dry run" of the script editor: a whole match in memory, under production's rules and limits.</summary>
internal static class DryRunEndpoint
{
    /// <summary>Plays an unsaved script against a house agent. Nothing is recorded.</summary>
    public static async Task<IResult> Play(DryRunWish wish, DryRunner runner, CancellationToken ct) =>
        await runner.RunAsync(wish.Space, wish.Source, wish.Opponent, ct) switch
        {
            DryRefused refused => Problems.Because(refused.Code, refused.Reason, new Dictionary<string, object?> { ["line"] = ErrorLine.In(refused.Code, refused.Reason) }),
            DryRun run => TypedResults.Ok(Answer(wish.Space, run)),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };

    private static DryRunAnswer Answer(string space, DryRun run)
    {
        var result = run.Stopped ?? (run.Scores is { } scores
            ? $"Your script scored {Words.Score(scores[0])}, {string.Join(", ", run.Players.Skip(1).Select(p => $"{p.Name} {Words.Score(scores[p.Player])}"))}."
            : "Played to the end. In a real match AI judges would now compare the answers.");
        var frames = new JsonObject
        {
            ["match"] = new JsonObject { ["id"] = "dry-run", ["space"] = space, ["kind"] = "casual", ["tier"] = "free", ["status"] = "closed", ["paceMs"] = 0 },
            ["players"] = new JsonArray([.. run.Players.Select(p =>
            {
                var player = p.ToJson();
                player["score"] = run.Scores?[p.Player];
                return player;
            })]),
            ["events"] = new JsonArray([.. run.Events.Select(e => e.ToJson())]),
        };
        return new(
            result,
            run.Log.FirstOrDefault(t => t.Problem is not null) is { } bad ? $"Turn {bad.Turn + 1}: {bad.Problem}" : null,
            [.. run.Log.Where(t => t.Lines.Count > 0 || t.Problem is not null).Select(t => new DryRunLog(t.Turn, t.Game, t.Answer, t.Lines, t.Problem))],
            frames);
    }

    /// <param name="Opponent">Slug of a house agent.</param>
    /// <param name="Source">JavaScript with act(observation).</param>
    public sealed record DryRunWish(string Space, string Opponent, string Source);

    /// <param name="Result">One sentence.</param>
    /// <param name="Fault">The script's first fault or illegal answer, or null.</param>
    /// <param name="Log">Turns on which the script wrote something or failed.</param>
    /// <param name="Frames">In the shape of GET /api/v1/matches/{id}/frames.</param>
    public sealed record DryRunAnswer(string Result, string? Fault, IReadOnlyList<DryRunLog> Log, JsonObject Frames);

    public sealed record DryRunLog(int Turn, int Game, string? Answer, IReadOnlyList<string> Lines, string? Problem);
}
