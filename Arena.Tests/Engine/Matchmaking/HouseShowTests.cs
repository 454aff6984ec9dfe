using Arena.Engine;
using Arena.Engine.Matchmaking;
using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Tests.Engine.Matchmaking;

public sealed class HouseShowTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly SpaceCard Card = SpaceRegistry.Find("connect-four")!.Card;
    private static readonly IReadOnlyList<HousePlayer> House = [.. Enumerable.Range(1, 5).Select(i => new HousePlayer(new(new Guid(i, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0])), i))];

    [Fact]
    public void OneShownMatchRunsAtATimeWithAPauseBetween()
    {
        Assert.Single(Decide(shown: 0, ended: null), m => m.Shown);
        Assert.DoesNotContain(Decide(shown: 1, ended: null), m => m.Shown);
        Assert.DoesNotContain(Decide(shown: 0, ended: Now - TimeSpan.FromSeconds(2)), m => m.Shown);
        Assert.Single(Decide(shown: 0, ended: Now - TimeSpan.FromSeconds(3)), m => m.Shown);
    }

    [Fact]
    public void WhereJudgesDecideTheHousePlaysOnlyAgainstEntries()
    {
        var draws = new Draws(new byte[32], "show");
        Assert.Empty(HouseShow.Decide(SpaceRegistry.Find("debate")!.Card, House, 0, null, null, Now, new HouseShowOptions(), draws));
    }

    [Fact]
    public void QuickMatchesKeepTheirRateAndMakeUpForAFewLateTicks()
    {
        Assert.Empty(Decide(1, quick: Now - TimeSpan.FromSeconds(4)));
        Assert.Single(Decide(1, quick: Now - TimeSpan.FromSeconds(5)));
        Assert.Equal(5, Decide(1, quick: Now - TimeSpan.FromHours(8)).Count);
    }

    [Fact]
    public void ASpaceThatWasNeverShownBeginsWithThreeQuickMatchesAndATableTooSmallWithNone()
    {
        Assert.Equal(3, HouseShow.Decide(Card, House, 1, null, null, Now, new HouseShowOptions(), new Draws(new byte[32], "show")).Count);
        var five = SpaceRegistry.Find("tradewars")!.Card;
        Assert.Empty(HouseShow.Decide(five, [.. House.Take(4)], 0, null, null, Now, new HouseShowOptions(), new Draws(new byte[32], "show")));
        Assert.All(HouseShow.Decide(five, House, 0, null, null, Now, new HouseShowOptions(), new Draws(new byte[32], "show")), m => Assert.Equal(5, m.Players.Distinct().Count()));
    }

    [Fact]
    public void TheAgentWithTheFewestGamesAlwaysPlaysAndNobodyPlaysItself()
    {
        for (byte i = 0; i < 50; i++)
        {
            var seed = new byte[32];
            seed[0] = i;
            foreach (var match in HouseShow.Decide(Card, House, 0, null, null, Now, new HouseShowOptions(), new Draws(seed, "show")))
            {
                Assert.Contains(House[0].Version, match.Players);
                Assert.Equal(2, match.Players.Distinct().Count());
            }
        }
    }

    [Fact]
    public void SwitchedOffThereIsNoShow() => Assert.Empty(HouseShow.Decide(Card, House, 0, null, null, Now, new HouseShowOptions { Enabled = false }, new Draws(new byte[32], "show")));

    private static IReadOnlyList<HouseMatch> Decide(int shown, DateTimeOffset? ended = null, DateTimeOffset? quick = null) =>
        HouseShow.Decide(Card, House, shown, ended, quick ?? Now, Now, new HouseShowOptions(), new Draws(new byte[32], "show"));
}
