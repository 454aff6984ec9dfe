using Arena.Engine;
using Arena.Engine.Matchmaking;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using FsCheck.Xunit;

namespace Arena.Tests.Engine.Matchmaking;

public sealed class MatchmakerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly MatchmakingOptions Options = new();
    private static readonly IReadOnlyList<HouseCandidate> House = [.. Enumerable.Range(0, 3).Select(i => new HouseCandidate(new(Id(900 + i)), new(Id(910 + i)), 1_300_000 + 200_000 * i))];

    [Fact]
    public void AgentsOfNearRatingsMeetAtOnce()
    {
        var tick = Decide([Entry(1, 1_500), Entry(2, 1_600)]);
        Assert.Equal([Id(1), Id(2)], Assert.Single(tick.Pairings).Players.Select(p => p.Entry!.Value));
        Assert.Empty(tick.Reasons);
    }

    [Fact]
    public void AgentsOfFarRatingsMeetOnceTheyHaveWaitedLongEnough()
    {
        var tick = Decide([Entry(1, 1_500), Entry(2, 1_900)], house: []);
        Assert.Empty(tick.Pairings);
        Assert.Contains("within 150 rating points", tick.Reasons[Id(1)], StringComparison.Ordinal);
        // 400 points apart: 150 at once and 15 more each second.
        Assert.Empty(Decide([Entry(1, 1_500, waited: 16), Entry(2, 1_900)], house: []).Pairings);
        Assert.Single(Decide([Entry(1, 1_500, waited: 17), Entry(2, 1_900)], house: []).Pairings);
    }

    [Fact]
    public void AgentsOfOneOwnerNeverMeet()
    {
        var tick = Decide([Entry(1, 1_500, owner: 7, waited: 1_000), Entry(2, 1_500, owner: 7, waited: 1_000)], house: []);
        Assert.Empty(tick.Pairings);
        Assert.Contains("same owner", tick.Reasons[Id(1)], StringComparison.Ordinal);
    }

    [Fact]
    public void APairThatMetTooOftenWaitsAndItsOwnersReadWhy()
    {
        var met = new RecentMeetings();
        met.Add(new(Id(101)), new(Id(102)), Options.PairCapPerHour);
        var tick = Decide([Entry(1, 1_500), Entry(2, 1_500)], met, house: []);
        Assert.Empty(tick.Pairings);
        Assert.Contains("20 times within the last hour", tick.Reasons[Id(2)], StringComparison.Ordinal);
    }

    [Fact]
    public void AHouseAgentStepsInAfterAShortWait()
    {
        Assert.Contains("House agent steps in after 5 s", Decide([Entry(1, 1_500)]).Reasons[Id(1)], StringComparison.OrdinalIgnoreCase);
        var pairing = Assert.Single(Decide([Entry(1, 1_500, waited: 6)]).Pairings);
        Assert.Equal((Id(911), (Guid?)null), (pairing.Players[1].VersionId.Value, pairing.Players[1].Entry));
    }

    [Fact]
    public void AHouseAgentMetOftenGivesWayToTheOthers()
    {
        var met = new RecentMeetings();
        met.Add(new(Id(101)), new(Id(901)), 6);
        Assert.NotEqual(Id(911), Decide([Entry(1, 1_500, waited: 6)], met).Pairings[0].Players[1].VersionId.Value);
    }

    [Fact]
    public void HouseAgentsDoNotPlayForStakes()
    {
        var tick = Decide([Entry(1, 1_500, waited: 1_000, tier: "stake-100k"), Entry(2, 1_500, waited: 1_000)]);
        Assert.DoesNotContain(tick.Pairings, p => p.Tier != "free");
        Assert.Contains("don't play for stakes", tick.Reasons[Id(1)], StringComparison.Ordinal);
    }

    [Fact]
    public void AnEntryOnHoldAfterAVoidMatchIsLeftAlone()
    {
        var held = Entry(1, 1_500, waited: 60) with { HoldUntil = Now + TimeSpan.FromSeconds(9.5) };
        var tick = Decide([held]);
        Assert.Empty(tick.Pairings);
        Assert.Contains("waits 10 s", tick.Reasons[Id(1)], StringComparison.Ordinal);
    }

    [Fact]
    public void AmongTheNearTheOneIsMetWhosePlaceIsLeastCertain()
    {
        // 1 and 2 have met a hundred times, evenly; nothing is known of 3.
        var book = new LadderBook();
        for (var i = 0; i < 50; i++)
        {
            book.Add([Id(201), Id(202)], [1, 0]);
            book.Add([Id(201), Id(202)], [0, 1]);
        }
        var ladder = SpaceLadder.Of(book, new HashSet<Guid>(), Now);
        var tick = Decide([Entry(1, 1_500), Entry(2, 1_500), Entry(3, 1_600)], house: [], ladder: ladder);
        Assert.Equal([Id(1), Id(3)], tick.Pairings[0].Players.Select(p => p.Entry!.Value));
    }

    [Fact]
    public void WhoeverHasNotMetAHouseAgentForLongMeetsOneNext()
    {
        var book = new LadderBook();
        for (var i = 0; i < 12; i++)
        {
            book.Add([Id(201), Id(202)], [1, 0]);
        }
        var anchors = House.Select(h => h.VersionId.Value).ToHashSet();
        var tick = Decide([Entry(1, 1_500), Entry(3, 1_500)], ladder: SpaceLadder.Of(book, anchors, Now));
        Assert.Null(tick.Pairings[0].Players[1].Entry);
        book.Add([Id(201), Id(910)], [1, 0]);
        book.Add([Id(201), Id(911)], [1, 0]);
        tick = Decide([Entry(1, 1_500), Entry(3, 1_500)], ladder: SpaceLadder.Of(book, anchors, Now));
        Assert.Equal([Id(1), Id(3)], tick.Pairings[0].Players.Select(p => p.Entry!.Value));
    }

    [Fact]
    public void ATenthOfTheMatchesAgainstHouseAgentsIsEnough()
    {
        var book = new LadderBook();
        for (var i = 0; i < 18; i++)
        {
            book.Add([Id(201), Id(202)], [1, 0]);
        }
        book.Add([Id(201), Id(910)], [1, 0]);
        var anchors = House.Select(h => h.VersionId.Value).ToHashSet();
        Assert.Null(Decide([Entry(1, 1_500), Entry(3, 1_500)], ladder: SpaceLadder.Of(book, anchors, Now)).Pairings[0].Players[1].Entry);
        book.Add([Id(201), Id(911)], [1, 0]);
        Assert.NotNull(Decide([Entry(1, 1_500), Entry(3, 1_500)], ladder: SpaceLadder.Of(book, anchors, Now)).Pairings[0].Players[1].Entry);
    }

    [Fact]
    public void WhoeverIsAnAnchorItselfOrPlaysForStakesIsSentToNoHouseAgent()
    {
        var book = new LadderBook();
        for (var i = 0; i < 12; i++)
        {
            book.Add([Id(201), Id(202)], [1, 0]);
        }
        var anchors = House.Select(h => h.VersionId.Value).ToHashSet();
        Assert.NotNull(Decide([Entry(1, 1_500), Entry(3, 1_500)], ladder: SpaceLadder.Of(book, anchors.Append(Id(201)).ToHashSet(), Now)).Pairings[0].Players[1].Entry);
        Assert.NotNull(Decide([Entry(1, 1_500, tier: "stake-100k"), Entry(3, 1_500, tier: "stake-100k")], ladder: SpaceLadder.Of(book, anchors, Now)).Pairings[0].Players[1].Entry);
    }

    [Fact]
    public void LimitsOfTimeAndRatingCountAsReached()
    {
        Assert.Single(Decide([Entry(1, 1_500) with { WaitingSince = Now - Options.HouseAfter }]).Pairings);
        Assert.Single(Decide([Entry(1, 1_500) with { WaitingSince = Now }, Entry(2, 1_650) with { WaitingSince = Now }], house: []).Pairings);
        Assert.Empty(Decide([Entry(1, 1_500) with { WaitingSince = Now }, Entry(2, 1_650) with { WaitingSince = Now, MilliElo = 1_650_001 }], house: []).Pairings);
        // Clocks of two nodes may differ: nobody's window is narrower than at the start.
        Assert.Equal(150_000, Matchmaker.WindowOf(Entry(1, 1_500) with { WaitingSince = Now + TimeSpan.FromSeconds(3) }, Now, Options));
    }

    [Fact]
    public void AHouseAgentMetAsOftenAsIsRatedDoesNotStepIn()
    {
        var met = new RecentMeetings();
        foreach (var agent in House)
        {
            met.Add(new(Id(101)), agent.AgentId, Options.PairCapPerHour);
        }
        var tick = Decide([Entry(1, 1_500, waited: 60)], met);
        Assert.Empty(tick.Pairings);
        Assert.Contains("met every house agent 20 times", tick.Reasons[Id(1)], StringComparison.Ordinal);
    }

    [Fact]
    public void AFullTableIsFilledWithNeighboursFirst()
    {
        var tick = Decide([Entry(1, 1_500), Entry(2, 1_510), Entry(3, 1_490), Entry(4, 1_505), Entry(5, 1_600)], maxSeats: 4);
        Assert.Equal([Id(1), Id(4), Id(2), Id(3)], tick.Pairings[0].Players.Select(p => p.Entry!.Value));
        Assert.Equal([Id(5)], tick.Reasons.Keys);
    }

    [Property(MaxTest = 300)]
    public void WhateverTheQueueEverybodyIsPairedOnceByTheRulesOrToldWhy(int[] seeds, byte caps)
    {
        var waiting = seeds.Take(12).Select((s, i) => Entry(
            i + 1, 1_200 + Math.Abs(s % 700), owner: 1 + Math.Abs(s / 7 % 4), waited: Math.Abs(s / 31 % 40), tier: s % 5 == 0 ? "stake-100k" : "free")).ToList();
        var met = new RecentMeetings();
        for (var i = 0; i + 1 < waiting.Count; i++)
        {
            met.Add(waiting[i].AgentId, waiting[i + 1].AgentId, (caps >> (i % 8) & 1) * Options.PairCapPerHour);
        }
        foreach (var maxSeats in new[] { 2, 4 })
        {
            var tick = Decide(waiting, met, maxSeats: maxSeats);
            var paired = tick.Pairings.SelectMany(p => p.Players).Where(p => p.Entry is not null).Select(p => p.Entry!.Value).ToList();
            Assert.Equal(waiting.Select(w => w.Id).Order(), paired.Concat(tick.Reasons.Keys).Order());
            foreach (var pairing in tick.Pairings)
            {
                Assert.InRange(pairing.Players.Count, 2, maxSeats);
                Assert.Equal(pairing.Players.Count, pairing.Players.Select(p => p.AgentId).Distinct().Count());
                var entries = pairing.Players.Where(p => p.Entry is not null).Select(p => waiting.Single(w => w.Id == p.Entry)).ToList();
                Assert.Equal(entries.Count, entries.Select(e => e.OwnerId).Distinct().Count());
                Assert.All(entries, e => Assert.Equal(pairing.Tier, e.Tier));
                foreach (var (a, b) in entries.SelectMany(a => entries.Where(b => b.Id != a.Id).Select(b => (a, b))))
                {
                    Assert.True(met[a.AgentId, b.AgentId] < Options.PairCapPerHour);
                    Assert.True(Math.Abs(a.MilliElo - b.MilliElo) <= Math.Max(Matchmaker.WindowOf(a, Now, Options), Matchmaker.WindowOf(b, Now, Options)));
                }
            }
            Assert.Equal(tick.Pairings.Count, Decide(waiting, met, maxSeats: maxSeats).Pairings.Count);
        }
    }

    private static MatchmakingTick Decide(IReadOnlyList<WaitingEntry> waiting, RecentMeetings? met = null, IReadOnlyList<HouseCandidate>? house = null, int maxSeats = 2, SpaceLadder? ladder = null) =>
        Matchmaker.Decide(waiting, house ?? House, 2, maxSeats, met ?? new RecentMeetings(), ladder ?? SpaceLadder.Empty, Now, Options);

    private static WaitingEntry Entry(int n, int elo, int? owner = null, double waited = 0, string tier = "free") =>
        new(Id(n), new(Id(100 + n)), new(Id(200 + n)), Id(300 + (owner ?? n)), tier, elo * 1_000L, Now - TimeSpan.FromSeconds(waited) + TimeSpan.FromTicks(n));

    private static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0]);
}
