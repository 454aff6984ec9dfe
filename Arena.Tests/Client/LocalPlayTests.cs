using Arena.Client;
using Arena.Client.Playing;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Client;

public sealed class LocalPlayTests
{
    private static readonly ISpaceRules ConnectFour = SpaceRegistry.Find("connect-four")!;

    [Fact]
    public async Task AScriptFilePlaysAndItsTranscriptIsOneThatTheSiteVerifies()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("arena-client-");
        try
        {
            var file = Path.Combine(folder.FullName, "mine.js");
            await File.WriteAllTextAsync(file, "function act(o) { return o.legal[Math.floor(Math.random() * o.legal.length)]; }", ct);
            await using var script = LocalAgents.Open(file, ConnectFour);
            await using var house = LocalAgents.Open("house:greedy", ConnectFour);
            var played = await LocalMatch.PlayAsync(ConnectFour, [script, house], LocalMatch.SeedOf(1, 0), ct);
            Assert.DoesNotContain(played.Games.SelectMany(g => g.Turns), t => t.Fault is not null);
            Assert.True(TranscriptReplay.Run(played.Transcript, ConnectFour).Ok);
            // The same seed and agents: the same bytes, though the script draws at random.
            Assert.Equal(played.Hash, (await LocalMatch.PlayAsync(ConnectFour, [script, house], LocalMatch.SeedOf(1, 0), ct)).Hash);
            Assert.NotEqual(played.Hash, (await LocalMatch.PlayAsync(ConnectFour, [script, house], LocalMatch.SeedOf(1, 1), ct)).Hash);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task AnyProgramPlaysLineByLineAndItsEndIsAFaultNotAnException()
    {
        var ct = TestContext.Current.CancellationToken;
        // Answers twice, then ends; column 4 is legal both times.
        await using var program = LocalAgents.Open("cmd:sh -c 'read a; echo 4; read b; echo 4'", ConnectFour);
        await using var house = LocalAgents.Open("house:random", ConnectFour);
        var played = await LocalMatch.PlayAsync(ConnectFour, [program, house], LocalMatch.SeedOf(3, 0), ct);
        var mine = played.Games.SelectMany(g => g.Turns).Where(t => t.Player == 0).ToList();
        Assert.Equal(["4", "4"], mine.Take(2).Select(t => t.Did));
        Assert.Equal(FaultKind.Disconnected, mine[2].Fault);
        Assert.Equal(0, played.Scores![0]);
    }

    [Fact]
    public async Task AProgramThatNoLongerReadsIsAFaultAndTheEndOfTheSessionStaysQuiet()
    {
        // Lives on with its input closed: the question that follows can't be sent, and neither can what is left of it at the end.
        var program = LocalAgents.Open("cmd:sh -c 'read a; exec 0<&-; echo 4; sleep 60'", ConnectFour);
        await using var house = LocalAgents.Open("house:random", ConnectFour);
        var played = await LocalMatch.PlayAsync(ConnectFour, [program, house], LocalMatch.SeedOf(3, 0), TestContext.Current.CancellationToken);
        var mine = played.Games.SelectMany(g => g.Turns).Where(t => t.Player == 0).ToList();
        Assert.Equal(("4", FaultKind.Disconnected), (mine[0].Did, mine[1].Fault));
        await program.DisposeAsync();
    }

    [Theory]
    [InlineData("house:nobody", "house:greedy")]
    [InlineData("no-such-file.js", "There is no file")]
    public void AWrongNameSaysWhatThereIs(string name, string words) =>
        Assert.Contains(words, Assert.Throws<ClientException>(() => LocalAgents.Open(name, ConnectFour)).Message, StringComparison.Ordinal);

    [Fact]
    public void AScriptWithAMistakeIsRefusedWithItsLine()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "function act(o) {\n  return o.legal[;\n}");
        Assert.Contains("Line 2", Assert.Throws<ClientException>(() => LocalAgents.Open(file, ConnectFour)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void ATallysIntervalIsWilsons()
    {
        var tally = Tally.None;
        for (var i = 0; i < 10; i++)
        {
            tally = tally.Add(i < 8 ? [1_000_000, 0] : [0, 1_000_000], 0, 0);
        }
        Assert.Equal((8, 0, 2), (tally.Wins, tally.Draws, tally.Losses));
        // 8 of 10: .490 to .943 (Wilson 1927, as in any table).
        Assert.Equal(0.4902, tally.Interval.Low, 1e-4);
        Assert.Equal(0.9433, tally.Interval.High, 1e-4);
        Assert.Equal(240.82, Tally.Elo(tally.Score), 1e-2);
    }

    [Fact]
    public void ATallyCountsPlacesAndSharesThoseOfEqualScores()
    {
        long[] scores = [250_000, 1_000_000, 250_000, 1_000_000, 0];
        var tallies = Enumerable.Range(0, 5).Select(p => Tally.None.Add(scores, p, p)).ToList();
        Assert.Equal([3.5, 1.5, 3.5, 1.5, 5], tallies.Select(t => t.Place));
        Assert.Equal([0, 0, 0, 0, 0], tallies.Select(t => t.Wins));
        Assert.Equal([0, 1, 0, 1, 0], tallies.Select(t => t.Draws));
        Assert.Equal(1, Tally.None.Add([0, 500_000], 1, 0).Wins);
        Assert.Equal((0, 1, 2), (Tally.None.Add(null, 0, 2).Matches, Tally.None.Add(null, 0, 2).Unscored, Tally.None.Add(null, 0, 2).Faults));
    }
}
