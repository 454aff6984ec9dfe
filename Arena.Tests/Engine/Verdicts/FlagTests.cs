using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Engine.Verdicts;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Engine.Verdicts;

/// <summary>From thrown games in the database to a flag, its ladder, its objection and its decision.</summary>
public sealed class FlagTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task ThrownGamesAreFlaggedTakenOutOfTheLadderAndComeBackWhenAnAdministratorDismissesTheFlag()
    {
        var script = new ScriptConfig("function act(o) { return o.legal[0]; }");
        var agents = new List<AgentCreated>();
        for (var i = 0; i < 8; i++)
        {
            agents.Add(await _engine.AgentAsync(AgentKind.Script, script));
        }
        await using (var db = await _engine.DbAsync())
        {
            // Evenly matched all around; then one loses sixty games to another.
            for (var round = 0; round < 12; round++)
            {
                for (var a = 0; a < 8; a++)
                {
                    for (var b = a + 1; b < 8; b++)
                    {
                        Add(db, agents[a], agents[b], (round + a + b) % 2);
                    }
                }
            }
            for (var i = 0; i < 60; i++)
            {
                Add(db, agents[0], agents[1], 1);
            }
            foreach (var agent in agents)
            {
                db.Ratings.Add(new Rating { Space = "tic-tac-toe", VersionId = agent.Version.Id, AgentId = agent.Agent.Id, Games = 100 });
            }
            await db.SaveChangesAsync();
        }
        var keeper = _engine.Get<LadderKeeper>();
        await keeper.TickAsync(default);
        var gained = Milli();
        Assert.Equal(1, await _engine.Get<ScrutinyWorker>().LookAsync(default));

        _engine.Time.Advance(TimeSpan.FromMinutes(5));
        await keeper.TickAsync(default);
        var guarded = Milli();
        Assert.True(guarded < gained - 20_000, $"{gained} to {guarded}");

        using var scope = _engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<FlagDesk>();
        var file = Assert.Single(await desk.OfOwnerAsync(agents[1].Agent.OwnerId, default));
        Assert.Equal((Flag.ThrownGames, Flag.Open), (file.Flag.Kind, file.Flag.State));
        Assert.Contains("of 72 against", file.Flag.Seen, StringComparison.Ordinal);
        Assert.Empty(await desk.OfOwnerAsync(agents[2].Agent.OwnerId, default));
        Assert.Equal("flag-not-found", (await desk.ObjectAsync(file.Flag.Id, agents[2].Agent.OwnerId, "Not mine", default))!.Value.Code);
        Assert.Null(await desk.ObjectAsync(file.Flag.Id, agents[1].Agent.OwnerId, "My agent has a bug against its opening.", default));
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        var admin = await _engine.OwnerAsync();
        Assert.Equal("text-needed", (await desk.DecideAsync(file.Flag.Id, admin, Flag.Dismissed, " ", default))!.Value.Code);
        Assert.Null(await desk.DecideAsync(file.Flag.Id, admin, Flag.Dismissed, "The bug is real.", default));
        var log = Assert.Single(await desk.ListAsync(null, default)).Log;
        Assert.Equal([FlagNote.Raised, FlagNote.Objection, Flag.Dismissed], log.Select(l => l.What));

        _engine.Time.Advance(TimeSpan.FromMinutes(5));
        await keeper.TickAsync(default);
        Assert.Equal(gained, Milli());
        Assert.Equal(0, await _engine.Get<ScrutinyWorker>().LookAsync(default));

        long Milli() => _engine.Get<Ladders>().Of("tic-tac-toe").Fit.Places[agents[0].Version.Id.Value].Milli;
    }

    [Fact]
    public void OnePersonWhoAlwaysBacksOneAgentIsFlaggedAndTenReadersAreNot()
    {
        var numbers = new Arena.Tests.Rules.Ratings.TestNumbers(9);
        var agents = Enumerable.Range(0, 6).Select(i => Id(i + 1)).ToArray();
        var votes = new List<SeenVote>();
        for (var match = 0; match < 60; match++)
        {
            var (a, b) = (match % 6, (match + 1 + match / 6 % 5) % 6);
            for (var voter = 0; voter < 10; voter++)
            {
                votes.Add(new(new(Id(100 + match)), Id(50 + voter), agents[a], agents[b], numbers.Uniform() < 0.5 ? 0 : 1, 0.5, DateTimeOffset.UnixEpoch.AddMinutes(match)));
            }
            if (a == 2 || b == 2)
            {
                votes.Add(new(new(Id(100 + match)), Id(99), agents[a], agents[b], a == 2 ? 0 : 1, 0.5, DateTimeOffset.UnixEpoch.AddMinutes(match)));
            }
        }
        var records = PersonScrutiny.Of(votes);
        Assert.Equal([Id(99)], records.Where(r => r.Value.Rigs).Select(r => r.Key));
        Assert.Equal((agents[2], records[Id(99)].Shown), (records[Id(99)].Favourite!.Value, records[Id(99)].Backed));
    }

    private static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 3]);

    private void Add(ArenaDb db, AgentCreated one, AgentCreated two, int score)
    {
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        var now = _engine.Time.GetUtcNow();
        var id = MatchId.New(_engine.Time);
        db.Add(new Match
        {
            Id = id,
            Space = "tic-tac-toe",
            RulesVersion = 1,
            Kind = MatchKind.Rated,
            Tier = "free",
            Status = MatchStatus.Closed,
            Seed = new byte[32],
            Commitment = "",
            PaceMs = 0,
            CreatedAt = now,
            ClosedAt = now,
            Seats =
            [
                new MatchSeat { MatchId = id, Player = 0, AgentId = one.Agent.Id, VersionId = one.Version.Id, OwnerId = one.Agent.OwnerId, Score = score * 1_000_000 },
                new MatchSeat { MatchId = id, Player = 1, AgentId = two.Agent.Id, VersionId = two.Version.Id, OwnerId = two.Agent.OwnerId, Score = (1 - score) * 1_000_000 },
            ],
        });
    }
}
