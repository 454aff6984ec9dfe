using System.Security.Cryptography;
using Arena.Engine.Agents;
using Arena.Engine.Spaces;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>What a script wrote and how it failed on one turn.</summary>
/// <param name="Lines">Its console output.</param>
/// <param name="Problem">The fault with its text, or why the answer was illegal; null when all went well.</param>
public sealed record DryTurn(int Turn, int Game, IReadOnlyList<string> Lines, string? Answer, string? Problem);

/// <summary>What became of a wish to try a script.</summary>
public abstract record DryResult;

/// <summary>A practice match that nobody recorded: its events for the viewer, the script's log, micro-points per player (the script is player 0).</summary>
/// <param name="Stopped">Why it was cut short, or null when it was played to its end.</param>
public sealed record DryRun(IReadOnlyList<MatchPlayer> Players, IReadOnlyList<MatchEvent> Events, IReadOnlyList<DryTurn> Log, IReadOnlyList<long>? Scores, string? Stopped) : DryResult;

/// <param name="Code">"space-unknown", "house-unknown", "script-too-long" or "script-syntax".</param>
public sealed record DryRefused(string Code, string Reason) : DryResult;

/// <summary>Plays a script against a house agent in memory, so that its owner sees what it does before saving it.</summary>
public sealed class DryRunner(SpaceCatalog catalog, SpaceMaterials materials, ScriptSandbox sandbox, IOptions<ArenaOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <param name="house">Slug of the house agent.</param>
    public async Task<DryResult> RunAsync(string space, string source, string house, CancellationToken ct = default)
    {
        if (catalog.Find(space) is not { } offer)
        {
            return new DryRefused("space-unknown", "There is no such space.");
        }
        if (offer.Rules.House.FirstOrDefault(h => h.Slug == house) is not { } opponent)
        {
            return new DryRefused("house-unknown", $"{offer.Card.Name} has no house agent '{house}'.");
        }
        if (AgentRules.ConfigProblem(AgentKind.Script, new ScriptConfig(source), sandbox, options.Value.Scripts) is { } problem)
        {
            return new DryRefused(problem.Code, problem.Reason);
        }
        return await PlayAsync(offer, source, opponent, ct);
    }

    private async Task<DryRun> PlayAsync(SpaceOffer offer, string source, IHouseAgent house, CancellationToken ct)
    {
        var seats = offer.Card.MinSeats;
        var seed = RandomNumberGenerator.GetBytes(32);
        var play = new MatchPlay(new MatchSetup(Guid.CreateVersion7(time.GetUtcNow()), offer.Rules, seed, "probe", [.. Enumerable.Range(0, seats).Select(_ => new Player(Guid.Empty, ""))]) { Material = materials.For(offer.Card.Slug) });
        IReadOnlyList<MatchPlayer> players = [.. Enumerable.Range(0, seats).Select(i => new MatchPlayer(
            i, i == 0 ? "Your script" : house.Name, Guid.Empty, Guid.Empty, 0, i == 0 ? "script" : "house", Guid.Empty, i == 0 ? "you" : "house", null))];
        var events = new MatchEvents(play, offer.Card.Slug);
        var list = new List<MatchEvent> { events.Started(players) };
        list.AddRange(events.Happened(_ => null));
        var log = new List<DryTurn>();
        var began = time.GetTimestamp();
        while (!play.Over)
        {
            if (time.GetElapsedTime(began) > Longest)
            {
                return new DryRun(players, list, log, null, $"Stopped after {Longest.TotalSeconds:0} s: the script is slow. In a real match every turn has its own clock.");
            }
            foreach (var turn in play.Pending.ToList())
            {
                if (turn.Player != 0)
                {
                    play.Answer(turn.Turn, play.HouseReply(turn, house));
                    continue;
                }
                var run = await sandbox.ActAsync(source, turn, play.HouseDraws(turn), ct);
                var finished = play.Answer(turn.Turn, run.Reply);
                var illegal = finished is null ? play.Pending.First(p => p.Turn == turn.Turn).Complaint : finished.Fault is null ? null : $"{finished.Fault}: {finished.Detail}";
                log.Add(new DryTurn(turn.Turn, turn.Game, run.Log, run.Reply.Text, run.Reply.Fault is { } fault ? $"{fault}: {run.Reply.Detail}" : illegal));
            }
            list.AddRange(events.Happened(_ => null));
        }
        var scores = play.Finish().Scores;
        list.Add(scores is null ? events.Judging() : events.Closed(scores, []));
        return new DryRun(players, list, log, scores, null);
    }
}
