using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Transcripts;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

public sealed class HoldemTests(ITestOutputHelper output)
{
    private static readonly HoldemRules Rules = new();

    private static int Card(string name) => HoldemHand.Ranks.IndexOf(name[0]) << 2 | HoldemHand.Suits.IndexOf(name[1]);

    private static int[] Cards(string names) => [.. names.Split(' ').Select(Card)];

    private static HoldemState Opening(string button = "As Ad", string other = "Kc Kd", string board = "2c 7d 9h Js 3s") =>
        (HoldemState)Rules.Start(new Draws(new byte[32], "deal/0"), 2) is var s && new HoldemDeal(Cards(button), Cards(other), Cards(board)) is var deal
            ? s with { Deals = [deal, .. s.Deals.Skip(1)], Hands = [new HoldemPlayed(deal, HoldemTable.Deal(s.Stakes), [])] }
            : throw new InvalidOperationException();

    private static HoldemState After(HoldemState state, string actions) =>
        actions.Split(',', StringSplitOptions.RemoveEmptyEntries).Aggregate(state, (s, a) =>
        {
            var reading = Rules.Read(s, s.ToMove, a);
            Assert.True(reading.IsLegal, $"{a}: {reading.Illegal}");
            return (HoldemState)Rules.Apply(s, new Dictionary<int, string> { [s.ToMove] = reading.Canonical! });
        });

    // The number of hands of each rank among all 2,598,960 of five cards, and the 7,462 classes of equal worth.
    [Fact]
    public void AllFiveCardHandsAreRankedAsCombinatoricsSays()
    {
        var counts = new int[9];
        var classes = new HashSet<int>();
        var last = 0;
        for (var a = 0; a < 52; a++)
        {
            for (var b = 0; b < a; b++)
            {
                for (var c = 0; c < b; c++)
                {
                    for (var d = 0; d < c; d++)
                    {
                        var four = HoldemHand.Mask(a) | HoldemHand.Mask(b) | HoldemHand.Mask(c) | HoldemHand.Mask(d);
                        for (var e = 0; e < d; e++)
                        {
                            var value = HoldemHand.Value(four | HoldemHand.Mask(e));
                            counts[value >> 20]++;
                            if (value != last)
                            {
                                classes.Add(last = value);
                            }
                        }
                    }
                }
            }
        }
        Assert.Equal([1_302_540, 1_098_240, 123_552, 54_912, 10_200, 5_108, 3_744, 624, 40], counts);
        Assert.Equal(7_462, classes.Count);
    }

