using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Arena.Rules;
using Arena.Rules.Merkle;
using Arena.Rules.Play;
using Arena.Rules.Ratings;
using Arena.Rules.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Arena.Tests.Rules;

/// <summary>clients/python/verify_match.py, the second implementation of docs/protocol.md, on matches made here.</summary>
public sealed class VerifyScriptTests
{
    private sealed record Papers(byte[] Transcript, ResultRecord Record);

    private static Papers Made(string space, int players, int seed, Func<MatchPlay, PendingTurn, AgentReply>? answer = null)
    {
        var rules = SpaceRegistry.Find(space)!;
        var setup = MadeMatches.Setup(rules, players, seed);
        var match = MadeMatches.Play(setup, answer ?? ((play, turn) => play.HouseReply(turn, rules.House[turn.Player % rules.House.Count])));
        // A judged match gets its scores from a verdict.
        var scores = match.Scores ?? [.. Enumerable.Range(0, players).Select(i => i == 0 ? 1_000_000L : 0)];
        EloPlayer[] before = [.. Enumerable.Range(0, players).Select(i => new EloPlayer(1_500_000 + 77_777 * i, 29 + i))];
        var rated = Elo.Rate(before, scores);
        return new Papers(match.Transcript, new ResultRecord(
            setup.Match, space, setup.Kind, Convert.ToHexStringLower(match.Hash), scores, match.Scores is null ? new string('f', 64) : null,
            [.. rated.Select((r, i) => new RatingStep(setup.Players[i].Version, r.Before, r.After, before[i].Games, r.K, null))], 1_790_000_000_000));
    }

