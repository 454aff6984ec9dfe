using System.Text.RegularExpressions;
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

    private static readonly IReadOnlyList<string> Briefs = [.. Enumerable.Range(0, 28).Select(b => Rules.View(new PitchState(b, 2, null))["brief"]!.GetValue<string>())];

    private static string Written(int agent, int brief, int draw) => Rules.House[agent].Act(Rules, new PitchState(brief, 2, null), draw % 2, new Draws(new byte[32], $"house/{draw}"));

    [Fact]
    public void HouseWritersKeepToTheFormOnEveryBriefAndTheSameDrawsGiveTheSameText()
    {
        foreach (var (agent, brief, draw) in from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, Briefs.Count) from d in Enumerable.Range(0, 40) select (a, b, d))
        {
            var text = Written(agent, brief, draw);
            Assert.Equal(text, Rules.Read(new PitchState(brief, 2, null), 0, text).Canonical);
            Assert.Equal(text, Written(agent, brief, draw));
        }
    }

    [Fact]
    public void TheCrierHeedsNoBriefTheOthersWriteForEachAndNobodyRepeatsItself()
    {
        var texts = Enumerable.Range(0, 3).Select(agent => Enumerable.Range(0, Briefs.Count).Select(b => Enumerable.Range(0, 60).Select(d => Written(agent, b, d)).ToList()).ToList()).ToList();
        Assert.All(texts[0], t => Assert.Equal(texts[0][0], t));
        Assert.Distinct(texts[1].SelectMany(t => t.Distinct()));
        Assert.Distinct(texts[2].SelectMany(t => t.Distinct()));
        Assert.All(texts.SelectMany(t => t), t => Assert.InRange(t.Distinct().Count(), 20, 60));
        // The better writer has the other's reason, and more: what holds the audience back, the constraint, a first step.
        for (var b = 0; b < Briefs.Count; b++)
        {
            var reason = Sentences(texts[1][b][0])[1];
            Assert.All(texts[1][b], t => Assert.Contains(reason, t, StringComparison.Ordinal));
            Assert.All(texts[2][b], t => Assert.Contains(reason, t, StringComparison.OrdinalIgnoreCase));
            Assert.All(texts[2][b], t => Assert.InRange(Sentences(t).Length, 3, 9));
        }
    }

    private static string[] Sentences(string text) => Regex.Split(text, @"(?<=[.!?])\s+");

    [Theory]
    [InlineData("at most sixty words", @"^(\S+\s+){0,59}\S+$", true)]
    [InlineData("do not mention money", @"\b(money|price|cost|cheap|free|pay|buy|save)", false)]
    [InlineData("no botanical terms", @"\b(root|leaf|leaves|stem|species|perennial|annual|mulch)", false)]
    [InlineData("do not mention the climate", @"\b(climate|carbon|emission|planet|green)", false)]
    [InlineData("mention the mud", @"\bmud\b", true)]
    [InlineData("no appeal to duty", @"\b(duty|must|should|owe)", false)]
    [InlineData("no moralising", @"\b(should|ought|must|decent|selfish)", false)]
    [InlineData("give one before-and-after line", "Before: .* After: ", true)]
    [InlineData("name one honest argument against it", "argument against", true)]
    [InlineData("say to whom", "to the teacher", true)]
    [InlineData("what happens to urgent calls", "Urgent calls go to", true)]
    [InlineData("objection from the cleaning staff", "cleaning staff object", true)]
    public void TheAdviserKeepsTheConstraint(string constraint, string pattern, bool matches)
    {
        var brief = Assert.Single(Enumerable.Range(0, Briefs.Count), b => Briefs[b].Contains(constraint, StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, 60), d => Assert.Equal(matches, Regex.IsMatch(Written(2, brief, d), pattern, RegexOptions.IgnoreCase)));
    }
}