    [Fact]
    public void AllSevenCardHandsAreRankedAsCombinatoricsSays()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("ARENA_FULL") is null, "set ARENA_FULL=1 for 133,784,560 hands");
        var counts = new int[9];
        void Add(int below, int left, ulong cards)
        {
            for (var card = below - 1; card >= left - 1; card--)
            {
                if (left == 1)
                {
                    counts[HoldemHand.Value(cards | HoldemHand.Mask(card)) >> 20]++;
                }
                else
                {
                    Add(card, left - 1, cards | HoldemHand.Mask(card));
                }
            }
        }

        Add(52, 7, 0);
        Assert.Equal([23_294_460, 58_627_800, 31_433_400, 6_461_620, 6_180_020, 4_047_644, 3_473_184, 224_848, 41_584], counts);
    }

    // Six and seven cards against the best of their fives.
    [Property(MaxTest = 200)]
    public void TheBestFiveOfSevenCount(int seed)
    {
        var draws = new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "test");
        var deck = Enumerable.Range(0, 52).ToList();
        var cards = Enumerable.Range(0, 7).Select(_ =>
        {
            var card = draws.Pick(deck);
            deck.Remove(card);
            return card;
        }).ToArray();
        var best = Enumerable.Range(0, 128).Where(m => BitOperations.PopCount((uint)m) == 5)
            .Max(m => HoldemHand.Value(HoldemHand.Mask([.. cards.Where((_, i) => (m >> i & 1) == 1)])));
        Assert.Equal(best, HoldemHand.Value(HoldemHand.Mask(cards)));
    }

    [Theory]
    [InlineData("As Ks Qs Js Ts 2c 2d", "a royal flush")]
    [InlineData("As 2s 3s 4s 5s Kc Kd", "a straight flush, five high")]
    [InlineData("Ac 2s 3s 4s 5s Kc Kd", "a straight, five high")]
    [InlineData("9c 9d 9h 9s Ac Ad Kh", "four nines")]
    [InlineData("9c 9d 9h As Ac Ad Kh", "a full house, aces over nines")]
    [InlineData("9c 9d 2h 2s Ac Ad Kh", "two pair, aces and nines")]
    [InlineData("2c 4c 6c 8c Tc Ad Ah", "a flush, ten high")]
    [InlineData("6c 6d 6h 2s Ac Jd 9h", "three sixes")]
    [InlineData("6c 6d 3h 2s Ac Jd 9h", "a pair of sixes")]
    [InlineData("6c 5d 3h 2s Ac Jd 9h", "ace high")]
    public void HandsHaveTheirNames(string cards, string name) => Assert.Equal(name, HoldemHand.Describe(HoldemHand.Value(HoldemHand.Mask(Cards(cards)))));

    [Theory]
    [InlineData("fold", -1)]
    [InlineData("call,fold", null)]
    [InlineData("call,raise 4,fold", -2)]
    [InlineData("raise 6,fold", 2)]
    [InlineData("raise 6,call,check,check,check,check,check,check", 6)]
    [InlineData("call,check,check,raise 2,raise 10,call,check,check,check,check", 12)]
    [InlineData("all-in,call", 200)]
    [InlineData("all-in,fold", 2)]
    [InlineData("call,check,check,check,check,check,all in,fold", -2)]
    public void HandsPayAsTheyShould(string actions, int? won)
    {
        if (won is null)
        {
            Assert.Equal("call", Rules.Read(Opening(), 0, "call").Canonical);
            Assert.False(Rules.Read(After(Opening(), "call"), 1, "fold").IsLegal);
            return;
        }
        var s = After(Opening(), actions);
        Assert.Equal(2, s.Hands.Count);
        Assert.Equal(won, s.Won(0));
        Assert.Equal(1, s.ToMove);
    }

    [Fact]
    public void EqualHandsShareThePot()
    {
        var s = After(Opening("As 2d", "Ac 3d", "Kc Qd Jh Ts 9s"), "all-in,call");
        Assert.Equal(0, s.Won(0));
        Assert.Equal(5, s.Hands[0].Table.BoardCards);
    }

    // Least and most totals that a raise may go to. Stacks of 200, blinds 1 and 2.
    [Theory]
    [InlineData("", 1, 4, 200)]
    [InlineData("call", 0, 4, 200)]
    [InlineData("raise 4", 2, 6, 200)]
    [InlineData("raise 10", 8, 18, 200)]
    [InlineData("raise 10,raise 30", 20, 50, 200)]
    [InlineData("raise 120", 118, 200, 200)]
    [InlineData("raise 120,all-in", 80, 0, 0)]
    [InlineData("call,check", 0, 2, 198)]
    [InlineData("raise 10,call", 0, 2, 190)]
    [InlineData("raise 10,call,check", 0, 2, 190)]
    [InlineData("raise 10,call,raise 20", 20, 40, 190)]
    [InlineData("raise 10,call,raise 20,raise 50", 30, 80, 190)]
    [InlineData("raise 100,call,raise 60", 60, 100, 100)]
    public void RaisesHaveTheirLeastAndMost(string actions, int call, int least, int most)
    {
        var s = After(Opening(), actions);
        Assert.Equal(new HoldemOptions(call, least, most), s.Hand.Table.Options());
        for (var total = 0; total < 230; total++)
        {
            var reading = Rules.Read(s, s.ToMove, $"raise {total}");
            Assert.Equal(most > 0 && total >= least && total <= most, reading.IsLegal);
            Assert.Equal(reading, Rules.Read(s, s.ToMove, $"Bet to {total}."));
        }
        Assert.Equal(call > 0, Rules.Read(s, s.ToMove, "fold").IsLegal);
        Assert.Equal(call > 0, Rules.Read(s, s.ToMove, "call").IsLegal);
        Assert.Equal(call == 0, Rules.Read(s, s.ToMove, "check").IsLegal);
        Assert.Equal(call == 0 ? "raise " + most : most == 0 ? "call" : "raise " + most, Rules.Read(s, s.ToMove, "ALL-IN").Canonical);
    }

    [Theory]
    [InlineData("raise -4")]
    [InlineData("raise 4.0")]
    [InlineData("raise 99999999999999999999")]
    [InlineData("raise \u0664")]
    [InlineData("raise")]
    [InlineData("raise 4 5")]
    [InlineData("raise to")]
    [InlineData("check")]
    public void OtherTextsAreRefused(string text) => Assert.False(Rules.Read(Opening(), 0, text).IsLegal);

    [Fact]
    public void ASeatSeesOnlyItsOwnCardsAndTheBoardThatIsOut()
    {
        static string Seen(IGameState s, int seat)
        {
            var o = Rules.Observe(s, seat);
            return string.Join('\n', o.Text, o.Json.ToJsonString(), Rules.View(s).ToJsonString());
        }

        foreach (var (actions, board) in new[] { ("", "3c 8d Th Qs 4s"), ("raise 6", "3c 8d Th Qs 4s"), ("raise 6,call", "2c 7d 9h Qs 4s"), ("call,check,check,check", "2c 7d 9h Js 4s"), ("raise 6,fold", "3c 8d Th Qs 4s") })
        {
            Assert.Equal(Seen(After(Opening(), actions), 0), Seen(After(Opening(other: "5c 5d", board: board), actions), 0));
            Assert.Equal(Seen(After(Opening(), actions), 1), Seen(After(Opening(button: "5c 5d", board: board), actions), 1));
        }
        Assert.NotEqual(Seen(After(Opening(), "all-in,call"), 0), Seen(After(Opening(other: "5c 5d"), "all-in,call"), 0));
        Assert.NotEqual(Seen(After(Opening(), "call,check"), 0), Seen(After(Opening(board: "3c 8d Th Qs 4s"), "call,check"), 0));
        var later = Opening();
        Assert.Equal(Seen(later, 0), Seen(later with { Deals = [later.Deals[0], .. later.Deals.Skip(1).Reverse()] }, 0));
    }

    [Property(MaxTest = 20)]
    public void LuckCancelsBetweenPlayersWhoseMovesHangOnRanksOnly(int seed)
    {
        // A player who raises its good hands and calls everything else: the same in both seats, so neither may come out ahead.
        var match = MadeMatches.Play(MadeMatches.Setup(Rules, seed: seed), (play, turn) =>
        {
            var s = (HoldemState)play.StateOf(turn.Game);
            var (options, cards) = (s.Hand.Table.Options(), s.Cards(s.Hands.Count - 1, turn.Seat));
            var good = (cards[0] >> 2) + (cards[1] >> 2) > 15 && s.Hand.Actions.Count < 6;
            return AgentReply.Said(good && options.MayRaise ? $"raise {options.MinRaise}" : options.ToCall > 0 ? "call" : "check");
        });
        Assert.Equal([500_000, 500_000], match.Scores!);
    }

    [Fact]
    public void TheSecondGameHasTheSameHandsWithSuitsRenamed()
    {
        var seed = MadeMatches.Setup(Rules, seed: 5).Seed;
        var games = Enumerable.Range(0, 2).Select(g => ((HoldemState)Rules.Start(new Draws(seed, "deal/0"), 2, g)).Deals).ToArray();
        static string Of(HoldemDeal deal) => string.Join(' ', new[] { deal.Button, deal.Other, deal.Board }.Select(p => string.Concat(p.Select(c => HoldemHand.Ranks[c >> 2])))) + $" {deal.Showdown}";
        for (var button = 0; button < 2; button++)
        {
            Assert.Equal(games[0].Where((_, i) => i % 2 == button).Select(Of).Order(), games[1].Where((_, i) => i % 2 == button).Select(Of).Order());
        }
        Assert.NotEqual(games[0].Select(Of), games[1].Select(Of));
        Assert.All(games.SelectMany(g => g), d => Assert.Equal(9, d.Button.Concat(d.Other).Concat(d.Board).Distinct().Count()));
    }

    [Theory]
    [InlineData(1, 2, 3, 12, "two big blinds (4)")]
    [InlineData(2, 1, 200, 12, "at least the small blind (2)")]
    [InlineData(0, 2, 200, 12, "at least 1 chip")]
    [InlineData(1, 2, 200, 11, "even number of hands")]
    [InlineData(1, 2, 200, 0, "it can't be 0")]
    [InlineData(1, 2, 200, 102, "2 to 100")]
    [InlineData(1, 2, 1_000_001, 12, "1000000 chips")]
    [InlineData(1, int.MaxValue, 200, 12, "4294967294")]
    public void StakesThatCannotBePlayedAreRefused(int small, int big, int stack, int hands, string words)
    {
        var stakes = new HoldemStakes(small, big, stack, hands);
        Assert.Contains(words, stakes.Problem);
        Assert.Contains(words, Assert.Throws<FormatException>(() => Play(stakes.Material!, 7)).Message);
    }

    [Theory]
    [InlineData("{}", "smallBlind is no whole number")]
    [InlineData("""{"bigBlind":2,"hands":4,"smallBlind":1,"stack":"200"}""", "stack is no whole number")]
    [InlineData("""{"bigBlind":2.5,"hands":4,"smallBlind":1,"stack":200}""", "canonical")]
    [InlineData("""{"ante":1,"bigBlind":2,"hands":4,"smallBlind":1,"stack":200}""", "nothing else")]
    [InlineData("""{"bigBlind":2,"hands":12,"smallBlind":1,"stack":200}""", "played without material")]
    [InlineData("""{"smallBlind":1,"bigBlind":2,"hands":4,"stack":200}""", "canonical")]
    public void OtherMaterialIsRefused(string material, string words) => Assert.Contains(words, Assert.Throws<FormatException>(() => Play(material, 7)).Message);

    private static PlayedMatch Play(string material, int seed) =>
        MadeMatches.House(MadeMatches.Setup(Rules, seed: seed) with { Material = material }, Rules.House[2], Rules.House[0]);

    [Fact]
    public void OtherStakesAreToldPlayedAndReplayedFromTheTranscriptAlone()
    {
        var stakes = new HoldemStakes(50, 100, 20_000, 4);
        Assert.Equal(stakes, HoldemStakes.Of(JsonNode.Parse(stakes.Material!)!.AsObject()));
        var match = Play(stakes.Material!, 7);
        Assert.StartsWith("Heads-up no-limit Texas hold'em, blinds 50 and 100; both start each hand with 20000 chips.", match.Games[0].Turns[0].Saw, StringComparison.Ordinal);
        Assert.Contains("Hand 1 of 4.", match.Games[0].Turns[0].Saw);
        // A match's score is the mean of its two games, rounded down.
        Assert.InRange(match.Scores!.Sum(), 999_999, 1_000_000);

        var report = TranscriptReplay.Run(match.Transcript, Rules);
        Assert.True(report.Ok, $"{report.Checks.LastOrDefault(c => !c.Ok)}");
        Assert.Equal(stakes.Material, report.Material);
        // Other stakes in the papers than were played: the first observation differs.
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(match.Transcript).Replace("\"stack\":20000", "\"stack\":20001", StringComparison.Ordinal));
        Assert.Contains(TranscriptReplay.Run(changed, Rules).Checks, c => !c.Ok && c.Step == "observation of turn 0");
        var nonsense = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(match.Transcript).Replace("\"stack\":20000", "\"stack\":1", StringComparison.Ordinal));
        Assert.Contains(TranscriptReplay.Run(nonsense, Rules).Checks, c => !c.Ok && c.Found.Contains("two big blinds", StringComparison.Ordinal));
    }

    [Fact]
    public void TheUsualStakesNeedNoMaterial()
    {
        Assert.Null(HoldemStakes.Usual.Material);
        Assert.Equal(HoldemStakes.Usual, ((HoldemState)Rules.Start(new Draws(new byte[32], "deal/0"), 2)).Stakes);
    }

    // Known chances: aces win 85 % against two random cards, seven-deuce 35 %.
    [Theory]
    [InlineData("As Ad", 0.852)]
    [InlineData("7s 2d", 0.346)]
    [InlineData("Ks Qs", 0.634)]
    public void EquityIsWhatIsKnown(string cards, double expected) =>
        Assert.Equal(expected, HoldemEquity.Estimate(HoldemHand.Mask(Cards(cards)), 0, 40_000, 1), 0.01);

    [Fact]
    public void StrongerHouseAgentsWinMore()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var (mean, atLeast) = MadeMatches.Grade(Rules, strong, weak, 60);
            output.WriteLine($"{strong.Slug} scores {mean:0.000} against {weak.Slug}, at least {atLeast:0.000}");
            Assert.True(atLeast > 0.5, $"{strong.Slug} scores {mean:0.000} against {weak.Slug}: at least {atLeast:0.000}");
        }
    }
}
