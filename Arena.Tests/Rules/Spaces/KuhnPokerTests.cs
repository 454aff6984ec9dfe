using System.Text;
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

    // Kuhn 1950: the game is worth -1/18 of a chip to the opener, and neither side can do better against the other's equilibrium.
    [Fact]
    public void TheEquilibriumAgentIsWorthOneEighteenthAndCannotBeBeaten()
    {
        Assert.Equal(-1.0 / 18, Value((card, actions) => KuhnStrategy.Thirds(card, actions) / 3.0, (card, actions) => KuhnStrategy.Thirds(card, actions) / 3.0), 1e-12);
        for (var plan = 0; plan < 1 << 6; plan++)
        {
            // Every pure plan: aggressive or not, for each card at each of a seat's two decisions.
            double Opener(int card, string actions) => plan >> (card + (actions.Length == 0 ? 0 : 3)) & 1;
            double Second(int card, string actions) => plan >> (card + (actions == "c" ? 0 : 3)) & 1;
            Assert.InRange(Value(Opener, (card, actions) => KuhnStrategy.Thirds(card, actions) / 3.0), -3, -1.0 / 18 + 1e-12);
            Assert.InRange(Value((card, actions) => KuhnStrategy.Thirds(card, actions) / 3.0, Second), -1.0 / 18 - 1e-12, 3);
        }
    }

    /// <summary>Expected chips of the opener over all deals, each side's chance of the aggressive action given.</summary>
    private static double Value(Func<int, string, double> opener, Func<int, string, double> second)
    {
        double Play(KuhnPokerState s)
        {
            if (s.Hands[0].Over)
            {
                return s.Won(0);
            }
            var hand = s.Hands[0];
            var seat = hand.Actions.Length % 2;
            var chance = (seat == 0 ? opener : second)(hand.Card(seat), hand.Actions);
            var (yes, no) = hand.Actions.EndsWith('b') ? ("call", "fold") : ("bet", "check");
            return chance * Play(After(s, yes)) + (1 - chance) * Play(After(s, no));
        }

        return (from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 3) where a != b select Play(Opening(a, b))).Average();
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
        Assert.Equal([0, 1], match.Games.Select(g => g.Deal));
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
