using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Spaces;
using Arena.Rules.Play;

namespace Arena.Web.Agents;

/// <summary>What the editor asks for.</summary>
public sealed record DryRunWish(string Space, string Opponent, string Source);

/// <summary>What the script wrote to its console on one turn.</summary>
public sealed record DryRunLog(int Turn, int Game, int Ply, IReadOnlyList<string> Lines, long Ms);

/// <param name="Problem">Why nothing was played: a syntax error with its place, or a wrong choice.</param>
/// <param name="Frames">The match in the shape of GET /api/v1/matches/{id}/frames.</param>
/// <param name="Log">Only turns on which something was written.</param>
/// <param name="Result">One sentence.</param>
/// <param name="Fault">The script's first fault, or null.</param>
public sealed record DryRunAnswer(DryRunProblem? Problem, JsonObject? Frames, IReadOnlyList<DryRunLog> Log, string? Result, string? Fault);

/// <param name="Line">From 1; 0 when the problem has no place.</param>
public sealed record DryRunProblem(int Line, int Column, string Message);

/// <summary>Plays an unsaved script against house agents with production's rules, limits and sandbox; nothing is recorded.</summary>
public sealed class DryRun(ScriptSandbox sandbox, SpaceCatalog spaces, TimeProvider time)
{
    // A script that uses its whole second on every turn still gets an answer in the time a person waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    public async Task<DryRunAnswer> PlayAsync(DryRunWish wish, CancellationToken ct)
    {
        if (spaces.Find(wish.Space)?.Rules is not { } rules || rules.House.FirstOrDefault(h => h.Slug == wish.Opponent) is not { } house)
        {
            return Stopped(new(0, 0, "Choose a space and one of its house agents."));
        }
        if (sandbox.Check(wish.Source) is { } problem)
        {
            return Stopped(new(problem.Line, problem.Column, problem.Message));
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var players = Enumerable.Range(0, rules.Card.MinSeats).Select(_ => new Player(Guid.Empty, new string('0', 64))).ToList();
        var play = new MatchPlay(new(id, rules, RandomNumberGenerator.GetBytes(32), "casual", players));
        var shown = players.Select((_, i) => new MatchPlayer(i, i == 0 ? "Your script" : house.Name, Guid.Empty, Guid.Empty, 1, i == 0 ? "script" : "house", Guid.Empty, i == 0 ? "you" : "house", null)).ToList();
        var events = new MatchEvents(play, rules.Card.Slug);
        var list = new List<MatchEvent> { events.Started(shown) };
        var times = new Dictionary<int, long>();
        var log = new List<DryRunLog>();
        string? fault = null;
        using var limit = new CancellationTokenSource(Patience, time);
        list.AddRange(events.Happened(_ => null));
        while (!play.Over)
        {
            if (limit.IsCancellationRequested)
            {
                ct.ThrowIfCancellationRequested();
                break;
            }
            foreach (var pending in play.Pending.ToList())
            {
                if (pending.Player != 0)
                {
                    play.Answer(pending.Turn, play.HouseReply(pending, house));
                    continue;
                }
                var clock = Stopwatch.StartNew();
                var run = await sandbox.ActAsync(wish.Source, pending, play.HouseDraws(pending), ct);
                times[pending.Turn] = clock.ElapsedMilliseconds;
                if (run.Log.Count > 0)
                {
                    log.Add(new(pending.Turn, pending.Game, pending.Ply, run.Log, clock.ElapsedMilliseconds));
                }
                if (play.Answer(pending.Turn, run.Reply) is { Fault: { } kind } turn)
                {
                    fault ??= $"Turn {pending.Turn + 1}: {kind}. {turn.Detail}";
                }
            }
            list.AddRange(events.Happened(turn => times.TryGetValue(turn, out var ms) ? ms : null));
        }
        return Finished(play, rules, shown, list, log, fault);
    }

    private static DryRunAnswer Finished(MatchPlay play, ISpaceRules rules, List<MatchPlayer> shown, List<MatchEvent> events, List<DryRunLog> log, string? fault)
    {
        var scores = play.Over ? play.Finish().Scores : null;
        var result = !play.Over
            ? $"Stopped after {Patience.TotalSeconds:0} s: the script is too slow to finish a match."
            : scores is null
                ? "Played to the end. In a real match AI judges would now compare the answers."
                : $"Your script scored {Site.Words.Score(scores[0])}, {shown[1].Name} {Site.Words.Score(scores[1])}.";
        var frames = new JsonObject
        {
            ["match"] = new JsonObject { ["id"] = "dry-run", ["space"] = rules.Card.Slug, ["kind"] = "casual", ["tier"] = "free", ["status"] = "Closed", ["paceMs"] = 0 },
            ["players"] = new JsonArray([.. shown.Select((p, i) =>
            {
                var player = p.ToJson();
                player["score"] = scores?[i];
                return player;
            })]),
            ["events"] = new JsonArray([.. events.Select(e => e.ToJson())]),
        };
        return new(null, frames, log, result, fault);
    }

    private static DryRunAnswer Stopped(DryRunProblem problem) => new(problem, null, [], null, null);
}
