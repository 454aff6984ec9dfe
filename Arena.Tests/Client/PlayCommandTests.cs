using System.CommandLine;
using System.Text;
using Arena.Client;
using Arena.Client.Commands;
using Arena.Rules;
using Arena.Rules.Transcripts;
using Spectre.Console.Testing;

namespace Arena.Tests.Client;

/// <summary>arena play itself: what it prints, keeps and refuses.</summary>
public sealed class PlayCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("arena-play-");
    private readonly TestConsole _console = new();

    public PlayCommandTests() => _console.Profile.Width = 200;

    private string Out => Path.Combine(_folder.FullName, "games");

    private async Task<string> PlayAsync(string line)
    {
        var status = await Command().Parse(line.Split(' ')).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
        Assert.Equal(0, status);
        return _console.Output;
    }

    private RootCommand Command() => new() { PlayCommand.Create(_console) };

    /// <summary>The cells of a printed row, by what stands in its second column.</summary>
    private static string[] Row(string output, string agent) =>
        [.. output.Split('\n').Select(l => l.Split('│')).Single(c => c.Length > 3 && c[2].Trim() == agent)[1..^1].Select(c => c.Trim())];

    private List<string> Transcripts() => [.. Directory.GetFiles(Out).Order().Select(f => File.ReadAllText(f, Encoding.UTF8))];

    [Fact]
    public async Task TwoPlayersGetATableWithIntervalsAndEloDifferencesThatMirrorEachOther()
    {
        var output = await PlayAsync("play tic-tac-toe --a house:random --b house:perfect --games 6");
        Assert.Contains("Tic-tac-toe, 6 matches", output);
        Assert.Contains("95 % interval", output);
        Assert.Contains("Elo difference", output);
        var (a, b) = (Row(output, "house:random"), Row(output, "house:perfect"));
        Assert.Equal(("a", "b"), (a[0], b[0]));
        Assert.Equal((a[2], a[3], a[4]), (b[4], b[3], b[2]));
        Assert.Equal(6, int.Parse(a[2]) + int.Parse(a[3]) + int.Parse(a[4]));
        Assert.Equal("1.000", (double.Parse(a[5]) + double.Parse(b[5])).ToString("0.000"));
        Assert.StartsWith("−", a[7], StringComparison.Ordinal);
        Assert.Equal("0", a[8]);
    }

    [Fact]
    public async Task FivePlayersAreToldByPlaceAndNotByAnEloDifference()
    {
        var output = await PlayAsync("play tradewars --a house:random --games 2");
        Assert.DoesNotContain("Elo difference │", output);
        // Under a table a caption is broken to its width.
        Assert.Contains("No Elo difference: that is between two.", string.Join(' ', output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("mean place", output);
        // Seats that nobody is named for are the house's, the strongest first.
        var house = SpaceRegistry.Find("tradewars")!.House;
        var rows = new[] { "random", house[^1].Slug, house[^2].Slug, house[^3].Slug, house[^4].Slug }.Select(s => Row(output, "house:" + s)).ToList();
        Assert.Equal(["a", "b", "c", "d", "e"], rows.Select(r => r[0]));
        Assert.Equal(15, rows.Sum(r => double.Parse(r[7])), 0.021);
        Assert.Equal(2.5, rows.Sum(r => double.Parse(r[5])), 0.003);
    }

    [Fact]
    public async Task AsManySeatsArePlayedAsWereAskedForAndEverybodyMovesFirstInTurn()
    {
        await PlayAsync($"play liars-dice --a house:random --b house:counter --c house:random --seats 4 --games 4 --out {Out}");
        var rules = SpaceRegistry.Find("liars-dice")!;
        Assert.All(Transcripts(), t => Assert.True(TranscriptReplay.Run(Encoding.UTF8.GetBytes(t), rules).Ok));
        Assert.All(Transcripts(), t => Assert.Contains("\"seats\":[0,1,2,3]", t));
        var counter = Arena.Client.Playing.LocalAgents.Sha256("house/liars-dice/counter");
        Assert.Equal([1, 2, 3, 0], Transcripts().Select(t => System.Text.Json.Nodes.JsonNode.Parse(t)!["players"]!.AsArray().ToList().FindIndex(p => (string?)p!["hash"] == counter)));
    }

    [Fact]
    public async Task AJudgedSpaceIsPlayedAndItsTextsAreKeptWithoutAScore()
    {
        var output = await PlayAsync($"play pitch --a house:adviser --b house:seller --games 2 --out {Out}");
        Assert.Contains("Judges score these texts", output);
        Assert.DoesNotContain("95 %", output);
        Assert.Equal(["a", "house:adviser", "0", "0", "2", "0"], Row(output, "house:adviser"));
        Assert.All(Transcripts(), t => Assert.True(TranscriptReplay.Run(Encoding.UTF8.GetBytes(t), SpaceRegistry.Find("pitch")!).Ok));
        Assert.Contains("Transcripts: ", output);
    }

    [Fact]
    public async Task InAJudgedSpaceAFaultDecidesAndWhatWentWrongIsTold()
    {
        var output = await PlayAsync("play debate --a cmd:true --b house:advocate --games 1");
        Assert.Contains("Debate, 1 match", output);
        Assert.Equal("1", Row(output, "cmd:true")[3]);
        Assert.Equal(["b", "house:advocate", "1", "0", "0", "0"], Row(output, "house:advocate"));
        Assert.Contains("cmd:true, ", output);
        Assert.Contains("Disconnected", output);
        Assert.Contains("--out FOLDER keeps the transcripts", output);
    }

    [Fact]
    public async Task ATerminalGetsABarThatFillsAndAPipeGetsNone()
    {
        Assert.DoesNotContain("Playing", await PlayAsync("play tic-tac-toe --a house:random --games 3"));
        using var terminal = new TestConsole().Interactive().EmitAnsiSequences();
        terminal.Profile.Width = 200;
        await new RootCommand { PlayCommand.Create(terminal) }.Parse("play tic-tac-toe --a house:random --games 3").InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("Playing", terminal.Output);
        Assert.Contains("100%", terminal.Output);
        Assert.True(terminal.Output.IndexOf("100%", StringComparison.Ordinal) < terminal.Output.IndexOf("Elo difference", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HoldemIsPlayedForTheStakesThatWereAskedForAndTheUsualOnesChangeNoByte()
    {
        await PlayAsync($"play holdem --a house:random --b house:tight --games 1 --blinds 5/10 --stack 300 --hands 2 --out {Out}");
        var other = Assert.Single(Transcripts());
        Assert.Contains("\"material\":{\"bigBlind\":10,\"hands\":2,\"smallBlind\":5,\"stack\":300}", other);
        Assert.True(TranscriptReplay.Run(Encoding.UTF8.GetBytes(other), SpaceRegistry.Find("holdem")!).Ok);
        await PlayAsync($"play holdem --a house:random --b house:tight --games 1 --out {Out}");
        var usual = Assert.Single(Transcripts());
        Assert.DoesNotContain("material", usual);
        await PlayAsync($"play holdem --a house:random --b house:tight --games 1 --blinds 1/2 --stack 200 --hands 12 --out {Out}");
        Assert.Equal(usual, Assert.Single(Transcripts()));
    }

    [Theory]
    [InlineData("play go --a house:random", "There is no space go. There are connect-four")]
    [InlineData("play chess --a house:random --games 0", "--games is at least 1")]
    [InlineData("play chess --a house:random --seats 3", "Chess has 2 seats; --seats 3 is not possible")]
    [InlineData("play liars-dice --a house:random --seats 5", "2 to 4 seats; --seats 5 is not possible")]
    [InlineData("play chess --a house:random --b house:random --c house:random", "Chess has 2 seats; 3 agents are too many")]
    [InlineData("play liars-dice --a house:random --b house:random --c house:random --seats 2", "3 agents don't fit on --seats 2")]
    [InlineData("play chess --a house:nobody", "Chess has no house agent house:nobody. It has house:random")]
    [InlineData("play chess --a nothing.js", "There is no file nothing.js")]
    [InlineData("play chess --a house:random --prices p.csv", "--prices is for tradewars; chess has no prices")]
    [InlineData("play tradewars --a house:random --prices nothing.csv", "There is no file nothing.csv")]
    [InlineData("play chess --a house:random --stack 100", "--blinds, --stack and --hands are for holdem; chess has none")]
    [InlineData("play holdem --a house:random --blinds 2", "--blinds is the small and the big blind, for example 1/2; 2 is not")]
    [InlineData("play holdem --a house:random --blinds -1/2", "-1/2 is not")]
    [InlineData("play holdem --a house:random --blinds 4/2", "The big blind (2) is at least the small blind (4)")]
    [InlineData("play holdem --a house:random --hands 3", "even number of hands")]
    public async Task WhatCannotBePlayedIsRefusedInWords(string line, string words)
    {
        Assert.Contains(words, (await Assert.ThrowsAsync<ClientException>(() => PlayAsync(line))).Message);
        Assert.Equal("", _console.Output);
    }

    [Theory]
    [InlineData("play chess", "--a")]
    [InlineData("play chess --a house:random --games many", "many")]
    [InlineData("play chess --a house:random --seats two", "two")]
    public void WhatTheCommandLineDoesNotAllowIsSaidBeforeAnythingIsPlayed(string line, string words) =>
        Assert.Contains(Command().Parse(line).Errors, e => e.Message.Contains(words, StringComparison.Ordinal));

    public void Dispose()
    {
        _console.Dispose();
        _folder.Delete(recursive: true);
    }
}
