using Arena.Judges;
using FsCheck.Xunit;

namespace Arena.Tests.Judges;

public sealed class JudgeAnswerTests
{
    private const string Scores = """{"fit": 7, "persuasion": 8, "substance": 9, "craft": 6}""";

    private static readonly Rubric Pitch = Rubric.For("pitch")!;

    private static string Reply(string preferred = "\"second\"", string first = Scores, string second = Scores, string reason = "\"clear\"") =>
        $$"""{"reason": {{reason}}, "first": {{first}}, "second": {{second}}, "preferred": {{preferred}}}""";

    [Fact]
    public void AProperAnswerIsRead()
    {
        var (answer, problem) = JudgeAnswer.Read(Reply(), Pitch);
        Assert.Null(problem);
        Assert.Equal(1, answer!.Preferred);
        Assert.Equal(8, answer.First["persuasion"]);
        Assert.Equal("clear", answer.Reason);
    }

    [Fact]
    public void NearMissesAreRepaired()
    {
        string[] replies =
        [
            "```json\n" + Reply() + "\n```",
            "Let me think {about this}.\n" + Reply() + "\nI hope that helps!",
            Reply().Replace("\"second\"}", "\"second\",}", StringComparison.Ordinal),
            Reply(first: """{"fit": "7", "persuasion": "8/10", "substance": 9.0, "craft": "6"}"""),
            Reply("\"Second.\""), Reply("\"B\""), Reply("\"[[B]]\""), Reply("\" 2 \""),
            "{not json} " + Reply(),
            Reply() + " // { unbalanced",
            Reply(reason: "\"holds } and { and \\\" inside\""),
        ];
        Assert.All(replies, reply => Assert.Equal((1, 8), (JudgeAnswer.Read(reply, Pitch).Answer?.Preferred, JudgeAnswer.Read(reply, Pitch).Answer?.First["persuasion"])));
        Assert.Null(JudgeAnswer.Read(Reply("\"tie\""), Pitch).Answer!.Preferred);
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("I prefer the first.", "no JSON")]
    [InlineData("{\"preferred\": \"first\"", "no JSON")]
    [InlineData("{\"preferred\": first}", "broken")]
    [InlineData("{\"preferred\": \"first\", \"reason\": \"x\"}", "\"first\" must be an object")]
    public void WhatHoldsNoVerdictIsRefused(string reply, string reason)
    {
        var (answer, problem) = JudgeAnswer.Read(reply, Pitch);
        Assert.Null(answer);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWouldChangeTheMeaningIsRefused()
    {
        Assert.Contains("preferred", JudgeAnswer.Read(Reply("\"the better one\""), Pitch).Problem, StringComparison.Ordinal);
        Assert.Contains("preferred", JudgeAnswer.Read(Reply("1"), Pitch).Problem, StringComparison.Ordinal);
        Assert.Contains("\"fit\"", JudgeAnswer.Read(Reply(first: Scores.Replace("7", "11", StringComparison.Ordinal)), Pitch).Problem, StringComparison.Ordinal);
        Assert.Contains("\"fit\"", JudgeAnswer.Read(Reply(first: Scores.Replace("7", "7.5", StringComparison.Ordinal)), Pitch).Problem, StringComparison.Ordinal);
        Assert.Contains("\"second\"", JudgeAnswer.Read(Reply(second: """{"fit": 7}"""), Pitch).Problem, StringComparison.Ordinal);
        Assert.Contains("reason", JudgeAnswer.Read(Reply(reason: "\" \""), Pitch).Problem, StringComparison.Ordinal);
    }

    [Property(MaxTest = 300)]
    public void NoTextMakesItThrow(string? text)
    {
        var (answer, problem) = JudgeAnswer.Read(text ?? "", Pitch);
        Assert.True(answer is null != problem is null);
        JudgeAnswer.Read(Reply().Insert(Math.Min(30, text?.Length ?? 0), text ?? ""), Pitch);
    }
}
