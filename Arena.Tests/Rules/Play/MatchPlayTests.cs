using System.Text;
using Arena.Rules.Play;
using Arena.Rules.Spaces.TicTacToe;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Play;

public sealed class MatchPlayTests
{
    private static readonly TicTacToeRules Rules = new();

    private static PlayedMatch Scripted(params string[] answers)
    {
        var next = 0;
        return MadeMatches.Play(MadeMatches.Setup(Rules), (_, _) => AgentReply.Said(answers[next++]));
    }

    [Fact]
    public void AMirroredMatchPlaysTheSameDealWithSeatsSwapped()
    {
        // Player 0 wins as X, then player 1 wins as X.
        var match = Scripted("1", "4", "2", "5", "3", "1", "4", "2", "5", "3");
        Assert.Equal([0, 0], match.Games.Select(g => g.Deal));
        Assert.Equal([[0, 1], [1, 0]], match.Games.Select(g => g.Seats));
        Assert.Equal([500_000, 500_000], match.Scores);
        Assert.Equal(Enumerable.Range(0, 10), match.Games.SelectMany(g => g.Turns).Select(t => t.Turn));
        Assert.Equal([0, 1, 0, 1, 0], match.Games[0].Turns.Select(t => t.Player));
        Assert.Equal([1, 0, 1, 0, 1], match.Games[1].Turns.Select(t => t.Player));
    }

    [Fact]
    public void AnIllegalAnswerIsForgivenWithAComplaintThenEndsTheGame()
    {
        var play = new MatchPlay(MadeMatches.Setup(Rules));
        Assert.Null(play.Answer(0, AgentReply.Said("ten")));
        Assert.Equal(1, play.Pending[0].Try);
        Assert.Contains("\"ten\" is not a cell", play.Pending[0].Complaint);
        Assert.Null(play.Answer(0, AgentReply.Said("0")));
        var turn = play.Answer(0, AgentReply.Said("still not"));
        Assert.NotNull(turn);
        Assert.Equal(FaultKind.Illegal, turn.Fault);
        Assert.Equal(["ten", "0", "still not"], turn.Said);
        Assert.Null(turn.Did);
        Assert.Equal(64, turn.Hash.Length);
        Assert.Equal([0L, 1_000_000], play.GameOf(0).Scores);
        Assert.Equal(1, play.Pending[0].Game);
    }

    [Fact]
    public void AFaultEndsTheGameAndIsReplayedAsItWas()
    {
        var match = MadeMatches.Play(MadeMatches.Setup(Rules), (_, t) => (t.Game, t.Try) switch
        {
            (0, 0) => AgentReply.Said("x\ud800\u0000"),
            (0, _) => AgentReply.Failed(FaultKind.TimedOut, "no answer in 20 s"),
            _ => AgentReply.Failed(FaultKind.Crashed, "line 3: x is not defined"),
        });
        Assert.Equal([500_000, 500_000], match.Scores);
        Assert.Equal("x\ufffd\u0000", match.Games[0].Turns[0].Said[0]);
        Assert.True(TranscriptReplay.Run(match.Transcript, Rules).Ok);
    }

    [Fact]
    public void AnAnswerToATurnThatIsNotPendingIsRefused()
    {
        var play = new MatchPlay(MadeMatches.Setup(Rules));
        Assert.Throws<ArgumentException>(() => play.Answer(1, AgentReply.Said("1")));
        play.Answer(0, AgentReply.Said("1"));
        Assert.Throws<ArgumentException>(() => play.Answer(0, AgentReply.Said("2")));
        Assert.Throws<InvalidOperationException>(() => play.Finish());
    }

    [Fact]
    public void ASetupThatTheSpaceCannotSeatIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new MatchPlay(MadeMatches.Setup(Rules, players: 3)));
        Assert.Throws<ArgumentException>(() => new MatchPlay(MadeMatches.Setup(Rules) with { Seed = new byte[31] }));
    }

    [Fact]
    public void TheTranscriptHasTheShapeOfTheProtocol()
    {
        var text = Encoding.UTF8.GetString(Scripted("1", "4", "2", "5", "3", "1", "4", "2", "5", "3").Transcript);
        Assert.StartsWith("{\"arena\":\"transcript/1\",\"chain\":\"", text);
        Assert.Contains(",\"commitment\":\"", text);
        Assert.Contains("\"games\":[{\"deal\":0,\"scores\":[1000000,0],\"seats\":[0,1],\"turns\":[{\"detail\":null,\"did\":\"1\",\"fault\":null,\"ply\":0,\"said\":[\"1\"],\"saw\":\"Tic-tac-toe.", text);
        Assert.EndsWith(",\"seat\":0,\"t\":9}]}],\"kind\":\"rated\",\"match\":\"00000001-0000-0007-0102-030405060708\",\"players\":[{\"hash\":\"" + new string('a', 64) +
            "\",\"version\":\"00000001-0000-0007-0807-060504030201\"},{\"hash\":\"" + new string('b', 64) +
            "\",\"version\":\"00000002-0000-0007-0807-060504030201\"}],\"rules\":1,\"seed\":\"01" + new string('0', 62) + "\",\"space\":\"tic-tac-toe\"}", text);
    }

    [Fact]
    public void TheSameMatchGivesTheSameBytes()
    {
        var random = Rules.House[0];
        var first = MadeMatches.House(MadeMatches.Setup(Rules, seed: 5), random, random);
        var second = MadeMatches.House(MadeMatches.Setup(Rules, seed: 5), random, random);
        var other = MadeMatches.House(MadeMatches.Setup(Rules, seed: 6), random, random);
        Assert.Equal(first.Transcript, second.Transcript);
        Assert.Equal(first.Hash, second.Hash);
        Assert.NotEqual(first.ChainHead, other.ChainHead);
    }
}
