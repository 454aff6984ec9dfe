using System.Collections.Concurrent;
using Arena.Engine;
using Arena.Engine.Matches;
using Microsoft.AspNetCore.SignalR;

namespace Arena.Web.Live;

/// <summary>A match that started or ended, as pages hear of it.</summary>
public sealed record LobbyMessage(string Type, Guid Match, string Space, string Kind, string Status, bool Shown, IReadOnlyList<LobbyPlayer> Players, IReadOnlyList<long>? Scores);

public sealed record LobbyPlayer(int Player, string Name, Guid AgentId, string Kind);

/// <summary>The one relay from the engine's feed to the hub: each event is sent once to a match's group, in order.</summary>
public sealed partial class MatchBroadcaster(MatchFeed feed, IHubContext<MatchHub> hub, ILogger<MatchBroadcaster> log) : BackgroundService
{
    public const string Lobby = "lobby";

    private readonly ConcurrentDictionary<MatchId, Relay> _relays = [];
    private CancellationToken _stopping;

    public static string GroupOf(MatchId match) => $"match/{match}";

    /// <summary>Sends a page what it missed and every later event, each exactly once and in order.</summary>
    public async Task JoinAsync(string connection, MatchId match, long afterId, CancellationToken ct)
    {
        var relay = feed.IsLive(match) ? RelayOf(match) : _relays.GetValueOrDefault(match);
        if (relay is null)
        {
            // Over, or not started yet: what is known now, and the group in case it starts.
            await SendKnownAsync(connection, match, afterId, long.MaxValue, ct);
            await hub.Groups.AddToGroupAsync(connection, GroupOf(match), ct);
            return;
        }
        // While the gate is held no event is sent, so nothing falls between the past and the group.
        await relay.Gate.WaitAsync(ct);
        try
        {
            await SendKnownAsync(connection, match, afterId, relay.Sent, ct);
            await hub.Groups.AddToGroupAsync(connection, GroupOf(match), ct);
        }
        finally
        {
            relay.Gate.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        foreach (var match in feed.Watchable())
        {
            RelayOf(match);
        }
        await foreach (var notice in feed.SubscribeAll(stoppingToken))
        {
            if (notice.Type == "started" && feed.IsLive(notice.Match))
            {
                RelayOf(notice.Match);
            }
            await hub.Clients.Group(Lobby).SendAsync("lobby", Message(notice), stoppingToken);
        }
    }

    private static LobbyMessage Message(LobbyNotice notice) => new(
        notice.Type, notice.Match.Value, notice.Space, notice.Kind, notice.Status, notice.Shown,
        [.. notice.Players.Select(p => new LobbyPlayer(p.Player, p.Name, p.AgentId, p.Kind))], notice.Scores);

    private Relay RelayOf(MatchId match)
    {
        var relay = _relays.GetOrAdd(match, _ => new());
        if (relay.TryStart())
        {
            _ = Task.Run(() => RunAsync(match, relay), CancellationToken.None);
        }
        return relay;
    }

    private async Task RunAsync(MatchId match, Relay relay)
    {
        try
        {
            // A match that runs again after a crash gets a new list with the same numbers: go on where we were.
            do
            {
                await foreach (var e in feed.Subscribe(match, relay.Sent, _stopping))
                {
                    await relay.Gate.WaitAsync(_stopping);
                    try
                    {
                        await hub.Clients.Group(GroupOf(match)).SendAsync("event", match.Value, e, _stopping);
                        relay.Sent = e.Id;
                    }
                    finally
                    {
                        relay.Gate.Release();
                    }
                }
            }
            while (feed.IsLive(match));
        }
        catch (Exception e) when (_stopping.IsCancellationRequested)
        {
            Log.Stopped(log, match, e);
        }
        catch (Exception e)
        {
            Log.Failed(log, match, e);
        }
        finally
        {
            _relays.TryRemove(match, out _);
        }
    }

    private async Task SendKnownAsync(string connection, MatchId match, long afterId, long upTo, CancellationToken ct)
    {
        foreach (var e in feed.Known(match) ?? [])
        {
            if (e.Id > afterId && e.Id <= upTo)
            {
                await hub.Clients.Client(connection).SendAsync("event", match.Value, e, ct);
            }
        }
    }

    private sealed class Relay
    {
        private int _started;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        /// <summary>Id of the last event sent to the group.</summary>
        public long Sent { get; set; }

        public bool TryStart() => Interlocked.Exchange(ref _started, 1) == 0;
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "Relaying match {Match} failed; its pages fall back to asking.")]
        public static partial void Failed(ILogger logger, MatchId match, Exception e);

        [LoggerMessage(3002, LogLevel.Debug, "Relaying match {Match} ended with the site.")]
        public static partial void Stopped(ILogger logger, MatchId match, Exception e);
    }
}
