using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Matchmaking;
using Arena.Engine.Ratings;
using Arena.Engine.Spaces;
using Arena.Engine.Verdicts;
using Arena.Rules;
using Arena.Rules.Transcripts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Spaces;

/// <summary>Five seats from the plan to the ranking, and recorded prices from the operator's file to the verdict of a sceptic.</summary>
public sealed class SpaceMaterialsTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "tradewars";

    private async Task<VersionId[]> HouseAsync() => [.. await Task.WhenAll(SpaceRegistry.Find(Space)!.House.Select(h => engine.HouseAsync(Space, h.Slug)))];

    private SpaceMaterials Materials(string file) => new(
        engine.Get<IDbContextFactory<ArenaDb>>(), Options.Create(new ArenaOptions { Prices = new PriceOptions { File = file } }), NullLogger<SpaceMaterials>.Instance);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static string Written(IEnumerable<string> lines)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("arena-prices-").FullName, "prices.csv");
        File.WriteAllLines(file, lines);
        return file;
    }

    [Fact]
    public async Task FiveSeatsArePlayedRankedAndReplayed()
    {
        var versions = await HouseAsync();
        var lease = await engine.PlayedAsync(Space, versions);

        await using var db = await engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal((MatchStatus.Closed, 5, (string?)null), (match.Status, match.Seats.Count, match.Material));
        Assert.Equal(2_500_000, match.Seats.Sum(s => s.Score!.Value));
        // Of ten pairings, each moves both ratings by as much: all are anchors with one K.
        Assert.Equal(0, match.Seats.Sum(s => s.RatingAfter!.Value - s.RatingBefore!.Value));
        Assert.Equal(5, await db.Ratings.CountAsync(r => r.Space == Space && r.Games >= 1));
        Assert.Equal("closed", (await engine.Get<MatchReader>().FramesAsync(match.Id))!["match"]!["status"]!.GetValue<string>());
        Assert.True(TranscriptReplay.Run((await engine.Get<MatchReader>().TranscriptAsync(match.Id))!, SpaceRegistry.Find(Space)!, match.Commitment).Ok);
    }

    [Fact]
    public void AnEntryThatWaitsAloneIsSeatedWithFourHouseAgents()
    {
        var now = engine.Time.GetUtcNow();
        var house = Enumerable.Range(0, 5).Select(i => new HouseCandidate(new AgentId(Id(i)), new VersionId(Id(10 + i)), 1_500_000)).ToList();
        var entry = new WaitingEntry(Id(20), new AgentId(Id(21)), new VersionId(Id(22)), Id(23), "free", 1_500_000, now - TimeSpan.FromMinutes(1));
        var tick = Matchmaker.Decide([entry], house, 5, 5, new RecentMeetings(), SpaceLadder.Empty, now, new MatchmakingOptions());
        Assert.Equal(5, Assert.Single(tick.Pairings).Players.Count);
        Assert.Distinct(tick.Pairings[0].Players.Select(p => p.VersionId));
    }

    [Fact]
    public async Task RecordedPricesGoFromTheFileIntoTheTranscriptAndStayWithTheMatch()
    {
        var materials = Materials(Written(Enumerable.Range(0, 150).Select(i => $"{100 + i % 13}.5")));
        await materials.StartAsync(default);
        await materials.StartAsync(default);
        var series = materials.Prices!;

        var plan = await engine.Get<MatchScheduler>().PlanAsync(Space, MatchKind.Rated, "free", [.. (await HouseAsync()).Select(v => (v, (Guid?)null))], 0, null, default) with { Material = materials.For(Space) };
        Assert.Null(materials.For("chess"));
        var lease = await engine.WriteAsync(plan);
        // This node never kept the plan: it comes from the rows, as after a restart.
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);

        var transcript = (await engine.Get<MatchReader>().TranscriptAsync(plan.Id))!;
        var report = TranscriptReplay.Run(transcript, SpaceRegistry.Find(Space)!, plan.Commitment);
        Assert.True(report.Ok, $"{report.Checks.LastOrDefault(c => !c.Ok)}");
        Assert.Equal(series.Material, report.Material);
        Assert.Equal(series.Hash, (await (await engine.DbAsync()).Matches.SingleAsync(m => m.Id == plan.Id)).Material);
        Assert.Equal(series.Material, (await engine.Get<PlayedMatches>().FindAsync(plan.Id, default))!.Setup.Material);
        var frames = (await engine.Get<MatchReader>().FramesAsync(plan.Id))!;
        Assert.Contains(frames["events"]!.AsArray(), e => e!["data"]?["view"]?["series"]?["hash"]?.GetValue<string>() == series.Hash);
    }

    private SpaceMaterials Stakes(HoldemStakeOptions stakes) => new(
        engine.Get<IDbContextFactory<ArenaDb>>(), Options.Create(new ArenaOptions { Holdem = stakes }), NullLogger<SpaceMaterials>.Instance);

    [Fact]
    public async Task StakesOfTheOperatorGoIntoTheTranscriptAndTheUsualOnesLeaveNoTrace()
    {
        var usual = Stakes(new());
        await usual.StartAsync(default);
        Assert.Null(usual.For("holdem"));

        var materials = Stakes(new() { SmallBlind = 5, BigBlind = 10, Stack = 500, Hands = 2 });
        await materials.StartAsync(default);
        Assert.Null(materials.For("chess"));
        var house = new[] { await engine.HouseAsync("holdem", "random"), await engine.HouseAsync("holdem", "tight") };
        var plan = await engine.Get<MatchScheduler>().PlanAsync("holdem", MatchKind.Rated, "free", [.. house.Select(v => (v, (Guid?)null))], 0, null, default) with { Material = materials.For("holdem") };
        var lease = await engine.WriteAsync(plan);
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);

        var report = TranscriptReplay.Run((await engine.Get<MatchReader>().TranscriptAsync(plan.Id))!, SpaceRegistry.Find("holdem")!, plan.Commitment);
        Assert.True(report.Ok, $"{report.Checks.LastOrDefault(c => !c.Ok)}");
        Assert.Equal("""{"bigBlind":10,"hands":2,"smallBlind":5,"stack":500}""", report.Material);
        Assert.Contains("blinds 5 and 10; both start each hand with 500 chips", report.Match!.Games[0].Turns[0].Saw);
    }

    [Fact]
    public async Task StakesThatCannotBePlayedStopTheStartWithTheirReason() =>
        Assert.Equal("Arena:Holdem can't be used: The big blind (2) is at least the small blind (3).", (await Assert.ThrowsAsync<InvalidOperationException>(() => Stakes(new() { SmallBlind = 3 }).StartAsync(default))).Message);

    [Fact]
    public async Task AFileThatCannotBeUsedStopsTheStartWithItsLine()
    {
        var bad = await Assert.ThrowsAsync<InvalidOperationException>(() => Materials(Written([.. Enumerable.Repeat("7", 95), "seven"])).StartAsync(default));
        Assert.Contains("prices.csv, line 96: \"seven\" is not a price", bad.Message);
        Assert.Contains("can't be read", (await Assert.ThrowsAsync<InvalidOperationException>(() => Materials("/nowhere/prices.csv").StartAsync(default))).Message);
        var none = Materials("");
        await none.StartAsync(default);
        Assert.Null(none.For(Space));
    }
}
