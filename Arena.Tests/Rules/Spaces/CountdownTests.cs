using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Spaces;

public sealed class CountdownTests
{
    private static readonly CountdownRules Rules = new();
    private static readonly CountdownState Classic = new([25, 50, 75, 100, 3, 6], 952, 2, null);

    private static CountdownState Answered(params string?[] answers) => Classic with { Seats = answers.Length, Answers = answers };

    [Theory]
    [InlineData("25", "25")]
    [InlineData("((100 + 6) * 3 * 75 - 50) / 25", "((100+6)*3*75-50)/25")]
    [InlineData("(((100+6)*3*75)-50)/25=952", "((100+6)*3*75-50)/25")]
    [InlineData("100 − 75 + 6×3 ÷ 6", null)]
    [InlineData("100 − 75 + 6×3", "100-75+6*3")]
    [InlineData("50÷25", "50/25")]
    [InlineData("100-(75-25)", "100-(75-25)")]
    [InlineData("(100-75)-25", "100-75-25")]
    [InlineData("100/(50/25)", "100/(50/25)")]
    [InlineData("```\n(3+6)\n```", "3+6")]
    [InlineData("25+50.", "25+50")]
    public void ExpressionsReadIntoOneCanonicalForm(string text, string? canonical) =>
        Assert.Equal(canonical, Rules.Read(Classic, 0, text).Canonical);

    [Theory]
    [InlineData("", "Expected a number")]
    [InlineData("25+25", "25 is not among the numbers, or is used too often.")]
    [InlineData("7", "7 is not among the numbers")]
    [InlineData("025", "025 is not among the numbers")]
    [InlineData("25-50", "25-50 is negative.")]
    [InlineData("100/3", "100/3 is not a whole number.")]
    [InlineData("3/(25-25)", "25 is not among the numbers")]
    [InlineData("3/(100-75-25)", "3/0 divides by zero.")]
    [InlineData("(25+50", "closing parenthesis")]
    [InlineData("25 50", "Expected + - * / or the end")]
    [InlineData("-25", "Expected a number")]
    [InlineData("25+", "Expected a number")]
    [InlineData("25+50=76", "The expression gives 75")]
    [InlineData("25+50=", "The expression gives 75")]
    [InlineData("25\u0000", "Expected + - * / or the end")]
    [InlineData("２５", "Expected a number")]
    [InlineData("The answer is 25", "Expected a number")]
    [InlineData("25**3", "Expected a number")]
    [InlineData("99999999999999999999999999", "999999999999… is not among the numbers")]
    public void EveryOtherTextIsRefusedWithItsReason(string text, string reason)
    {
        var reading = Rules.Read(Classic, 0, text);
        Assert.Null(reading.Canonical);
        Assert.Contains(reason, reading.Illegal);
    }

    [Fact]
    public void DeepNestingIsRefusedByLength() =>
        Assert.Contains("at most 200", Rules.Read(Classic, 0, new string('(', 1_000_000)).Illegal);

