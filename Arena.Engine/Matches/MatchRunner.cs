using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Engine.Matches;

/// <summary>
/// Plays a match: asks the agents, gives their answers to the kernel, shows what happens. Answers from outside are on disk before they are
/// used, and those that are there already are used again, so a match that is taken over goes on as it began.
/// </summary>
public sealed class MatchRunner(AgentClients agents, ReplyLog log, MatchFeed feed, TimeProvider time)
{
    /// <summary>Time that an agent gets beyond its clock, for the way there and back.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <param name="resumed">Whether somebody else may have begun to play it.</param>
    /// <exception cref="PlatformFaultException">The match is to be void.</exception>
    public async Task<RunMatch> RunAsync(MatchPlan plan, bool resumed, CancellationToken ct)
    {
        var setup = plan.Setup();
        var known = new KnownVersion[plan.Seats.Count];
        for (var i = 0; i < known.Length; i++)
        {
            known[i] = await agents.KnowAsync(plan.Seats[i].VersionId, ct);
        }
        setup = setup with { Players = [.. setup.Players.Zip(known, (p, k) => p with { LegalOnly = k.Config is PolicyConfig { LegalOnly: true } })] };
        var clients = Array.ConvertAll(known, agents.Open);
        try
        {
            var play = new MatchPlay(setup);
            // Nobody can follow a match that is over within milliseconds: it gets no events, which halves its cost.
            var shown = plan.PaceMs > 0 || known.Any(k => k.IsExternal);
            var events = shown ? new MatchEvents(play, plan.Space) : null;
            var players = PlayersOf(known);
            if (events is not null)
            {
                feed.Open(plan.Id);
                feed.Publish(plan.Id, events.Started(players));
                Show(plan.Id, events, _ => null);
            }
            feed.Announce(new LobbyNotice("started", plan.Id, plan.Space, plan.KindWord, "running", shown, players, null));
            var recorded = resumed && known.Any(k => k.IsExternal) ? await log.OfAsync(plan.Id, ct) : [];
            var took = new Dictionary<int, long>();
            while (!play.Over)
            {
                ct.ThrowIfCancellationRequested();
                var began = time.GetTimestamp();
                var pending = play.Pending;
                if (pending.Count == 1)
                {
                    play.Answer(pending[0].Turn, await AskAsync(setup, play, known, clients, recorded, took, pending[0], ct));
                }
                else
                {
                    // Seats that act at once don't wait for each other; their answers go in by number, so the order is always the same.
                    var replies = await Task.WhenAll(pending.Select(p => AskAsync(setup, play, known, clients, recorded, took, p, ct).AsTask()));
                    for (var i = 0; i < replies.Length; i++)
                    {
                        play.Answer(pending[i].Turn, replies[i]);
                    }
                }
                if (events is not null)
                {
                    var news = Show(plan.Id, events, turn => took.TryGetValue(turn, out var ms) ? ms : null);
                    var rest = TimeSpan.FromMilliseconds(plan.PaceMs) - time.GetElapsedTime(began);
                    if (news && rest > TimeSpan.Zero && !play.Over)
                    {
                        await Task.Delay(rest, time, ct);
                    }
                }
            }
            return new RunMatch(play.Finish(), events, players, shown);
        }
        finally
        {
            foreach (var client in clients)
            {
                (client as IDisposable)?.Dispose();
            }
        }
    }

    internal static IReadOnlyList<MatchPlayer> PlayersOf(IReadOnlyList<KnownVersion> known) => [.. known.Select((k, i) => new MatchPlayer(
        i, k.AgentName, k.Version.AgentId.Value, k.Version.Id.Value, k.Version.Number, k.Kind.ToString().ToLowerInvariant(), k.OwnerId, k.OwnerName, null))];

    private bool Show(MatchId match, MatchEvents events, Func<int, long?> milliseconds)
    {
        var any = false;
        foreach (var e in events.Happened(milliseconds))
        {
            feed.Publish(match, e);
            any = true;
        }
        return any;
    }

    private async ValueTask<AgentReply> AskAsync(
        MatchSetup setup, MatchPlay play, KnownVersion[] known, IAgentClient[] clients, Dictionary<(int Turn, int Try), AgentReply> recorded,
        Dictionary<int, long> took, PendingTurn pending, CancellationToken ct)
    {
        var version = known[pending.Player];
        if (recorded.TryGetValue((pending.Turn, pending.Try), out var before))
        {
            return before;
        }
        var card = setup.Rules.Card;
        var turn = new AgentTurn(new MatchId(setup.Match), version.Version.AgentId, version.Version.Id, version.Config, card, pending, time.GetUtcNow() + card.TurnClock) { Play = play };
        if (version.Kind == AgentKind.House)
        {
            // House agents are ours and trusted to end; a clock would only cost.
            return await clients[pending.Player].ActAsync(turn, ct);
        }
        var began = time.GetTimestamp();
        var reply = await InTimeAsync(clients[pending.Player], turn, card.TurnClock, ct);
        if (version.IsExternal)
        {
            reply = await log.RecordAsync(turn.MatchId, pending.Turn, pending.Try, reply, ct);
        }
        lock (took)
        {
            took[pending.Turn] = took.GetValueOrDefault(pending.Turn) + (long)time.GetElapsedTime(began).TotalMilliseconds;
        }
        return reply;
    }

    private async Task<AgentReply> InTimeAsync(IAgentClient client, AgentTurn turn, TimeSpan clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(clock + Grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await client.ActAsync(turn, either.Token).AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return AgentReply.Failed(FaultKind.TimedOut, $"No answer within {clock.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is not (PlatformFaultException or OperationCanceledException))
        {
            // A client that throws is our bug, never the agent's loss.
            throw new PlatformFaultException($"Asking {turn.Config.GetType().Name.Replace("Config", "", StringComparison.Ordinal).ToLowerInvariant()} agents failed on our side.", e);
        }
    }
}

/// <summary>A match that was played to its end.</summary>
/// <param name="Events">Null for quick matches.</param>
public sealed record RunMatch(PlayedMatch Played, MatchEvents? Events, IReadOnlyList<MatchPlayer> Players, bool Shown);
