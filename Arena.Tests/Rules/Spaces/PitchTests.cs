using Arena.Rules.Play;
using Arena.Rules.Spaces.Pitch;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Spaces;

public sealed class PitchTests
{
    private static readonly PitchRules Rules = new();

    private static IGameState Opening(int seed = 0) => Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), 2);

    [Fact]
    public void ManyBriefsAreDrawnAndShownToBothSeatsAlike()
    {
        var briefs = Enumerable.Range(0, 300).Select(seed => Rules.View(Opening(seed))["brief"]!.GetValue<string>()).Distinct().ToArray();
        Assert.InRange(briefs.Length, 24, 100);
        Assert.All(briefs, b => Assert.Contains("Constraint: ", b));
        Assert.Equal(Rules.Observe(Opening(), 0).Text, Rules.Observe(Opening(), 1).Text);
    }

    [Theory]
    [InlineData("Walk. It is good.", "Walk. It is good.")]
    [InlineData("```\nWalk.\n```", "Walk.")]
    [InlineData("  Walk.\r\n\r\n\r\n\r\nNow.\u0007 ", "Walk.\n\nNow.")]
    [InlineData("a\tb", "a b")]
    public void TextsAreTidiedButKept(string text, string canonical) => Assert.Equal(canonical, Rules.Read(Opening(), 0, text).Canonical);

    [Fact]
    public void LengthsAreHeld()
    {
        Assert.True(Rules.Read(Opening(), 0, string.Join(' ', Enumerable.Repeat("word", 120))).IsLegal);
        Assert.Contains("121 words", Rules.Read(Opening(), 0, string.Join(' ', Enumerable.Repeat("word", 121))).Illegal);
        Assert.Contains("characters", Rules.Read(Opening(), 0, new string('x', 2000)).Illegal);
        Assert.Contains("empty", Rules.Read(Opening(), 0, " \u0000 ").Illegal);
    }

    [Fact]
    public void JudgesDecideUnlessASeatFaults()
    {
        var judged = MadeMatches.Play(MadeMatches.Setup(Rules), (_, turn) => AgentReply.Said($"Text {turn.Seat}."));
        Assert.Null(judged.Scores);
        Assert.Null(judged.Games[0].Scores);
        Assert.Equal("Text 1.", Rules.View(Rules.Apply(Opening(), new Dictionary<int, string> { [0] = "Text 0.", [1] = "Text 1." }))["answers"]![1]!["text"]!.GetValue<string>());
        Assert.True(TranscriptReplay.Run(judged.Transcript, Rules).Ok);

        var faulted = MadeMatches.Play(MadeMatches.Setup(Rules), (_, turn) =>
            turn.Seat == 0 ? AgentReply.Failed(FaultKind.TimedOut, "no answer") : AgentReply.Said("Text."));
        Assert.Equal([0, 1_000_000], faulted.Scores);
        Assert.True(TranscriptReplay.Run(faulted.Transcript, Rules).Ok);
    }
}