    [Fact]
    public void TheDealHasItsLargeAndSmallNumbersAndATargetOfThreeDigits()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var s = (CountdownState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), 2);
            Assert.Equal(6, s.Numbers.Count);
            Assert.InRange(s.Target, 100, 999);
            Assert.All(s.Numbers.GroupBy(n => n), g => Assert.InRange(g.Count(), 1, g.Key > 10 ? 1 : 2));
            Assert.All(s.Numbers, n => Assert.True(n is (>= 1 and <= 10) or 25 or 50 or 75 or 100));
        }
    }

    [Theory]
    [InlineData("((100+6)*3*75-50)/25", "100", 1_000_000, 0)]
    [InlineData("100*3", "100", 0, 0)]
    [InlineData("50*6*3", "100*(6+3)", 500_000, 500_000)]
    [InlineData("50*6*3+25", "50*6*3", 1_000_000, 0)]
    [InlineData("100", "75", 0, 0)]
    public void TheClosestWinsAndFarAnswersScoreNothing(string first, string second, long one, long other)
    {
        Assert.All([first, second], text => Assert.Equal(text, Rules.Read(Classic, 0, text).Canonical));
        Assert.Equal([one, other], Rules.Outcome(Answered(first, second))!);
    }

    [Fact]
    public void MoreSeatsScoreTheShareOfOpponentsBeaten() =>
        Assert.Equal([1_000_000, 500_000, 500_000, 0], Rules.Outcome(Answered("((100+6)*3*75-50)/25", "50*6*3", "50*6*3", null))!);

    [Fact]
    public void TheViewHidesAnswersUntilAllHaveAnswered()
    {
        Assert.Equal(
            "{\"numbers\":[25,50,75,100,3,6],\"target\":952,\"answers\":[{\"seat\":0,\"text\":null,\"value\":null,\"distance\":null,\"fault\":null},{\"seat\":1,\"text\":null,\"value\":null,\"distance\":null,\"fault\":null}],\"toAct\":[0,1]}",
            Rules.View(Classic).ToJsonString());
        var view = Rules.View(Answered("50*6*3", null));
        Assert.Equal("{\"seat\":0,\"text\":\"50*6*3\",\"value\":900,\"distance\":52,\"fault\":null}", view["answers"]![0]!.ToJsonString().Replace("\\u002B", "+"));
        Assert.Equal("no-answer", view["answers"]![1]!["fault"]!.GetValue<string>());
        Assert.Empty((JsonArray)view["toAct"]!);
    }

    [Fact]
    public void AllSeatsSeeTheSamePromptInTextAndInCompactNotation()
    {
        Assert.Equal(Rules.Observe(Classic, 0).Text, Rules.Observe(Classic, 1).Text);
        Assert.Equal("countdown:25,50,75,100,3,6=952|", Rules.Observe(Classic, 1).Compact);
        Assert.Contains("Numbers: 25 50 75 100 3 6\nTarget: 952\n", Rules.Observe(Classic, 0).Text);
    }

    [Fact]
    public void TheSolverFindsWhatAPlainSearchFinds()
    {
        var solver = Rules.House.Single(h => h.Slug == "solver");
        for (var seed = 0; seed < 12; seed++)
        {
            var deal = (CountdownState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), 2);
            // Five numbers keep the plain search short.
            deal = deal with { Numbers = [.. deal.Numbers.Take(5)] };
            var answer = solver.Act(Rules, deal, 0, new Draws(new byte[32], "x"));
            var value = Rules.Read(deal, 0, answer).Canonical is { } canonical
                ? (long)Rules.View(deal with { Answers = [canonical, null] })["answers"]![0]!["distance"]!
                : long.MaxValue;
            Assert.Equal(Plain([.. deal.Numbers.Select(n => (long)n)], deal.Target), value);
        }
    }

    private static long Plain(List<long> pool, long target)
    {
        var best = pool.Min(v => Math.Abs(v - target));
        for (var i = 0; i < pool.Count; i++)
        {
            for (var j = 0; j < pool.Count; j++)
            {
                if (i == j)
                {
                    continue;
                }
                var (a, b) = (pool[i], pool[j]);
                List<long> results = [a + b, a * b];
                if (a >= b)
                {
                    results.Add(a - b);
                }
                if (b != 0 && a % b == 0)
                {
                    results.Add(a / b);
                }
                List<long> rest = [.. pool.Where((_, k) => k != i && k != j)];
                foreach (var result in results)
                {
                    best = Math.Min(best, Plain([.. rest, result], target));
                }
            }
        }
        return best;
    }

    [Fact]
    public void TheHouseIsGraded()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var score = Enumerable.Range(1, 40).Average(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), strong, weak).Scores![0] / 1e6);
            Assert.True(score > 0.55, $"{strong.Slug} scores {score} against {weak.Slug}");
        }
    }

    [Fact]
    public void AFaultedSeatScoresNothingAndTheOthersAreScoredAmongThemselves()
    {
        var solver = Rules.House[^1];
        PlayedMatch Play(int players) => MadeMatches.Play(MadeMatches.Setup(Rules, players, seed: 4), (play, turn) =>
            turn.Player == 1 ? AgentReply.Failed(FaultKind.Disconnected, "gone") : play.HouseReply(turn, solver));

        Assert.Equal([1_000_000, 0], Play(2).Scores);
        var three = Play(3);
        Assert.Equal([750_000, 0, 750_000], three.Scores);
        Assert.True(TranscriptReplay.Run(three.Transcript, Rules).Ok);
    }

    [Fact]
    public void SeatsThatAnswerOutOfOrderGiveTheSameTranscript()
    {
        PlayedMatch Play(params int[] order)
        {
            var play = new MatchPlay(MadeMatches.Setup(Rules, 3, seed: 9));
            Assert.Equal([0, 1, 2], play.Pending.Select(p => p.Turn));
            foreach (var turn in order)
            {
                var pending = play.Pending.Single(p => p.Turn == turn);
                var done = play.Answer(turn, play.HouseReply(pending, Rules.House[turn]));
                Assert.Equal(play.Over, done!.Hash.Length == 64);
            }
            return play.Finish();
        }

        Assert.Equal(Play(0, 1, 2).Transcript, Play(2, 0, 1).Transcript);
    }
}
