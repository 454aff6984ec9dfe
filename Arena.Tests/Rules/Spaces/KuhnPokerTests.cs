using System.Text;
using Arena.Rules.Equilibria;
using Arena.Rules.Play;
using Arena.Rules.Spaces.KuhnPoker;

namespace Arena.Tests.Rules.Spaces;

public sealed class KuhnPokerTests
{
    private static readonly KuhnPokerRules Rules = new();

    private static KuhnPokerState Opening(int first, int second) =>
        (KuhnPokerState)Rules.Start(new Draws(new byte[32], "deal/0"), 2) is var s
            ? s with { Deals = [.. s.Deals.Select((d, i) => i == 0 ? (first, second) : d)], Hands = [new KuhnHand(first, second, "")] }
            : throw new InvalidOperationException();

    private static KuhnPokerState After(KuhnPokerState state, params string[] actions) =>
        actions.Aggregate(state, (s, a) => (KuhnPokerState)Rules.Apply(s, new Dictionary<int, string> { [s.ToMove] = a }));

    [Theory]
    [InlineData(2, 0, 1, "check", "check")]
    [InlineData(0, 2, -1, "check", "check")]
    [InlineData(0, 2, 1, "bet", "fold")]
    [InlineData(2, 0, 2, "bet", "call")]
    [InlineData(2, 0, -1, "check", "bet", "fold")]
    [InlineData(1, 2, -2, "check", "bet", "call")]
    public void EveryEndOfAHandPaysAsItShould(int first, int second, int won, params string[] actions)
    {
        var s = After(Opening(first, second), actions);
        Assert.Equal(won, s.Won(0));
        Assert.Equal(2, s.Hands.Count);
        Assert.Equal(1, s.ToMove);
    }

    // Kuhn 1950: the game is worth -1/18 of a chip to the opener.
    [Fact]
    public void TheEquilibriumAgentIsWorthOneEighteenthAndCannotBeBeaten()
    {
        var tree = KuhnStrategy.Tree();
        Assert.Equal(-1.0 / 18, BestResponse.Value(tree, KuhnStrategy.Equilibrium), 1e-4);
        Assert.InRange(BestResponse.Against(tree, 0, KuhnStrategy.Equilibrium), -1.0 / 18, -1.0 / 18 + 2e-4);
        Assert.InRange(BestResponse.Against(tree, 1, KuhnStrategy.Equilibrium), 1.0 / 18, 1.0 / 18 + 2e-4);
        Assert.Equal(12, KuhnStrategy.Equilibrium.Count);
    }

    // Every equilibrium has these: the second player bluffs a third of its jacks and calls with a third of its queens; the opener bets three kings for each bluffed jack.
    [Fact]
    public void TheEquilibriumBluffsAsKuhnFound()
    {
        var e = KuhnStrategy.Equilibrium;
        Assert.Equal(1 / 3.0, e["J|c"][0], 0.01);
        Assert.Equal(1 / 3.0, e["Q|b"][0], 0.01);
        Assert.InRange(e["J|"][0], 0, 1 / 3.0 + 0.01);
        Assert.Equal(3 * e["J|"][0], e["K|"][0], 0.03);
        Assert.Equal(e["J|"][0] + 1 / 3.0, e["Q|cb"][0], 0.02);
    }

    [Fact]
    public void ASeatSeesNothingOfTheOtherCardUntilItIsShown()
    {
        static string Seen(IGameState s, int seat)
        {
            var o = Rules.Observe(s, seat);
            return new StringBuilder(o.Text).Append(o.Json.ToJsonString()).AppendJoin(' ', o.Legal!).ToString();
        }

        foreach (var actions in new string[][] { [], ["bet"], ["check"], ["check", "bet"], ["bet", "fold"], ["check", "bet", "fold"] })
        {
            // Seat 0 has the queen; the states differ only in what seat 1 holds.
            Assert.Equal(Seen(After(Opening(1, 0), actions), 0), Seen(After(Opening(1, 2), actions), 0));
            Assert.Equal(Rules.View(After(Opening(1, 0), actions)).ToJsonString(), Rules.View(After(Opening(1, 2), actions)).ToJsonString());
        }
        // Later deals are hidden too.
        var other = Opening(1, 0);
        Assert.Equal(Seen(other, 0), Seen(other with { Deals = [.. other.Deals.Select((d, i) => i == 0 ? d : (d.Second, d.First))] }, 0));
        Assert.NotEqual(Seen(After(Opening(1, 0), "bet", "call"), 0), Seen(After(Opening(1, 2), "bet", "call"), 0));
    }

    [Fact]
    public void ASessionTakesTurnsToOpenAndScoresTheBalance()
    {
        var match = MadeMatches.House(MadeMatches.Setup(Rules, seed: 3), Rules.House[2], Rules.House[0]);
        Assert.All(match.Games, g => Assert.Equal(1_000_000, g.Scores!.Sum()));
        Assert.Equal([0, 0], match.Games.Select(g => g.Deal));
    }

    [Fact]
    public void TheSecondGameHasTheSameHandsForEachOpenerInAnotherOrder()
    {
        var seed = MadeMatches.Setup(Rules, seed: 5).Seed;
        var games = Enumerable.Range(0, 2).Select(g => ((KuhnPokerState)Rules.Start(new Draws(seed, "deal/0"), 2, g)).Deals).ToArray();
        Assert.NotEqual(games[0], games[1]);
        for (var opener = 0; opener < 2; opener++)
        {
            Assert.Equal(games[0].Where((_, i) => i % 2 == opener).Order(), games[1].Where((_, i) => i % 2 == opener).Order());
        }
        // The same player in both seats wins as much as it loses, whatever the cards.
        var honest = MadeMatches.House(MadeMatches.Setup(Rules, seed: 5), Rules.House[1], Rules.House[1]);
        Assert.Equal(2, honest.Games.Count);
    }

    [Fact]
    public void CardsAreDealtEvenlyAndNeverTwice()
    {
        var counts = new int[9];
        for (var seed = 0; seed < 300; seed++)
        {
            foreach (var (first, second) in ((KuhnPokerState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), 2)).Deals)
            {
                counts[3 * first + second]++;
            }
        }
        Assert.Equal([0, 4, 8], Enumerable.Range(0, 9).Where(i => counts[i] == 0));
        // 3,000 deals, 500 expected each, standard deviation 20.
        Assert.All(counts.Where(c => c > 0), c => Assert.InRange(c, 400, 600));
    }
}
