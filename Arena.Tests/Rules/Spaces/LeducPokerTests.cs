using Arena.Rules.Equilibria;
using Arena.Rules.Play;
using Arena.Rules.Spaces.LeducPoker;

namespace Arena.Tests.Rules.Spaces;

public sealed class LeducPokerTests
{
    private static readonly LeducPokerRules Rules = new();

    private static LeducPokerState Opening(params int[] cards) =>
        (LeducPokerState)Rules.Start(new Draws(new byte[32], "deal/0"), 2) is var s && new LeducHand(cards[0], cards[1], cards[2], 0) is var hand
            ? s with { Deals = [hand, .. s.Deals.Skip(1)], Hands = [hand] }
            : throw new InvalidOperationException();

    private static LeducPokerState After(LeducPokerState state, string actions) =>
        actions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(state, (s, a) => (LeducPokerState)Rules.Apply(s, new Dictionary<int, string> { [s.ToMove] = a }));

    // Cards: 0 and 1 jacks, 2 and 3 queens, 4 and 5 kings.
    [Theory]
    [InlineData(4, 2, 0, "check check check check", 1)]
    [InlineData(4, 2, 3, "check check check check", -1)]
    [InlineData(4, 5, 2, "check check check check", 0)]
    [InlineData(0, 4, 1, "bet call bet call", 7)]
    [InlineData(4, 2, 0, "bet fold", 1)]
    [InlineData(4, 2, 0, "bet raise fold", -3)]
    [InlineData(4, 2, 0, "check bet raise fold", 3)]
    [InlineData(4, 2, 0, "bet raise call bet raise call", 13)]
    [InlineData(4, 2, 0, "check bet call check bet fold", -3)]
    [InlineData(4, 2, 0, "check check check bet raise fold", 5)]
    public void EveryEndOfAHandPaysAsItShould(int first, int second, int board, string actions, int won)
    {
        var s = After(Opening(first, second, board), actions);
        Assert.Equal(won, s.Won(0));
        Assert.Equal(2, s.Hands.Count);
        Assert.Equal(1, s.ToMove);
    }

    [Theory]
    [InlineData("", "bet check")]
    [InlineData("check", "bet check")]
    [InlineData("bet", "call fold raise")]
    [InlineData("bet raise", "call fold")]
    [InlineData("check bet raise", "call fold")]
    [InlineData("check check", "bet check")]
    [InlineData("bet call check bet", "call fold raise")]
    public void ARoundHasOneBetAndOneRaiseAtMost(string actions, string legal)
    {
        var s = After(Opening(4, 2, 0), actions);
        Assert.Equal(legal, string.Join(' ', Rules.Observe(s, s.ToMove).Legal!));
    }

    // OpenSpiel and the literature after Southey and others 2005: 936 information sets with suits told apart, 288 without.
    [Fact]
    public void TheGameHasTheSizeOfTheLiterature()
    {
        Assert.Equal(288, LeducStrategy.Near.Count);
        var sets = new HashSet<(int, int, string)>();
        for (var number = 0; number < LeducBetting.Count; number++)
        {
            var bets = LeducBetting.At(number);
            for (var card = 0; card < 6 && !bets.Over; card++)
            {
                for (var board = 0; board < 6; board++)
                {
                    if (board != card)
                    {
                        sets.Add((card, bets.Round == 0 ? -1 : board, bets.Actions));
                    }
                }
            }
        }
        Assert.Equal(936, sets.Count);
    }

    // The value is known: -0.0856 for the opener (OpenSpiel, exploitability_descent and CFR examples).
    [Fact]
    public void TheEquilibriumAgentIsNearAnEquilibrium()
    {
        var tree = LeducStrategy.Tree();
        Assert.Equal(-0.0856, BestResponse.Value(tree, LeducStrategy.Near), 0.001);
        Assert.InRange(BestResponse.Exploitability(tree, LeducStrategy.Near), 0, 0.005);
        Assert.All(LeducStrategy.Near.Values, chances => Assert.Equal(1, chances.Sum(), 1e-9));
    }

    [Fact]
    public void ASeatSeesNeitherTheOthersCardNorTheBoardBeforeItsTime()
    {
        static string Seen(IGameState s, int seat)
        {
            var o = Rules.Observe(s, seat);
            return string.Join('\n', o.Text, o.Json.ToJsonString(), string.Join(' ', o.Legal!), Rules.View(s).ToJsonString());
        }

        foreach (var actions in new[] { "", "bet", "check bet", "bet raise", "bet fold" })
        {
            Assert.Equal(Seen(After(Opening(2, 0, 1), actions), 0), Seen(After(Opening(2, 4, 3), actions), 0));
            Assert.Equal(Seen(After(Opening(0, 2, 1), actions), 1), Seen(After(Opening(4, 2, 3), actions), 1));
        }
        foreach (var actions in new[] { "check check", "bet call check", "bet call bet fold" })
        {
            Assert.Equal(Seen(After(Opening(2, 0, 3), actions), 0), Seen(After(Opening(2, 4, 3), actions), 0));
            Assert.NotEqual(Seen(After(Opening(2, 0, 3), actions), 0), Seen(After(Opening(2, 0, 4), actions), 0));
        }
        Assert.NotEqual(Seen(After(Opening(2, 0, 3), "check check check check"), 0), Seen(After(Opening(2, 4, 3), "check check check check"), 0));
        var other = Opening(2, 0, 3);
        Assert.Equal(Seen(other, 0), Seen(other with { Deals = [other.Deals[0], .. other.Deals.Skip(1).Select(d => d with { First = d.Second, Second = d.First })] }, 0));
    }

    [Fact]
    public void TheSecondGameHasTheSameHandsForEachOpener()
    {
        var seed = MadeMatches.Setup(Rules, seed: 5).Seed;
        var games = Enumerable.Range(0, 2).Select(g => ((LeducPokerState)Rules.Start(new Draws(seed, "deal/0"), 2, g)).Deals).ToArray();
        Assert.NotEqual(games[0], games[1]);
        for (var opener = 0; opener < 2; opener++)
        {
            Assert.Equal(games[0].Where((_, i) => i % 2 == opener).Order(Cards), games[1].Where((_, i) => i % 2 == opener).Order(Cards));
        }
    }

    private static Comparer<LeducHand> Cards => Comparer<LeducHand>.Create((a, b) => (a.First, a.Second, a.Board).CompareTo((b.First, b.Second, b.Board)));

    [Fact]
    public void LuckCancelsBetweenPlayersWhoseMovesHangOnTheirCardsOnly()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var match = MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), Rules.House[1], Rules.House[1]);
            Assert.Equal([500_000, 500_000], match.Scores!);
        }
    }

    [Theory]
    [InlineData(0, 500_000)]
    [InlineData(10, 750_000)]
    [InlineData(-10, 250_000)]
    [InlineData(130, 964_285)]
    [InlineData(1, 545_454)]
    [InlineData(-1, 454_546)]
    public void ChipsBecomePoints(long won, long points) => Assert.Equal(points, ChipScore.Of(won, 10));

    [Fact]
    public void TheEquilibriumTakesChipsFromTheOthersInTheLongRun()
    {
        foreach (var weaker in Rules.House.Take(2))
        {
            var points = Enumerable.Range(1, 60).Sum(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), Rules.House[2], weaker).Scores![0]);
            Assert.True(points > 30_000_000, $"{points} of 60,000,000 against {weaker.Slug}");
        }
    }
}
