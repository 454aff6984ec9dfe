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
        var agents = await AgentsAsync(8);
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
    public async Task WinsTradedInStretchesAreFlaggedTakenOutOfTheLadderAndComeBackWhenTheFlagIsDismissed()
    {
        var agents = await AgentsAsync(8);
        await using (var db = await _engine.DbAsync())
        {
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
            // The first two take turns in winning twenty in a row; their sum stays nearly even.
            foreach (var wins in (int[])[1, 0, 1, 0, 1])
            {
                for (var i = 0; i < 20; i++)
                {
                    Add(db, agents[0], agents[1], wins);
                }
            }
            await db.SaveChangesAsync();
        }
        var keeper = _engine.Get<LadderKeeper>();
        await keeper.TickAsync(default);
        var before = Milli();
        Assert.Equal(1, await _engine.Get<ScrutinyWorker>().LookAsync(default));
        _engine.Time.Advance(TimeSpan.FromMinutes(5));
        await keeper.TickAsync(default);
        Assert.NotEqual(before, Milli());

        using var scope = _engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<FlagDesk>();
        var file = Assert.Single(await desk.OfOwnerAsync(agents[0].Agent.OwnerId, default));
        Assert.Equal((Flag.TradedWins, Flag.Open), (file.Flag.Kind, file.Flag.State));
        Assert.Contains("come in stretches that one and then the other wins", file.Flag.Seen, StringComparison.Ordinal);
        Assert.Equal(file.Flag.Id, Assert.Single(await desk.OfOwnerAsync(agents[1].Agent.OwnerId, default)).Flag.Id);
        Assert.Null(await desk.DecideAsync(file.Flag.Id, await _engine.OwnerAsync(), Flag.Upheld, "They took turns.", default));
        _engine.Time.Advance(TimeSpan.FromMinutes(5));
        await keeper.TickAsync(default);
        Assert.NotEqual(before, Milli());
        Assert.Null(await desk.DecideAsync(file.Flag.Id, await _engine.OwnerAsync(), Flag.Dismissed, "Both were updated in turn.", default));
        _engine.Time.Advance(TimeSpan.FromMinutes(5));
        await keeper.TickAsync(default);
        Assert.Equal(before, Milli());
        // A dismissed flag is not raised again.
        Assert.Equal(0, await _engine.Get<ScrutinyWorker>().LookAsync(default));

        (long, long) Milli() => (_engine.Get<Ladders>().Of("tic-tac-toe").Fit.Places[agents[0].Version.Id.Value].Milli, _engine.Get<Ladders>().Of("tic-tac-toe").Fit.Places[agents[1].Version.Id.Value].Milli);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task VotesForOrAgainstOneAgentAreFlaggedWeighNothingAndWeighAgainWhenTheFlagIsDismissed(bool down)
    {
        var agents = await AgentsAsync(6);
        var (rigger, reader) = (await _engine.OwnerAsync(), await _engine.OwnerAsync());
        var matches = new List<MatchId>();
        await using (var db = await _engine.DbAsync())
        {
            for (var match = 0; match < 40; match++)
            {
                var other = 1 + match % 5;
                var id = match % 2 == 0 ? Add(db, agents[0], agents[other], 1) : Add(db, agents[other], agents[0], 1);
                matches.Add(id);
                var own = match % 2;
                db.PersonVotes.Add(Vote(id, rigger, down ? 1 - own : own));
                db.PersonVotes.Add(Vote(id, reader, match % 3 == 0 ? 0 : match % 3 == 1 ? 1 : own));
            }
            await db.SaveChangesAsync();
        }
        await _engine.Get<LadderKeeper>().TickAsync(default);
        // Before it is flagged, each vote is worth one over how much the others lean to the agent.
        var open = await SaidAsync();
        Assert.InRange(open[0].Weight, 1e-9, 0.05 * Panel.PersonWeight);
        Assert.InRange(open[1].Weight, 0.3 * Panel.PersonWeight, Panel.PersonWeight);

        Assert.Equal(1, await _engine.Get<ScrutinyWorker>().LookAsync(default));
        using var scope = _engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<FlagDesk>();
        Assert.Empty(await desk.OfOwnerAsync(reader, default));
        var file = Assert.Single(await desk.OfOwnerAsync(rigger, default));
        Assert.Equal((Flag.RiggedVotes, Flag.Open), (file.Flag.Kind, file.Flag.State));
        Assert.Contains(down ? "votes it down whatever it wrote" : "backs it whatever it wrote", file.Flag.Seen, StringComparison.Ordinal);
        Assert.Contains(agents[0].Agent.Name, file.Flag.Seen, StringComparison.Ordinal);
        var flagged = await SaidAsync();
        Assert.Equal((0, open[1].Weight), (flagged[0].Weight, flagged[1].Weight));
        await using (var db = await _engine.DbAsync())
        {
            Assert.Contains("until an administrator has looked", (await PersonVotes.StandingsAsync(db, [rigger], default))[rigger].Why, StringComparison.Ordinal);
        }
        Assert.Null(await desk.DecideAsync(file.Flag.Id, await _engine.OwnerAsync(), Flag.Dismissed, "A relative's agent, but read.", default));
        Assert.Equal(open[0].Weight, (await SaidAsync())[0].Weight);
        Assert.Equal(0, await _engine.Get<ScrutinyWorker>().LookAsync(default));

        async Task<IReadOnlyList<PersonSaid>> SaidAsync()
        {
            await using var db = await _engine.DbAsync();
            return [.. (await PersonVotes.SaidAsync(db, _engine.Get<Ladders>(), matches[^1], DateTimeOffset.MinValue, default)).OrderBy(s => s.Weight)];
        }
        PersonVote Vote(MatchId match, Guid who, int preferred) => new() { MatchId = match, OwnerId = who, First = 0, Preferred = preferred, At = _engine.Time.GetUtcNow() };
    }

    [Theory]
    [InlineData(0, 0, false, 0)]
    [InlineData(4, 4, false, 0)]
    [InlineData(5, 5, false, 0.425)]
    [InlineData(5, 4, false, 0.425)]
    [InlineData(5, 3, false, 0.1438)]
    [InlineData(8, 8, false, 0.68)]
    [InlineData(10, 8, false, Panel.PersonWeight)]
    [InlineData(5, 2, false, 0)]
    [InlineData(20, 10, false, 0)]
    [InlineData(20, 20, true, 0)]
    public void AVoteWeighsWhatItsVotersKnownPairsEarned(int known, double right, bool flagged, double weight) =>
        Assert.Equal(weight, new PersonStanding(known, right, PersonStanding.KnownFirst, flagged).Weight, 4);

    private async Task<List<AgentCreated>> AgentsAsync(int count)
    {
        var agents = new List<AgentCreated>();
        for (var i = 0; i < count; i++)
        {
            agents.Add(await _engine.AgentAsync(AgentKind.Script, new ScriptConfig("function act(o) { return o.legal[0]; }")));
        }
        await using var db = await _engine.DbAsync();
        db.Ratings.AddRange(agents.Select(a => new Rating { Space = "tic-tac-toe", VersionId = a.Version.Id, AgentId = a.Agent.Id, Games = 100 }));
        await db.SaveChangesAsync();
        return agents;
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

    private MatchId Add(ArenaDb db, AgentCreated one, AgentCreated two, int score)
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
        return id;
    }
}
