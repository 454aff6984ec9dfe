using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Tests.Rules.Spaces;

/// <summary>Nobody is told, by any way, what he may not know: two states that differ only in that are the same to him at every ply.</summary>
public sealed class HiddenFactsTests
{
    private const int Matches = 6;

    public static TheoryData<string> Hiding => [.. HiddenFacts.Hiding];

    [Fact]
    public void EverySpaceSaysWhatItHides() =>
        Assert.Equal(SpaceRegistry.All.Select(s => s.Card.Slug).Order(StringComparer.Ordinal), HiddenFacts.Told.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Hiding))]
    public void ASeatIsToldTheSameWhateverIsHiddenFromIt(string slug) => AtEveryPly(slug, (rules, state, players, draws) =>
    {
        for (var seat = 0; seat < players; seat++)
        {
            var other = HiddenFacts.Redraw(rules, state, seat, draws);
            Assert.Equal(rules.ToAct(state), rules.ToAct(other));
            Assert.Equal(EverySpaceTests.Seen(rules.Observe(state, seat)), EverySpaceTests.Seen(rules.Observe(other, seat)));
            foreach (var text in new[] { rules.ToAct(state).Contains(seat) ? EverySpaceTests.AnyLegal(rules, state, seat, draws) : "check", "7", "liar", "raise 4", "" })
            {
                Assert.Equal(rules.Read(state, seat, text), rules.Read(other, seat, text));
            }
        }
    });

    [Theory]
    [MemberData(nameof(Hiding))]
    public void ASpectatorIsShownTheSameWhateverIsHiddenFromAll(string slug) => AtEveryPly(slug, (rules, state, _, draws) =>
        Assert.Equal(rules.View(state).ToJsonString(), rules.View(HiddenFacts.Redraw(rules, state, HiddenFacts.Spectator, draws)).ToJsonString()));

    [Theory]
    [MemberData(nameof(Hiding))]
    public void HouseAgentsActOnWhatTheirSeatMayKnow(string slug)
    {
        var asked = 0;
        AtEveryPly(slug, (rules, state, _, draws) =>
        {
            foreach (var seat in rules.ToAct(state))
            {
                var other = HiddenFacts.Redraw(rules, state, seat, draws);
                foreach (var agent in rules.House)
                {
                    var stream = $"house/{asked++}";
                    Assert.Equal(agent.Act(rules, state, seat, new Draws(new byte[32], stream)), agent.Act(rules, other, seat, new Draws(new byte[32], stream)));
                }
            }
        });
        Assert.True(asked > Matches);
    }

    /// <summary>Else the tests above would say nothing: what was drawn anew comes to light when both states are played on in the same way.</summary>
    [Theory]
    [MemberData(nameof(Hiding))]
    public void WhatIsHiddenComesToLightLater(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        Assert.Contains(Enumerable.Range(1, Matches), seed =>
        {
            var setup = MadeMatches.Setup(rules, seed: seed);
            var opening = rules.Start(new Draws(setup.Seed, "deal/0"), rules.Card.MinSeats);
            return End(opening) != End(HiddenFacts.Redraw(rules, opening, HiddenFacts.Spectator, new Draws(setup.Seed, "hidden")));
        });

        string End(IGameState state)
        {
            var draws = new Draws(new byte[32], "play");
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                state = rules.Apply(state, seats.ToDictionary(s => s, s => rules.Observe(state, s).Legal is { } legal ? legal[0] : EverySpaceTests.AnyLegal(rules, state, s, draws)));
            }
            return rules.View(state).ToJsonString();
        }
    }

    /// <summary>Random games to their ends, by random numbers of players; the last position is one of them.</summary>
    private static void AtEveryPly(string slug, Action<ISpaceRules, IGameState, int, Draws> check)
    {
        var rules = SpaceRegistry.Find(slug)!;
        for (var seed = 1; seed <= Matches; seed++)
        {
            var setup = MadeMatches.Setup(rules, seed: seed);
            var draws = new Draws(setup.Seed, "hidden");
            var players = rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1);
            var state = rules.Start(new Draws(setup.Seed, "deal/0"), players);
            check(rules, state, players, draws);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                state = rules.Apply(state, seats.ToDictionary(s => s, s => EverySpaceTests.AnyLegal(rules, state, s, draws)));
                check(rules, state, players, draws);
            }
        }
    }
}
