using Arena.Rules.Play;
using Arena.Rules.Spaces.BidTacToe;

namespace Arena.Tests.Rules.Spaces;

public sealed class BidTacToeTests
{
    private static readonly BidTacToeRules Rules = new();

    private static BidTacToeState Opening => (BidTacToeState)Rules.Start(new Draws(new byte[32], "deal/0"), 2);

    /// <summary>Rounds written "bid bid cell".</summary>
    private static BidTacToeState After(BidTacToeState state, params string[] rounds)
    {
        foreach (var round in rounds.Select(r => r.Split(' ')))
        {
            state = (BidTacToeState)Rules.Apply(state, new Dictionary<int, string> { [0] = round[0], [1] = round[1] });
            if (round.Length > 2)
            {
                state = (BidTacToeState)Rules.Apply(state, new Dictionary<int, string> { [state.Mover] = round[2] });
            }
        }
        return state;
    }

    [Fact]
    public void BothPayAndTheHigherBidMoves()
    {
        var bid = After(Opening, "10 7");
        Assert.Equal([0], Rules.ToAct(bid));
        var s = After(Opening, "10 7 5");
        Assert.Equal((90, 93), s.Coins);
        Assert.Equal([0, 1], Rules.ToAct(s));
        Assert.Equal("{\"board\":[0,0,0,0,1,0,0,0,0],\"last\":4,\"line\":null,\"coins\":[90,93],\"bids\":null,\"rounds\":[{\"bids\":[10,7],\"mover\":0,\"cell\":4}],\"toAct\":[0,1]}", Rules.View(s).ToJsonString());
        Assert.Contains("Round 1: you bid 7, opponent 10; opponent marked 5.", Rules.Observe(s, 1).Text);
    }

    [Fact]
    public void ATieGoesToTheSeatThatTheDealDrew()
    {
        Assert.Equal(0, After(Opening with { Ties = 0 }, "5 5").Mover);
        Assert.Equal(1, After(Opening with { Ties = 1 }, "5 5").Mover);
        Assert.Equal(1, After(Opening with { Ties = 2 }, "5 5 1", "5 5").Mover);
        Assert.NotEqual(
            Opening.Ties, ((BidTacToeState)Rules.Start(new Draws(new byte[32], "deal/1"), 2)).Ties);
    }

    [Fact]
    public void TheTiesToComeAreHidden()
    {
        var (a, b) = (Opening with { Ties = 0 }, Opening with { Ties = 511 });
        Assert.Equal(Rules.Observe(a, 0).Text + Rules.Observe(a, 0).Json.ToJsonString(), Rules.Observe(b, 0).Text + Rules.Observe(b, 0).Json.ToJsonString());
        Assert.Equal(Rules.View(a).ToJsonString(), Rules.View(b).ToJsonString());
    }

    [Theory]
    [InlineData(1_000_000, "1 0 1", "1 0 2", "1 0 3")]
    [InlineData(0, "0 1 1", "0 1 5", "0 1 9")]
    [InlineData(0, "100 1")]
    [InlineData(1_000_000, "3 100")]
    [InlineData(500_000, "100 100")]
    [InlineData(0, "3 0 1", "0 1 2", "3 0 3", "0 1 5", "3 0 4", "0 1 6", "3 0 8", "0 1 7", "3 0 9")]
    public void GamesEndByALineByAnEmptyPurseOrByWealth(long score, params string[] rounds)
    {
        var s = After(Opening, rounds);
        Assert.Equal([score, 1_000_000 - score], Rules.Outcome(s)!);
        Assert.Empty(Rules.ToAct(s));
    }

    [Theory]
    [InlineData("100", true)]
    [InlineData("0", true)]
    [InlineData(" 7. ", true)]
    [InlineData("101", false)]
    [InlineData("-1", false)]
    [InlineData("07", false)]
    [InlineData("7 coins", false)]
    [InlineData("7.5", false)]
    public void ABidIsAWholeNumberWithinThePurse(string text, bool legal) => Assert.Equal(legal, Rules.Read(Opening, 0, text).IsLegal);

    [Fact]
    public void TheHouseIsGraded()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var score = Enumerable.Range(1, 40).Average(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), strong, weak).Scores![0] / 1e6);
            Assert.True(score > 0.6, $"{strong.Slug} scores {score} against {weak.Slug}");
        }
    }
}
