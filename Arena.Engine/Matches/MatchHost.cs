using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Store;
using Arena.Rules.Ratings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>Plays a leased match and ends it: closed, handed to the judges, or void. What a grain hosts, without Orleans.</summary>
public sealed partial class MatchHost(
    MatchRunner runner, MatchCloser closer, MatchFeed feed, BotBoard bots, MatchNode node, GroupWriter writer, IOptions<ArenaOptions> options, TimeProvider time, ILogger<MatchHost> log)
{
    private readonly ConcurrentDictionary<MatchId, MatchLease> _fresh = [];
    private readonly ConcurrentDictionary<MatchId, MatchLease> _playing = [];

    /// <summary>The matches that this node plays now.</summary>
    public IReadOnlyCollection<MatchLease> Playing => [.. _playing.Values];

    /// <summary>Keeps a match that this node has just written with its lease, so that its grain need not read it again.</summary>
    public void Keep(MatchPlan plan) => _fresh[plan.Id] = new MatchLease(plan, 1);

    /// <summary>Plays a match, if it is still to be played and nobody else has it.</summary>
    public async Task PlayAsync(MatchId id, CancellationToken ct)
    {
        var resumed = !_fresh.TryRemove(id, out var lease);
        lease ??= await writer.WriteAsync(
            session => MatchRows.TakeLease(session, id, node.Name, time.GetUtcNow(), time.GetUtcNow() + options.Value.Lease.Duration), ct);
        if (lease is null)
        {
            return;
        }
        _playing[id] = lease;
        try
        {
            var run = await runner.RunAsync(lease.Plan, resumed, ct);
            Tell(lease.Plan, run, await closer.CloseAsync(lease, run.Played));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The silo stops or the grain moves: whoever sweeps next goes on.
            feed.Abandon(id);
            throw;
        }
        catch (PlatformFaultException e)
        {
            Log.Voided(log, id, e.Message, e.InnerException);
            await VoidAsync(lease, e.Message);
        }
        catch (Exception e)
        {
            Log.Broken(log, id, e);
            await VoidAsync(lease, "The match failed on our side.");
        }
        finally
        {
            _playing.TryRemove(id, out _);
        }
    }

    private async Task VoidAsync(MatchLease lease, string reason)
    {
        if (await closer.VoidAsync(lease.Plan.Id, lease.Fence, reason))
        {
            var last = feed.Known(lease.Plan.Id)?.LastOrDefault()?.Id ?? 0;
            feed.Publish(lease.Plan.Id, new MatchEvent(last + 1, "void", new JsonObject { ["reason"] = reason }));
            feed.Announce(new LobbyNotice("closed", lease.Plan.Id, lease.Plan.Space, lease.Plan.KindWord, "void", lease.Plan.PaceMs > 0, [], null));
            TellBots(lease.Plan, "void", null, reason);
        }
        else
        {
            feed.Abandon(lease.Plan.Id);
        }
    }

    private void Tell(MatchPlan plan, RunMatch run, CloseOutcome outcome)
    {
        if (outcome.Judging)
        {
            if (run.Events is { } events)
            {
                feed.Publish(plan.Id, events.Judging());
            }
            TellBots(plan, "judging", null);
            return;
        }
        if (outcome.Closing is not { } closing)
        {
            // Another node closed it; its result stands.
            Log.Stale(log, plan.Id);
            feed.Abandon(plan.Id);
            return;
        }
        var scores = closing.Seats.Select(s => s.Score).ToList();
        if (run.Events is { } shown)
        {
            feed.Publish(plan.Id, shown.Closed(scores, RatingsOf(closing)));
        }
        feed.Announce(new LobbyNotice("closed", plan.Id, plan.Space, plan.KindWord, "closed", run.Shown, run.Players, scores));
        TellBots(plan, "closed", scores);
    }

    /// <summary>Bots hear how their matches end; who is no bot has nobody listening.</summary>
    private void TellBots(MatchPlan plan, string status, IReadOnlyList<long>? scores, string? reason = null)
    {
        for (var player = 0; player < plan.Seats.Count; player++)
        {
            var index = player;
            bots.Tell(plan.Seats[player].AgentId, "closed", () => new JsonObject
            {
                ["match"] = plan.Id.Value,
                ["space"] = plan.Space,
                ["status"] = status,
                ["player"] = index,
                ["scores"] = scores is null ? null : new JsonArray([.. scores.Select(s => JsonValue.Create(s))]),
                ["reason"] = reason,
            });
        }
    }

    /// <summary>The rating changes of a closing as the "closed" event has them; the expected score is the mean over opponents.</summary>
    public static IReadOnlyList<JsonObject> RatingsOf(MatchClosing closing) =>
        [.. closing.Seats.Select((s, i) => (s.Rating, i)).Where(s => s.Rating is not null).Select(s => MatchEvents.RatingOf(s.i, s.Rating!.Before, s.Rating.After, s.Rating.K, Mean(s.Rating)))];

    private static long Mean(EloExplanation change) => change.Shares.Sum(s => s.Expected) / change.Shares.Count;

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Warning, "Match {Match} is void: {Reason}")]
        public static partial void Voided(ILogger logger, MatchId match, string reason, Exception? e);

        [LoggerMessage(1102, LogLevel.Error, "Match {Match} failed")]
        public static partial void Broken(ILogger logger, MatchId match, Exception e);

        [LoggerMessage(1103, LogLevel.Information, "Match {Match} was closed by another node")]
        public static partial void Stale(ILogger logger, MatchId match);
    }
}
