using System.Text.Json;
using Arena.Judges;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Judges;

public sealed class BracketVerdictTests
{
    [Theory]
    [InlineData("Both are good. [[A]]", 0)]
    [InlineData("My final verdict is: [[B]].", 1)]
    [InlineData("[[C]]", -1)]
    [InlineData("[[ b ]]", 1)]
    [InlineData("[[A]] because ... so again: [[A]]", 0)]
    public void AVerdictIsReadWhereverItStands(string text, int place) => Assert.Equal((place, null), BracketVerdict.Pair(text));

    [Theory]
    [InlineData("", "none of")]
    [InlineData("A is better.", "none of")]
    [InlineData("[A]", "none of")]
    [InlineData("[[D]]", "none of")]
    [InlineData("[[A]] ... no, [[B]]", "more than one")]
    public void WhatIsNoVerdictIsRefused(string text, string why)
    {
        var (place, problem) = BracketVerdict.Pair(text);
        Assert.Null(place);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Rating: [[7]]", 7.0)]
    [InlineData("[[8.5]]", 8.5)]
    [InlineData("[[9/10]]", 9.0)]
    [InlineData("see [1] and [2]. Rating: [6]", 6.0)]
    [InlineData("[3] [[4]]", 4.0)]
    public void ARatingIsRead(string text, double rating) => Assert.Equal(rating, BracketVerdict.Rating(text).Rating);

    [Theory]
    [InlineData("[[11]]")]
    [InlineData("[[0]]")]
    [InlineData("ten of ten")]
    [InlineData("$ERROR$")]
    public void NoRatingIsMadeUp(string text) => Assert.Null(BracketVerdict.Rating(text).Rating);

    [Fact]
    public void EveryRealPairJudgmentReadsAsItsVerdictFieldSays()
    {
        var judgments = 0;
        foreach (var line in File.ReadLines(PublicData.File("mt_bench", "stefanstud_gpt-4_pair.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            foreach (var (game, a, b) in ((string, string, string)[])[("g1", "model_1", "model_2"), ("g2", "model_2", "model_1")])
            {
                var said = BracketVerdict.Pair(row.RootElement.GetProperty($"{game}_judgment").GetString()!).Place switch { 0 => a, 1 => b, -1 => "tie", _ => "error" };
                Assert.Equal(row.RootElement.GetProperty($"{game}_winner").GetString(), said);
                judgments++;
            }
        }
        Assert.Equal(150, judgments);
    }

    [Fact]
    public void EveryRealRatingReadsAsItsScoreFieldSays()
    {
        var judgments = 0;
        foreach (var line in File.ReadLines(PublicData.File("mt_bench", "dreaming-panda_gpt-4_single.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            Assert.Equal(row.RootElement.GetProperty("score").GetDouble(), BracketVerdict.Rating(row.RootElement.GetProperty("judgment").GetString()!).Rating ?? -1);
            judgments++;
        }
        Assert.Equal(330, judgments);
    }
}
