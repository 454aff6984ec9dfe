using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Matches;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class LiveTests(SiteFixture site)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task APageThatComesLateGetsEveryEventOnceAndInOrder()
    {
        await using var early = await ConnectAsync();
        await using var late = await ConnectAsync();
        var match = await StartAsync();
        var first = Watch(early);
        var second = Watch(late);
        await early.InvokeAsync("Watch", match.Value, 0L, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Task.FromResult(first.Events.Count >= 6), "the early page has six events");
        // The late page says that it has the first two already.
        await late.InvokeAsync("Watch", match.Value, 2L, TestContext.Current.CancellationToken);

        await first.Closed.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await second.Closed.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, first.Events.Count).Select(i => (long)i), first.Events.Select(e => (long)e["id"]!));
        Assert.Equal(first.Events.Skip(2).Select(e => e.ToJsonString()), second.Events.Select(e => e.ToJsonString()));
        Assert.Equal("started", (string)first.Events.First()["type"]!);
    }

    [Fact]
    public async Task TheStreamOfARunningMatchFollowsItToItsEnd()
    {
        var match = await StartAsync();
        // The call returns when the match has ended, because the stream ends with it.
        var stream = await site.CreateClient().GetStringAsync($"/api/v1/matches/{match}/events", TestContext.Current.CancellationToken);
        Assert.Contains("event: started", stream);
        Assert.Contains("event: turn", stream);
        Assert.Contains("event: closed", stream);
    }

    [Fact]
    public async Task TheLobbyHearsOfMatchesThatStartAndEnd()
    {
        await using var page = await ConnectAsync();
        var heard = new ConcurrentQueue<JsonObject>();
        page.On<JsonObject>("lobby", heard.Enqueue);
        await page.InvokeAsync("WatchLobby", TestContext.Current.CancellationToken);
        var match = await StartAsync();
        await Until.TrueAsync(() => Task.FromResult(heard.Count(n => (Guid)n["match"]! == match.Value) == 2), "the lobby heard of start and end");
        Assert.Equal(["started", "closed"], heard.Where(n => (Guid)n["match"]! == match.Value).Select(n => (string)n["type"]!));
    }

    private async Task<MatchId> StartAsync() => await site.Services.GetRequiredService<MatchScheduler>().ScheduleAsync(
        "tic-tac-toe", MatchKind.Casual, "free", [await site.HouseAsync("tic-tac-toe", "greedy"), await site.HouseAsync("tic-tac-toe", "perfect")], paceMs: 40);

    private static Watched Watch(HubConnection connection)
    {
        var watched = new Watched([], new(TaskCreationOptions.RunContinuationsAsynchronously));
        connection.On<Guid, JsonObject>("event", (_, e) =>
        {
            watched.Events.Enqueue(e);
            if ((string)e["type"]! == "closed")
            {
                watched.Closed.TrySetResult();
            }
        });
        return watched;
    }

    private async Task<HubConnection> ConnectAsync()
    {
        var connection = new HubConnectionBuilder()
            .WithUrl("http://localhost/hubs/match", options => options.HttpMessageHandlerFactory = _ => site.Server.CreateHandler())
            .Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private sealed record Watched(ConcurrentQueue<JsonObject> Events, TaskCompletionSource Closed);
}