    private static async Task<(int Code, string Output)> Verify(Papers papers, byte[]? transcript = null, string? root = null, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("verify-match");
        try
        {
            var proof = Proof(papers, root, Convert.ToBase64String(papers.Record.ToBytes()));
            var (t, p) = (Path.Combine(folder.FullName, "transcript.json"), Path.Combine(folder.FullName, "proof.json"));
            await File.WriteAllBytesAsync(t, transcript ?? papers.Transcript);
            await File.WriteAllTextAsync(p, proof);
            return await Python(Script(), ["--transcript", t, "--proof", p, .. options]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static MerkleTree Tree(Papers papers) => new([papers.Record.Leaf(), .. Enumerable.Range(0, 6).Select(i => (papers.Record with { Closed = i }).Leaf())]);

    private static string Proof(Papers papers, string? root, string record) => JsonSerializer.Serialize(new
    {
        record,
        leaf = "0x" + Convert.ToHexStringLower(papers.Record.Leaf()),
        proof = Tree(papers).Proof(papers.Record.Leaf()).Select(p => "0x" + Convert.ToHexStringLower(p)),
        epoch = 3,
        root = root ?? "0x" + Convert.ToHexStringLower(Tree(papers).Root),
        vault = "0x" + new string('5', 40),
    });

    private static async Task<(int Code, string Output)> Python(string script, string[] arguments)
    {
        Process? python = null;
        try
        {
            python = Process.Start(new ProcessStartInfo("python3", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not installed");
        }
        using (python)
        {
            var errors = python!.StandardError.ReadToEndAsync();
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            return (python.ExitCode, output + await errors);
        }
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../clients/python/verify_match.py"));

    /// <summary>Every space, with the fewest and the most players.</summary>
    public static TheoryData<string, int> Spaces => [.. SpaceRegistry.All.SelectMany(s => new[] { (s.Card.Slug, s.Card.MinSeats), (s.Card.Slug, s.Card.MaxSeats) }).Distinct()];

    [Theory]
    [MemberData(nameof(Spaces))]
    public async Task AnHonestMatchIsGreenThroughout(string space, int players)
    {
        for (var seed = 1; seed <= 2; seed++)
        {
            var papers = Made(space, players, seed, SpaceRegistry.Find(space)!.Card.Judging == JudgingMode.Judges ? (_, turn) => AgentReply.Said($"Text of seat {turn.Seat}.") : null);
            var (code, output) = await Verify(papers);
            Assert.True(code == 0, output);
            Assert.DoesNotContain("FAIL", output);
            Assert.Contains("Merkle proof up to the root of epoch 3", output);
            Assert.Contains(space is not ("connect-four" or "tic-tac-toe" or "countdown") ? "rating changes" : "every move legal, outcome by the rules", output);
        }
    }

    [Theory]
    [InlineData("connect-four", 2)]
    [InlineData("tic-tac-toe", 2)]
    [InlineData("countdown", 3)]
    public async Task AMatchWithFaultsAndForgivenTriesIsGreenToo(string space, int players)
    {
        var house = SpaceRegistry.Find(space)!.House;
        var (code, output) = await Verify(Made(space, players, 8, (play, turn) => (turn.Turn, turn.Try) switch
        {
            (1, 0) => AgentReply.Said("what? \ud800\u0001\u007f\u2028 \"\\"),
            (3, 0) or (6, _) => AgentReply.Said("```\n9.\n```\n!"),
            (2, _) => space == "countdown" ? AgentReply.Failed(FaultKind.TimedOut, "60 s are over") : play.HouseReply(turn, house[0]),
            _ => AgentReply.Said(" " + play.HouseReply(turn, house[turn.Player]).Text + ".\n"),
        }));
        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData("\"scores\":[", "\"scores\":[1", "outcome by the rules")]
    [InlineData("\"seed\":\"0", "\"seed\":\"1", "seed opens the commitment")]
    [InlineData("\"said\":[\"", "\"said\":[\"4", "hash chain over all turns")]
    [InlineData("\"chain\":\"", "\"chain\":\"f", "hash chain over all turns")]
    [InlineData("\"seats\":[0,1]", "\"seats\":[1,0]", "deals and seats")]
    [InlineData("{\"arena\"", "{\"aaa\":1,\"arena\"", "record names the transcript's keccak-256")]
    [InlineData("{\"arena\"", " {\"arena\"", "transcript is in canonical form")]
    public async Task ATamperedTranscriptIsRed(string from, string to, string step)
    {
        var papers = Made("connect-four", 2, 5);
        var text = Encoding.UTF8.GetString(papers.Transcript);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        var (code, output) = await Verify(papers, Encoding.UTF8.GetBytes(text[..at] + to + text[(at + from.Length)..]));
        Assert.Equal(1, code);
        Assert.Contains(output.Split('\n'), l => l.StartsWith("FAIL", StringComparison.Ordinal) && l.Contains(step));
        Assert.Contains("NOT verified", output);
    }

    [Fact]
    public async Task AnotherMoveThatWasNeverPlayedIsRedEvenWithAllHashesMadeAnew()
    {
        // The site itself lies: it records a win for a game that goes on, and hashes that.
        var honest = Made("tic-tac-toe", 2, 2);
        var text = Encoding.UTF8.GetString(honest.Transcript).Replace("\"scores\":[500000,500000]", "\"scores\":[1000000,0]").Replace("\"scores\":[0,1000000]", "\"scores\":[1000000,0]");
        var lie = Encoding.UTF8.GetBytes(text);
        var (code, output) = await Verify(honest with { Transcript = lie, Record = honest.Record with { Transcript = Convert.ToHexStringLower(Arena.Rules.Hashing.Keccak256.Hash(lie)) } });
        Assert.Equal(1, code);
        Assert.Contains("FAIL every move legal, outcome by the rules", output);
    }

    [Fact]
    public async Task AFalseRatingChangeScoreOrRootIsRed()
    {
        var papers = Made("connect-four", 2, 6);
        var steps = papers.Record.Ratings;
        var (_, rating) = await Verify(papers with { Record = papers.Record with { Ratings = [steps[0] with { After = steps[0].After + 1 }, steps[1]] } });
        Assert.Contains("FAIL rating changes", rating);
        var (_, scores) = await Verify(papers with { Record = papers.Record with { Scores = [750_000, 250_000] } });
        Assert.Contains("FAIL match scores", scores);
        var (_, root) = await Verify(papers, root: "0x" + new string('1', 64));
        Assert.Contains("FAIL Merkle proof", root);
    }

    [Fact]
    public async Task AMatchIsFetchedFromASiteAndItsRootReadFromANode()
    {
        var papers = Made("countdown", 2, 7);
        var id = papers.Record.Match;
        var held = Convert.ToHexStringLower(Tree(papers).Root);
        string? asked = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var site = builder.Build();
        site.MapGet($"/api/v1/matches/{id}/transcript", () => TypedResults.Bytes(papers.Transcript));
        site.MapGet($"/api/v1/matches/{id}/proof", () => TypedResults.Text(Proof(papers, null, Encoding.UTF8.GetString(papers.Record.ToBytes()))));
        site.MapPost("/rpc", async (HttpRequest request) =>
        {
            asked = await new StreamReader(request.Body).ReadToEndAsync();
            // The seven words of the vault's epoch, the result root first.
            return TypedResults.Text($$"""{"jsonrpc":"2.0","id":1,"result":"0x{{held}}{{new string('0', 6 * 64)}}"}""");
        });
        await site.StartAsync();
        var address = site.Urls.Single();

        var (code, output) = await Python(Script(), [address, id.ToString(), "--rpc", address + "/rpc"]);
        Assert.True(code == 0, output);
        Assert.Contains("ok  the chain holds that root (vault 0x5555", output);
        // epochs(uint64) of epoch 3.
        var selector = Convert.ToHexStringLower(Arena.Rules.Hashing.Keccak256.Hash("epochs(uint64)"u8).AsSpan(0, 4));
        Assert.Contains($"\"data\": \"0x{selector}{3:x64}\"", asked);

        held = new string('7', 64);
        Assert.Contains("FAIL the chain holds that root", (await Python(Script(), [address, id.ToString(), "--rpc", address + "/rpc"])).Output);
    }

    [Fact]
    public async Task ANodeThatCannotBeReachedIsRedAndRubbishCannotBeChecked()
    {
        var papers = Made("tic-tac-toe", 2, 6);
        var (code, output) = await Verify(papers, null, null, "--rpc", "http://127.0.0.1:9", "--vault", "0x" + new string('0', 40));
        Assert.Equal(1, code);
        Assert.Contains("FAIL the chain holds that root", output);
        Assert.Equal(2, (await Verify(papers, "<html>"u8.ToArray())).Code);
        Assert.Equal(2, (await Verify(papers, "[]"u8.ToArray())).Code);
    }
}
