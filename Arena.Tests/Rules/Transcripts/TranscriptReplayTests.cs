using System.Text;
using Arena.Rules.Play;
using Arena.Rules.Spaces.TicTacToe;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Transcripts;

public sealed class TranscriptReplayTests
{
    private static readonly TicTacToeRules Rules = new();

    private static PlayedMatch Match()
    {
        var random = Rules.House[0];
        return MadeMatches.House(MadeMatches.Setup(Rules, seed: 11), random, random);
    }

    private static ReplayReport Tampered(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Match().Transcript);
        Assert.Contains(from, text);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        return TranscriptReplay.Run(Encoding.UTF8.GetBytes(text[..at] + to + text[(at + from.Length)..]), Rules);
    }

    [Fact]
    public void AnHonestTranscriptIsGreen()
    {
        var match = Match();
        var report = TranscriptReplay.Run(match.Transcript, Rules, MatchPlay.Commitment(MadeMatches.Setup(Rules, seed: 11).Seed));
        Assert.True(report.Ok);
        Assert.Equal(match.Transcript, report.Match!.Transcript);
        Assert.Contains(report.Checks, c => c.Step == "hash chain");
    }

    [Theory]
    [InlineData("{\"arena\"", "{ \"arena\"", "canonical form")]
    [InlineData("\"rules\":1", "\"rules\":2", "space and rules version")]
    [InlineData("\"seed\":\"0b", "\"seed\":\"0c", "seed matches its commitment")]
    [InlineData("\"seats\":[0,1]", "\"seats\":[1,0]", "deals and seats")]
    [InlineData("Tic-tac-toe. You are X", "Tic-tac-toe. You are O", "observation of turn 0")]
    [InlineData("\"ply\":0", "\"ply\":1", "place of turn 0")]
    [InlineData("\"t\":0", "\"t\":4", "turn order")]
    [InlineData("\"said\":[\"", "\"said\":[\" ", "hash chain")]
    [InlineData("\"detail\":null", "\"detail\":\"\"", "same bytes again")]
    [InlineData("\"scores\":[", "\"scores\":[1,", "game scores")]
    [InlineData("\"chain\":\"", "\"chain\":\"0", "hash chain")]
    [InlineData("\"arena\":\"transcript/1\"", "\"arena\":\"transcript/2\"", "shape")]
    [InlineData("\"match\":\"", "\"match\":\"x", "shape")]
    [InlineData("\"games\":[", "\"games\":[7,", "shape")]
    public void EachKindOfTamperingIsRedAtItsStep(string from, string to, string step)
    {
        var report = Tampered(from, to);
        Assert.False(report.Ok);
        Assert.Contains(report.Checks, c => c.Step == step && !c.Ok);
    }

    [Fact]
    public void AnotherCommitmentIsRed() =>
        Assert.Contains(TranscriptReplay.Run(Match().Transcript, Rules, new string('0', 64)).Checks, c => c.Step == "commitment was published before play" && !c.Ok);

    [Fact]
    public void AMatchThatStopsEarlyIsRed()
    {
        var text = Encoding.UTF8.GetString(Match().Transcript);
        var last = text.LastIndexOf(",{\"detail\"", StringComparison.Ordinal);
        var end = text.IndexOf("]}],\"kind\"", StringComparison.Ordinal);
        var report = TranscriptReplay.Run(Encoding.UTF8.GetBytes(text[..last] + text[end..]), Rules);
        Assert.Contains(report.Checks, c => !c.Ok && c.Expected == "over");
    }
}
