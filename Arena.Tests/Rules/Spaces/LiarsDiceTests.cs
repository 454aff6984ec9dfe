using Arena.Rules.Play;
using Arena.Rules.Spaces.LiarsDice;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

public sealed class LiarsDiceTests(ITestOutputHelper output)
{
    private static readonly LiarsDiceRules Rules = new();

    /// <summary>A game whose first rounds have these dice, a string of digits for each seat; rounds are separated by slashes.</summary>
    private static LiarsDiceState Opening(string rolls)
    {
        var first = rolls.Split('/').Select(r => r.Split(' ').Select(d => d.Select(c => c - '0').ToArray()).ToArray()).ToArray();
        var s = (LiarsDiceState)Rules.Start(new Draws(new byte[32], "deal/0"), first[0].Length);
        return s with { Rolls = [.. first, .. s.Rolls.Skip(first.Length)] };
    }

    private static LiarsDiceState After(LiarsDiceState state, params string[] actions) => actions.Aggregate(state, (s, a) =>
    {
        var reading = Rules.Read(s, s.ToMove, a);
        Assert.True(reading.IsLegal, $"{a}: {reading.Illegal}");
        return (LiarsDiceState)Rules.Apply(s, new Dictionary<int, string> { [s.ToMove] = reading.Canonical! });
    });

    [Theory]
    [InlineData("3 4", 1)]
    [InlineData("4 4", 1)]
    [InlineData("5 4", 1)]
    [InlineData("6 4", 0)]
    [InlineData("4 6", 0)]
    [InlineData("3 6", 1)]
    public void AChallengeCostsWhoWasWrongADie(string bid, int loser)
    {
        // Fours and ones: 2 and 1 in the first cup, 2 in the second. Sixes: 1 + 1 and 1.
        var s = After(Opening("44126 14523"), bid, "liar");
        Assert.Equal(loser, s.Rounds[0].Loser);
        Assert.Equal(4, s.Left[loser]);
        Assert.Equal(loser, s.ToMove);
    }

    [Theory]
    [InlineData("3 4", true)]
    [InlineData("2 6", true)]
    [InlineData("10 6", true)]
    [InlineData("2 5", false)]
    [InlineData("2 4", false)]
    [InlineData("1 6", false)]
    [InlineData("3 1", false)]
    [InlineData("3 7", false)]
    [InlineData("11 2", false)]
    [InlineData("0 6", false)]
    [InlineData("liar", true)]
    [InlineData("LIAR!", true)]
    [InlineData("bid 3 x 4.", true)]
    [InlineData("3,4", true)]
    [InlineData("3", false)]
    [InlineData("3 4 5", false)]
    [InlineData("-3 4", false)]
    [InlineData("\u0663 4", false)]
    public void ABidMustBeHigherAndPossible(string answer, bool legal)
    {
        var s = After(Opening("22345 66543"), "2 5");
        Assert.Equal(legal, Rules.Read(s, 1, answer).IsLegal);
    }

    [Fact]
    public void NothingCanBeCalledALieBeforeABid() => Assert.False(Rules.Read(Opening("22345 66543"), 0, "liar").IsLegal);

    [Fact]
    public void AfterTheHighestBidOnlyAChallengeIsLeft() =>
        Assert.Equal(["liar"], Rules.Observe(After(Opening("22345 66543"), "10 6"), 1).Legal!);

    [Fact]
    public void APlayerWithoutDiceIsOutAndTheTurnPassesOver()
    {
        var s = Opening("22345 66543 22222") with { Left = [1, 1, 5] };
        // Seat 0 has a two, seat 1 a six, seat 2 five twos.
        s = After(s, "1 6", "7 6", "liar");
        Assert.Equal([1, 0, 5], s.Left);
        Assert.Equal([1], s.Places);
        Assert.Equal(2, s.ToMove);
        Assert.Equal(0, LiarsDiceState.Next(s.Left, 2));
        Assert.Equal(2, LiarsDiceState.Next(s.Left, 0));
        Assert.Equal(["liar"], Rules.Observe(After(s, "6 6"), 0).Legal!);
    }

    [Fact]
    public void PlacesScoreInEqualSteps()
    {
        var s = Opening("22345 66543 22222 33333") with { Left = [0, 1, 1, 0], Places = [3, 0], ToMove = 1 };
        Assert.Null(Rules.Outcome(s));
        s = After(s, "2 2", "liar");
        Assert.Equal([333_333, 666_667, 1_000_000, 0], s.Places.SequenceEqual([3, 0, 1]) ? Rules.Outcome(s)! : []);
        Assert.Empty(Rules.ToAct(s));
    }

    [Fact]
    public void ASeatSeesNoOtherDiceOfTheRoundAndNoLaterOnes()
    {
        static string Seen(IGameState s, int seat)
        {
            var o = Rules.Observe(s, seat);
            return string.Join('\n', o.Text, o.Json.ToJsonString(), string.Join(' ', o.Legal!), Rules.View(s).ToJsonString());
        }

        foreach (var actions in new string[][] { [], ["2 3"], ["2 3", "3 3"] })
        {
            Assert.Equal(Seen(After(Opening("22345 66543 12345/22222 33333 44444"), actions), 0), Seen(After(Opening("22345 11122 66666/33333 22222 55555"), actions), 0));
            Assert.Equal(Seen(After(Opening("22345 66543 12345"), actions), 1), Seen(After(Opening("66666 66543 55555"), actions), 1));
        }
        // Once called, all see all.
        Assert.NotEqual(Seen(After(Opening("22345 66543 12345"), "1 2", "liar"), 0), Seen(After(Opening("22345 11122 12345"), "1 2", "liar"), 0));
    }

    [Property(MaxTest = 20)]
    public void GamesOfTwoToFourEndWithOnePlayerLeft(int seed)
    {
        var setup = MadeMatches.Setup(Rules, 2 + Math.Abs(seed % 3), seed);
        var match = MadeMatches.House(setup, Rules.House[0], Rules.House[1], Rules.House[2], Rules.House[1]);
        Assert.Equal(setup.Players.Count, match.Games.Count);
        Assert.All(match.Games, g => Assert.Equal(setup.Players.Count * 500_000L, g.Scores!.Sum()));
        Assert.Equal(Enumerable.Range(0, match.Games.Count), match.Games.Select(g => g.Deal));
    }

    // 5 dice, a third of them right: 32, 80, 80, 40, 10 and 1 of 243.
    [Fact]
    public void OddsAreBinomial()
    {
        Assert.Equal([32, 80, 80, 40, 10, 1], Enumerable.Range(0, 6).Select(k => (int)Math.Round(243 * DiceOdds.Exactly(k, 5, 1 / 3.0))));
        Assert.Equal(51 / 243.0, DiceOdds.AtLeast(3, 5, 1 / 3.0), 1e-12);
        Assert.Equal([0.25, 0.5, 0.25], DiceOdds.Join([0.5, 0.5], [0.5, 0.5]));
    }

    [Fact]
    public void StrongerHouseAgentsWinMore()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var (mean, atLeast) = MadeMatches.Grade(Rules, strong, weak, 200);
            output.WriteLine($"{strong.Slug} scores {mean:0.000} against {weak.Slug}, at least {atLeast:0.000}");
            Assert.True(atLeast > 0.5, $"{strong.Slug} scores {mean:0.000} against {weak.Slug}: at least {atLeast:0.000}");
        }
    }
}
