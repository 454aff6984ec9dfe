using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Matches;

public sealed class MatchRunnerTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "tic-tac-toe";

    [Fact]
    public async Task LiveEventsAndThoseOfTheStoredMatchAreTheSame()
    {
        var script = await engine.AgentAsync(AgentKind.Script, new ScriptConfig("function act(o) { return o.legal[o.legal.length - 1]; }"));
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 5, script.Version.Id, await engine.HouseAsync(Space, "random"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        await engine.RunAsync(engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default), TimeSpan.FromMilliseconds(5));

        var live = engine.Get<MatchFeed>().Known(lease.Plan.Id)!.Select(e => e.ToJson()).ToList();
        var frames = (await engine.Get<MatchReader>().FramesAsync(lease.Plan.Id))!;
        var stored = frames["events"]!.AsArray().Select(e => e!.AsObject()).ToList();
        foreach (var e in live.Concat(stored).Where(e => e["type"]!.GetValue<string>() == "turn"))
        {
            e["data"]!["ms"] = null;
        }
        Assert.Equal(live.Select(e => e.ToJsonString()), stored.Select(e => e.ToJsonString()));
        Assert.Equal("closed", frames["match"]!["status"]!.GetValue<string>());
        Assert.Equal(["started", "game", "turn"], live.Take(3).Select(e => e["type"]!.GetValue<string>()));
        Assert.Equal("closed", live[^1]["type"]!.GetValue<string>());
        Assert.Equal(Enumerable.Range(1, live.Count), live.Select(e => (int)e["id"]!.GetValue<long>()));
    }

    [Fact]
    public async Task AViewerWhoComesLateGetsEverythingAndOneWhoReconnectsTheRest()
    {
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 5, await engine.HouseAsync(Space, "random"), await engine.HouseAsync(Space, "perfect"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        await engine.RunAsync(engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default), TimeSpan.FromMilliseconds(5));
        var feed = engine.Get<MatchFeed>();
        var all = feed.Known(lease.Plan.Id)!;

        Assert.Equal(all, await feed.Subscribe(lease.Plan.Id, 0).ToListAsync());
        Assert.Equal(all.Skip(7), await feed.Subscribe(lease.Plan.Id, 7).ToListAsync());
    }

    [Fact]
    public async Task AnExternalAnswerOnDiskIsUsedAgainWhenTheMatchIsTakenOver()
    {
        var bot = await engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, bot.Version.Id, await engine.HouseAsync(Space, "random"));
        var play = new MatchPlay(lease.Plan.Setup());
        var corner = play.Pending[0].Observation.Legal![^1];
        await engine.Get<ReplyLog>().RecordAsync(lease.Plan.Id, 0, 0, AgentReply.Said(corner));

        // The node that recorded it is gone; this one takes over. The bot is not connected, so it forfeits what comes next.
        engine.Time.Advance(TimeSpan.FromSeconds(11));
        var match = engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        var board = engine.Get<BotBoard>();
        for (BotEvent? last = null; !match.IsCompleted; await Task.Yield())
        {
            if (board.Pending(bot.Agent.Id) is [var turn] && turn != last)
            {
                // To the end of this turn's clock and not beyond.
                last = turn;
                engine.Time.Advance(TimeSpan.FromSeconds(20));
            }
        }
        await match;

        var first = engine.Get<MatchFeed>().Known(lease.Plan.Id)!.First(e => e.Type == "turn").Data;
        Assert.Equal(corner, first["did"]!.GetValue<string>());
        await using var db = await engine.DbAsync();
        var seat = await db.MatchSeats.SingleAsync(s => s.MatchId == lease.Plan.Id && s.Player == 0);
        Assert.StartsWith("Disconnected: ", seat.Fault, StringComparison.Ordinal);
        Assert.Equal(0, seat.Score);
    }

    [Fact]
    public async Task AnOutageOfOursVoidsTheMatchAndNobodyLoses()
    {
        // No source for policies is registered in the engine alone: the trainer is not there.
        var policy = await engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0));
        var bare = new AgentClients([], engine.Get<IDbContextFactory<Arena.Engine.ArenaDb>>());
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, policy.Version.Id, await engine.HouseAsync(Space, "random"));
        var runner = new MatchRunner(bare, engine.Get<ReplyLog>(), engine.Get<MatchFeed>(), engine.Time);

        var fault = await Assert.ThrowsAsync<PlatformFaultException>(() => runner.RunAsync(lease.Plan, false, default));
        Assert.Equal("This site runs no policy agents.", fault.Message);
    }

    [Fact]
    public async Task AClientThatThrowsIsOurFaultAndNotTheAgents()
    {
        var bot = await engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var lease = await engine.WrittenAsync(Space, MatchKind.Rated, 0, bot.Version.Id, await engine.HouseAsync(Space, "random"));
        var clients = new AgentClients([new Throwing(), new HouseClientSource()], engine.Get<IDbContextFactory<Arena.Engine.ArenaDb>>());
        var runner = new MatchRunner(clients, engine.Get<ReplyLog>(), engine.Get<MatchFeed>(), engine.Time);

        var fault = await Assert.ThrowsAsync<PlatformFaultException>(() => runner.RunAsync(lease.Plan, false, default));
        Assert.IsType<InvalidOperationException>(fault.InnerException);
    }

    private sealed class Throwing : IAgentClientSource, IAgentClient
    {
        public AgentKind Kind => AgentKind.Bot;

        public IAgentClient Open(AgentVersion version) => this;

        public ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct) => throw new InvalidOperationException("a bug");
    }
}
