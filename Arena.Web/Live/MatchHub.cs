using Arena.Engine;
using Microsoft.AspNetCore.SignalR;

namespace Arena.Web.Live;

/// <summary>
/// Where pages watch. Clients call Watch(matchId, afterId), Unwatch(matchId), WatchLobby(); the server sends
/// "event"(matchId, {id, type, data}) and "lobby"({type, match, …}).
/// </summary>
public sealed class MatchHub(MatchBroadcaster broadcaster) : Hub
{
    /// <param name="afterId">The last event id that the page has, 0 for none: what it missed comes first.</param>
    public async Task Watch(Guid matchId, long afterId) => await broadcaster.JoinAsync(Context.ConnectionId, new MatchId(matchId), afterId, Context.ConnectionAborted);

    public Task Unwatch(Guid matchId) => Groups.RemoveFromGroupAsync(Context.ConnectionId, MatchBroadcaster.GroupOf(new MatchId(matchId)), Context.ConnectionAborted);

    public Task WatchLobby() => Groups.AddToGroupAsync(Context.ConnectionId, MatchBroadcaster.Lobby, Context.ConnectionAborted);
}
